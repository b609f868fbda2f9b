import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Makes, releases and deletes the pods of one owner, and folds what the server answers into its table.
struct PodWriter<Entry: OpenObject>: Sendable {
    let client: Client
    let registry: OpenObjects<Entry>
    let ledger: SharedWriteLedger
    /// Whose pods they are.
    let owner: ObjectMeta

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: owner.namespace, name: name) }

    /// Makes many pods at a time, and sorts out what was refused; one of the owner's that is there already is success.
    ///
    /// - Throws: `TerminalError` where the namespace is being removed, and what letting go of its pods throws.
    func create<Order: PodOrder>(_ orders: [Order]) async throws -> PodRefusals<Order> {
        let failures = await ConcurrentCalls.perform(orders) { order in
            registry.fold(try await create(order.name, order.pod))
        }
        if failures.contains(where: { ($0.1 as? APIError)?.isNamespaceTerminating == true }) {
            // Kubernetes removes pods before anything else: what still held them would hold the namespace for ever.
            try await letGo()
            throw TerminalError("the namespace of \(owner.namespace ?? "")/\(owner.name) is being terminated")
        }
        return PodRefusals(failures)
    }

    /// Makes a pod; a 422 tells that the name is another's.
    private func create(_ name: String, _ pod: JSONValue) async throws -> PodView {
        let made: PodView
        do {
            // What a patch misspells is refused instead of left out.
            made = try await client.create(
                .pod, namespace: owner.namespace, pod, WriteOptions(fieldValidation: .strict), reading: PodView.self)
        } catch let error as APIError where error.isAlreadyExists {
            made = try await client.get(PodView.self, key(name))
        }
        guard made.metadata.controller?.uid == owner.uid else {
            let message = "pod \"\(name)\" exists and is not of \(owner.name)"
            throw APIError(Status(code: 422, reason: "Invalid", message: message))
        }
        return made
    }

    /// Lets go of every pod that our finalizer keeps: the namespace is being removed.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func letGo() async throws {
        try await release(registry.with(owner.uid) { $0.table.held } ?? [], recorded: false)
    }

    /// Lets pods go; one that is gone is success.
    ///
    /// - Parameters:
    ///   - pods: The pods.
    ///   - recorded: Whether their outcomes stand in the status, which their label then says.
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func release(_ pods: [Entry.Table.View], recorded: Bool) async throws {
        let failures = await ConcurrentCalls.perform(pods) { view in
            let mark: Recorded? = recorded ? (view.hasSucceeded ? .succeeded : .failed) : nil
            if let pod = try await client.releasePod(key(view.pod), uid: view.uid, recorded: mark) {
                ledger.wrote(owner: owner.uid, pod)
                registry.fold(pod)
            }
            _ = registry.with(owner.uid) { $0.table.didRelease(pod: view.pod) }
        }
        if let failure = failures.first { throw failure.1 }
    }

    /// Deletes pods; one that is gone is success.
    ///
    /// - Parameters:
    ///   - pods: The pods.
    ///   - gracePeriodSeconds: How long each has to end; 0 where nobody is waited for who could say that it ended, nil
    ///     for what the pod itself says.
    ///   - version: The version that each must still have; nil where any will do.
    /// - Returns: Those that have another version by now, which are left as they are.
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    @discardableResult
    func delete(
        _ pods: [Entry.Table.View],
        gracePeriodSeconds: @escaping @Sendable (Entry.Table.View) -> Int64? = { _ in nil },
        version: @escaping @Sendable (Entry.Table.View) -> ResourceVersion? = { _ in nil }
    ) async throws -> [Entry.Table.View] {
        let failures = await ConcurrentCalls.perform(pods) { view in
            let options = DeleteOptions(
                gracePeriodSeconds: gracePeriodSeconds(view),
                preconditions: DeleteOptions.Preconditions(uid: view.uid, resourceVersion: version(view)))
            guard let answer = try await Client.ifPresent({ try await client.delete(.pod, key(view.pod), options) })
            else { return }
            ledger.wrote(owner: owner.uid, .pod, answer: answer)
            if let pod = try? KubernetesJSON.decode(PodView.self, from: answer), !pod.metadata.uid.isEmpty {
                registry.fold(pod)
            }
        }
        return try failures.map { view, error in
            guard version(view) != nil, (error as? APIError)?.isConflict == true else { throw error }
            return view
        }
    }

    /// Deletes the pods that a selector takes.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func delete(selector: String) async throws {
        try await client.deleteCollection(.pod, namespace: owner.namespace, ListQuery(labelSelector: selector))
    }
}
