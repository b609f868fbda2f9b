import ControllerRuntime
import FairleadAPI
import FairleadControllers
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import Synchronization

/// The runs of a workload under Fairlead's controller.
struct FairleadSide: Sendable {
    let workload: Workload

    func measure(_ transport: any Transport) async throws -> Measure {
        let counting = CountingTransport(transport)
        let controller = FairleadController(
            client: Client(transport: counting), configuration: FairleadController.Configuration(),
            logger: PipelineBenchmark.logger)
        let observer = Client(transport: transport)
        let names = (0..<workload.runs).map { _ in PipelineBenchmark.newName() }
        for name in names { try await prepare(name, observer) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let meter = Meter()
            group.addTask { try await controller.run() }
            defer { group.cancelAll() }
            try await waitUntilDone(Set(names), observer)
            return meter.measure(counting.counts)
        }
    }

    /// Makes a run and fixes its spec as the controller would, but with more tasks than a pipeline may have.
    private func prepare(_ name: String, _ client: Client) async throws {
        var small = workload.spec
        small.tasks = Array(small.tasks.prefix(1))
        let run: JSONValue = [
            "apiVersion": "fairlead.dev/v1alpha1", "kind": "PipelineRun", "metadata": ["name": .string(name)],
            "spec": ["pipelineSpec": try KubernetesJSON.value(of: small)],
        ]
        let made = try await client.create(.pipelineRun, namespace: "default", run)
        let metadata = try KubernetesJSON.decode(PipelineRun.self, from: made).metadata
        try await client.create(.configMap, namespace: "default", workload.fixed.configMap(run: metadata))
    }

    private struct Done: Error {}

    /// Waits for the end of all runs and for the release of the last pod.
    private func waitUntilDone(_ names: Set<String>, _ client: Client) async throws {
        let left = Mutex(names)
        do {
            try await client.watch(PipelineRun.self, namespace: "default", WatchQuery()) { event in
                guard case .success(.modified(let run)) = event, run.status.phase?.isTerminal == true else { return }
                if run.status.phase != .succeeded { print("a run ended as \(run.status)") }
                let isOver = left.withLock { left in
                    left.remove(run.metadata.name)
                    return left.isEmpty
                }
                if isOver { throw Done() }
            }
        } catch is Done {
            let query = ListQuery(
                labelSelector: "\(PodNaming.managedSelector),!\(FairleadLabel.recorded)", limit: 1)
            while try await !client.list(PodView.self, namespace: "default", query).items.isEmpty {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }
}
