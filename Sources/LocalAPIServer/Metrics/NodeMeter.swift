public import KubernetesCore

/// Where the server takes what a node and its pods use from: the node.
public protocol NodeMeter: Sendable {
    /// What is used now; nil where that is not known.
    func reading() async -> MeterReading?
}

/// What a node and its pods use.
public struct MeterReading: Sendable, Hashable {
    /// An amount that is used.
    public struct Usage: Sendable, Hashable {
        /// Cores.
        public var cores: Double
        /// Bytes of memory.
        public var bytes: Int64

        /// Describes an amount.
        public init(cores: Double, bytes: Int64) {
            self.cores = cores
            self.bytes = bytes
        }
    }

    /// What a pod's containers use.
    public struct Pod: Sendable, Hashable {
        /// The time over which it was measured.
        public var seconds: Double
        /// The containers that run, by their names.
        public var containers: [String: Usage]

        /// Describes what a pod uses.
        public init(seconds: Double, containers: [String: Usage]) {
            self.seconds = seconds
            self.containers = containers
        }
    }

    /// The node's name.
    public var node: String
    /// The end of the time over which it was measured.
    public var takenAt: Time
    /// The length of that time.
    public var seconds: Double
    /// What the whole node uses.
    public var usage: Usage
    /// The pods that run, by their UIDs.
    public var pods: [String: Pod]

    /// Describes what is used.
    public init(node: String, takenAt: Time, seconds: Double, usage: Usage, pods: [String: Pod]) {
        self.node = node
        self.takenAt = takenAt
        self.seconds = seconds
        self.usage = usage
        self.pods = pods
    }
}
