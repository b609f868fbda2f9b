import KubernetesClient
import KubernetesCore
import Logging

/// The cluster that a command speaks to, and the namespace it speaks about.
struct Cluster: Sendable {
    let client: Client
    let namespace: String
    /// The namespace as the command line names it, nil where it names none.
    let namespaceOption: String?
    let logger: Logger

    /// The address of an object of the namespace.
    func key(_ name: String) -> ObjectKey { ObjectKey(namespace: namespace, name: name) }

    /// A command line that speaks about this namespace too, for messages.
    func commandLine(_ text: String) -> String {
        namespaceOption.map { "\(text) -n \($0)" } ?? text
    }
}
