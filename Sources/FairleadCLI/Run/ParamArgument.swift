import FairleadAPI
import KubernetesCore

/// A parameter on the command line: `-p name=value`.
struct ParamArgument: Sendable, Hashable {
    var name: String
    var text: String

    /// Reads `name=value`; the value may be empty and may hold further `=`.
    ///
    /// - Throws: ``CommandError``.
    init(_ argument: String) throws(CommandError) {
        guard let end = argument.firstIndex(of: "="), end > argument.startIndex else {
            throw CommandError(.invalidInput, "-p \(argument): write -p name=value")
        }
        name = String(argument[..<end])
        text = String(argument[argument.index(after: end)...])
    }

    /// The value, typed as the pipeline declares it.
    ///
    /// - Throws: ``CommandError`` where the pipeline has no such parameter, or the text is none of its type.
    func value(_ params: [ParamSpec]) throws(CommandError) -> JSONValue {
        guard let param = params.first(where: { $0.name == name }) else {
            let names = params.map(\.name)
            let suggestion = NearestName.suggestion(name, among: names)
            let known = names.isEmpty ? "it has none" : "it has \(names.joined(separator: ", "))"
            throw CommandError(
                .invalidInput,
                "-p \(name): the pipeline has no such parameter\(suggestion.isEmpty ? "; \(known)" : suggestion)")
        }
        guard let value = typed(param.effectiveType) else {
            throw CommandError(
                .invalidInput, "-p \(name): must be \(Self.expectation(param)), not \"\(text)\"")
        }
        return value
    }

    private func typed(_ type: ValueType) -> JSONValue? {
        switch type {
        case .string: return .string(text)
        case .integer, .number, .boolean, .array, .object:
            guard let value = try? JSONParser.parse(text), type.accepts(value) else { return nil }
            return value
        }
    }

    private static func expectation(_ param: ParamSpec) -> String {
        switch param.effectiveType {
        case .string: "a string"
        case .integer: "an integer"
        case .number: "a number"
        case .boolean: "true or false"
        case .array: #"an array in JSON, such as '["a", "b"]'"#
        case .object: #"an object in JSON, such as '{"a": 1}'"#
        }
    }
}
