import FairleadAPI
import Foundation
import Synchronization

/// Draws a run: in place on a terminal, as lines elsewhere.
final class RunDisplay: ObjectDisplay {
    private struct State {
        var run: PipelineRun?
        var graph: PipelineGraph?
        var nested = NestedRuns()
        var progress = RunProgress()
        var live = LiveFrame()
    }

    private let terminal: Terminal
    private let state = Mutex(State())

    init(terminal: Terminal) { self.terminal = terminal }

    var isLive: Bool { terminal.isInteractive }

    /// Whether a graph would make a better drawing.
    var wantsGraph: Bool { isLive && state.withLock { $0.graph == nil } }

    /// Draws with that graph from now on.
    func use(_ graph: PipelineGraph) { state.withLock { $0.graph = graph } }

    /// Draws a nested run's new state too; where no terminal looks on, the task that it is tells enough.
    ///
    /// - Throws: `Output.Closed`.
    func show(nested run: PipelineRun, now: Date) throws {
        state.withLock { $0.nested.set(run) }
        if isLive { try tick(now: now) }
    }

    func show(_ run: PipelineRun, now: Date) throws {
        let text = state.withLock { state in
            state.run = run
            guard isLive else {
                return state.progress.lines(run, now: now).map { $0 + "\n" }.joined()
            }
            return frame(&state, now: now)
        }
        if !text.isEmpty { try Output.write(text) }
    }

    func tick(now: Date) throws {
        let text = state.withLock { state in
            state.run?.status.phase?.isTerminal == false ? frame(&state, now: now) : ""
        }
        if !text.isEmpty { try Output.write(text) }
    }

    /// The escape sequences that replace the last drawing by a new one.
    private func frame(_ state: inout State, now: Date) -> String {
        guard let run = state.run else { return "" }
        // The size may have changed since; the last drawing stays whole once the run is over.
        let size = isLive ? Terminal.current() : terminal
        let isOver = run.status.phase?.isTerminal == true
        let lines = RunTree(run: run, graph: state.graph, nested: state.nested, now: now)
            .lines(height: isOver ? nil : size.height - 1)
        return state.live.text(lines, width: size.width, hasColor: terminal.hasColor)
    }
}
