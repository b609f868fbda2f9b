/// The published figures of the cost model.
enum Cost {
    /// A name, a field, an element, or a call of constant effort.
    static let step: UInt64 = 1
    static let list: UInt64 = 10
    static let map: UInt64 = 30
    static let object: UInt64 = 40
    /// Of each character that is walked over.
    static let character = 0.1
    /// Of each character of a pattern.
    static let patternCharacter = 0.25
    /// The most values that one comparison walks over.
    static let maxSteps = 500_000
}
