import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore

/// Draws the states of an object as they come.
protocol ObjectDisplay<Object>: Sendable {
    associatedtype Object: Resource

    /// Whether it wants to draw the times anew each second.
    var isLive: Bool { get }

    /// Draws a new state.
    ///
    /// - Throws: `Output.Closed`.
    func show(_ object: Object, now: Date) throws

    /// Draws the times anew.
    ///
    /// - Throws: `Output.Closed`.
    func tick(now: Date) throws
}

/// Shows one object as it goes on.
struct ObjectWatcher<Object: Resource>: Sendable {
    let cluster: Cluster
    let key: ObjectKey
    /// What it is called in messages, such as `training job`.
    let noun: String

    /// Hears of the object's changes.
    var follower: ResourceFollower<Object> {
        ResourceFollower(
            client: cluster.client, namespace: key.namespace ?? cluster.namespace,
            fieldSelector: "metadata.name=\(key.name)"
        ) { error in
            Output.note("\(ErrorMessage.text(for: error)); trying again")
        }
    }

    /// Shows the object until it is over.
    ///
    /// - Parameters:
    ///   - display: Draws it.
    ///   - isOver: Whether nothing more is to come.
    ///   - prepare: Gathers what the drawing of a state takes.
    ///   - beside: What goes on as long.
    /// - Returns: Its last state.
    /// - Throws: ``CommandError`` where the object is deleted meanwhile.
    func watch(
        _ display: some ObjectDisplay<Object>, until isOver: @escaping @Sendable (Object) -> Bool,
        prepare: @escaping @Sendable (Object) async -> Void = { _ in },
        beside: @escaping @Sendable () async throws -> Void = {}
    ) async throws -> Object {
        try await withThrowingTaskGroup(of: Object?.self) { group in
            group.addTask { try await follow(display, until: isOver, prepare) }
            group.addTask {
                try await beside()
                return nil
            }
            if display.isLive {
                group.addTask {
                    while true {
                        try await Task.sleep(for: .seconds(1))
                        try display.tick(now: Date())
                    }
                }
            }
            defer { group.cancelAll() }
            while let end = try await group.next() {
                if let end { return end }
            }
            throw CancellationError()
        }
    }

    private func follow(
        _ display: some ObjectDisplay<Object>, until isOver: @escaping @Sendable (Object) -> Bool,
        _ prepare: @escaping @Sendable (Object) async -> Void
    ) async throws -> Object {
        let last = LastValue<Object>()
        let gone = CommandError(.notFound, "\(noun) \"\(key.name)\" was deleted")
        try await follower.follow { event in
            guard case .present(let object) = event else { throw gone }
            await prepare(object)
            try display.show(object, now: Date())
            guard isOver(object) else { return .goOn }
            last.set(object)
            return .stop
        }
        guard let object = last.value else { throw gone }
        return object
    }
}
