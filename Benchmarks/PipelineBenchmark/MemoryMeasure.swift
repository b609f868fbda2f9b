import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore

/// What the controller keeps in memory for a live item: its pod in the store, and its place in the run's table.
enum MemoryMeasure {
    /// Prints the growth of the process for a map whose items all run at once.
    static func report(items: Int) {
        let workload = Workload.map(items)
        let run = PipelineRun(
            metadata: ObjectMeta(name: "memory", namespace: "default", uid: "memory"),
            spec: PipelineRunSpec(pipeline: "bench"))
        let bodies = workload.bodies(run: run)
        var table = RunTable(shape: RunShape(workload.fixed))
        let store = Store<PodView>()
        let before = residentBytes()
        for request in bodies {
            guard var pod = try? KubernetesJSON.decode(PodView.self, from: request.pod) else { continue }
            pod.metadata.uid = UUID().uuidString.lowercased()
            pod.metadata.resourceVersion = ResourceVersion(String(request.item.item + 1_000_000))
            pod.metadata.creationTimestamp = Time(Date())
            pod.spec.nodeName = "node-\(request.item.item % 100)"
            pod.status.phase = "Running"
            store.apply(.added(pod), resourceVersion: pod.metadata.resourceVersion)
            table.fold(pod)
        }
        table.advance(now: Date())
        let growth = Double(residentBytes() - before) / Double(max(bodies.count, 1))
        print("memory: \(PipelineBenchmark.format(growth)) bytes a live item (\(bodies.count) items, store and table)")
    }

    /// The resident memory of this process.
    private static func residentBytes() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
