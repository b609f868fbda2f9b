/// Chooses the image of a Python script by the versions that it runs with.
enum PythonImage {
    /// The version of scripts that take any, and where it can be chosen.
    static let usual = 12
    private static let minors = 9...14

    /// One condition of `requires-python`, such as `>=3.11`.
    private struct Clause {
        var comparison: String
        var version: [Int]
        var isPrefix: Bool

        init?(_ text: some StringProtocol) {
            let clean = text.trimming(while: \.isWhitespace)
            let comparison = clean.prefix { "~=!<>".contains($0) }
            var version = clean.dropFirst(comparison.count).trimming(while: \.isWhitespace)
            isPrefix = version.hasSuffix(".*")
            if isPrefix { version = version.dropLast(2) }
            let parts = version.split(separator: ".", omittingEmptySubsequences: false)
            // What stands behind the digits is a pre-release's name.
            let numbers = parts.compactMap { Int($0.prefix(while: \.isNumber)) }
            guard ["~=", "==", "===", "!=", "<=", ">=", "<", ">"].contains(String(comparison)), !numbers.isEmpty,
                numbers.count == parts.count
            else { return nil }
            self.comparison = String(comparison)
            self.version = numbers
        }

        /// Whether it holds for the newest release of Python 3.`minor`.
        func holds(minor: Int) -> Bool {
            let newest = [3, minor, 999]
            let matches = newest.starts(with: version) || [3, minor] == Array(version.prefix(2)) && !isPrefix
            let isLess = newest.lexicographicallyPrecedes(version)
            return switch comparison {
            case "==", "===": matches
            case "!=": !(isPrefix && newest.starts(with: version))
            case ">=": !isLess
            case ">": !isLess && newest != version
            case "<=": isLess || newest.starts(with: version) && version.count > 1
            case "<": isLess
            default: !isLess && newest.starts(with: version.dropLast())
            }
        }

        /// The release that it names in full.
        var release: [Int]? { comparison.hasPrefix("==") && !isPrefix && version.count == 3 ? version : nil }
    }

    /// The image; the usual version where it will do, else the nearest newer one, else the nearest older one.
    ///
    /// - Throws: ``CommandError`` where no version will do.
    static func name(requires: String?) throws(CommandError) -> String {
        var clauses: [Clause] = []
        for part in (requires ?? "").split(separator: ",") {
            guard let clause = Clause(part) else {
                throw CommandError(
                    .invalidInput, "requires-python: \"\(part)\" is no condition on a version, such as >=3.11")
            }
            clauses.append(clause)
        }
        let fitting = minors.filter { minor in clauses.allSatisfy { $0.holds(minor: minor) } }
        guard let minor = fitting.first(where: { $0 >= usual }) ?? fitting.last else {
            throw CommandError(
                .invalidInput,
                "requires-python: none of 3.\(minors.lowerBound) to 3.\(minors.upperBound) is \(requires ?? ""); "
                    + "name an image in [tool.fairlead]")
        }
        if let release = clauses.compactMap(\.release).first {
            return "python:\(release.map(String.init).joined(separator: "."))-slim"
        }
        return "python:3.\(minor)-slim"
    }
}

extension StringProtocol {
    /// The text without characters of a kind at both ends.
    fileprivate func trimming(while isTrimmed: (Character) -> Bool) -> SubSequence {
        var text = self[...]
        while let first = text.first, isTrimmed(first) { text.removeFirst() }
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return text
    }
}
