import Foundation
import KubernetesCore

/// An amount of a resource in thousandths, read from Kubernetes' quantities: `500m`, `2`, `1.5Gi`, `1e3`.
///
/// What does not fit is held at the largest amount: a pod that asks for more than there is must wait, not trap.
struct ResourceAmount: Sendable, Hashable, Comparable {
    var thousandths: Int64

    static let zero = ResourceAmount(thousandths: 0)

    init(thousandths: Int64) { self.thousandths = thousandths }

    init?(_ value: JSONValue?) {
        switch value {
        case .string(let text): self.init(text)
        case .integer(let number): self.init(String(number))
        case .double(let number): self.init(String(number))
        default: return nil
        }
    }

    init?(_ text: String) {
        let digits = text.prefix { "0123456789.+-".contains($0) }
        let suffix = String(text.dropFirst(digits.count))
        guard !digits.isEmpty, let number = Double(digits), let factor = Self.factor(suffix) else { return nil }
        let scaled = (number * factor * 1000).rounded(.up)
        guard scaled.isFinite else { return nil }
        thousandths = Int64(exactly: scaled) ?? (scaled < 0 ? Int64.min : Int64.max)
        if scaled >= 9.2e18 { thousandths = Int64.max }
    }

    private static func factor(_ suffix: String) -> Double? {
        let known: [String: Double] = [
            "": 1, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
            "Ki": 1024, "Mi": 1_048_576, "Gi": 1_073_741_824, "Ti": 1_099_511_627_776,
            "Pi": 1_125_899_906_842_624, "Ei": 1_152_921_504_606_846_976,
        ]
        if let factor = known[suffix] { return factor }
        guard let first = suffix.first, first == "e" || first == "E", let exponent = Int(suffix.dropFirst()),
            (-18...18).contains(exponent)
        else { return nil }
        return pow(10, Double(exponent))
    }

    static func < (left: ResourceAmount, right: ResourceAmount) -> Bool { left.thousandths < right.thousandths }

    static func + (left: ResourceAmount, right: ResourceAmount) -> ResourceAmount {
        let (sum, overflow) = left.thousandths.addingReportingOverflow(right.thousandths)
        return ResourceAmount(thousandths: overflow ? Int64.max : sum)
    }

    static func - (left: ResourceAmount, right: ResourceAmount) -> ResourceAmount {
        let (difference, overflow) = left.thousandths.subtractingReportingOverflow(right.thousandths)
        return ResourceAmount(thousandths: overflow ? Int64.min : difference)
    }

    /// How often a divisor goes into the amount, rounded up, as the downward API gives it.
    func divided(by divisor: ResourceAmount) -> Int64 {
        guard divisor.thousandths > 0 else { return 0 }
        let (quotient, remainder) = thousandths.quotientAndRemainder(dividingBy: divisor.thousandths)
        return remainder > 0 ? quotient + 1 : quotient
    }
}
