/// What a pattern finds in a text.
enum RegexLibrary {
    static let functions = [
        FunctionDeclaration(
            "find",
            .function("string_find_string", isMember: true, cost: .pattern) {
                (text: String, pattern: String) throws(EvaluationFailure) in
                try LinearPattern.compiled(pattern).finds(in: text, most: 1).first ?? ""
            }),
        FunctionDeclaration(
            "findAll", findAll("string_find_all_string", []), findAll("string_find_all_string_int", [.int])),
    ]

    private static func findAll(_ id: String, _ more: [CELType]) -> Overload {
        .values(id, isMember: true, [.string, .string] + more, .list(.string), cost: .pattern) {
            values throws(EvaluationFailure) in
            guard case .string(let text) = values[0], case .string(let pattern) = values[1] else {
                throw EvaluationFailure("no such overload")
            }
            var most: Int?
            if values.count > 2, case .int(let count) = values[2], count >= 0 { most = Int(clamping: count) }
            return .list(try LinearPattern.compiled(pattern).finds(in: text, most: most).map { .string($0) })
        }
    }
}

extension LinearPattern {
    /// The same with an evaluation's error.
    static func compiled(_ pattern: String) throws(EvaluationFailure) -> LinearPattern {
        do throws(SyntaxError) {
            return try LinearPattern(pattern)
        } catch {
            throw EvaluationFailure("error parsing regexp: \(error.description)")
        }
    }
}
