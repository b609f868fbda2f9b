/// A part of the language beside its core.
public enum Library: String, Sendable, Hashable, CaseIterable {
    /// `charAt`, `indexOf`, `join`, `replace`, `split`, `substring`, `format`, ….
    case strings
    /// `reverse` of a string.
    case stringReversal
    /// `isSorted`, `sum`, `min`, `max`, `indexOf`, `lastIndexOf` of lists.
    case lists
    /// `slice`, `flatten`, `distinct`, `sort`, `sortBy`, `reverse`, `first`, `last`, `lists.range`.
    case sequences
    /// `sets.contains`, `sets.equivalent`, `sets.intersects`.
    case sets
    /// `math.greatest`, `math.abs`, `math.bitAnd`, ….
    case math
    /// `base64.encode`, `base64.decode`.
    case encoders
    /// `cel.bind`.
    case bindings
    /// `.?`, `[?…]`, `optional.of`, `orValue`, ….
    case optionals
    /// Folds with two variables.
    case twoVariables
    /// `find`, `findAll`.
    case regex
    case urls
    case quantity
    case ip
    case cidr
    /// `format.dns1123Label()` and its like, with `validate`.
    case format
    case semver
    /// `cel.block`, which optimizers write; nobody does by hand.
    case blocks

    /// All of them.
    public static let all = Set(allCases)

    /// Exactly the libraries that a minor version of Kubernetes has.
    public static func kubernetes(minor: Int) -> Set<Library> {
        Set(allCases.filter { $0.firstMinor.map { $0 <= minor } ?? false })
    }

    /// The minor version of Kubernetes that first has the library; nil where none has.
    public var firstMinor: Int? {
        switch self {
        case .lists, .regex, .urls, .strings: 25
        case .optionals, .quantity: 28
        case .sets: 29
        case .ip, .cidr: 30
        case .format: 31
        case .twoVariables: 32
        case .semver: 33
        case .sequences: 34
        case .stringReversal, .math, .encoders, .bindings, .blocks: nil
        }
    }

    var functions: [FunctionDeclaration] {
        switch self {
        case .strings: StringLibrary.functions
        case .stringReversal: StringLibrary.reversal
        case .lists: ListLibrary.functions
        case .sequences: SequenceLibrary.functions
        case .sets: SetLibrary.functions
        case .math: MathLibrary.functions
        case .encoders: EncoderLibrary.functions
        case .optionals: OptionalLibrary.functions
        case .regex: RegexLibrary.functions
        case .urls: URLLibrary.functions
        case .quantity: QuantityLibrary.functions
        case .ip: NetworkLibrary.addresses
        case .cidr: NetworkLibrary.blocks
        case .format: FormatLibrary.functions
        case .semver: VersionLibrary.functions
        case .twoVariables: StandardLibrary.insertions
        case .bindings, .blocks: []
        }
    }
}

/// Puts the functions of libraries together.
enum FunctionTable {
    static func functions(
        of libraries: Set<Library>, _ options: Declarations.Options
    ) -> [String: [Overload]] {
        var table: [String: [Overload]] = [:]
        var parts = [StandardLibrary.functions, StandardLibrary.conversions(options), TimeLibrary.functions]
        if options.contains(.mixedNumbers) { parts.append(MixedNumberLibrary.functions) }
        if options.contains(.days) { parts.append(TimeLibrary.days) }
        // In the order of the cases, so that the same libraries always give the same table.
        for library in Library.allCases where libraries.contains(library) { parts.append(library.functions) }
        for function in parts.joined() { table[function.name, default: []] += function.overloads }
        return table
    }
}
