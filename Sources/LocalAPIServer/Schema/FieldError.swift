public import KubernetesCore

/// One thing that is wrong with an object: Kubernetes' `field.Error`, written as the API server writes it.
public struct FieldError: Error, Sendable, Hashable {
    /// What kind of mistake it is; the raw values are the reasons of a `Status`' causes.
    public enum Reason: String, Sendable, Hashable {
        case duplicate = "FieldValueDuplicate"
        case forbidden = "FieldValueForbidden"
        case invalid = "FieldValueInvalid"
        case notFound = "FieldValueNotFound"
        case notSupported = "FieldValueNotSupported"
        case required = "FieldValueRequired"
        case tooLong = "FieldValueTooLong"
        case tooMany = "FieldValueTooMany"
        case typeInvalid = "FieldValueTypeInvalid"
    }

    /// The path that stands where an error belongs to no field.
    public static let noPath = "<nil>"

    /// The field's path, such as `spec.tasks[0].name`.
    public var path: String
    /// What kind of mistake it is.
    public var reason: Reason
    /// What is wrong, without the path.
    public var message: String

    /// States a mistake in words of the caller.
    public init(path: String, reason: Reason, message: String) {
        self.path = path
        self.reason = reason
        self.message = message
    }

    /// A field that must be there is not.
    public static func required(_ path: String, _ detail: String = "") -> FieldError {
        FieldError(path: path, reason: .required, message: joined("Required value", detail))
    }

    /// A field's value is wrong.
    public static func invalid(_ path: String, _ value: JSONValue, _ detail: String) -> FieldError {
        FieldError(path: path, reason: .invalid, message: joined("Invalid value: \(quoted(value))", detail))
    }

    /// A field's value has the wrong type; `value` is often the name of the type that it has.
    public static func typeInvalid(_ path: String, _ value: JSONValue, _ detail: String) -> FieldError {
        FieldError(path: path, reason: .typeInvalid, message: joined("Invalid value: \(quoted(value))", detail))
    }

    /// A field's value is none of those that exist; they are named in the order given.
    public static func notSupported(_ path: String, _ value: JSONValue, supported: [String]) -> FieldError {
        let names = supported.map { quoted(.string($0)) }.joined(separator: ", ")
        let detail = supported.isEmpty ? "" : "supported values: \(names)"
        return FieldError(
            path: path, reason: .notSupported, message: joined("Unsupported value: \(quoted(value))", detail))
    }

    /// A value stands twice where each must be another.
    public static func duplicate(_ path: String, _ value: JSONValue) -> FieldError {
        FieldError(path: path, reason: .duplicate, message: "Duplicate value: \(quoted(value))")
    }

    /// A field must not be there, or must not change.
    public static func forbidden(_ path: String, _ detail: String) -> FieldError {
        FieldError(path: path, reason: .forbidden, message: joined("Forbidden", detail))
    }

    /// A field names something that does not exist.
    public static func notFound(_ path: String, _ value: JSONValue) -> FieldError {
        FieldError(path: path, reason: .notFound, message: "Not found: \(quoted(value))")
    }

    /// A text is too long.
    public static func tooLong(_ path: String, maxBytes: Int) -> FieldError {
        FieldError(
            path: path, reason: .tooLong, message: "Too long: may not be more than \(maxBytes) \(plural(maxBytes))")
    }

    /// A collection has too many elements.
    public static func tooMany(_ path: String, actual: Int, max: Int) -> FieldError {
        FieldError(
            path: path, reason: .tooMany,
            message: "Too many: \(actual): must have at most \(max) item\(max == 1 ? "" : "s")")
    }

    /// The answer to a request whose object is invalid: 422 with one cause an error.
    ///
    /// - Parameters:
    ///   - kind: The object's kind.
    ///   - group: Its group, empty for the core group.
    ///   - name: Its name, empty where it has none yet.
    ///   - errors: What is wrong, in the order in which it shall be named.
    public static func status(kind: String, group: String, name: String, errors: [FieldError]) -> Status {
        let qualified = group.isEmpty ? kind : "\(kind).\(group)"
        var seen: Set<String> = []
        let texts = errors.map { "\($0.path): \($0.message)" }.filter { seen.insert($0).inserted }
        let list = texts.count == 1 ? texts.joined() : "[\(texts.joined(separator: ", "))]"
        let subject = "\(qualified) \"\(name)\" is invalid"
        return Status(
            code: 422, reason: "Invalid", message: errors.isEmpty ? subject : "\(subject): \(list)",
            details: Status.Details(
                name: name.isEmpty ? nil : name, group: group.isEmpty ? nil : group, kind: kind,
                causes: errors.isEmpty
                    ? nil
                    : errors.map {
                        Status.Cause(reason: $0.reason.rawValue, message: $0.message, field: $0.path)
                    }))
    }

    private static func joined(_ text: String, _ detail: String) -> String {
        detail.isEmpty ? text : "\(text): \(detail)"
    }

    private static func quoted(_ value: JSONValue) -> String { JSONWriter.string(value) }

    private static func plural(_ count: Int) -> String { count == 1 ? "byte" : "bytes" }
}

extension String {
    /// This path and one more step: a member's name.
    func field(_ name: String) -> String { isEmpty ? name : "\(self).\(name)" }

    /// This path and one more step: an element's index.
    func index(_ index: Int) -> String { "\(self)[\(index)]" }

    /// This path and one more step: a map's key.
    func key(_ key: String) -> String { "\(self)[\(key)]" }
}
