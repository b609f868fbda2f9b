import ArgumentParser
import Foundation
import KubernetesClient

/// Which cluster is spoken to.
struct KubeconfigOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The kubeconfig: else $KUBECONFIG, .fairlead/kubeconfig here or above, the pod's service account, "
                + "~/.kube/config.", valueName: "path"),
        completion: .file())
    var kubeconfig: String?

    @Option(help: ArgumentHelp("The kubeconfig's context.", valueName: "name"))
    var context: String?

    /// How the cluster is reached.
    ///
    /// - Throws: `ConfigurationError`.
    func configuration() throws -> ClusterConfiguration {
        let path = KubeconfigChoice.path(
            option: kubeconfig, environment: ProcessInfo.processInfo.environment,
            directory: FileManager.default.currentDirectoryPath,
            exists: { FileManager.default.fileExists(atPath: $0) })
        return try ClusterConfiguration.find(kubeconfig: path, context: context)
    }
}
