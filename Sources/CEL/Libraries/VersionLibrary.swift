/// Semantic versions.
enum VersionLibrary {
    static let functions = [
        FunctionDeclaration(
            "semver",
            .function("string_to_semver", cost: .firstCharacters(1)) { (text: String) throws(EvaluationFailure) in
                try version(text, false)
            },
            .function("string_bool_to_semver", cost: .firstCharacters(1)) {
                (text: String, isNormalizing: Bool) throws(EvaluationFailure) in
                try version(text, isNormalizing)
            }),
        FunctionDeclaration(
            "isSemver",
            .function("is_semver_string", cost: .firstCharacters(1)) { (text: String) in
                SemanticVersion(text) != nil
            },
            .function("is_semver_string_bool", cost: .firstCharacters(1)) { (text: String, isNormalizing: Bool) in
                SemanticVersion(text, isNormalizing: isNormalizing) != nil
            }),
        FunctionDeclaration(
            "isGreaterThan",
            .function("semver_is_greater_than", isMember: true) { (left: SemanticVersion, right: SemanticVersion) in
                left > right
            }),
        FunctionDeclaration(
            "isLessThan",
            .function("semver_is_less_than", isMember: true) { (left: SemanticVersion, right: SemanticVersion) in
                left < right
            }),
        FunctionDeclaration(
            "compareTo",
            .function("semver_compare_to", isMember: true) { (left: SemanticVersion, right: SemanticVersion) in
                Int64(left < right ? -1 : right < left ? 1 : 0)
            }),
        part("major", 0), part("minor", 1), part("patch", 2),
    ]

    private static func part(_ name: String, _ index: Int) -> FunctionDeclaration {
        FunctionDeclaration(
            name,
            .function("semver_\(name)", isMember: true) { (version: SemanticVersion) in
                Int64(clamping: version.numbers[index])
            })
    }

    private static func version(_ text: String, _ isNormalizing: Bool) throws(EvaluationFailure) -> SemanticVersion {
        guard let version = SemanticVersion(text, isNormalizing: isNormalizing) else {
            throw EvaluationFailure("invalid semantic version \"\(text)\"")
        }
        return version
    }
}
