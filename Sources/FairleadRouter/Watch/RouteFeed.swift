import ControllerMachines
import ControllerRuntime
import FairleadAPI
import KubernetesClient
import KubernetesCore
import Logging

/// Keeps a dispatcher's routes equal to the services and their pods in the API server.
///
/// Guarantees: while the API server is away, the routes stay as they were.
struct RouteFeed {
    let services = Store<InferenceService>()
    let slices = Store<EndpointSlice>()

    /// A feed of a dispatcher.
    init(_ dispatcher: Dispatcher) {
        services.subscribe { change, _ in
            switch change {
            case .added(let service), .updated(_, let service): dispatcher.apply(.service(service))
            case .deleted(let service): dispatcher.apply(.serviceGone(service.key))
            }
        }
        slices.subscribe { change, _ in
            switch change {
            case .added(let slice), .updated(_, let slice): dispatcher.apply(.slice(slice))
            case .deleted(let slice): dispatcher.apply(.sliceGone(slice.key))
            }
        }
    }

    /// What watches; without a limit, for a router that starts while the API server is away has nothing better to do
    /// than to wait for it.
    func member(client: Client, namespaces: [String], logger: Logger) -> RuntimeGroup.Member {
        let owned = WatchMachine.Configuration(labelSelector: FairleadLabel.inferenceService)
        return .together(
            "reflectors",
            [
                .reflector(
                    Reflector(services, client: client, namespaces: namespaces, logger: logger), services, limit: nil),
                .reflector(
                    Reflector(slices, client: client, namespaces: namespaces, configuration: owned, logger: logger),
                    slices, limit: nil),
            ])
    }
}
