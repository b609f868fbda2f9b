/// A router's part of what all routers together may ask of a pod.
///
/// Guarantees: the parts of all routers sum to the bound, where it is at least as high as their number; else each has 1,
/// since a router without any would answer nothing.
struct RouterShare: Sendable, Hashable {
    /// The router's place among all of them, from 0.
    private var place = 0
    private var count = 1

    /// That of the only router.
    init() {}

    /// A router's among others.
    ///
    /// - Parameters:
    ///   - router: Its name.
    ///   - names: Those of all routers, with or without its own.
    init(of router: String, among names: Set<String>) {
        place = names.count { $0 < router }
        count = names.union([router]).count
    }

    /// The part of a bound.
    func part(of bound: Int) -> Int { max(1, bound / count + (place < bound % count ? 1 : 0)) }
}
