/// A word or sign of an expression.
struct Token: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case identifier(String)
        /// A field's name in backquotes.
        case quotedIdentifier(String)
        /// A literal's value; an integer without its sign.
        case integer(UInt64)
        case unsigned(UInt64)
        case double(Double)
        case string(String)
        case bytes([UInt8])
        /// `true`, `false`, `null`, `in`, or a sign.
        case symbol(String)
        case end
    }

    var kind: Kind
    /// Where it starts, in scalars.
    var offset: Int
    /// As it is written, for errors.
    var text: String

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }
}
