/// How large a variable's value can be, with the parts that are in it.
public struct SizeBounds: Sendable, Hashable {
    /// The most elements, entries or characters; nil where nothing bounds them.
    public var most: UInt64?
    /// The bounds of fields, by their names.
    public var fields: [String: SizeBounds]
    private var parts: [String: SizeBounds]

    /// Bounds of a value, its fields, its elements and its keys.
    public init(
        most: UInt64? = nil, fields: [String: SizeBounds] = [:], items: SizeBounds? = nil, keys: SizeBounds? = nil,
        values: SizeBounds? = nil
    ) {
        self.most = most
        self.fields = fields
        parts = [:]
        parts["@items"] = items
        parts["@keys"] = keys
        parts["@values"] = values
    }

    /// The bounds of a part, by a step of a path; Kubernetes knows none of a map's entry that is taken as a field.
    func part(_ step: String) -> SizeBounds? { step.hasPrefix("@") ? parts[step] : fields[step] }
}

/// The least and the most that something costs, or the sizes it has; sums and products stop at the greatest number.
public struct CostEstimate: Sendable, Hashable {
    /// The least.
    public var minimum: UInt64
    /// The most.
    public var maximum: UInt64

    /// An estimate from the least to the most.
    public init(minimum: UInt64, maximum: UInt64) {
        self.minimum = minimum
        self.maximum = maximum
    }

    init(_ exact: UInt64) { self.init(minimum: exact, maximum: exact) }

    static let zero = CostEstimate(0)
    static let unknown = CostEstimate(minimum: 0, maximum: .max)

    static func + (left: CostEstimate, right: CostEstimate) -> CostEstimate {
        CostEstimate(
            minimum: sum(left.minimum, right.minimum), maximum: sum(left.maximum, right.maximum))
    }

    static func += (left: inout CostEstimate, right: CostEstimate) { left = left + right }

    static func * (left: CostEstimate, right: CostEstimate) -> CostEstimate {
        CostEstimate(
            minimum: product(left.minimum, right.minimum), maximum: product(left.maximum, right.maximum))
    }

    /// Times a factor, rounded up.
    func times(_ factor: Double) -> CostEstimate {
        CostEstimate(minimum: Self.scaled(minimum, factor), maximum: Self.scaled(maximum, factor))
    }

    /// From the lesser least to the greater most.
    func union(_ other: CostEstimate) -> CostEstimate {
        CostEstimate(minimum: min(minimum, other.minimum), maximum: max(maximum, other.maximum))
    }

    private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (result, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : result
    }

    private static func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (result, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? .max : result
    }

    private static func scaled(_ number: UInt64, _ factor: Double) -> UInt64 {
        let result = (Double(number) * factor).rounded(.up)
        return result >= 18_446_744_073_709_551_615.0 ? .max : UInt64(result)
    }
}
