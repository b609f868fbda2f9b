/// A version as semver.org defines it; two that differ only in build metadata are equal.
public struct SemanticVersion: Sendable, Hashable, Comparable {
    /// The first three numbers.
    let numbers: [UInt64]
    private let prerelease: [Identifier]

    private enum Identifier: Sendable, Hashable {
        case number(UInt64)
        case text(String)
    }

    /// The version in a text; normalizing takes `v` and leading zeros off and adds missing numbers.
    public init?(_ text: String, isNormalizing: Bool = false) {
        var rest = isNormalizing ? Self.normalized(text)[...] : text[...]
        if let plus = rest.firstIndex(of: "+") {
            let build = rest[rest.index(after: plus)...]
            guard build.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(Self.isIdentifier) else {
                return nil
            }
            rest = rest[..<plus]
        }
        var prerelease: [Identifier] = []
        if let dash = rest.firstIndex(of: "-") {
            for part in rest[rest.index(after: dash)...].split(separator: ".", omittingEmptySubsequences: false) {
                guard let identifier = Self.identifier(part) else { return nil }
                prerelease.append(identifier)
            }
            rest = rest[..<dash]
        }
        let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap(Self.number)
        guard parts.count == 3, numbers.count == 3 else { return nil }
        self.numbers = numbers
        self.prerelease = prerelease
    }

    private static func isIdentifier(_ part: Substring) -> Bool {
        !part.isEmpty
            && part.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
            }
    }

    private static func number(_ part: Substring) -> UInt64? {
        guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), part.count == 1 || part.first != "0" else {
            return nil
        }
        return UInt64(part)
    }

    private static func identifier(_ part: Substring) -> Identifier? {
        guard isIdentifier(part) else { return nil }
        guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return .text(String(part)) }
        return number(part).map { .number($0) }
    }

    private static func normalized(_ text: String) -> String {
        let bare = text.hasPrefix("v") ? text.dropFirst() : text[...]
        var parts = bare.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false).map { part in
            let trimmed = part.drop { $0 == "0" }
            guard part.count > 1, trimmed.count < part.count else { return String(part) }
            let startsWithDigit = trimmed.first.map { ("0"..."9").contains($0) } ?? false
            return startsWithDigit ? String(trimmed) : "0" + trimmed
        }
        if parts.count < 3, parts.last?.contains(where: { $0 == "+" || $0 == "-" }) != true {
            while parts.count < 3 { parts.append("0") }
        }
        return parts.joined(separator: ".")
    }

    public static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
        if left.numbers != right.numbers { return left.numbers.lexicographicallyPrecedes(right.numbers) }
        // A version without a prerelease is after all of its prereleases.
        if left.prerelease.isEmpty || right.prerelease.isEmpty {
            return !left.prerelease.isEmpty && right.prerelease.isEmpty
        }
        return left.prerelease.lexicographicallyPrecedes(right.prerelease) { first, second in
            switch (first, second) {
            case (.number(let low), .number(let high)): low < high
            case (.number, .text): true
            case (.text, .number): false
            case (.text(let low), .text(let high)): low.isBefore(high)
            }
        }
    }
}
