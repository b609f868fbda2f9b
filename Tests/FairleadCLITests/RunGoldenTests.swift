import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

@testable import FairleadCLI

@Suite("Golden: how runs are shown")
struct RunGoldenTests {
    private func text(_ tree: RunTree, width: Int = 79, height: Int? = nil, hasColor: Bool = false) -> String {
        tree.lines(height: height).map { $0.text(width: width, hasColor: hasColor) }.joined(separator: "\n")
    }

    @Test("the tree while the run goes on, with and without its graph, cut to a narrow terminal, and in colours")
    func treeGolden() throws {
        let now = try RunFixture.moment(38)
        let running = RunTree(run: try RunFixture.running(), graph: try RunFixture.graph(), now: now)
        try Golden.expect(text(running), "tree-running.txt")
        try Golden.expect(text(running, width: 36), "tree-narrow.txt")
        try Golden.expect(text(running, hasColor: true), "tree-colours.txt")
        let flat = RunTree(run: try RunFixture.running(), graph: nil, now: now)
        try Golden.expect(text(flat), "tree-without-graph.txt")
        let failed = RunTree(run: try RunFixture.failed(), graph: try RunFixture.graph(), now: now)
        try Golden.expect(text(failed), "tree-failed.txt")
        let waiting = RunTree(run: try RunFixture.waiting(), graph: nil, now: now)
        try Golden.expect(text(waiting), "tree-waiting.txt")
    }

    @Test("a tree of more tasks than lines keeps what is of interest and counts the rest")
    func heightGolden() throws {
        let tasks = (0..<200).map { index in
            let phase = index == 77 ? "Failed" : index < 90 ? "Succeeded" : index < 93 ? "Running" : "Pending"
            return #"{"name": "t\#(index)", "phase": "\#(phase)"}"#
        }
        let status = #"{"phase": "Running", "progress": "90/200", "tasks": [\#(tasks.joined(separator: ","))]}"#
        let tree = RunTree(run: try RunFixture.run(status), graph: nil, now: try RunFixture.moment(5))
        try Golden.expect(text(tree, height: 12), "tree-high.txt")
        for height in 1...30 { #expect(tree.lines(height: height).count <= max(3, height)) }
    }

    @Test("maps are counted, nested runs stand below their tasks, approvals say what to type")
    func richGolden() throws {
        let (run, nested) = (try RunFixture.rich(), try RunFixture.nested())
        let now = try RunFixture.moment(100)
        let tree = RunTree(run: run, graph: nil, nested: nested, now: now)
        let story = RunStory(run: run, nested: nested, now: now).lines()
        try Golden.expect(text(tree) + "\n\n" + story.joined(separator: "\n"), "rich.txt")
        for height in 1...12 { #expect(tree.lines(height: height).count <= max(3, height)) }
    }

    @Test("4,096 items make a line for every tenth, and one for the first that fails")
    func calm() throws {
        var progress = RunProgress()
        var lines: [String] = []
        for done in 0...4096 {
            let failed = done > 1000 ? #", "failedIndexes": "4095""# : ""
            let completed = done > 0 ? #", "completedIndexes": "0-\#(done - 1)""# : ""
            let status = """
                {"phase": "Running", "startTime": "S+0", "tasks": [{"name": "fit", "phase": "Running",
                 "map": {"total": 4096, "active": 8\(completed)\(failed)}}]}
                """
            lines += progress.lines(try RunFixture.run(status), now: try RunFixture.moment(5))
        }
        #expect(lines.count >= 11 && lines.count <= 13)
        #expect(lines.allSatisfy { $0.contains("map ") && $0.contains("8 active") })
    }

    @Test("the graph says what each task is, and how it stands")
    func graphGolden() throws {
        let spec = try RunFixture.richPipeline()
        var texts: [String] = []
        for tasks in [nil, try RunFixture.rich().status.tasks] {
            let renderer = GraphRenderer(RunGraph.nodes(spec, tasks: tasks))
            texts += [renderer.text(), renderer.mermaid(), renderer.dot()]
        }
        try Golden.expect(texts.joined(separator: "\n\n"), "graph.txt")
    }

    @Test("lines for a run without a terminal: one for each change, none twice")
    func progressGolden() throws {
        var progress = RunProgress()
        var lines = progress.lines(try RunFixture.waiting(), now: try RunFixture.moment(1))
        lines += progress.lines(try RunFixture.waiting(), now: try RunFixture.moment(2))
        lines += progress.lines(try RunFixture.running(), now: try RunFixture.moment(16))
        let again = progress.lines(try RunFixture.running(), now: try RunFixture.moment(17))
        #expect(again.isEmpty)
        lines += progress.lines(try RunFixture.failed(), now: try RunFixture.moment(600))
        try Golden.expect(lines.joined(separator: "\n"), "progress.txt")
    }

    @Test("the story of a run and its ending, in every state")
    func storyGolden() throws {
        for (name, run) in [
            ("waiting", try RunFixture.waiting()), ("running", try RunFixture.running()),
            ("failed", try RunFixture.failed()), ("succeeded", try RunFixture.succeeded()),
        ] {
            let story = RunStory(run: run, now: try RunFixture.moment(100))
            let text = story.lines().joined(separator: "\n") + "\n\n" + story.ending().joined(separator: "\n")
            try Golden.expect(text, "story-\(name).txt")
        }
    }

    @Test("the table of runs")
    func listGolden() throws {
        let runs = [try RunFixture.failed(), try RunFixture.running(), try RunFixture.run("{}")]
        let now = try RunFixture.moment(100)
        let table = RunList(runs: runs, hasNamespaces: false, now: now).lines()
        let wide = RunList(runs: runs, hasNamespaces: true, now: now).lines()
        try Golden.expect((table + [""] + wide).joined(separator: "\n"), "list.txt")
    }

    @Test("the lines of a tree hold nothing that could speak to the terminal")
    func controlCharacters() throws {
        let status = """
            {"phase": "Running", "tasks": [{"name": "a", "phase": "Succeeded",
             "results": {"x": "\\u001b[2Jgone\\r\\u0007"}}]}
            """
        let tree = RunTree(run: try RunFixture.run(status), graph: nil, now: try RunFixture.moment(5))
        let shown = text(tree)
        #expect(shown.contains("gone"))
        #expect(!shown.unicodeScalars.contains { $0 != "\n" && ($0.value < 0x20 || $0.value == 0x7F) })
    }
}
