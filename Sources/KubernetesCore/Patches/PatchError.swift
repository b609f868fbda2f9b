/// Why a patch was refused: what an API server answers, and what was wrong in detail.
public struct PatchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The HTTP status.
    public var code: Int
    /// For programs, nil where the server gives none.
    public var reason: String?
    /// For people, as an API server words it.
    public var message: String
    /// What was wrong where the server's message does not tell.
    public var cause: String?

    /// Describes a refusal.
    public init(code: Int, reason: String?, message: String, cause: String? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.cause = cause
    }

    public var description: String { cause.map { "\(message): \($0)" } ?? message }

    /// The answer of an API server.
    public var status: Status {
        var status = Status(code: code, reason: reason ?? "", message: message)
        status.reason = reason
        if code == 422 { status.details = Status.Details() }
        return status
    }

    /// The body is no patch.
    static func badRequest(_ message: String) -> PatchError {
        PatchError(code: 400, reason: "BadRequest", message: message)
    }

    /// The body is a patch, which does not go with this object; the server does not say why.
    static func unprocessable(_ cause: String) -> PatchError {
        PatchError(
            code: 422, reason: "Invalid",
            message: "the server rejected our request due to an error in our request", cause: cause)
    }

    /// The patch failed in a way that the server does not classify.
    static func unclassified(_ message: String) -> PatchError {
        PatchError(code: 500, reason: nil, message: message)
    }

    /// The body is JSON of the wrong shape; worded as Go's decoder does.
    static func wrongShape(_ value: JSONValue, wanted: String) -> PatchError {
        let name =
            switch value {
            case .integer, .double: "number"
            case .bool: "bool"
            default: value.typeName
            }
        return badRequest("error decoding patch: json: cannot unmarshal \(name) into Go value of type \(wanted)")
    }
}

extension MergePatch {
    /// Applies a merge patch that came from outside, which must be an object.
    ///
    /// - Throws: ``PatchError`` with code 400 for a patch that is no object.
    public static func applyRequest(_ patch: JSONValue, to target: JSONValue) throws(PatchError) -> JSONValue {
        switch patch {
        case .object: return apply(patch, to: target)
        case .null: throw .badRequest("Invalid JSON Patch")
        default: throw .wrongShape(patch, wanted: "map[string]interface {}")
        }
    }
}
