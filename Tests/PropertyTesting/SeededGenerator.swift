/// SplitMix64 (Steele, Lea and Flood, 2014): the same seed gives the same numbers everywhere.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    /// The seed, to be printed where a test fails.
    public let seed: UInt64
    private var state: UInt64

    /// A generator of a seed.
    public init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not including, 1.
    public mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }

    /// Whether something happens that does so with a probability.
    public mutating func chance(_ probability: Double) -> Bool { unit() < probability }
}

extension SeededGenerator {
    /// Cuts bytes at random places, empty chunks among them.
    public mutating func split(_ bytes: [UInt8]) -> [[UInt8]] {
        var chunks: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let size = Int.random(in: 0...3, using: &self) == 0 ? Int.random(in: 0...400, using: &self) : 1
            chunks.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return chunks
    }
}
