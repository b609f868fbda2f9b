/// What a reconciler must do, in order, and when it must look again although nothing happens.
public struct Plan<Action: Sendable & Equatable>: Sendable, Equatable {
    /// The actions, to be performed in order; the first that fails ends the plan.
    public var actions: [Action]
    /// When to plan again.
    public var wake: Wake

    /// Makes a plan.
    public init(_ actions: [Action] = [], wake: Wake = .onChange) {
        self.actions = actions
        self.wake = wake
    }
}

/// When a reconciler must plan again.
public enum Wake: Sendable, Equatable {
    /// When something changes.
    case onChange
    /// At once: the plan was cut short.
    case now
    /// After that time, or when something changes before.
    case after(Duration)
}

/// An event to be told about an object.
public struct PlannedEvent: Sendable, Hashable {
    /// Whether the event is a warning.
    public var isWarning: Bool
    /// For programs, such as `TaskFailed`.
    public var reason: String
    /// For people.
    public var note: String

    /// Makes a note.
    public init(isWarning: Bool = false, reason: String, note: String) {
        self.isWarning = isWarning
        self.reason = reason
        self.note = note
    }
}
