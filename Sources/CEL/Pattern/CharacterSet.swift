/// A set of characters of a pattern.
struct CharacterSet: Sendable, Hashable {
    var ranges: [ClosedRange<UInt32>] = []
    /// Unicode's categories; and those whose characters are not meant.
    var categories: Set<Category> = []
    var isNegated = false
    /// Whether upper and lower case are the same.
    var foldsCase = false

    struct Category: Sendable, Hashable {
        var categories: Set<Unicode.GeneralCategory>
        var isNegated: Bool
    }

    init(_ ranges: [ClosedRange<UInt32>] = [], isNegated: Bool = false) {
        self.ranges = ranges
        self.isNegated = isNegated
    }

    init(_ scalar: Unicode.Scalar) { ranges = [scalar.value...scalar.value] }

    static let digits = CharacterSet([0x30...0x39])
    static let word = CharacterSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = CharacterSet([0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
    static let all = CharacterSet([], isNegated: true)
    static let noNewline = CharacterSet([0x0A...0x0A], isNegated: true)

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        if hasDirectly(scalar) { return !isNegated }
        if foldsCase {
            for other in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping] {
                if let folded = other.unicodeScalars.first, other.unicodeScalars.count == 1, folded != scalar,
                    hasDirectly(folded)
                {
                    return !isNegated
                }
            }
        }
        return isNegated
    }

    private func hasDirectly(_ scalar: Unicode.Scalar) -> Bool {
        for range in ranges where range.contains(scalar.value) { return true }
        guard !categories.isEmpty else { return false }
        let category = scalar.properties.generalCategory
        return categories.contains { $0.categories.contains(category) != $0.isNegated }
    }

    /// Takes in all of another set.
    mutating func insert(_ other: CharacterSet) {
        if other.isNegated {
            ranges += other.complement
        } else {
            ranges += other.ranges
        }
        categories.formUnion(
            other.categories.map { Category(categories: $0.categories, isNegated: $0.isNegated != other.isNegated) })
    }

    /// The ranges that are in none of this set's.
    private var complement: [ClosedRange<UInt32>] {
        var result: [ClosedRange<UInt32>] = []
        // A set that is made of categories only has no ranges to complement.
        guard categories.isEmpty else { return [] }
        var start: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > start { result.append(start...(range.lowerBound - 1)) }
            start = max(start, range.upperBound + 1)
        }
        return start <= 0x10FFFF ? result + [start...0x10FFFF] : result
    }

    /// The set of a name such as `alpha`, in `[[:alpha:]]`.
    static func posix(_ name: String) -> CharacterSet? {
        switch name {
        case "alnum": CharacterSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A])
        case "alpha": CharacterSet([0x41...0x5A, 0x61...0x7A])
        case "ascii": CharacterSet([0x00...0x7F])
        case "blank": CharacterSet([0x09...0x09, 0x20...0x20])
        case "cntrl": CharacterSet([0x00...0x1F, 0x7F...0x7F])
        case "digit": digits
        case "graph": CharacterSet([0x21...0x7E])
        case "lower": CharacterSet([0x61...0x7A])
        case "print": CharacterSet([0x20...0x7E])
        case "punct": CharacterSet([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])
        case "space": CharacterSet([0x09...0x0D, 0x20...0x20])
        case "upper": CharacterSet([0x41...0x5A])
        case "word": word
        case "xdigit": CharacterSet([0x30...0x39, 0x41...0x46, 0x61...0x66])
        default: nil
        }
    }

    /// The set of a category's name such as `L` or `Lu`.
    static func category(_ name: String) -> CharacterSet? {
        if name == "Any" { return .all }
        let matching = categoryNames.filter { $0.key.hasPrefix(name) }.values
        guard !name.isEmpty, !matching.isEmpty else { return nil }
        var set = CharacterSet()
        set.categories = [Category(categories: Set(matching), isNegated: false)]
        return set
    }

    private static let categoryNames: [String: Unicode.GeneralCategory] = [
        "Lu": .uppercaseLetter, "Ll": .lowercaseLetter, "Lt": .titlecaseLetter, "Lm": .modifierLetter,
        "Lo": .otherLetter, "Mn": .nonspacingMark, "Mc": .spacingMark, "Me": .enclosingMark, "Nd": .decimalNumber,
        "Nl": .letterNumber, "No": .otherNumber, "Pc": .connectorPunctuation, "Pd": .dashPunctuation,
        "Ps": .openPunctuation, "Pe": .closePunctuation, "Pi": .initialPunctuation, "Pf": .finalPunctuation,
        "Po": .otherPunctuation, "Sm": .mathSymbol, "Sc": .currencySymbol, "Sk": .modifierSymbol,
        "So": .otherSymbol, "Zs": .spaceSeparator, "Zl": .lineSeparator, "Zp": .paragraphSeparator, "Cc": .control,
        "Cf": .format, "Cs": .surrogate, "Co": .privateUse,
    ]
}
