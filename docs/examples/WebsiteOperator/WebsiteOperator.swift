import ControllerMachines
import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging

/// Puts the operator together: caches, what brings which key into the queue, and the order of start and stop.
enum WebsiteOperator {
    /// Everything as one service.
    ///
    /// - Parameters:
    ///   - client: Where everything is read and written.
    ///   - elector: Elects the one replica that writes; nil where there is only one.
    ///   - logger: For what happens.
    static func service(client: Client, elector: LeaderElector?, logger: Logger) -> RuntimeGroup {
        let websites = Store<Website>()
        let deployments = Store<DeploymentView>()
        let queue = WorkQueue<ObjectKey>()
        websites.subscribe { change, source in queue.add(change.key, priority: source.priority) }
        deployments.subscribe { change, _ in
            if let website = change.object.metadata.controllerKey(Website.type) { queue.add(website) }
        }
        // Nothing is written any more from the moment at which the lease may be another's.
        let gate = LeaderGate(client.transport) { elector?.isLeading ?? true }
        let reconciler = WebsiteReconciler(
            client: Client(transport: gate, fieldManager: client.fieldManager), websites: websites,
            deployments: deployments, clock: SystemClock())
        let managed = WatchMachine.Configuration(labelSelector: WebsiteReconciler.managed)
        var members: [RuntimeGroup.Member] = [
            .reflector(Reflector(websites, client: client, logger: logger), websites),
            .reflector(
                Reflector(deployments, client: client, configuration: managed, logger: logger), deployments),
        ]
        if let elector { members.append(.elector(elector)) }
        let controller = Controller(
            name: "website", Website.type, queue: queue, reconcile: reconciler.reconcile, logger: logger)
        members.append(RuntimeGroup.Member("website", controller))
        return RuntimeGroup(members, logger: logger)
    }
}
