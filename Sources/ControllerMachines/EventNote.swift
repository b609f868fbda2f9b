/// What an event tells about an object.
public struct EventNote: Sendable, Hashable {
    /// Whether an event is good news.
    public enum Kind: String, Sendable, Hashable {
        case normal = "Normal"
        case warning = "Warning"
    }

    /// Whether it is good news.
    public var type: Kind
    /// Why the action was taken, for programs: `PascalCase`, at most 128 bytes.
    public var reason: String
    /// What was done, for programs: `PascalCase`, at most 128 bytes.
    public var action: String
    /// For people; cut off at 1 kB.
    public var note: String
    /// The object that the event is about.
    public var regarding: ObjectReference
    /// A second object.
    public var related: ObjectReference?

    /// Describes an event.
    public init(
        _ type: Kind = .normal, reason: String, action: String, note: String, regarding: ObjectReference,
        related: ObjectReference? = nil
    ) {
        self.type = type
        self.reason = reason
        self.action = action
        self.note = note
        self.regarding = regarding
        self.related = related
    }
}
