import FairleadAPI
import FairleadPlanning
import KubernetesCore

/// An object that is under way, with the pods that it owns.
protocol OpenObject: Sendable {
    associatedtype Kind: CustomKind where Kind.Status: EndingStatus
    associatedtype Fixed: FixedSpec
    associatedtype Table: PodTable

    /// The object as the last of our own writes, or the last event, showed it.
    var object: CustomResource<Kind> { get set }
    /// What it runs.
    var fixed: Fixed { get }
    /// Its pods.
    var table: Table { get set }
}

extension OpenObject {
    typealias Object = CustomResource<Kind>
}

/// What an object's pods are folded into.
protocol PodTable: Sendable {
    associatedtype View: OwnedPod

    /// Every pod that our finalizer keeps.
    var held: [View] { get }
    /// Takes a pod's news.
    mutating func fold(_ pod: PodView)
    /// Takes the news that a pod is gone.
    mutating func remove(_ metadata: ObjectMeta)
    /// Takes the news that a pod was released.
    mutating func didRelease(pod: String)
}

extension RunTable: PodTable {}
extension GangTable: PodTable {}

/// A pod as its owner's table knows it.
protocol OwnedPod: Sendable {
    /// The pod's name.
    var pod: String { get }
    /// The pod's identity.
    var uid: String { get }
    /// Whether it ended well.
    var hasSucceeded: Bool { get }
}

extension AttemptView: OwnedPod {}
extension MemberView: OwnedPod {}
