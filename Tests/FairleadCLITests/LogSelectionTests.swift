import KubernetesCore
import Testing

@testable import FairleadCLI

@Suite("Which log is meant")
struct LogSelectionTests {
    private func pod(_ name: String, task: String, item: Int? = nil, attempt: Int, state: String) throws -> PodView {
        let index = item.map { #", "fairlead.dev/item-index": "\#($0)""# } ?? ""
        let text = """
            {"metadata": {"name": "\(name)", "labels": {"fairlead.dev/task": "\(task)"\(index)},
              "annotations": {"fairlead.dev/attempt": "\(attempt)"}},
             "status": {"containerStatuses": [{"name": "main", "state": {"\(state)": \(
                state == "terminated" ? #"{"exitCode": 1}"# : "{}")}}]}}
            """
        return try KubernetesJSON.decode(PodView.self, from: text.utf8)
    }

    @Test("the newest attempt by its number, the previous one before it")
    func attempts() throws {
        let pods = [
            try pod("z-10", task: "train", attempt: 10, state: "running"),
            try pod("a-9", task: "train", attempt: 9, state: "terminated"),
            try pod("m-2", task: "train", attempt: 2, state: "terminated"),
            try pod("other", task: "ingest", attempt: 1, state: "waiting"),
        ]
        let selection = LogSelection(pods: pods)
        let (train, ingest) = (TaskAddress(task: "train"), TaskAddress(task: "ingest"))
        #expect(selection.newest(train)?.metadata.name == "z-10")
        #expect(selection.previous(train)?.metadata.name == "a-9")
        #expect(selection.newest(ingest)?.metadata.name == "other")
        #expect(selection.previous(ingest) == nil)
        #expect(selection.newest(TaskAddress(task: "none")) == nil)
        #expect(pods.map { LogSelection.hasBegun($0, container: "main") } == [true, true, true, false])
        #expect(pods.allSatisfy { !LogSelection.hasBegun($0, container: "packages") })
    }

    @Test("each item of a mapped task has attempts of its own, in the order of items")
    func items() throws {
        let selection = LogSelection(pods: [
            try pod("b", task: "fit", item: 10, attempt: 1, state: "running"),
            try pod("c", task: "fit", item: 2, attempt: 2, state: "running"),
            try pod("d", task: "fit", item: 2, attempt: 1, state: "terminated"),
        ])
        #expect(selection.addresses("fit").map(\.description) == ["fit[2]", "fit[10]"])
        #expect(selection.newest(TaskAddress(task: "fit", item: 2))?.metadata.name == "c")
        #expect(selection.previous(TaskAddress(task: "fit", item: 2))?.metadata.name == "d")
        #expect(
            LogSelection.selector(run: "r", TaskAddress(task: "fit", item: 2))
                == "fairlead.dev/run=r,fairlead.dev/task=fit,fairlead.dev/item-index=2")
        #expect(LogSelection.selector(run: "r") == "fairlead.dev/run=r")
    }

    @Test("tasks and items as they are typed")
    func addresses() throws {
        #expect(try TaskAddress("train[7]") == TaskAddress(task: "train", item: 7))
        #expect(try TaskAddress("train") == TaskAddress(task: "train"))
        #expect(try TaskAddress("train[7]").argument == "'train[7]'")
        for wrong in ["train[", "train[]", "train[x]", "[7]", "train[-1]", "train[7]x", "train[99999999999999999999]"] {
            #expect(throws: CommandError.self, "\(wrong)") { try TaskAddress(wrong) }
        }
    }
}
