/// What an expression may refer to, and which parts of the language it may use.
public struct Declarations: Sendable {
    /// Choices beside the libraries.
    public struct Options: OptionSet, Sendable, Hashable {
        public let rawValue: Int

        public init(rawValue: Int) { self.rawValue = rawValue }

        /// Integers and doubles mix in arithmetic and in `==`; ordering mixes them anyway.
        public static let mixedNumbers = Options(rawValue: 1)
        /// There is `days(n)`, and `duration("7d")` is understood.
        public static let days = Options(rawValue: 2)
        /// All elements of a list or map in the text must be of one type, as Kubernetes wants it.
        public static let homogeneousLiterals = Options(rawValue: 4)
    }

    /// The variables' types, by name; a name may have points.
    public var variables: [String: CELType]
    /// Names with values that are known beforehand.
    public var constants: [String: Value]
    /// Where names are looked up first: in container `a.b`, `x` is `a.b.x`, `a.x` or `x`.
    public var container = ""
    /// The libraries.
    public let libraries: Set<Library>
    /// The choices.
    public let options: Options
    private(set) var functions: [String: [Overload]]

    /// Declarations of variables, constants and libraries.
    public init(
        variables: [String: CELType] = [:], constants: [String: Value] = [:],
        libraries: Set<Library> = Library.kubernetes(minor: 36), options: Options = []
    ) {
        self.variables = variables
        self.constants = constants
        self.libraries = libraries
        self.options = options
        functions = FunctionTable.functions(of: libraries, options)
    }

    /// Adds a function that the checker knows; one without an implementation can't be evaluated.
    public mutating func declare(_ function: FunctionDeclaration) {
        functions[function.name, default: []] += function.overloads
    }

    /// The names that a name can stand for, the most likely first.
    func candidates(for name: String) -> [String] {
        if name.hasPrefix(".") { return [String(name.dropFirst())] }
        guard !container.isEmpty else { return [name] }
        var names: [String] = []
        var space = container[...]
        while true {
            names.append("\(space).\(name)")
            guard let point = space.lastIndex(of: ".") else { break }
            space = space[..<point]
        }
        return names + [name]
    }
}
