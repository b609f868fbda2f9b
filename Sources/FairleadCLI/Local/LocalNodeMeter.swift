import KubernetesCore
import LocalAPIServer
import LocalNode

/// Lets the API server show what the node and its pods use.
struct LocalNodeMeter: NodeMeter {
    private let usage: NodeUsage

    /// - Parameter stateDirectory: The node's.
    init(stateDirectory: String) { usage = NodeUsage(stateDirectory: stateDirectory) }

    func reading() async -> MeterReading? {
        func shown(_ amount: NodeUsage.Amount) -> MeterReading.Usage {
            MeterReading.Usage(cores: amount.cores, bytes: amount.bytes)
        }
        guard let reading = await usage.reading() else { return nil }
        return MeterReading(
            node: NodeConfiguration.defaultName, takenAt: Time(reading.takenAt), seconds: reading.seconds,
            usage: shown(reading.host),
            pods: reading.pods.mapValues { pod in
                MeterReading.Pod(seconds: pod.seconds, containers: pod.containers.mapValues(shown))
            })
    }
}
