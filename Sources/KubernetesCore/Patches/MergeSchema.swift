/// What a strategic merge must know of a place in an object: the extensions `x-kubernetes-patch-strategy` and
/// `x-kubernetes-patch-merge-key` of its OpenAPI schema.
public protocol MergeSchema {
    /// The schema of a member of that name, declared or additional; nil where nothing is known.
    func child(_ name: String) -> Self?
    /// The schema of the elements of a list.
    var listElement: Self? { get }
    /// `merge`, `replace` and `retainKeys`, in any combination.
    var patchStrategy: [String] { get }
    /// Which member tells the elements of a list apart.
    var patchMergeKey: String? { get }
}
