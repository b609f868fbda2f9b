import KubernetesCore

/// A Kubernetes quantity, exact to a billionth, and the canonical form in which the API server keeps it.
struct QuantityForm: Sendable, Comparable {
    /// How the suffix is chosen.
    private enum Format { case binary, decimal, exponent }

    /// What Kubernetes says of a text that is no quantity.
    static let problem =
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

    private let nanos: Int128
    private let format: Format

    /// Reads a quantity from a string or a number; nil where it is none.
    init?(_ value: JSONValue) {
        switch value {
        case .string(let text): self.init(text)
        case .integer(let number): self.init(String(number))
        case .double(let number): self.init("\(number)")
        default: return nil
        }
    }

    private init?(_ text: String) {
        var rest = Substring(text)
        var isNegative = false
        if let sign = rest.first, sign == "-" || sign == "+" {
            isNegative = sign == "-"
            rest = rest.dropFirst()
        }
        let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let (scale, format) = Self.scale(rest.dropFirst(number.count)),
            let value = Self.nanos(number, scale: scale)
        else { return nil }
        nanos = isNegative ? -value : value
        self.format = format
    }

    static func < (left: QuantityForm, right: QuantityForm) -> Bool { left.nanos < right.nanos }
    static func == (left: QuantityForm, right: QuantityForm) -> Bool { left.nanos == right.nanos }

    /// Whether this is less than nothing.
    var isNegative: Bool { nanos < 0 }

    /// Whether this is nothing.
    var isZero: Bool { nanos == 0 }

    /// The value without its fraction, rounded up.
    var wholeValue: Int64 {
        let (whole, rest) = nanos.quotientAndRemainder(dividingBy: 1_000_000_000)
        return Int64(clamping: whole + (rest > 0 ? 1 : 0))
    }

    /// The canonical form: `500m`, `1Gi`, `2`.
    var canonical: String {
        if nanos == 0 { return "0" }
        if format == .binary, nanos % 1_000_000_000 == 0, nanos.magnitude >= 1024 * 1_000_000_000 {
            var value = nanos / 1_000_000_000
            var step = 0
            while step < Self.binarySuffixes.count - 1, value % 1024 == 0 {
                value /= 1024
                step += 1
            }
            return "\(value)\(Self.binarySuffixes[step])"
        }
        var value = nanos
        var exponent = -9
        while exponent < 18, value % 1000 == 0 {
            value /= 1000
            exponent += 3
        }
        if format == .exponent, exponent != 0 { return "\(value)e\(exponent)" }
        return "\(value)\(Self.decimalSuffixes[exponent] ?? "")"
    }

    private static let binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
    private static let decimalSuffixes = [
        -9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E",
    ]

    /// What one unit with that suffix is, in powers: binary steps or decimal exponent.
    private static func scale(_ suffix: Substring) -> ((binary: Int, decimal: Int), Format)? {
        if suffix.isEmpty { return ((0, 0), .decimal) }
        if let step = binarySuffixes.firstIndex(of: String(suffix)) { return ((step, 0), .binary) }
        for (exponent, name) in decimalSuffixes where name == suffix { return ((0, exponent), .decimal) }
        guard suffix.first == "e" || suffix.first == "E", let exponent = Int(suffix.dropFirst()),
            (-18...18).contains(exponent)
        else { return nil }
        return ((0, exponent), .exponent)
    }

    private static func nanos(_ number: Substring, scale: (binary: Int, decimal: Int)) -> Int128? {
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), number.contains(where: \.isNumber) else { return nil }
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        let digits = String(parts[0]) + fraction
        guard digits.count <= 30, let mantissa = Int128(digits) else { return nil }
        var value = mantissa
        for _ in 0..<scale.binary {
            let (product, overflows) = value.multipliedReportingOverflow(by: 1024)
            if overflows { return nil }
            value = product
        }
        var exponent = scale.decimal + 9 - fraction.count
        while exponent > 0 {
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            if overflows { return nil }
            value = product
            exponent -= 1
        }
        // What is smaller than a billionth is rounded up, as Kubernetes does.
        while exponent < 0 {
            let (quotient, rest) = value.quotientAndRemainder(dividingBy: 10)
            value = quotient + (rest > 0 ? 1 : 0)
            exponent += 1
        }
        return value
    }
}
