/// An amount of a resource: Kubernetes' `resource.Quantity`, exact to a billionth.
///
/// It is written with a suffix: binary (`Ki` to `Ei`), decimal (`n`, `u`, `m`, none, `k` to `E`) or an exponent
/// (`1e3`). Amounts finer than a billionth are rounded up, away from zero; those whose size no Kubernetes quantity can
/// have are held at the greatest one, 2^63-1.
public struct Quantity: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// How a quantity is written.
    public enum Format: Sendable, Hashable {
        /// `1500m`, `2`, `3G`.
        case decimalSI
        /// `512Mi`, `2Gi`.
        case binarySI
        /// `12e6`.
        case decimalExponent
    }

    /// Billionths; always within ±(2^63-1) whole units.
    private let nanos: Int128
    /// How it is written.
    public let format: Format

    private static let nanosPerUnit: Int128 = 1_000_000_000
    private static let greatest = Int128(Int64.max) * nanosPerUnit

    public static let zero = Quantity(0)

    private init(nanos: Int128, format: Format) {
        self.nanos = max(-Self.greatest, min(Self.greatest, nanos))
        self.format = format
    }

    /// A count of whole units.
    public init(_ value: Int64, format: Format = .decimalSI) {
        self.init(nanos: Int128(value) * Self.nanosPerUnit, format: format)
    }

    /// A count of thousandths, such as of processors.
    public init(milliValue: Int64, format: Format = .decimalSI) {
        self.init(nanos: Int128(milliValue) * 1_000_000, format: format)
    }

    /// Reads `100m`, `1.5Gi`, `2e3`, `-7` and the like; nil for anything else.
    public init?(_ text: String) {
        guard let parsed = QuantityNotation.parse(text.utf8) else { return nil }
        self.init(nanos: parsed.nanos, format: parsed.format)
    }

    /// Whole units, rounded up, away from zero.
    public var value: Int64 { Int64(clamping: Self.roundedUp(nanos, Self.nanosPerUnit)) }

    /// Thousandths, rounded up, away from zero; the greatest `Int64` where they are more.
    public var milliValue: Int64 { Int64(clamping: Self.roundedUp(nanos, 1_000_000)) }

    /// The amount as a double, which may lose digits.
    public var doubleValue: Double { Double(nanos) / 1e9 }

    /// Whether it is zero.
    public var isZero: Bool { nanos == 0 }

    /// Whether it is less than zero.
    public var isNegative: Bool { nanos < 0 }

    /// The canonical form: no precision is lost, no fraction is written, and the suffix is the greatest possible.
    public var description: String { QuantityNotation.text(nanos: nanos, format: format) }

    public static func == (left: Quantity, right: Quantity) -> Bool { left.nanos == right.nanos }

    public static func < (left: Quantity, right: Quantity) -> Bool { left.nanos < right.nanos }

    public func hash(into hasher: inout Hasher) { hasher.combine(nanos) }

    /// The sum, in the format of the left unless that is zero.
    public static func + (left: Quantity, right: Quantity) -> Quantity {
        Quantity(nanos: left.nanos + right.nanos, format: left.isZero ? right.format : left.format)
    }

    /// The difference, in the format of the left unless that is zero.
    public static func - (left: Quantity, right: Quantity) -> Quantity {
        Quantity(nanos: left.nanos - right.nanos, format: left.isZero ? right.format : left.format)
    }

    public static func += (left: inout Quantity, right: Quantity) { left = left + right }

    public static func -= (left: inout Quantity, right: Quantity) { left = left - right }

    private static func roundedUp(_ nanos: Int128, _ unit: Int128) -> Int128 {
        let (quotient, remainder) = nanos.quotientAndRemainder(dividingBy: unit)
        return remainder == 0 ? quotient : quotient + remainder.signum()
    }
}

extension Quantity: Codable {
    /// Reads a string or a number.
    ///
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text: String
        if let string = try? container.decode(String.self) {
            text = string
        } else if let integer = try? container.decode(Int64.self) {
            text = String(integer)
        } else {
            text = "\(try container.decode(Double.self))"
        }
        guard let quantity = Quantity(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no quantity")
        }
        self = quantity
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
