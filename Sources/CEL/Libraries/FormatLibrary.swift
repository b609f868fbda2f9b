/// Named forms of texts.
enum FormatLibrary {
    static let functions =
        NamedFormat.all.map { format in
            FunctionDeclaration(
                "format.\(format.name)", .values("format.\(format.name)", [], .format) { _ in format.value })
        } + [
            FunctionDeclaration(
                "format.named",
                .values("format-named", [.string], .optional(.format)) { values in
                    guard case .string(let name)? = values.first else { return .optional(nil) }
                    return .optional(NamedFormat.all.first { $0.name == name }?.value)
                }),
            FunctionDeclaration(
                "validate",
                .values(
                    "format-validate", isMember: true, [.format, .string], .optional(.list(.string)), cost: .format
                ) {
                    values throws(EvaluationFailure) in
                    guard case .format(let format) = values[0], case .string(let text) = values[1] else {
                        throw EvaluationFailure("no such overload")
                    }
                    let problems = format.problems(text)
                    return .optional(problems.isEmpty ? nil : .list(problems.map { .string($0) }))
                }),
        ]
}
