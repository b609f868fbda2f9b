import FairleadPlanning
import KubernetesCore

/// A version of Kueue's API.
protocol KueueVersion: Sendable {
    static var name: String { get }
}

/// The version before the current one.
enum KueueBeta1: KueueVersion { static let name = "v1beta1" }

/// The current version.
enum KueueBeta2: KueueVersion { static let name = "v1beta2" }

/// A Workload as a version of the API serves it.
struct VersionedWorkload<Version: KueueVersion>: Resource {
    static var type: ResourceType { .kueueWorkload(Version.name) }

    let workload: KueueWorkload

    var metadata: ObjectMeta { workload.metadata }

    init(from decoder: any Decoder) throws { workload = try KueueWorkload(from: decoder) }
}
