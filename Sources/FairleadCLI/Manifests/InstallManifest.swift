import FairleadAPI
import Foundation

/// Everything that installs Fairlead in a cluster without Helm.
struct InstallManifest: Sendable, Hashable {
    /// The namespace of the chart's defaults.
    static let defaultNamespace = "fairlead-system"
    /// The image of the chart's defaults.
    static let defaultImage = "fairlead:\(FairleadVersion.text)"

    /// Where the controller runs.
    let namespace: String
    /// Fairlead's own image.
    let image: String

    /// Checks what goes into the YAML.
    ///
    /// - Throws: ``CommandError`` where it is no name of a namespace, or none of an image.
    init(namespace: String = defaultNamespace, image: String = defaultImage) throws(CommandError) {
        guard namespace.wholeMatch(of: /[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/) != nil else {
            throw CommandError(.invalidInput, "--namespace \(namespace): write a namespace's name")
        }
        guard image.wholeMatch(of: /[a-zA-Z0-9][-a-zA-Z0-9._:\/@]*/) != nil else {
            throw CommandError(.invalidInput, "--image \(image): write registry/name:tag")
        }
        self.namespace = namespace
        self.image = image
    }

    /// The YAML: the chart's objects with its defaults, and the CustomResourceDefinitions in the midst.
    func text() -> String {
        let start = "# Fairlead's chart with its defaults. Apply with `kubectl apply --server-side -f`.\n"
        let parts = [ChartObjects.beforeDefinitions, ChartObjects.afterDefinitions].map { text in
            text.replacing(Self.defaultNamespace, with: namespace).replacing(Self.defaultImage, with: image)
        }
        return start + parts[0] + "---\n" + CustomResourceDefinitions.yaml() + "---\n" + parts[1]
    }
}
