public import KubernetesCore

/// The status of something that comes to an end, such as a run or a training job.
public protocol EndingStatus: CustomStatus {
    /// Where an object may stand.
    associatedtype Phase: EndingPhase
    /// Where it stands; nil where nobody has looked at it yet.
    var phase: Phase? { get }
    /// Why it is in its phase.
    var reason: Reason? { get }
    /// For people.
    var message: String? { get }
    /// When it finished.
    var completionTime: Time? { get }
}

/// Where something may stand that comes to an end.
public protocol EndingPhase: NamedValue {
    /// It ended well.
    static var succeeded: Self { get }
    /// Whether nothing more will happen.
    var isTerminal: Bool { get }
}
