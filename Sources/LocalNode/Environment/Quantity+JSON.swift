import KubernetesCore

extension Quantity {
    /// Reads a quantity as manifests have it: a text or a number; nil for anything else.
    init?(_ value: JSONValue?) {
        switch value {
        case .string(let text): self.init(text)
        case .integer(let number): self.init(String(number))
        case .double(let number): self.init(String(number))
        default: return nil
        }
    }

    /// How often a divisor goes into the amount, rounded up, as the downward API gives it.
    func divided(by divisor: Quantity) -> Int64 {
        guard divisor.milliValue > 0 else { return 0 }
        let (quotient, remainder) = milliValue.quotientAndRemainder(dividingBy: divisor.milliValue)
        return remainder > 0 ? quotient + 1 : quotient
    }
}
