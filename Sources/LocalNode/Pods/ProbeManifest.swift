import KubernetesCore

/// A probe as the node reads it, with Kubernetes' defaults for what is left out.
struct ProbeManifest: Sendable, Hashable, Decodable {
    /// What a probe is for.
    enum Kind: String, Sendable, Hashable, CaseIterable {
        case startup = "Startup"
        case liveness = "Liveness"
        case readiness = "Readiness"
    }

    struct Command: Sendable, Hashable, Decodable {
        var command: [String]?
    }

    struct Connection: Sendable, Hashable, Decodable {
        var host: String?
        var port: JSONValue?
    }

    struct Request: Sendable, Hashable, Decodable {
        var host: String?
        var port: JSONValue?
        var path: String?
        var scheme: String?
        var httpHeaders: [Header]?
    }

    struct Header: Sendable, Hashable, Decodable {
        var name: String
        var value: String?
    }

    var exec: Command?
    var tcpSocket: Connection?
    var httpGet: Request?
    private var initialDelaySeconds: Int64?
    private var periodSeconds: Int64?
    private var timeoutSeconds: Int64?
    private var successThreshold: Int64?
    private var failureThreshold: Int64?
    var terminationGracePeriodSeconds: Int64?

    var delay: Double { Double(min(max(0, initialDelaySeconds ?? 0), 1 << 31)) }
    var period: Double { Self.positive(periodSeconds, 10) }
    var timeout: Double { Self.positive(timeoutSeconds, 1) }
    var successes: Int { Int(Self.positive(successThreshold, 1)) }
    var failures: Int { Int(Self.positive(failureThreshold, 3)) }

    private static func positive(_ value: Int64?, _ standard: Double) -> Double {
        guard let value, value > 0 else { return standard }
        return Double(min(value, 1 << 31))
    }
}

/// A container's port, by whose name a probe may ask for it.
struct ContainerPort: Sendable, Hashable, Decodable {
    var name: String?
    var containerPort: Int64?
}

extension ContainerManifest {
    /// The probe for a purpose.
    func probe(_ kind: ProbeManifest.Kind) -> ProbeManifest? {
        switch kind {
        case .startup: startupProbe
        case .liveness: livenessProbe
        case .readiness: readinessProbe
        }
    }

    /// The number of a port that is given by number or name; nil for one that the container has not.
    func port(_ value: JSONValue?) -> Int? {
        if let number = value?.integerValue { return (1...65535).contains(number) ? Int(number) : nil }
        guard let name = value?.stringValue else { return nil }
        let named = (ports ?? []).first { $0.name == name }?.containerPort ?? Int64(name)
        return named.flatMap { (1...65535).contains($0) ? Int($0) : nil }
    }
}
