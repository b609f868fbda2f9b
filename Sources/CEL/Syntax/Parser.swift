/// Reads an expression.
struct Parser {
    private let tokens: [Token]
    private var position = 0
    private var depth = 0
    private let macros: MacroTable
    var tree: SyntaxTree

    /// The longest text, in scalars.
    static let maxLength = 100_000
    /// How deep brackets and alternatives may be nested.
    static let maxNesting = 120

    static func parse(_ text: String, macros: MacroTable) throws(CELError) -> SyntaxTree {
        let scalars = Array(text.unicodeScalars)
        let lines = LineMap(scalars)
        do throws(SyntaxFailure) {
            guard scalars.count <= maxLength else {
                throw SyntaxFailure("the expression is longer than \(maxLength) characters", at: 0)
            }
            var parser = Parser(
                tokens: try Lexer.tokens(scalars), macros: macros, tree: SyntaxTree(text: text, lines: lines))
            parser.tree.root = try parser.expression()
            try parser.expectEnd()
            return parser.tree
        } catch {
            let issue = CELError.Issue(position: lines.position(error.offset), message: error.message)
            throw CELError(.syntax, [issue], text: text)
        }
    }

    private init(tokens: [Token], macros: MacroTable, tree: SyntaxTree) {
        self.tokens = tokens
        self.macros = macros
        self.tree = tree
    }

    private var token: Token { tokens[min(position, tokens.count - 1)] }
    private var following: Token { tokens[min(position + 1, tokens.count - 1)] }

    private mutating func take(_ symbol: String) -> Token? {
        let token = token
        guard token.isSymbol(symbol) else { return nil }
        position += 1
        return token
    }

    private mutating func expect(_ symbol: String) throws(SyntaxFailure) {
        guard take(symbol) != nil else {
            throw SyntaxFailure("Syntax error: missing '\(symbol)' at '\(token.text)'", at: token.offset)
        }
    }

    private func expectEnd() throws(SyntaxFailure) {
        guard token.kind != .end else { return }
        let kind = following.kind == .end ? "extraneous" : "mismatched"
        throw SyntaxFailure("Syntax error: \(kind) input '\(token.text)' expecting <EOF>", at: token.offset)
    }

    // MARK: - Operators

    private mutating func expression() throws(SyntaxFailure) -> Int {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maxNesting else {
            throw SyntaxFailure("the expression is nested deeper than \(Self.maxNesting) levels", at: token.offset)
        }
        let condition = try chain("||", Operator.or)
        guard let mark = take("?") else { return condition }
        let yes = try chain("||", Operator.or)
        try expect(":")
        let no = try expression()
        return try tree.add(
            .call(Operator.conditional, target: nil, arguments: [condition, yes, no]), at: mark.offset)
    }

    /// Terms between `||` or `&&`, as a balanced tree: long chains stay shallow.
    private mutating func chain(_ symbol: String, _ function: String) throws(SyntaxFailure) -> Int {
        var terms = [try term(of: symbol)]
        var offsets: [Int] = []
        while let mark = take(symbol) {
            offsets.append(mark.offset)
            terms.append(try term(of: symbol))
        }
        return try balance(terms[...], offsets[...], function)
    }

    private mutating func term(of symbol: String) throws(SyntaxFailure) -> Int {
        symbol == "||" ? try chain("&&", Operator.and) : try binary(1)
    }

    private mutating func balance(
        _ terms: ArraySlice<Int>, _ offsets: ArraySlice<Int>, _ function: String
    ) throws(SyntaxFailure) -> Int {
        guard terms.count > 1 else { return terms[terms.startIndex] }
        let middle = terms.startIndex + (terms.count + 1) / 2
        let cut = offsets.startIndex + (middle - terms.startIndex) - 1
        let left = try balance(terms[..<middle], offsets[..<cut], function)
        let right = try balance(terms[middle...], offsets[(cut + 1)...], function)
        return try tree.add(.call(function, target: nil, arguments: [left, right]), at: offsets[cut])
    }

    private mutating func binary(_ strength: Int) throws(SyntaxFailure) -> Int {
        guard strength <= 3 else { return try unary() }
        var left = try binary(strength + 1)
        while case .symbol(let symbol) = token.kind, let sign = Operator.binary[symbol], sign.strength == strength {
            let offset = token.offset
            position += 1
            let right = try binary(strength + 1)
            left = try tree.add(.call(sign.function, target: nil, arguments: [left, right]), at: offset)
        }
        return left
    }

    private mutating func unary() throws(SyntaxFailure) -> Int {
        for (symbol, function) in [("!", Operator.not), ("-", Operator.negate)] {
            guard token.isSymbol(symbol) else { continue }
            if symbol == "-", let literal = try negativeLiteral() { return try member(of: literal) }
            let offset = token.offset
            var count = 0
            while take(symbol) != nil { count += 1 }
            let operand = try member(of: try primary())
            // Pairs cancel out.
            guard count % 2 == 1 else { return operand }
            return try tree.add(.call(function, target: nil, arguments: [operand]), at: offset)
        }
        return try member(of: try primary())
    }

    /// A number with its sign: the least integer has no positive counterpart.
    private mutating func negativeLiteral() throws(SyntaxFailure) -> Int? {
        let value: Value
        switch following.kind {
        case .integer(let magnitude):
            guard magnitude <= UInt64(Int64.max) + 1 else {
                throw SyntaxFailure("invalid int literal", at: following.offset)
            }
            value = .int(Int64(truncatingIfNeeded: 0 &- magnitude))
        case .double(let number): value = .double(-number)
        default: return nil
        }
        let offset = following.offset
        position += 2
        return try tree.add(.literal(value), at: offset)
    }

    // MARK: - Members

    private mutating func member(of first: Int) throws(SyntaxFailure) -> Int {
        var operand = first
        while true {
            if let point = take(".") {
                operand = try field(of: operand, point)
            } else if let bracket = take("[") {
                let isOptional = take("?") != nil
                let index = try expression()
                try expect("]")
                operand = try tree.add(
                    .call(
                        isOptional ? Operator.optionalIndex : Operator.index, target: nil, arguments: [operand, index]),
                    at: bracket.offset)
            } else {
                return operand
            }
        }
    }

    private mutating func field(of operand: Int, _ point: Token) throws(SyntaxFailure) -> Int {
        let isOptional = take("?") != nil
        let token = token
        position += 1
        switch token.kind {
        case .identifier(let name):
            if !isOptional, let bracket = take("(") {
                let arguments = try arguments()
                return try call(name, target: operand, arguments, at: bracket.offset)
            }
            return try select(operand, name, isOptional, token.offset, point.offset)
        case .quotedIdentifier(let name):
            return try select(operand, name, isOptional, token.offset, point.offset)
        default:
            position -= 1
            let expected = isOptional ? "IDENTIFIER" : "{'?', IDENTIFIER, ESC_IDENTIFIER}"
            throw SyntaxFailure(
                "Syntax error: no viable alternative at input '.\(token.text)', expecting \(expected)", at: token.offset
            )
        }
    }

    private mutating func select(
        _ operand: Int, _ name: String, _ isOptional: Bool, _ nameOffset: Int, _ offset: Int
    ) throws(SyntaxFailure) -> Int {
        guard isOptional else { return try tree.add(.select(operand, field: name, isTest: false), at: offset) }
        let field = try tree.add(.literal(.string(name)), at: nameOffset)
        return try tree.add(.call(Operator.optionalSelect, target: nil, arguments: [operand, field]), at: offset)
    }

    /// Arguments up to the closing bracket.
    private mutating func arguments() throws(SyntaxFailure) -> [Int] {
        var arguments: [Int] = []
        while take(")") == nil {
            if !arguments.isEmpty {
                guard take(",") != nil else {
                    throw SyntaxFailure(
                        "Syntax error: mismatched input '\(token.text)' expecting {',', ')'}", at: token.offset)
                }
            }
            arguments.append(try expression())
        }
        return arguments
    }

    private mutating func call(
        _ name: String, target: Int?, _ arguments: [Int], at offset: Int
    ) throws(SyntaxFailure) -> Int {
        if let expanded = try macros.expand(name, target: target, arguments, at: offset, in: &tree) { return expanded }
        return try tree.add(.call(name, target: target, arguments: arguments), at: offset)
    }

    // MARK: - Primaries

    private mutating func primary() throws(SyntaxFailure) -> Int {
        let token = token
        position += 1
        switch token.kind {
        case .integer(let magnitude):
            guard let number = Int64(exactly: magnitude) else {
                throw SyntaxFailure("invalid int literal", at: token.offset)
            }
            return try tree.add(.literal(.int(number)), at: token.offset)
        case .unsigned(let number): return try tree.add(.literal(.uint(number)), at: token.offset)
        case .double(let number): return try tree.add(.literal(.double(number)), at: token.offset)
        case .string(let text): return try tree.add(.literal(.string(text)), at: token.offset)
        case .bytes(let bytes): return try tree.add(.literal(.bytes(bytes)), at: token.offset)
        case .identifier(let name): return try named(name, at: token.offset, isAbsolute: false)
        case .symbol(let symbol):
            if let node = try bracketed(symbol, token.offset) { return node }
        case .quotedIdentifier, .end: break
        }
        position -= 1
        throw SyntaxFailure(
            "Syntax error: mismatched input '\(token.text)' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', "
                + "'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}", at: token.offset)
    }

    private mutating func bracketed(_ symbol: String, _ offset: Int) throws(SyntaxFailure) -> Int? {
        switch symbol {
        case "true", "false": return try tree.add(.literal(.bool(symbol == "true")), at: offset)
        case "null": return try tree.add(.literal(.null), at: offset)
        case "(":
            let inner = try expression()
            try expect(")")
            return inner
        case "[": return try list(at: offset)
        case "{": return try map(at: offset)
        case ".":
            guard case .identifier(let name) = token.kind else { return nil }
            let offset = token.offset
            position += 1
            return try named(name, at: offset, isAbsolute: true)
        default: return nil
        }
    }

    private static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    ]

    /// A variable, a call of a function, or an object of a type.
    private mutating func named(_ first: String, at offset: Int, isAbsolute: Bool) throws(SyntaxFailure) -> Int {
        if let brace = try objectBrace() {
            return try object(brace.name.isEmpty ? first : first + "." + brace.name, isAbsolute, at: brace.offset)
        }
        if Self.reserved.contains(first) {
            throw SyntaxFailure("reserved identifier: \(first)", at: offset)
        }
        let name = isAbsolute ? "." + first : first
        if let bracket = take("(") {
            let arguments = try arguments()
            return try call(name, target: nil, arguments, at: bracket.offset)
        }
        return try tree.add(.identifier(name), at: offset)
    }

    /// Where names with points between them end in a brace, goes there and tells the names.
    private mutating func objectBrace() throws(SyntaxFailure) -> (name: String, offset: Int)? {
        var index = position
        var names: [String] = []
        while index + 1 < tokens.count, tokens[index].isSymbol("."),
            case .identifier(let name) = tokens[index + 1].kind
        {
            names.append(name)
            index += 2
        }
        guard index < tokens.count, tokens[index].isSymbol("{") else { return nil }
        position = index + 1
        return (names.joined(separator: "."), tokens[index].offset)
    }

    private mutating func list(at offset: Int) throws(SyntaxFailure) -> Int {
        var elements: [Int] = []
        var optional: Set<Int> = []
        while take("]") == nil {
            if take("?") != nil { optional.insert(elements.count) }
            elements.append(try expression())
            try separator("]")
        }
        return try tree.add(.list(elements, optional: optional), at: offset)
    }

    /// A comma, or nothing before the closing sign.
    private mutating func separator(_ closing: String) throws(SyntaxFailure) {
        if take(",") != nil || token.isSymbol(closing) { return }
        throw SyntaxFailure(
            "Syntax error: mismatched input '\(token.text)' expecting {',', '\(closing)'}", at: token.offset)
    }

    private mutating func map(at offset: Int) throws(SyntaxFailure) -> Int {
        var entries: [SyntaxTree.Entry] = []
        while take("}") == nil {
            let isOptional = take("?") != nil
            let key = try expression()
            try expect(":")
            entries.append(SyntaxTree.Entry(key: key, value: try expression(), isOptional: isOptional))
            try separator("}")
        }
        return try tree.add(.map(entries), at: offset)
    }

    private mutating func object(_ name: String, _ isAbsolute: Bool, at offset: Int) throws(SyntaxFailure) -> Int {
        var fields: [SyntaxTree.Field] = []
        while take("}") == nil {
            let isOptional = take("?") != nil
            let token = token
            let name: String
            switch token.kind {
            case .identifier(let word), .quotedIdentifier(let word): name = word
            default:
                throw SyntaxFailure(
                    "Syntax error: mismatched input '\(token.text)' expecting {'?', '}', IDENTIFIER}", at: token.offset)
            }
            position += 1
            try expect(":")
            fields.append(SyntaxTree.Field(name: name, value: try expression(), isOptional: isOptional))
            try separator("}")
        }
        return try tree.add(.object(isAbsolute ? "." + name : name, fields), at: offset)
    }
}
