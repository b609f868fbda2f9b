/// Numbers that are spread evenly.
enum Spread {
    /// 2^64 divided by the golden ratio: its multiples fall into every part of the circle as often as the part is
    /// large, at any time as nearly as can be.
    static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
    /// The same of the roots of 2 and 3, so that several choices about one request have nothing to do with each other.
    static let rootOfTwo: UInt64 = 0x6A09_E667_F3BC_C909
    static let rootOfThree: UInt64 = 0xBB67_AE85_84CA_A73B

    /// A number all of whose bits depend on all bits of another (SplitMix64's finish).
    static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The same number for the same text in every router, today and tomorrow (FNV-1a, mixed).
    static func hash(_ text: some StringProtocol, salt: UInt64 = 0) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ salt
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return mixed(hash)
    }
}
