import ArgumentParser

/// `fairlead manifests`.
struct ManifestsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manifests", abstract: "Print everything that installs Fairlead in a cluster.",
        discussion: """
            Namespace, CustomResourceDefinitions, roles and the controller's Deployment, as the chart makes them with \
            its defaults; what else can be chosen, the chart has.

            Example: fairlead manifests --image registry.example.com/fairlead:0.1.0 | kubectl apply --server-side -f -
            """)

    @Option(name: .shortAndLong, help: ArgumentHelp("Where the controller runs.", valueName: "name"))
    var namespace = InstallManifest.defaultNamespace

    @Option(help: ArgumentHelp("Fairlead's own image, which nodes must be able to pull.", valueName: "image"))
    var image = InstallManifest.defaultImage

    func run() throws { try Output.write(try InstallManifest(namespace: namespace, image: image).text()) }
}
