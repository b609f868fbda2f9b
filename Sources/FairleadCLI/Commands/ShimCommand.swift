import ArgumentParser
import LocalNode

/// `fairlead shim`: stands between the local node and one container; the node starts it.
struct ShimCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shim", abstract: "Run a container of the local node.", shouldDisplay: false)

    @Argument(help: "The directory that describes the container's run.")
    var directory: String

    func run() throws {
        throw ExitCode(PodShim.main(arguments: [directory]))
    }
}
