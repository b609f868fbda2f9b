import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

extension JobModel {
    /// A job whose pods all run.
    static func running(_ spec: TrainingJobSpec) throws -> (JobModel, GangTable) {
        var model = try JobModel(spec)
        var table = model.rebuilt()
        model.settle(&table)
        for _ in 0..<3 {
            for name in model.unfinished { model.start(name) }
            model.observe(&table)
        }
        return (model, table)
    }

    /// The newest pod of a member.
    func pod(_ role: String, _ index: Int) throws -> String {
        let newest = pods.values.filter {
            $0.metadata.labels[FairleadLabel.role] == role && $0.metadata.labels[FairleadLabel.index] == "\(index)"
        }.max { (attempts[$0.metadata.name] ?? 0) < (attempts[$1.metadata.name] ?? 0) }
        return try #require(newest).metadata.name
    }

    /// Shows what happened, plans, and lets kubelets end what is deleted.
    mutating func observe(_ table: inout GangTable) {
        for pod in pods.values { table.fold(pod) }
        settle(&table)
        for pod in pods.values { table.fold(pod) }
    }

    /// Shows what happened and takes one step.
    mutating func step(_ table: inout GangTable) -> Plan<TrainingJobAction> {
        for pod in pods.values { table.fold(pod) }
        let plan = plan(&table)
        for action in plan.actions { perform(action, &table) }
        return plan
    }

    /// Ends a pod's program while what stands beside it still stores files.
    mutating func endProgram(_ name: String, exitCode: Int, reason: String? = nil) {
        let time = Time(now)
        change(name) { pod in
            pod.status.containerStatuses = [
                ContainerStatus(
                    name: "main",
                    state: ContainerState(
                        terminated: ContainerState.Terminated(
                            exitCode: exitCode, reason: reason, startedAt: time, finishedAt: time)))
            ]
        }
    }
}
