import FairleadAPI
import KubernetesCore

/// A pod of one attempt while it is put together.
struct PodDraft {
    /// What it runs, with every reference replaced and what the profile gives.
    var program: PodProgram
    let attempt: PodAttempt
    let profile: Platform.Profile?
    /// What fetches the inputs, the code and the checkpoint before the program starts.
    var fetch = PodErrand()
    /// What stores the artifacts when it has ended, and the checkpoint meanwhile.
    var store = PodErrand()
    /// The pod's volumes and the program's mounts.
    var volumes = VolumeList()
    /// Annotations beyond those that every pod has.
    var annotations: [String: JSONValue] = [:]
    /// Where the program starts.
    var workingDirectory = PodBuilder.Folder.work

    /// What the program's container is.
    var container: ContainerSpec { program.container }
}
