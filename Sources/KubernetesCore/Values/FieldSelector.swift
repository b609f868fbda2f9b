/// Which fields objects must have: `metadata.name=web,status.phase!=Running`, as Kubernetes' `fields.ParseSelector`
/// reads it.
public struct FieldSelector: Sendable, Hashable {
    /// One condition on one field.
    public struct Requirement: Sendable, Hashable {
        /// The field, such as `spec.nodeName`.
        public var field: String
        /// The value; an absent field counts as empty.
        public var value: String
        /// Whether the field must have another value.
        public var isNegated: Bool

        /// States a condition.
        public init(field: String, value: String, isNegated: Bool = false) {
            self.field = field
            self.value = value
            self.isNegated = isNegated
        }
    }

    /// Why a text is no selector, in Kubernetes' words.
    public struct ParseError: Error, Sendable, Hashable, CustomStringConvertible {
        /// What was wrong.
        public var message: String

        public var description: String { message }
    }

    /// The conditions, all of which must hold; none selects everything.
    public var requirements: [Requirement]

    /// Selects by conditions.
    public init(_ requirements: [Requirement] = []) { self.requirements = requirements }

    /// Reads a selector's text.
    ///
    /// - Throws: `ParseError`.
    public init(parsing text: String) throws(ParseError) {
        requirements = []
        for term in Self.terms(text) where !term.isEmpty {
            guard let requirement = try Self.requirement(term) else {
                throw ParseError(message: "invalid selector: '\(text)'; can't understand '\(term)'")
            }
            requirements.append(requirement)
        }
    }

    /// Whether fields, absent ones counting as empty, fulfil all conditions.
    public func matches(_ value: (String) -> String) -> Bool {
        requirements.allSatisfy { (value($0.field) == $0.value) != $0.isNegated }
    }

    /// The value that a field must have, where the selector asks for exactly one.
    public func exactValue(of field: String) -> String? {
        requirements.first { $0.field == field && !$0.isNegated }?.value
    }

    /// The terms between the commas that no backslash escapes.
    private static func terms(_ text: String) -> [String] {
        var terms: [String] = [""]
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if scalar == ",", !isEscaped {
                terms.append("")
            } else {
                terms[terms.count - 1].unicodeScalars.append(scalar)
            }
            isEscaped = !isEscaped && scalar == "\\"
        }
        return terms
    }

    private static func requirement(_ term: String) throws(ParseError) -> Requirement? {
        let scalars = Array(term.unicodeScalars)
        var index = 0
        while index < scalars.count {
            if scalars[index] == "\\" {
                index += 2
                continue
            }
            let rest = scalars[index...].prefix(2)
            let isPair = rest.elementsEqual("!=".unicodeScalars) || rest.elementsEqual("==".unicodeScalars)
            if isPair || scalars[index] == "=" {
                let value = scalars[(index + (isPair ? 2 : 1))...]
                return Requirement(
                    field: String(String.UnicodeScalarView(scalars[..<index])),
                    value: try unescaped(value), isNegated: scalars[index] == "!")
            }
            index += 1
        }
        return nil
    }

    private static func unescaped(_ value: ArraySlice<Unicode.Scalar>) throws(ParseError) -> String {
        var output = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in value {
            if isEscaped {
                guard scalar == "\\" || scalar == "," || scalar == "=" else {
                    throw ParseError(message: "invalid field selector: invalid escape sequence: \\\(scalar)")
                }
                output.append(scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == "=" || scalar == "," {
                throw ParseError(message: "invalid field selector: unescaped character: \(scalar)")
            } else {
                output.append(scalar)
            }
        }
        if isEscaped { throw ParseError(message: "invalid field selector: invalid escape sequence: \\") }
        return String(output)
    }
}
