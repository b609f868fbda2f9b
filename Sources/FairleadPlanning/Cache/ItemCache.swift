/// What the cache said about the items of a task.
struct ItemCache: Sendable, Hashable {
    /// Items that are to be computed, and what they compute.
    var computing: [Int: String] = [:]
    /// Items that wait for somebody who computes the same.
    var waiting: [Int: Waiting] = [:]
    /// Items whose outcome was there.
    var taken = IndexRanges()

    /// For whom an item waits.
    struct Waiting: Sendable, Hashable {
        /// The entry's name.
        var entry: String
        /// For people.
        var story: String
    }
}
