import FairleadAPI
import KubernetesCore

/// What an EndpointSlice says of a component of a revision, or of what collects the service's payloads.
struct SliceView: Sendable, Equatable {
    /// Whether an address takes requests.
    enum Standing: Sendable, Equatable {
        case ready
        /// Its pod is about to end and still answers.
        case ending
        case unready
    }

    /// A pod's address.
    struct Member: Sendable, Equatable {
        var address: PodAddress
        var standing: Standing
    }

    /// `IPv4` or `IPv6`.
    var family: String
    /// Nil for what collects payloads, which is no part of any revision.
    var revision: String?
    /// Of no meaning without a revision.
    var component: ServiceComponent
    var members: [Member]

    /// Reads a slice; nil for one that is of neither.
    init?(_ slice: EndpointSlice) {
        let labels = slice.metadata.labels
        guard slice.addressType == "IPv4" || slice.addressType == "IPv6" else { return nil }
        if let revision = labels[FairleadLabel.revision] {
            guard let component = ServiceComponent(rawValue: labels[FairleadLabel.component] ?? "predictor") else {
                return nil
            }
            self.revision = revision
            self.component = component
        } else {
            guard labels[FairleadLabel.component] == PayloadLogSpec.component else { return nil }
            component = .predictor
        }
        family = slice.addressType
        let rest = slice.ports.first { $0.name == "http" } ?? slice.ports.first { $0.name != "grpc" }
        let grpc = slice.ports.first { $0.name == "grpc" }
        members = slice.endpoints.compactMap { target in
            // A router leads to pods of the service's namespace alone, whatever somebody writes into a slice.
            guard target.targetRef?.kind == "Pod", let host = target.addresses.first,
                target.targetRef?.namespace.map({ $0 == slice.metadata.namespace }) ?? true
            else { return nil }
            let address = PodAddress(
                host: host, port: rest?.port, grpcPort: grpc?.port, usesHTTP2: rest?.appProtocol == "kubernetes.io/h2c")
            guard address.endpoint(isGRPC: false) != nil else { return nil }
            return Member(address: address, standing: Standing(target.conditions))
        }
    }
}

extension SliceView.Standing {
    /// By the rules of the API: what is not said of `ready` is true, `serving` is then what `ready` is.
    init(_ conditions: EndpointSlice.Conditions?) {
        let isReady = conditions?.ready ?? true
        let isServing = conditions?.serving ?? isReady
        let isTerminating = conditions?.terminating ?? false
        self = isReady ? .ready : isServing && isTerminating ? .ending : .unready
    }
}

extension Backends {
    /// The pods of slices of one component.
    ///
    /// A pod of two families is in slices of both, but is one pod: where there is IPv4, only that counts. While slices
    /// are rewritten, a pod may be in two of them: it counts once, and as the better of what they say.
    init(_ slices: some Sequence<SliceView>) {
        let slices = Array(slices)
        let family = slices.contains { $0.family == "IPv4" && !$0.members.isEmpty } ? "IPv4" : "IPv6"
        let members = slices.filter { $0.family == family }.flatMap(\.members)
        let ready = Set(members.filter { $0.standing == .ready }.map(\.address))
        let chosen = ready.isEmpty ? Set(members.filter { $0.standing == .ending }.map(\.address)) : ready
        addresses = chosen.sorted { ($0.host, $0.port ?? 0) < ($1.host, $1.port ?? 0) }
        isReady = !ready.isEmpty
    }
}
