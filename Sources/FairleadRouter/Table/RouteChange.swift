import FairleadAPI
import KubernetesCore

/// A change of what the routing table is made from.
enum RouteChange: Sendable {
    case service(InferenceService)
    case serviceGone(ObjectKey)
    case slice(EndpointSlice)
    case sliceGone(ObjectKey)
    /// The router's share of what all routers may do.
    case share(RouterShare)
}
