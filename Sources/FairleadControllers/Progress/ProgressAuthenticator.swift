import ControllerRuntime
import Crypto
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import Synchronization

/// Finds out which pod pushes: the API server says whom a token proves, for that job alone.
final class ProgressAuthenticator: Sendable {
    /// A pod as a token names it.
    struct Caller: Sendable, Hashable {
        var name: String
        var uid: String
    }

    private struct Known {
        var caller: Caller
        var until: Duration
    }

    private let client: Client
    private let clock: any RuntimeClock
    private let known = Mutex<[[UInt8]: Known]>([:])

    /// How long the API server is not asked again.
    private static let memory = Duration.seconds(60)
    private static let maximumKnown = 20_000
    private static let review = ResourceType(
        group: "authentication.k8s.io", version: "v1", kind: "TokenReview", plural: "tokenreviews",
        isNamespaced: false)
    private static let accountPrefix = "system:serviceaccount:"
    private static let extra = "authentication.kubernetes.io/"

    init(client: Client, clock: any RuntimeClock) {
        self.client = client
        self.clock = clock
    }

    /// The pod that a request comes from.
    ///
    /// - Parameters:
    ///   - header: The request's `Authorization`.
    ///   - job: The job that it is for.
    /// - Throws: 401, 403, or 500 where the API server can't be asked.
    func caller(_ header: String?, job: ObjectKey) async throws(Status) -> Caller {
        let words = (header ?? "").split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer" else {
            throw Self.unauthorized("a bearer token is needed")
        }
        let (token, audience) = (String(words[1]), ProgressEndpoint.audience(job))
        let digest = Array(SHA256.hash(data: Array("\(audience)\n\(token)".utf8)))
        let now = clock.elapsed
        if let entry = known.withLock({ $0[digest] }), entry.until > now { return entry.caller }
        let caller = try await review(token, audience, job)
        known.withLock { known in
            if known.count >= Self.maximumKnown { known = known.filter { $0.value.until > now } }
            if known.count >= Self.maximumKnown { known = [:] }
            known[digest] = Known(caller: caller, until: now + Self.memory)
        }
        return caller
    }

    private func review(_ token: String, _ audience: String, _ job: ObjectKey) async throws(Status) -> Caller {
        let answer: JSONValue
        do {
            answer = try await client.create(
                Self.review, namespace: nil,
                [
                    "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview",
                    "spec": ["token": .string(token), "audiences": [.string(audience)]],
                ])
        } catch {
            throw Status(
                code: 500, reason: "InternalError", message: "the token could not be checked; ask again later")
        }
        let status = answer["status"] ?? .null
        let audiences = status["audiences"]?.arrayValue ?? []
        guard status["authenticated"]?.boolValue == true, audiences.contains(.string(audience)) else {
            throw Self.unauthorized("the token does not hold, or not for \(audience)")
        }
        let user = status["user"] ?? .null
        func text(_ name: String) -> String? { user["extra"]?["\(Self.extra)\(name)"]?[0]?.stringValue }
        guard user["username"]?.stringValue?.hasPrefix("\(Self.accountPrefix)\(job.namespace ?? ""):") == true,
            let name = text("pod-name"), let uid = text("pod-uid")
        else { throw Self.forbidden("the token is not that of a pod in the job's namespace", job) }
        return Caller(name: name, uid: uid)
    }

    private static func unauthorized(_ why: String) -> Status {
        Status(code: 401, reason: "Unauthorized", message: "Unauthorized: \(why)")
    }

    /// The answer to who may not push for a job.
    static func forbidden(_ why: String, _ job: ObjectKey) -> Status {
        Status(
            code: 403, reason: "Forbidden",
            message: "trainjobs.trainer.kubeflow.org \"\(job.name)\" is forbidden: \(why)",
            details: Status.Details(name: job.name, group: "trainer.kubeflow.org", kind: "trainjobs"))
    }
}
