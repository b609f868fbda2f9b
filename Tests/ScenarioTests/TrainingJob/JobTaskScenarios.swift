import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Testing

/// Training jobs that something else made: a run for one of its tasks, and a trigger each night.
@Suite(.serialized) struct JobTaskScenarios {
    private static func isLeader(_ pod: PodView) -> Bool { pod.metadata.labels[FairleadLabel.index] == "0" }

    private static func run(_ name: String, _ more: String = "") -> String {
        """
        apiVersion: fairlead.dev/v1alpha1
        kind: PipelineRun
        metadata: {name: \(name)}
        spec:
          pipelineSpec:
            params: [{name: nodes, type: integer, default: 3}, {name: note, default: "$(A) $$(B)"}]
            defaults: {image: alpine}
            tasks:
              - {name: prep, command: [x], results: [{name: rows, type: integer}]}
              - name: fit
                trainingJob:
                  name: churn-fit
                  spec:
                    framework: jax
                    nodes: $(params.nodes)
                    podRetention: All
                    command: [train, "$(tasks.prep.results.rows)", "$(params.note)"]
                    results: [{name: auc, type: number}]
              - {name: use, command: [use, "$(tasks.fit.results.auc)"]}
            results: [{name: auc, value: tasks.fit.results.auc}]
        \(more)
        """
    }

    private func jobs(_ cluster: TestCluster) async throws -> [TrainingJob] {
        try await cluster.client.list(TrainingJob.self, namespace: "default").items
    }

    @Test func aJobsResultFeedsTheNextTask() async throws {
        let cluster = try await TestCluster { pod in
            if pod.metadata.labels[FairleadLabel.trainingJob] != nil {
                return SimulatedKubelet.Ending(message: Self.isLeader(pod) ? "auc=0.9\n" : "", duration: .seconds(2))
            }
            return SimulatedKubelet.Ending(message: "rows=5\n")
        }
        try await cluster.run {
            // Somebody else's job has the name already: it is left alone.
            try await cluster.create(
                """
                apiVersion: fairlead.dev/v1alpha1
                kind: TrainingJob
                metadata: {name: churn-fit}
                spec: {image: alpine, command: [other], suspend: true}
                """)
            try await cluster.withController {
                try await cluster.create(Self.run("churn"))
                let run = try await cluster.finished("churn")
                #expect(run.status.phase == .succeeded, "\(run.status)")
                #expect(run.status.results == ["auc": 0.9])
                let fit = try #require(run.status.tasks.first { $0.name == "fit" })
                let name = try #require(fit.child)
                #expect(name.hasPrefix("churn-fit-"))
                let job = try await cluster.trainingJob(name)
                #expect(job.metadata.controller?.uid == run.metadata.uid)
                #expect(job.status.phase == .succeeded)
                #expect(job.status.nodes == 3)
                #expect(try await self.jobs(cluster).count == 2)
                let pods = try await cluster.pods()
                let workers = pods.filter { $0.metadata.labels[FairleadLabel.trainingJob] == name }
                #expect(workers.count == 3)
                #expect(workers.allSatisfy { $0.metadata.labels[FairleadLabel.run] == "churn" })
                let worker = try await cluster.client.get(.pod, try #require(workers.first).key)
                let containers = worker[path: ["spec", "containers"]]?.arrayValue ?? []
                let main = try #require(containers.first { $0["name"] == "main" })
                // As the kubelet reads it: what was inserted is data.
                #expect(main["command"] == ["train", "5", "$$(A) $$$$(B)"], "\(main)")
                try await cluster.released()
            }
        }
    }

    @Test func theEndOfARunEndsItsJob() async throws {
        let cluster = try await TestCluster { pod in
            pod.metadata.labels[FairleadLabel.trainingJob] != nil
                ? SimulatedKubelet.Ending(duration: nil) : SimulatedKubelet.Ending(message: "rows=5\n")
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.run("churn"))
                try await cluster.eventually("the job runs") {
                    try await self.jobs(cluster).first?.status.phase == .running
                }
            }
            // Another controller takes over, and finds the job.
            try await cluster.withController {
                let key = ObjectKey(namespace: "default", name: "churn")
                try await cluster.client.patch(.pipelineRun, key, ["spec": ["shutdown": "Stop"]])
                let run = try await cluster.finished("churn")
                #expect(run.status.phase == .stopped, "\(run.status)")
                let job = try await cluster.finishedJob("churn-fit")
                #expect(job.spec.value?.shutdown == .stop)
                #expect(job.status.phase == .stopped, "\(job.status)")
                #expect(try await self.jobs(cluster).count == 1)
                try await cluster.released()
                // The job, its pods and whatever else it made go with the run.
                try await cluster.client.delete(.pipelineRun, key)
                try await cluster.eventually("all is gone") {
                    let pods = try await cluster.pods()
                    let jobs = try await self.jobs(cluster)
                    return pods.isEmpty && jobs.isEmpty
                }
            }
        }
    }

    @Test func aNightTrainsAnew() async throws {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: .seconds(5)) }
        try await cluster.run {
            try await cluster.create(
                """
                apiVersion: fairlead.dev/v1alpha1
                kind: Trigger
                metadata: {name: retrain}
                spec:
                  schedule: {cron: '0 3 * * *', timeZone: Europe/Amsterdam}
                  concurrencyPolicy: Forbid
                  successfulRunsHistoryLimit: 2
                  template:
                    trainingJob:
                      spec: {framework: jax, nodes: 2, image: alpine, command: [train, "$(trigger.date)"]}
                """)
            try await cluster.withController {
                for day in 1...4 {
                    let time = "2026-01-0\(day)T02:00:00Z"
                    try await cluster.next(of: "retrain", time)
                    try cluster.jump(to: time)
                    try await cluster.eventually("night \(day) succeeded") {
                        let last = try await cluster.status("retrain").lastSuccessfulTime
                        return last.map { $0 >= (Time(time) ?? $0) } ?? false
                    }
                }
                try await cluster.eventually("two are kept") { try await self.jobs(cluster).count == 2 }
                let jobs = try await self.jobs(cluster)
                #expect(jobs.allSatisfy { $0.status.phase == .succeeded })
                #expect(
                    Set(jobs.compactMap { $0.spec.value?.container.command?.last }) == ["2026-01-03", "2026-01-04"])
                #expect(try await cluster.status("retrain").missed ?? 0 == 0)
            }
        }
    }
}
