/// An amount such as `1.5Gi` or `200m`, exact to a billionth.
public struct DecimalQuantity: Sendable, Hashable, Comparable {
    /// Billionths.
    let nanos: Int128

    private static let one: Int128 = 1_000_000_000
    private static let greatest = Int128(Int64.max) * one

    init(nanos: Int128) { self.nanos = nanos }

    init(_ integer: Int64) { nanos = Int128(integer) * Self.one }

    /// The amount in a text; what is finer than a billionth is rounded away from zero, what is larger than an integer
    /// of 64 bits is that integer.
    public init?(_ text: String) {
        var rest = text[...]
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        let whole = rest.prefix { ("0"..."9").contains($0) }
        rest = rest.dropFirst(whole.count)
        var fraction: Substring = ""
        if rest.first == "." {
            rest.removeFirst()
            fraction = rest.prefix { ("0"..."9").contains($0) }
            rest = rest.dropFirst(fraction.count)
        }
        guard !(whole.isEmpty && fraction.isEmpty), let scale = Self.scale(rest) else { return nil }
        let magnitude = Self.magnitude(String(whole) + fraction, decimals: fraction.count, scale: scale)
        nanos = isNegative ? -magnitude : magnitude
    }

    private enum Scale {
        case tens(Int)
        case twos(Int)
    }

    private static func scale(_ suffix: Substring) -> Scale? {
        switch suffix {
        case "n": return .tens(-9)
        case "u": return .tens(-6)
        case "m": return .tens(-3)
        case "": return .tens(0)
        case "k": return .tens(3)
        case "M": return .tens(6)
        case "G": return .tens(9)
        case "T": return .tens(12)
        case "P": return .tens(15)
        case "E": return .tens(18)
        case "Ki": return .twos(10)
        case "Mi": return .twos(20)
        case "Gi": return .twos(30)
        case "Ti": return .twos(40)
        case "Pi": return .twos(50)
        case "Ei": return .twos(60)
        default:
            guard suffix.first == "e" || suffix.first == "E", let power = Int(suffix.dropFirst()), power.magnitude < 400
            else { return nil }
            return .tens(power)
        }
    }

    /// Digits times a scale in billionths, not above the greatest.
    private static func magnitude(_ digits: String, decimals: Int, scale: Scale) -> Int128 {
        var result: Int128 = 0
        for digit in digits.utf8 {
            // Further digits only make it larger than can be told apart.
            guard result < Int128.max / 100 else { return overflowing(digits, decimals, scale) }
            result = result * 10 + Int128(digit - 0x30)
        }
        var tens = 9 - decimals
        if case .tens(let power) = scale { tens += power }
        if case .twos(let power) = scale {
            let (product, overflow) = result.multipliedReportingOverflow(by: Int128(1) << power)
            guard !overflow else { return greatest }
            result = product
        }
        while tens > 0, result != 0 {
            guard result <= greatest else { return greatest }
            result *= 10
            tens -= 1
        }
        var isExact = true
        while tens < 0, result != 0 {
            isExact = isExact && result % 10 == 0
            result /= 10
            tens += 1
        }
        return min(greatest, isExact ? result : result + 1)
    }

    /// More digits than fit: those after the point that are too fine are dropped, others are too many anyway.
    private static func overflowing(_ digits: String, _ decimals: Int, _ scale: Scale) -> Int128 {
        guard decimals > 9 else { return greatest }
        let dropped = decimals - 9
        return magnitude(String(digits.dropLast(dropped)), decimals: 9, scale: scale)
    }

    public static func < (left: DecimalQuantity, right: DecimalQuantity) -> Bool { left.nanos < right.nanos }

    /// The amount as an integer, if it is one.
    var integer: Int64? { nanos % Self.one == 0 ? Int64(exactly: nanos / Self.one) : nil }

    var approximate: Double { Double(nanos) / 1e9 }

    func adding(_ other: DecimalQuantity) -> DecimalQuantity {
        let (sum, overflow) = nanos.addingReportingOverflow(other.nanos)
        return DecimalQuantity(nanos: overflow ? (nanos < 0 ? -Self.greatest : Self.greatest) : sum)
    }

    var negated: DecimalQuantity { DecimalQuantity(nanos: 0 &- nanos) }
}
