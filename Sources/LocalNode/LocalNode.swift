import AsyncHTTPClient
import Foundation
public import KubernetesClient
import KubernetesCore
public import Logging
public import ServiceLifecycle

/// A node whose containers are processes of this host: scheduler and kubelet in one.
///
/// Guarantees: it speaks to the cluster through its client alone; a pod's exit is on disk before the API is told; when
/// it stops in order nothing that it started is left; when it crashes, its pods run on for
/// ``NodeConfiguration/orphanSeconds`` and the next node with the same state directory adopts them.
///
/// Assumptions: one node a state directory.
public struct LocalNode: Service {
    private let client: Client
    private let configuration: NodeConfiguration
    private let logger: Logger
    private let start: NodeStart

    /// A node that is not yet running.
    ///
    /// - Parameter onReady: Called once, when the cluster knows the node and the node knows its pods.
    public init(
        client: Client, configuration: NodeConfiguration, logger: Logger,
        onReady: @escaping @Sendable () -> Void = {}
    ) {
        start = NodeStart(onReady: onReady)
        self.client = client
        self.configuration = configuration
        self.logger = logger
    }

    /// Runs the node until it is asked to stop, or cancelled.
    ///
    /// An orderly stop ends every pod. A cancellation leaves the pods as a crash would: they end by themselves unless
    /// another node adopts them in time.
    public func run() async throws {
        let paths = NodePaths(state: configuration.stateDirectory)
        try paths.make()
        let host = await Self.look(usesSandbox: configuration.usesSandbox)
        let watcher = try PipeWatcher()
        defer { watcher.stop() }
        let prober = ProbeRunner.makeClient()
        let context = context(paths, host, watcher, prober)
        if host.bubblewrap != nil {
            logger.info("containers run in bubblewrap sandboxes")
        } else if configuration.usesSandbox {
            logger.warning(
                "bubblewrap is missing or does not work here: pods see the host's files; see docs/local-node.md")
        }
        let router = PodRouter(context: context)
        let registration = NodeRegistration(context: context) { [start] in start.isRegistered() }
        await withTaskGroup(of: Void.self) { background in
            background.addTask { await registration.run() }
            background.addTask { await context.events.run() }
            background.addTask { await TokenRenewal(context: context).run() }
            background.addTask {
                await NodeScheduler(context: context, router: router, labels: registration.labels).run()
            }
            background.addTask { await follow(context, router) }
            background.addTask { await context.hosts.run() }
            background.addTask { await context.proxy.run() }
            background.addTask {
                do {
                    try await gracefulShutdown()
                } catch {
                    // A cancellation is no orderly stop: the pods go on for the next node.
                    return
                }
                // What an earlier node left is adopted first: only what is known can be ended.
                await start.waitUntilListed()
                router.stop()
            }
            await withDiscardingTaskGroup { workers in
                for await worker in router.newWorkers {
                    workers.addTask {
                        await worker.run()
                        router.finished(worker)
                    }
                }
            }
            context.events.finish()
            background.cancelAll()
        }
        try? await prober.shutdown()
    }

    private func context(
        _ paths: NodePaths, _ host: HostFacts, _ watcher: PipeWatcher, _ prober: HTTPClient
    ) -> NodeContext {
        let names = ClusterNames()
        let events = NodeEvents(client: client, node: configuration.name, logger: logger)
        return NodeContext(
            client: client, configuration: configuration, host: host, paths: paths, watcher: watcher,
            python: PythonEnvironments(
                paths: paths, host: host, command: configuration.shimCommand, watcher: watcher),
            events: events, addresses: PodAddresses(), names: names,
            proxy: ServiceProxy(events: events, logger: logger),
            hosts: HostsFiles(names: names, paths: paths, hosts: configuration.hosts), prober: prober, logger: logger)
    }

    /// Follows the pods, the Services, the claims and the node itself until it is cancelled.
    private func follow(_ context: NodeContext, _ router: PodRouter) async {
        let name = context.configuration.name
        async let pods: Void = CollectionWatch<PodManifest>(
            client: client, logger: logger,
            replace: { [start] in
                router.replace($0)
                Self.removeLeftovers(context, router)
                start.isListed()
            }, set: { router.set($0) }, remove: { router.remove($0) }
        ).run()
        async let services: Void = CollectionWatch<ServiceManifest>(
            client: client, logger: logger,
            replace: {
                context.names.replace($0)
                context.proxy.replace($0)
            },
            set: {
                context.names.set($0)
                context.proxy.set($0)
            },
            remove: {
                context.names.remove($0)
                context.proxy.remove($0)
            }
        ).run()
        async let slices: Void = CollectionWatch<EndpointSliceManifest>(
            client: client, logger: logger, replace: { context.proxy.replace($0) }, set: { context.proxy.set($0) },
            remove: { context.proxy.remove($0) }
        ).run()
        async let nodes: Void = CollectionWatch<NodeManifest>(
            client: client, logger: logger, fieldSelector: "metadata.name=\(name)",
            replace: { router.set(taints: $0.first { $0.metadata.name == name }?.taints ?? []) },
            set: { router.set(taints: $0.taints) }, remove: { _ in router.set(taints: []) }
        ).run()
        async let claims: Void = CollectionWatch<ClaimManifest>(
            client: client, logger: logger, replace: { router.replace(claims: $0) },
            set: { router.set(claim: $0) }, remove: { router.remove(claim: $0) }
        ).run()
        _ = await (pods, services, slices, nodes, claims)
    }

    /// Looks at the host on a thread of its own: it waits for other processes.
    private static func look(usesSandbox: Bool) async -> HostFacts {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: HostFacts.find(usesSandbox: usesSandbox)) }
        }
    }

    /// Ends and removes what is left of pods that are gone from the API.
    private static func removeLeftovers(_ context: NodeContext, _ router: PodRouter) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: context.paths.pods)) ?? []
        for uid in names where !router.knows(uid: uid) {
            let containers = context.paths.pod(uid) + "/containers"
            for name in (try? FileManager.default.contentsOfDirectory(atPath: containers)) ?? [] {
                for run in context.paths.runs(uid, name) {
                    let directory = context.paths.run(uid, name, run)
                    guard ShimHandle.exit(of: directory) == nil else { continue }
                    ShimHandle.adopt(directory, watcher: context.watcher) { _ in }?
                        .send(.terminate(graceSeconds: 0))
                }
            }
            try? FileManager.default.removeItem(atPath: context.paths.pod(uid))
        }
    }
}
