public import FairleadAPI
import Foundation
public import KubernetesCore

/// What a trigger needs to know of something that it started, whatever its kind.
public struct TriggerChild: Sendable, Hashable {
    /// Its kind.
    public var type: ResourceType
    /// Its metadata.
    public var metadata: ObjectMeta
    /// Whether nothing more will happen.
    public var isFinished: Bool
    /// Whether it ended well.
    public var hasSucceeded: Bool
    /// When it finished.
    public var completionTime: Time?

    /// Reads a run or a training job.
    public init<Kind: CustomKind>(_ object: CustomResource<Kind>) where Kind.Status: EndingStatus {
        type = Kind.type
        metadata = object.metadata
        isFinished = object.status.phase?.isTerminal == true
        hasSucceeded = object.status.phase == .succeeded
        completionTime = object.status.completionTime
    }

    /// Whether it goes on.
    var isActive: Bool { !isFinished && !metadata.isBeingDeleted }

    /// The time of the slot that it was made for.
    var slotTime: Time {
        metadata.annotations[TriggerNaming.slotAnnotation].flatMap(Time.init) ?? metadata.creationTimestamp
            ?? Time(.distantPast)
    }

    /// What messages call a thing of a kind.
    static func noun(_ type: ResourceType) -> String { type == .trainingJob ? "job" : "run" }
}
