import Synchronization

/// The HTTP clients for the certificates of the moment: other certificates need other clients, and what is under way
/// ends on the clients with which it began.
final class HTTPClientPool: Sendable {
    private struct State {
        var certificates: Certificates
        var clients: HTTPClients
        /// What may still be under way on older ones.
        var retired: [Retired] = []
        var isShutDown = false
    }

    private struct Retired {
        weak var clients: HTTPClients?
    }

    private let make: @Sendable (Certificates) throws -> HTTPClients
    private let state: Mutex<State>

    /// - Parameters:
    ///   - certificates: The first certificates.
    ///   - make: Makes clients; they close by themselves when nobody has them any more.
    /// - Throws: What `make` throws.
    init(_ certificates: Certificates, _ make: @escaping @Sendable (Certificates) throws -> HTTPClients) throws {
        self.make = make
        state = Mutex(State(certificates: certificates, clients: try make(certificates)))
    }

    /// The clients for certificates.
    func clients(for certificates: Certificates) throws -> HTTPClients {
        try state.withLock { state in
            guard certificates != state.certificates, !state.isShutDown else { return state.clients }
            let clients = try make(certificates)
            state.retired.removeAll { $0.clients == nil }
            state.retired.append(Retired(clients: state.clients))
            state.certificates = certificates
            state.clients = clients
            return clients
        }
    }

    /// Ends everything that is under way and closes every connection.
    func shutdown() async {
        let all = state.withLock { state in
            state.isShutDown = true
            return [state.clients] + state.retired.compactMap(\.clients)
        }
        for clients in all { await clients.shutdown() }
    }
}
