/// Reads a reference, one character after the other.
struct ReferenceParser {
    private let characters: [Character]
    private var position = 0

    static func parse(_ text: String) throws(ExpressionError) -> Reference {
        var parser = ReferenceParser(characters: Array(text))
        return try parser.reference()
    }

    /// Whether a text has the form of a path, whatever its scope.
    static func hasForm(_ text: String) -> Bool {
        var parser = ReferenceParser(characters: Array(text))
        return (try? parser.steps()) != nil
    }

    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy(isNameCharacter)
    }

    private init(characters: [Character]) { self.characters = characters }

    private mutating func reference() throws(ExpressionError) -> Reference {
        let (scope, steps) = try steps()
        guard let root = Reference.Root(rawValue: scope) else {
            let roots = Reference.Root.allCases.map(\.rawValue)
            throw ExpressionError(
                "unknown scope \(Quoted.text(scope))\(NearestName.suggestion(scope, among: roots))")
        }
        return Reference(root: root, steps: steps)
    }

    private mutating func steps() throws(ExpressionError) -> (scope: String, steps: [Reference.Step]) {
        let scope = try name()
        var steps: [Reference.Step] = []
        while position < characters.count {
            switch characters[position] {
            case ".":
                position += 1
                steps.append(.member(try name()))
            case "[":
                position += 1
                steps.append(try bracketed())
            default: throw unexpected()
            }
        }
        return (scope, steps)
    }

    private mutating func name() throws(ExpressionError) -> String {
        let start = position
        while position < characters.count, Self.isNameCharacter(characters[position]) { position += 1 }
        guard position > start else { throw unexpected() }
        return String(characters[start..<position])
    }

    private mutating func bracketed() throws(ExpressionError) -> Reference.Step {
        guard position < characters.count else { throw unexpected() }
        let quote = characters[position]
        let step: Reference.Step
        if quote == "'" || quote == "\"" {
            position += 1
            let start = position
            while position < characters.count, characters[position] != quote, characters[position] != "\\" {
                position += 1
            }
            guard position < characters.count, characters[position] == quote else { throw unexpected() }
            step = .member(String(characters[start..<position]))
            position += 1
        } else {
            let start = position
            while position < characters.count, characters[position].isASCII, characters[position].isNumber {
                position += 1
            }
            guard let index = Int(String(characters[start..<position])) else { throw unexpected() }
            step = .element(index)
        }
        guard position < characters.count, characters[position] == "]" else { throw unexpected() }
        position += 1
        return step
    }

    private func unexpected() -> ExpressionError {
        guard position < characters.count else {
            return ExpressionError("a name is missing at the end of the path", position: position)
        }
        return ExpressionError("unexpected \(Quoted.text(String(characters[position])))", position: position)
    }

    static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == "-")
    }
}
