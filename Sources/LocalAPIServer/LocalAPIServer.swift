import Crypto
public import Foundation
import KubernetesCore
public import Logging
public import ServiceLifecycle
import Synchronization

/// A Kubernetes API server in this process: objects in memory, kept in SQLite, answered as Kubernetes answers.
///
/// Guarantees: a write that was answered is in the file; revisions rise by one with each write and survive restarts;
/// watches see every change once and in order.
/// Assumptions: ``run()`` runs where deletions are to cascade, namespaces to empty and events to expire.
public final class LocalAPIServer: Service {
    /// Where the objects are kept.
    public enum Storage: Sendable, Hashable {
        /// In memory only.
        case ephemeral
        /// In an SQLite file at that path.
        case file(String)
    }

    /// What a server is made of.
    public struct Configuration: Sendable {
        /// Where the objects are kept.
        public var storage: Storage
        /// Whom bearer tokens prove, beside those of service accounts.
        public var tokens: [String: ServerUser]
        /// What decides who may do what.
        public var authorization: Authorization
        /// The clock that stamps objects.
        public var now: @Sendable () -> Date
        /// Where logs come from; nil where no node runs.
        public var podLogs: (any PodLogs)?
        /// What tells what is used, for the resource metrics API; nil where nothing does, and there is no such API.
        public var meter: (any NodeMeter)?
        /// The certificate of the authority, in PEM, that `kube-root-ca.crt` hands to pods.
        public var certificateAuthority: String
        /// How many changes of each collection watches can go back.
        public var historyCapacity: Int
        /// Seconds that events are kept.
        public var eventLifetime: Int64

        /// Describes a server.
        public init(
            storage: Storage = .ephemeral, tokens: [String: ServerUser] = [:],
            authorization: Authorization = .alwaysAllow, now: @escaping @Sendable () -> Date = { Date() },
            podLogs: (any PodLogs)? = nil, meter: (any NodeMeter)? = nil, certificateAuthority: String = "",
            historyCapacity: Int = 8192, eventLifetime: Int64 = 3600
        ) {
            self.storage = storage
            self.tokens = tokens
            self.authorization = authorization
            self.now = now
            self.podLogs = podLogs
            self.meter = meter
            self.certificateAuthority = certificateAuthority
            self.historyCapacity = historyCapacity
            self.eventLifetime = eventLifetime
        }
    }

    let configuration: Configuration
    let logger: Logger
    let engine: StorageEngine
    /// What signs the tokens of service accounts.
    let signingKey: SymmetricKey
    private let kinds: Mutex<KindRegistry>
    let openAPICache = OpenAPICache()
    private let logs: Mutex<(any PodLogs)?>
    /// The addresses of Services.
    let addresses = ServiceAddresses()

    /// Opens the storage and makes the namespaces that every cluster has.
    ///
    /// - Throws: Where the file cannot be opened or read.
    public init(
        configuration: Configuration, logger: Logger = Logger(label: "fairlead.apiserver")
    ) async throws {
        self.configuration = configuration
        self.logger = logger
        var registry = KindRegistry()
        if configuration.meter != nil { registry.addVersion(MetricsGroup.version, of: MetricsGroup.name) }
        switch configuration.storage {
        case .ephemeral:
            signingKey = SymmetricKey(size: .bits256)
            engine = StorageEngine(
                store: ObjectStore(historyCapacity: configuration.historyCapacity), file: nil, logger: logger)
        case .file(let path):
            let file = try StateFile(path: path)
            signingKey = SymmetricKey(
                data: try file.secret { SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) } })
            let store = try StateLoader.load(file, into: &registry, historyCapacity: configuration.historyCapacity)
            engine = StorageEngine(store: store, file: file, logger: logger)
        }
        kinds = Mutex(registry)
        logs = Mutex(configuration.podLogs)
        try await makeSystemNamespaces()
        if configuration.authorization == .rbac { try await makeDefaultRoles() }
        engine.compact()
    }

    /// Where logs come from, once a node runs.
    public var podLogs: (any PodLogs)? {
        get { logs.withLock { $0 } }
        set { logs.withLock { $0 = newValue } }
    }

    /// Runs the garbage collector, the namespace controller and the expiry of events until it is cancelled.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask { await self.runControllers() }
                group.addTask { await self.expireEvents() }
                await group.waitForAll()
            }
        }
    }

    /// Forgets the history of changes, so that watches from before end with 410, as a restart does.
    public func compact() { engine.compact() }

    /// The time, in whole seconds.
    var now: Time { Time(configuration.now()) }

    /// Every kind that is served now.
    var registry: KindRegistry { kinds.withLock { $0 } }

    /// Serves other versions of a collection's kind, or none.
    func replaceKinds(of collection: String, by served: [ServedResource]) {
        kinds.withLock { $0.replace(collection: collection, by: served) }
    }

    /// The kind at an address.
    func resource(_ group: String, _ version: String, _ plural: String) -> ServedResource? {
        registry.resource(group: group, version: version, plural: plural)
    }

    /// A kind that is always there.
    func builtin(_ collection: String) -> ServedResource? {
        registry.resource(collection: collection)
    }

    private func makeSystemNamespaces() async throws {
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
            if engine.read({ $0.isActive(namespace: name) }) != nil { continue }
            let request = APIRequest(
                method: .post, path: "/api/v1/namespaces", headers: ["user-agent": "kube-apiserver/local"],
                body: JSONWriter.bytes(["metadata": ["name": .string(name)]]))
            if case .whole(let response) = await respond(to: request, user: .admin), response.status != 201 {
                throw Status.internalError(String(decoding: response.body, as: UTF8.self))
            }
        }
    }
}
