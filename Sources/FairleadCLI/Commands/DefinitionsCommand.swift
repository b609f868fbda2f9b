import ArgumentParser
import FairleadAPI

/// `fairlead crds`.
struct DefinitionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crds", abstract: "Print the CustomResourceDefinitions of Fairlead's kinds.",
        discussion: "Example: fairlead crds | kubectl apply --server-side -f -")

    func run() throws { try Output.write(CustomResourceDefinitions.yaml()) }
}
