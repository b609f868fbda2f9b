import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore
import Synchronization

/// Shows an inference service until its newest spec is in effect, or can't be.
struct ServiceWatcher: Sendable {
    let cluster: Cluster
    let key: ObjectKey
    let terminal: Terminal

    private enum Happening: Sendable {
        case end(InferenceService)
        case none
    }

    /// Shows the service until nothing of it is under way; returns whether it answers requests then.
    ///
    /// - Throws: ``CommandError`` where the service is deleted meanwhile.
    static func watch(_ cluster: Cluster, _ key: ObjectKey) async throws -> Bool {
        let watcher = ServiceWatcher(cluster: cluster, key: key, terminal: .current())
        let service = try await watcher.watch()
        if !watcher.terminal.isInteractive {
            try Output.lines([""] + ServiceStory(service: service, now: Date()).lines())
        }
        return service.status.phase == .ready || service.status.phase == .sleeping
    }

    /// Whether nothing is under way.
    static func isSettled(_ service: InferenceService) -> Bool {
        guard service.status.observedGeneration == service.metadata.generation else { return false }
        return switch service.status.phase {
        case .ready, .sleeping, .suspended, .failed, .invalid: true
        case .pending, .rollingOut, nil: false
        }
    }

    private func watch() async throws -> InferenceService {
        let display = ServiceDisplay(terminal: terminal)
        return try await withThrowingTaskGroup(of: Happening.self) { group in
            group.addTask { .end(try await follow(display)) }
            if terminal.isInteractive {
                group.addTask {
                    while true {
                        try await Task.sleep(for: .seconds(1))
                        try display.tick(now: Date())
                    }
                }
            }
            defer { group.cancelAll() }
            while let happening = try await group.next() {
                if case .end(let service) = happening { return service }
            }
            throw CancellationError()
        }
    }

    private func follow(_ display: ServiceDisplay) async throws -> InferenceService {
        let last = LastValue<InferenceService>()
        let gone = CommandError(.notFound, "inference service \"\(key.name)\" was deleted")
        try await Self.follower(cluster, key).follow { event in
            guard case .present(let service) = event else { throw gone }
            try display.show(service, now: Date())
            guard Self.isSettled(service) else { return .goOn }
            last.set(service)
            return .stop
        }
        guard let service = last.value else { throw gone }
        return service
    }

    /// Follows one service.
    static func follower(_ cluster: Cluster, _ key: ObjectKey) -> ResourceFollower<InferenceService> {
        ResourceFollower(
            client: cluster.client, namespace: key.namespace ?? cluster.namespace,
            fieldSelector: "metadata.name=\(key.name)"
        ) { error in
            Output.note("\(ErrorMessage.text(for: error)); trying again")
        }
    }
}

/// Draws a service: in place on a terminal, as lines elsewhere.
private final class ServiceDisplay: Sendable {
    private struct State {
        var service: InferenceService?
        var progress = ServiceProgressLines()
        var frame = LiveFrame()
    }

    private let terminal: Terminal
    private let state = Mutex(State())

    init(terminal: Terminal) { self.terminal = terminal }

    func show(_ service: InferenceService, now: Date) throws {
        let text = state.withLock { state in
            state.service = service
            guard terminal.isInteractive else {
                return state.progress.lines(service, now: now).map { $0 + "\n" }.joined()
            }
            return draw(&state, now: now)
        }
        if !text.isEmpty { try Output.write(text) }
    }

    func tick(now: Date) throws {
        let text = state.withLock { state in draw(&state, now: now) }
        if !text.isEmpty { try Output.write(text) }
    }

    private func draw(_ state: inout State, now: Date) -> String {
        guard let service = state.service else { return "" }
        let size = Terminal.current()
        let lines = ServiceStory(service: service, now: now).lines().prefix(max(3, size.height - 1))
        return state.frame.text(lines.map { StyledLine($0) }, width: size.width, hasColor: terminal.hasColor)
    }
}
