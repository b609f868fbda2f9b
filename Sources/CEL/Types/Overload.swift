/// What a function does; it throws where the values don't fit.
typealias FunctionBody = @Sendable ([Value]) throws(EvaluationFailure) -> Value

/// One signature of a function.
public struct Overload: Sendable {
    /// The name that tells it from others: `size_string`.
    public let id: String
    /// Whether it is called on its first argument, with a point.
    public let isMember: Bool
    /// The arguments' types, that before the point first.
    public let parameters: [CELType]
    /// The result's type.
    public let result: CELType
    let cost: FunctionCost
    let body: FunctionBody?
    private let kinds: [ValueKind?]

    /// A signature that callers declare for the checker alone.
    public init(id: String, isMember: Bool = false, parameters: [CELType], result: CELType) {
        self.init(id, isMember: isMember, parameters, result, .constant, body: nil)
    }

    init(
        _ id: String, isMember: Bool, _ parameters: [CELType], _ result: CELType, _ cost: FunctionCost,
        body: FunctionBody?
    ) {
        self.id = id
        self.isMember = isMember
        self.parameters = parameters
        self.result = result
        self.cost = cost
        self.body = body
        kinds = parameters.map(\.valueKind)
    }

    /// Whether the values are of the kinds that the parameters want.
    func accepts(_ values: [Value]) -> Bool {
        guard values.count == kinds.count else { return false }
        for (kind, value) in zip(kinds, values) where kind.map({ $0 != value.kind }) ?? false { return false }
        return true
    }
}

/// A function and its signatures.
public struct FunctionDeclaration: Sendable {
    /// The function's name.
    public let name: String
    /// Its signatures.
    public let overloads: [Overload]

    /// A function of a name with signatures.
    public init(_ name: String, _ overloads: [Overload]) {
        self.name = name
        self.overloads = overloads
    }
}

/// Why an expression has no value.
struct EvaluationFailure: Error {
    var message: String
    /// The node where it happened.
    var node: Int?
    var isCost = false

    init(_ message: String, node: Int? = nil, isCost: Bool = false) {
        self.message = message
        self.node = node
        self.isCost = isCost
    }
}
