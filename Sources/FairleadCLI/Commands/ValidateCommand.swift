import ArgumentParser

/// `fairlead validate`.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check files without a cluster.",
        discussion: """
            Every mistake is told on a line of its own, with file, document, line and field; the exit code is then 1. \
            Objects of other kinds than Fairlead's are only checked for apiVersion, kind and name.

            Example: fairlead validate manifests/examples/flights/
            """)

    @Argument(help: "Files, folders, or - for the standard input.", completion: .file())
    var files: [String]

    func run() throws {
        let set = ManifestSet(try files.flatMap { try ManifestSource.read($0) })
        guard set.problems.isEmpty else {
            for problem in set.problems { Output.note(problem.description) }
            throw ExitCode.failure
        }
        let count = set.documents.count
        try Output.line(count == 1 ? "1 object is valid" : "\(count) objects are valid")
    }
}
