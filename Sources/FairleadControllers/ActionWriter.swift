import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Performs the plans for a kind whose objects own pods: actions in order; the first that fails ends the plan, and the
/// next one begins from what is.
protocol ActionWriter: Sendable {
    associatedtype Entry: OpenObject
    associatedtype Action: Sendable & Equatable

    var client: Client { get }
    var registry: OpenObjects<Entry> { get }
    var ledger: SharedWriteLedger { get }
    /// Tells an event about an object; never fails.
    var record: @Sendable (PlannedEvent, Entry.Object) -> Void { get }

    /// Performs actions.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`, for the reconcile to be tried again.
    func perform(_ actions: [Action], _ object: Entry.Object) async throws
    /// A status as it is to be written.
    func document(_ status: Entry.Kind.Status, of object: Entry.Object) throws -> JSONValue
}

extension ActionWriter {
    func document(_ status: Entry.Kind.Status, of object: Entry.Object) throws -> JSONValue {
        try KubernetesJSON.value(of: status)
    }

    /// What writes an object's pods.
    func pods(of object: Entry.Object) -> PodWriter<Entry> {
        PodWriter(client: client, registry: registry, ledger: ledger, owner: object.metadata)
    }

    /// Writes an object's status and keeps what the server made of it.
    ///
    /// - Returns: The object as it is then.
    /// - Throws: `APIError`, a conflict where the object has changed since; `TransportError` or `CancellationError`.
    @discardableResult
    func writeStatus(_ object: Entry.Object, _ status: Entry.Kind.Status) async throws -> Entry.Object {
        guard let answer = try await client.writeStatus(object, document(status, of: object)) else { return object }
        let written = try KubernetesJSON.decode(Entry.Object.self, from: answer)
        _ = registry.with(object.metadata.uid) { $0.object = written }
        return written
    }

    /// Ends an object that can't start.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func refuse(_ object: Entry.Object, _ status: Entry.Kind.Status) async throws {
        try await writeStatus(object, status)
        let reason = status.reason?.rawValue ?? "Failed"
        record(PlannedEvent(isWarning: true, reason: reason, note: status.message ?? ""), object)
    }
}
