import Foundation
import KubernetesCore
import Synchronization

/// Tells an object as lines, one for each change: what is shown where no terminal looks on.
protocol ProgressLines<Object>: Sendable {
    associatedtype Object: Resource

    /// The lines for what changed since the last call.
    mutating func lines(_ object: Object, now: Date) -> [String]
}

/// Draws an object's story: in place on a terminal, as lines of its progress elsewhere.
final class StoryDisplay<Progress: ProgressLines>: ObjectDisplay {
    typealias Object = Progress.Object

    private struct State {
        var object: Object?
        var progress: Progress
        var frame = LiveFrame()
    }

    private let terminal: Terminal
    private let story: @Sendable (Object, Date) -> [String]
    private let state: Mutex<State>

    /// A display that has shown nothing yet.
    ///
    /// - Parameters:
    ///   - progress: Tells what is news where no terminal looks on.
    ///   - terminal: Where it is drawn.
    ///   - story: All lines of an object at a moment.
    init(_ progress: Progress, terminal: Terminal, story: @escaping @Sendable (Object, Date) -> [String]) {
        state = Mutex(State(progress: progress))
        self.terminal = terminal
        self.story = story
    }

    var isLive: Bool { terminal.isInteractive }

    func show(_ object: Object, now: Date) throws {
        let text = state.withLock { state in
            state.object = object
            guard isLive else { return state.progress.lines(object, now: now).map { $0 + "\n" }.joined() }
            return draw(&state, now: now)
        }
        if !text.isEmpty { try Output.write(text) }
    }

    func tick(now: Date) throws {
        let text = state.withLock { draw(&$0, now: now) }
        if !text.isEmpty { try Output.write(text) }
    }

    /// The escape sequences that replace the last drawing by a new one.
    private func draw(_ state: inout State, now: Date) -> String {
        guard let object = state.object else { return "" }
        // The size may have changed since.
        let size = Terminal.current()
        let lines = story(object, now).prefix(max(3, size.height - 1)).map { StyledLine($0) }
        return state.frame.text(lines, width: size.width, hasColor: terminal.hasColor)
    }
}
