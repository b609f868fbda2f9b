import KubernetesCore
import Synchronization

/// Hands out the addresses of Services, out of the host's own loopback network.
///
/// Guarantees: an address is given once as long as its Service is there; one that was just given is not given again
/// before its Service can be seen.
final class ServiceAddresses: Sendable {
    /// Where all addresses are from.
    static let range = "127.128.0.0/16"
    /// How many addresses there are: neither the network's own nor its last one is given.
    static let capacity: UInt32 = 65_534
    /// How many addresses are remembered until their Services can be seen.
    private static let memory = 1024

    private let recent = Mutex<[String]>([])

    /// A free address; nil where none is left.
    ///
    /// - Parameters:
    ///   - taken: The addresses of the Services that are there.
    ///   - seed: Where the search begins.
    func next(taken: Set<String>, seed: UInt32) -> String? {
        recent.withLock { recent in
            let held = taken.union(recent)
            for offset in 0..<Self.capacity {
                let number = seed % Self.capacity &+ offset
                let address = Self.address(number % Self.capacity)
                guard !held.contains(address) else { continue }
                recent.append(address)
                if recent.count > Self.memory { recent.removeFirst() }
                return address
            }
            return nil
        }
    }

    static func address(_ number: UInt32) -> String {
        let host = number + 1
        return "127.128.\(host / 256).\(host % 256)"
    }

    static func contains(_ address: String) -> Bool {
        let parts = address.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4, parts[0] == 127, parts[1] == 128, let third = parts[2], let last = parts[3] else {
            return false
        }
        return (third, last) != (0, 0) && (third, last) != (255, 255)
    }

    /// What is wrong with an address that a client asks for.
    static func problem(with wanted: String, taken: Set<String>) -> FieldError? {
        let why: String
        if !contains(wanted) {
            why = "the provided IP (\(wanted)) is not in the valid range. The range of valid IPs is \(range)"
        } else if taken.contains(wanted) {
            why = "provided IP is already allocated"
        } else {
            return nil
        }
        return .invalid("spec.clusterIPs", [.string(wanted)], "failed to allocate IP \(wanted): \(why)")
    }
}

extension LocalAPIServer {
    /// The addresses that Services have.
    var takenServiceAddresses: Set<String> {
        engine.read { store in
            var taken: Set<String> = []
            store.collection("services").visit(namespace: nil, after: nil) { service in
                for address in service.value["spec"]?["clusterIPs"]?.arrayValue ?? [] {
                    if let text = address.stringValue, text != "None" { taken.insert(text) }
                }
                return true
            }
            return taken
        }
    }

    /// What a Service gets from its surroundings.
    var surroundings: BuiltinObjects.Surroundings {
        BuiltinObjects.Surroundings(
            nextClusterIP: { [self] in
                let seed = UInt32.random(in: 0..<ServiceAddresses.capacity)
                return addresses.next(taken: takenServiceAddresses, seed: seed) ?? ""
            },
            nextNodePort: { Int64.random(in: 30_000...32_767) })
    }

    /// What is wrong with the address that a new Service asks for; none is right where all are given.
    func addressProblems(of service: JSONValue, sent: JSONValue) -> [FieldError] {
        guard service["spec"]?["type"]?.stringValue != "ExternalName" else { return [] }
        let wanted = sent["spec"]?["clusterIP"]?.stringValue ?? sent["spec"]?["clusterIPs"]?[0]?.stringValue ?? ""
        if wanted.isEmpty {
            guard service["spec"]?["clusterIP"]?.stringValue == "" else { return [] }
            return [.invalid("spec.clusterIPs", [], "failed to allocate a serviceIP: range is full")]
        }
        guard wanted != "None" else { return [] }
        return ServiceAddresses.problem(with: wanted, taken: takenServiceAddresses).map { [$0] } ?? []
    }
}
