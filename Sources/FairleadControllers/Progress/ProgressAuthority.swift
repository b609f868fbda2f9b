import ControllerRuntime
import Foundation
import KubernetesClient
import KubernetesCore
import Logging
import ServiceLifecycle
import Synchronization

/// Keeps the certificates that all replicas share in one Secret: the first one makes them, each renews them in time.
final class ProgressAuthority: Service {
    private let client: Client
    private let secret: ObjectKey
    private let names: [String]
    private let logger: Logger
    private let clock: any RuntimeClock
    private let state = Mutex<ProgressCertificates?>(nil)

    /// Opens when there are certificates.
    let ready = Readiness()

    /// How often somebody else's renewal is looked for.
    private static let interval = Duration.seconds(3600)
    private static let retryInterval = Duration.seconds(15)

    /// - Parameters:
    ///   - client: Reads and writes the Secret.
    ///   - secret: Which one.
    ///   - names: Under which names and addresses the server is reached.
    ///   - logger: For failures.
    ///   - clock: For what is renewed when.
    init(client: Client, secret: ObjectKey, names: [String], logger: Logger, clock: any RuntimeClock) {
        self.client = client
        self.secret = secret
        self.names = names
        self.logger = logger
        self.clock = clock
    }

    /// What the server shows now.
    var certificates: ProgressCertificates? { state.withLock { $0 } }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while true { try await self.clock.sleep(for: await self.look()) }
            }
        } catch is CancellationError {
            return
        }
    }

    /// Looks after the Secret; how long to wait until the next time.
    private func look() async -> Duration {
        do {
            let certificates = try await settled()
            state.withLock { $0 = certificates }
            ready.open()
            return Self.interval
        } catch {
            logger.warning(
                "metrics can not be pushed: the certificates were not read or written",
                metadata: ["secret": "\(secret)", "error": "\(error)"])
            return Self.retryInterval
        }
    }

    /// The certificates as the Secret has them, after it got new ones where that was due.
    private func settled() async throws -> ProgressCertificates {
        var attempts = 0
        while true {
            let live = try await Client.ifPresent { try await client.get(.secret, secret) }
            let old = live.flatMap(ProgressCertificates.init(secret:))
            guard let new = try ProgressCertificates.renewed(old, names: names, now: clock.now) else {
                if let old { return old }
                continue
            }
            do {
                try await write(new, over: live)
                return new
            } catch let error as APIError where (error.isConflict || error.isAlreadyExists) && attempts < 5 {
                // Another replica was first: its certificates are as good.
                attempts += 1
            }
        }
    }

    private func write(_ certificates: ProgressCertificates, over live: JSONValue?) async throws {
        if let live {
            var metadata: JSONValue = [:]
            for name in ["uid", "resourceVersion"] { metadata[name] = live[path: ["metadata", name]] }
            try await client.patch(.secret, secret, ["metadata": metadata, "data": certificates.data])
            return
        }
        try await client.create(
            .secret, namespace: secret.namespace,
            [
                "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
                "metadata": [
                    "name": .string(secret.name), "labels": ["app.kubernetes.io/managed-by": "fairlead"],
                ],
                "data": certificates.data,
            ])
    }
}
