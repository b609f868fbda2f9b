/// One item of a task; a task that is not mapped has the one item 0.
public struct ItemID: Sendable, Hashable, Comparable {
    /// The task's index in the run's shape.
    public var task: Int
    /// The item's index.
    public var item: Int

    /// Names an item.
    public init(task: Int, item: Int = 0) {
        self.task = task
        self.item = item
    }

    public static func < (left: ItemID, right: ItemID) -> Bool {
        (left.task, left.item) < (right.task, right.item)
    }
}
