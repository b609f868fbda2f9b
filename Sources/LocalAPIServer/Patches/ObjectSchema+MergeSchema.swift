public import KubernetesCore

extension ObjectSchema: MergeSchema {
    public func child(_ name: String) -> ObjectSchema? { member(name) }

    public var listElement: ObjectSchema? { fields.items }

    public var patchStrategy: [String] { fields.patchStrategy }

    public var patchMergeKey: String? { fields.patchMergeKey }
}
