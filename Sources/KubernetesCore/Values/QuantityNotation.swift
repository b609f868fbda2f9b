/// How quantities are read and written.
enum QuantityNotation {
    private static let binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
    private static let decimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"]
    /// Beyond these many digits every amount is over the greatest quantity, or under a billionth.
    private static let maxExponent = 64

    static func parse(_ text: String.UTF8View) -> (nanos: Int128, format: Quantity.Format)? {
        var rest = text[...]
        var isNegative = false
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
            isNegative = rest.first == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        let whole = digits(&rest)
        var fraction = ""[...].utf8
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = digits(&rest)
        }
        if whole.isEmpty && fraction.isEmpty { return nil }
        guard let suffix = Suffix(String(Substring(rest))) else { return nil }
        let magnitude = nanos(whole: whole, fraction: fraction, suffix: suffix)
        return (isNegative ? -magnitude : magnitude, suffix.format)
    }

    private static func digits(_ rest: inout Substring.UTF8View) -> Substring.UTF8View {
        let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
        rest = rest[digits.endIndex...]
        return digits
    }

    /// What a suffix multiplies by: a power of ten or of 1024.
    private struct Suffix {
        var exponent: Int
        var format: Quantity.Format

        init?(_ text: String) {
            if let power = binarySuffixes.firstIndex(of: text), power > 0 {
                exponent = power
                format = .binarySI
            } else if let power = decimalSuffixes.firstIndex(of: text) {
                exponent = 3 * power - 9
                format = .decimalSI
            } else if text.first == "e" || text.first == "E", let power = Self.power(text.dropFirst()) {
                exponent = power
                format = .decimalExponent
            } else {
                return nil
            }
        }

        private static func power(_ text: Substring) -> Int? {
            var digits = text
            if digits.first == "-" || digits.first == "+" { digits = digits.dropFirst() }
            guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
            // An exponent that no Int holds is out of every bound all the same.
            let size = min(Int(digits) ?? Int.max / 2, Int.max / 2)
            return text.first == "-" ? -size : size
        }
    }

    /// Billionths, rounded up; held at a size over the greatest quantity where there are more.
    private static func nanos(
        whole: Substring.UTF8View, fraction: Substring.UTF8View, suffix: Suffix
    ) -> Int128 {
        let limit = Int128(1) << 100
        var factor: Int128 = 1
        var shift = 9
        if suffix.format == .binarySI {
            for _ in 0..<suffix.exponent { factor *= 1024 }
        } else {
            shift += suffix.exponent
        }
        // The amount is digits × 10^(shift - fraction digits) × factor billionths, digit by digit.
        var result: Int128 = 0
        var isInexact = false
        func append(_ digit: Int128) { if result < limit { result = result * 10 + digit } }
        let significant = whole.drop { $0 == 0x30 }
        if !significant.isEmpty, significant.count + shift > maxExponent { return limit }
        if suffix.format == .binarySI { return binaryNanos(significant, fraction, factor: factor, limit: limit) }
        let all = [significant, fraction]
        var remaining = significant.count + shift
        for digit in all.joined() {
            if remaining > 0 { append(Int128(digit - 0x30)) } else if digit != 0x30 { isInexact = true }
            remaining -= 1
        }
        if result > 0, remaining > maxExponent { return limit }
        while remaining > 0, result > 0, result < limit {
            result *= 10
            remaining -= 1
        }
        return min(result + (isInexact ? 1 : 0), limit)
    }

    private static func binaryNanos(
        _ whole: Substring.UTF8View, _ fraction: Substring.UTF8View, factor: Int128, limit: Int128
    ) -> Int128 {
        var units: Int128 = 0
        for digit in whole where units < limit { units = units * 10 + Int128(digit - 0x30) }
        let (product, overflow) = units.multipliedReportingOverflow(by: factor * 1_000_000_000)
        if overflow || product >= limit { return limit }
        // Eighteen digits of the fraction are taken exactly; what is behind them can only round up.
        var numerator: Int128 = 0
        var denominator: Int128 = 1
        var isInexact = false
        for (index, digit) in fraction.enumerated() {
            guard index < 18 else {
                isInexact = isInexact || digit != 0x30
                continue
            }
            numerator = numerator * 10 + Int128(digit - 0x30)
            denominator *= 10
        }
        // Two divisions, so that no product exceeds 128 bits.
        let (quotient, rest) = (numerator * factor).quotientAndRemainder(dividingBy: denominator)
        let (more, last) = (rest * 1_000_000_000).quotientAndRemainder(dividingBy: denominator)
        let fractional = quotient * 1_000_000_000 + more + (last > 0 || isInexact ? 1 : 0)
        return min(product + fractional, limit)
    }

    static func text(nanos: Int128, format: Quantity.Format) -> String {
        if nanos == 0 { return "0" }
        let unit: Int128 = 1_000_000_000
        let size = nanos < 0 ? -nanos : nanos
        if format == .binarySI, size % unit == 0, size / unit >= 1024 {
            var count = nanos / unit
            var power = 0
            while count % 1024 == 0, power + 1 < binarySuffixes.count {
                count /= 1024
                power += 1
            }
            return "\(count)\(binarySuffixes[power])"
        }
        var count = nanos
        var power = 0
        while count % 1000 == 0, power + 1 < decimalSuffixes.count {
            count /= 1000
            power += 1
        }
        if format != .decimalExponent { return "\(count)\(decimalSuffixes[power])" }
        let exponent = 3 * power - 9
        return exponent == 0 ? "\(count)" : "\(count)e\(exponent)"
    }
}
