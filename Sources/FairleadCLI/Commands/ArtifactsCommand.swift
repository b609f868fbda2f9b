import ArgumentParser
import FairleadArtifacts

/// `fairlead artifacts`: what Fairlead's own containers in a task's pod run; the controller makes them.
struct ArtifactsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "artifacts", abstract: "Bring and keep what a task reads and writes.", shouldDisplay: false,
        subcommands: [Fetch.self, Store.self])

    /// The init container `fetch`.
    struct Fetch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Bring inputs, code and the newest checkpoint.")

        func run() async throws {
            throw ExitCode(await FetchProgram.run(until: .ofProcess()))
        }
    }

    /// The native sidecar `store`.
    struct Store: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Save checkpoints while the task runs, and its artifacts at its end.")

        func run() async throws {
            throw ExitCode(await StoreProgram.run(until: .ofProcess()))
        }
    }
}
