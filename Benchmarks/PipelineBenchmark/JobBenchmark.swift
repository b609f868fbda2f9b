import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadControllers
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Synchronization

/// The start of one job of many nodes, from its making until all its pods run, beside a client that makes the same.
struct JobBenchmark: Sendable {
    let workload: JobWorkload

    /// How many creations of the bare client are under way at the same time.
    private static let workers = 16

    /// What the job left on the API server.
    private struct Traces: Sendable {
        var services = 0
        var statusBytes = 0
    }

    init(nodes: Int) throws { workload = try JobWorkload(nodes: nodes) }

    /// Measures both sides and prints how they compare.
    func compare(rounds: Int) async throws {
        let cores = ProcessInfo.processInfo.processorCount
        print("job: \(workload.nodes) nodes, \(rounds) round(s), \(cores) cores")
        var (bare, jobs): ([Measure], [Measure]) = ([], [])
        let traces = Mutex(Traces())
        // Pods run until they are deleted.
        let stays: SimulatedKubelet.Script = { _ in SimulatedKubelet.Ending(duration: nil) }
        for _ in 0..<rounds {
            bare.append(try await BenchmarkCluster.with(script: stays) { try await measureBare($0) })
            jobs.append(
                try await BenchmarkCluster.with(script: stays) { transport in
                    let (measure, left) = try await measureJob(transport)
                    traces.withLock { $0 = left }
                    return measure
                })
        }
        PipelineBenchmark.report("bare client, the same objects", bare, workload.nodes)
        PipelineBenchmark.report("fairlead", jobs, workload.nodes)
        let ratio = PipelineBenchmark.median(bare.map(\.seconds)) / PipelineBenchmark.median(jobs.map(\.seconds))
        print("ratio to the same objects: \(PipelineBenchmark.format(ratio)) of the rate")
        let left = traces.withLock { $0 }
        print("\(left.services) Service(s), \(left.statusBytes) bytes of status")
        PipelineBenchmark.reportCalls("fairlead", jobs.last)
    }

    private func measureBare(_ transport: any Transport) async throws -> Measure {
        let counting = CountingTransport(transport)
        let client = Client(transport: counting)
        let name = PipelineBenchmark.newName()
        var (first, pods) = try workload.objects(name)
        // Their owner does not exist, and whatever it owns would be collected.
        for index in first.indices { first[index].1[path: ["metadata", "ownerReferences"]] = nil }
        for index in pods.indices { pods[index][path: ["metadata", "ownerReferences"]] = nil }
        let bodies = (first: first, pods: pods)
        let measure = try await untilAllRun(name, client) {
            for (type, object) in bodies.first { try await client.create(type, namespace: "default", object) }
            try await Self.create(bodies.pods, client)
            return counting
        }
        try await cleanUp(name, Client(transport: transport))
        return measure
    }

    /// Makes pods, some at a time.
    private static func create(_ pods: [JSONValue], _ client: Client) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, pod) in pods.enumerated() {
                if index >= workers { try await group.next() }
                group.addTask { try await client.create(.pod, namespace: "default", pod) }
            }
            try await group.waitForAll()
        }
    }

    private func measureJob(_ transport: any Transport) async throws -> (Measure, Traces) {
        let counting = CountingTransport(transport)
        let observer = Client(transport: transport)
        let name = PipelineBenchmark.newName()
        let controller = FairleadController(
            client: Client(transport: counting), configuration: FairleadController.Configuration(),
            logger: PipelineBenchmark.logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await controller.run() }
            defer { group.cancelAll() }
            try await controller.started.wait()
            let measure = try await untilAllRun(name, observer) {
                try await observer.create(.trainingJob, namespace: "default", try workload.job(name))
                return counting
            }
            let traces = try await traces(name, observer)
            group.cancelAll()
            try await cleanUp(name, observer)
            return (measure, traces)
        }
    }

    /// Measures from a beginning until every pod of the job runs.
    private func untilAllRun(
        _ name: String, _ client: Client, _ begin: () async throws -> CountingTransport
    ) async throws -> Measure {
        let store = Store<PodView>()
        let running = Mutex<Set<String>>([])
        let (all, nodes) = (Readiness(), workload.nodes)
        store.subscribe { change, _ in
            guard change.object.status.phase == "Running" else { return }
            let count = running.withLock { running in
                running.insert(change.object.metadata.name)
                return running.count
            }
            if count == nodes { all.open() }
        }
        let own = WatchMachine.Configuration(labelSelector: "\(FairleadLabel.trainingJob)=\(name)")
        let reflector = Reflector(store, client: client, configuration: own, logger: PipelineBenchmark.logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reflector.run() }
            defer { group.cancelAll() }
            try await store.waitUntilSynced()
            let meter = Meter()
            let counting = try await begin()
            try await all.wait()
            return meter.measure(counting.counts)
        }
    }

    private func traces(_ name: String, _ client: Client) async throws -> Traces {
        let key = ObjectKey(namespace: "default", name: name)
        // The status follows the pods by a moment.
        while try await client.get(TrainingJob.self, key).status.phase != .running {
            try await Task.sleep(for: .milliseconds(20))
        }
        let status = try await client.get(.trainingJob, key)["status"] ?? [:]
        let selector = "\(FairleadLabel.trainingJob)=\(name)"
        let answer = try await client.send(
            APIRequest(
                path: ResourceType.service.path(namespace: "default"),
                query: ListQuery(labelSelector: selector).items))
        let services = try KubernetesJSON.decode(JSONValue.self, from: answer.body)["items"]?.arrayValue ?? []
        return Traces(services: services.count, statusBytes: JSONWriter.bytes(status).count)
    }

    /// Takes away what would be in the next round's way.
    private func cleanUp(_ name: String, _ client: Client) async throws {
        let query = ListQuery(labelSelector: "\(FairleadLabel.trainingJob)=\(name)")
        for pod in try await client.listAll(PodView.self, namespace: "default", query).items {
            try await client.releasePod(pod.key, uid: pod.metadata.uid)
        }
        try await client.deleteCollection(.pod, namespace: "default", query)
        do {
            try await client.delete(.trainingJob, ObjectKey(namespace: "default", name: name))
        } catch let error as APIError where error.isNotFound {
            // The bare client makes none.
        }
    }
}
