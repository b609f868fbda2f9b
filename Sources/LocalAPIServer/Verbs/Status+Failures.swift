import KubernetesCore

/// An answer in plain text, which Kubernetes gives where no API is asked.
struct PlainAnswer: Error {
    var status: Int
    var text: String

    static let pageNotFound = PlainAnswer(status: 404, text: "404 page not found\n")
}

/// A failure whose answer carries warnings about the request's object.
struct WarnedFailure: Error {
    var status: Status
    var warnings: [String]
}

/// The failures that verbs answer, in the words of Kubernetes.
extension Status {
    static func badRequest(_ message: String) -> Status { Status(code: 400, reason: "BadRequest", message: message) }

    /// A failure that Kubernetes gives no reason.
    static func internalError(_ message: String) -> Status {
        var status = Status(code: 500, reason: "", message: message)
        status.reason = nil
        return status
    }

    static let unauthorized = Status(code: 401, reason: "Unauthorized", message: "Unauthorized")

    static let methodNotAllowed = Status(
        code: 405, reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource", details: Details())

    /// A verb that the endpoint of a custom kind does not have.
    static func notSupported(_ method: APIRequest.Method, _ resource: ServedResource) -> Status {
        let verb = method == .post ? "create" : method.rawValue.lowercased()
        return Status(
            code: 405, reason: "MethodNotAllowed",
            message: "\(verb) is not supported on resources of kind \"\(resource.qualifiedName)\"",
            details: details(resource, ""))
    }

    static let resourceNotFound = Status(
        code: 404, reason: "NotFound", message: "the server could not find the requested resource",
        details: Details())

    static func notFound(_ resource: ServedResource, _ name: String) -> Status {
        Status(
            code: 404, reason: "NotFound", message: "\(resource.qualifiedName) \"\(name)\" not found",
            details: details(resource, name))
    }

    static func alreadyExists(_ resource: ServedResource, _ name: String, isBeingDeleted: Bool) -> Status {
        let prefix = isBeingDeleted ? "object is being deleted: " : ""
        return Status(
            code: 409, reason: "AlreadyExists",
            message: "\(prefix)\(resource.qualifiedName) \"\(name)\" already exists", details: details(resource, name))
    }

    static func conflict(
        _ resource: ServedResource, _ name: String,
        _ text: String = "the object has been modified; please apply your changes to the latest version and try again"
    ) -> Status {
        Status(
            code: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(resource.qualifiedName) \"\(name)\": \(text)",
            details: details(resource, name))
    }

    static func forbidden(_ resource: ServedResource, _ name: String, _ text: String, causes: [Cause]? = nil) -> Status
    {
        var details = details(resource, name)
        details.causes = causes
        let subject = name.isEmpty ? resource.qualifiedName : "\(resource.qualifiedName) \"\(name)\""
        return Status(code: 403, reason: "Forbidden", message: "\(subject) is forbidden: \(text)", details: details)
    }

    static func notAcceptable(_ message: String) -> Status {
        Status(code: 406, reason: "NotAcceptable", message: message)
    }

    static func unsupportedMediaType(_ accepted: [String]) -> Status {
        Status(
            code: 415, reason: "UnsupportedMediaType",
            message: "the body of the request was in an unknown format - accepted media types include: "
                + accepted.joined(separator: ", "))
    }

    static func tooLargeVersion(_ asked: Int64, current: Int64) -> Status {
        Status(
            code: 504, reason: "Timeout",
            message: "Timeout: Too large resource version: \(asked), current: \(current)",
            details: Details(
                causes: [Cause(reason: "ResourceVersionTooLarge", message: "Too large resource version", field: nil)],
                retryAfterSeconds: 1))
    }

    static func details(_ resource: ServedResource, _ name: String) -> Details {
        let group = resource.type.gvk.group
        return Details(
            name: name.isEmpty ? nil : name, group: group.isEmpty ? nil : group, kind: resource.type.plural)
    }

    /// The answer to options that contradict each other.
    static func invalidOptions(_ kind: String, _ errors: [FieldError]) -> Status {
        FieldError.status(kind: kind, group: "meta.k8s.io", name: "", errors: errors)
    }

    /// The JSON of the answer.
    var document: JSONValue {
        var document: JSONValue = ["kind": "Status", "apiVersion": "v1", "metadata": [:]]
        document["status"] = status.map { .string($0) }
        document["message"] = message.map { .string($0) }
        document["reason"] = reason.map { .string($0) }
        document["code"] = code.map { .integer(Int64($0)) }
        if let details {
            var members: JSONValue = [:]
            members["name"] = details.name.map { .string($0) }
            members["group"] = details.group.map { .string($0) }
            members["kind"] = details.kind.map { .string($0) }
            members["uid"] = details.uid.map { .string($0) }
            members["retryAfterSeconds"] = details.retryAfterSeconds.map { .integer(Int64($0)) }
            if let causes = details.causes {
                members["causes"] = .array(
                    causes.map { cause in
                        var member: JSONValue = [:]
                        member["reason"] = cause.reason.map { .string($0) }
                        member["message"] = cause.message.map { .string($0) }
                        member["field"] = cause.field.map { .string($0) }
                        return member
                    })
            }
            document["details"] = members
        }
        return document
    }
}
