import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Makes, releases and deletes the pods of one owner.
struct PodWriter: Sendable {
    let client: Client
    let ledger: SharedWriteLedger
    /// Whose pods they are.
    let owner: ObjectMeta

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: owner.namespace, name: name) }

    /// Makes a pod; one of the owner's that is there already is success.
    ///
    /// - Throws: `APIError`, a 422 where the name is another's; `TransportError` or `CancellationError`.
    func create(_ name: String, _ pod: JSONValue) async throws -> PodView {
        let made: PodView
        do {
            // What a patch misspells is refused instead of left out.
            made = try await client.create(
                .pod, namespace: owner.namespace, pod, WriteOptions(fieldValidation: .strict), reading: PodView.self)
        } catch let error as APIError where error.isAlreadyExists {
            made = try await client.get(PodView.self, key(name))
        }
        guard made.metadata.controller?.uid == owner.uid else {
            throw APIError(
                Status(
                    code: 422, reason: "Invalid",
                    message: "pod \"\(name)\" exists and is not of \(owner.name)"))
        }
        return made
    }

    /// Lets a pod go.
    ///
    /// - Returns: The pod as it is then; nil where it is gone.
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func release(_ name: String, uid: String, recorded: Recorded?) async throws -> PodView? {
        let pod = try await client.releasePod(key(name), uid: uid, recorded: recorded)
        if let pod { ledger.wrote(owner: owner.uid, pod) }
        return pod
    }

    /// Deletes a pod; one that is gone is success.
    ///
    /// - Parameter gracePeriodSeconds: How long it has to end; 0 where nobody is waited for who could say that it ended,
    ///   nil for what the pod itself says.
    /// - Returns: The pod as it is then; nil where it is gone.
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func delete(_ name: String, uid: String, gracePeriodSeconds: Int64? = nil) async throws -> PodView? {
        let options = DeleteOptions(
            gracePeriodSeconds: gracePeriodSeconds, preconditions: DeleteOptions.Preconditions(uid: uid))
        guard let answer = try await Client.ifPresent({ try await client.delete(.pod, key(name), options) }) else {
            return nil
        }
        ledger.wrote(owner: owner.uid, .pod, answer: answer)
        guard let pod = try? KubernetesJSON.decode(PodView.self, from: answer), !pod.metadata.uid.isEmpty else {
            return nil
        }
        return pod
    }
}

/// A pod that is to be made for a task or for a member of a job.
protocol PodOrder: Sendable {
    /// The pod's name.
    var name: String { get }
    /// The whole pod.
    var pod: JSONValue { get }
}

extension PodRequest: PodOrder {}
extension MemberRequest: PodOrder {}

/// What became of pods that were to be made.
struct PodRefusals<Order: PodOrder> {
    /// Those that the server calls invalid, which stays so.
    var invalid: [(order: Order, error: APIError)] = []
    /// What was forbidden, by a quota that is used up or by an admission policy: it may pass.
    var forbidden: [(order: Order, message: String)] = []
    /// What went wrong beside that.
    var failure: (any Error)?

    /// Whether all pods are there.
    var isEmpty: Bool { invalid.isEmpty && forbidden.isEmpty && failure == nil }
}

extension PodWriter {
    /// Makes many pods at a time, and sorts out what was refused.
    ///
    /// - Parameters:
    ///   - orders: The pods.
    ///   - take: Takes a pod that was made.
    ///   - letGo: Lets go of every pod that the owner's finalizer keeps: called where the namespace is being removed.
    /// - Throws: `TerminalError` where the namespace is being removed, and what `letGo` throws.
    func create<Order: PodOrder>(
        _ orders: [Order], take: @escaping @Sendable (PodView) -> Void, letGo: () async throws -> Void
    ) async throws -> PodRefusals<Order> {
        let failures = await ConcurrentCalls.perform(orders) { order in take(try await create(order.name, order.pod)) }
        if failures.contains(where: { ($0.1 as? APIError)?.isNamespaceTerminating == true }) {
            // Kubernetes removes pods before anything else: what still held them would hold the namespace for ever.
            try await letGo()
            throw TerminalError("the namespace of \(owner.namespace ?? "")/\(owner.name) is being terminated")
        }
        var refusals = PodRefusals<Order>()
        for (order, error) in failures {
            if let error = error as? APIError, error.isFinal {
                refusals.invalid.append((order, error))
            } else if let error = error as? APIError, error.code == 403 {
                refusals.forbidden.append((order, "pod \(order.name) was refused: \(error.description)"))
            } else {
                refusals.failure = refusals.failure ?? error
            }
        }
        return refusals
    }
}
