import KubernetesCore
import Testing

@testable import FairleadCLI

@Suite("Which log is meant")
struct LogSelectionTests {
    private func pod(_ name: String, task: String, attempt: Int, state: String) throws -> PodView {
        let text = """
            {"metadata": {"name": "\(name)", "labels": {"fairlead.dev/task": "\(task)"},
              "annotations": {"fairlead.dev/attempt": "\(attempt)"}},
             "status": {"containerStatuses": [{"name": "main", "state": {"\(state)": \(
                state == "terminated" ? #"{"exitCode": 1}"# : "{}")}}]}}
            """
        return try KubernetesJSON.decode(PodView.self, from: text.utf8)
    }

    @Test("the newest attempt by its number, the previous one before it")
    func attempts() throws {
        let selection = LogSelection(pods: [
            try pod("z-10", task: "train", attempt: 10, state: "running"),
            try pod("a-9", task: "train", attempt: 9, state: "terminated"),
            try pod("m-2", task: "train", attempt: 2, state: "terminated"),
            try pod("other", task: "ingest", attempt: 1, state: "waiting"),
        ])
        #expect(selection.newest("train")?.metadata.name == "z-10")
        #expect(selection.previous("train")?.metadata.name == "a-9")
        #expect(selection.newest("ingest")?.metadata.name == "other")
        #expect(selection.previous("ingest") == nil)
        #expect(selection.newest("none") == nil)
        #expect(selection.pods.map { LogSelection.hasBegun($0, container: "main") } == [true, true, true, false])
        #expect(selection.pods.allSatisfy { !LogSelection.hasBegun($0, container: "packages") })
    }
}
