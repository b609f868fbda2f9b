import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Synchronization
import Testing

/// What people and conditions decide about a run: `when`, `runWhen`, `check`, approvals, nested runs, ends by hand.
@Suite(.serialized) struct ControlScenarios {
    private func run(_ name: String, _ spec: String, more: String = "") -> String {
        let lines = spec.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        return """
            apiVersion: fairlead.dev/v1alpha1
            kind: PipelineRun
            metadata: {name: \(name)}
            spec:
              \(more)
              pipelineSpec:
                defaults: {image: alpine, command: [work]}
            \(lines)
            """
    }

    private func statuses(_ run: PipelineRun) -> [String: TaskStatus] {
        Dictionary(uniqueKeysWithValues: run.status.tasks.map { ($0.name, $0) })
    }

    @Test func conditionsDecideWhatRuns() async throws {
        let cluster = try await TestCluster { pod in
            pod.metadata.labels[FairleadLabel.task] == "evaluate"
                ? SimulatedKubelet.Ending(message: "auc=0.72\n") : SimulatedKubelet.Ending()
        }
        let manifest = run(
            "when",
            """
            tasks:
              - {name: evaluate, results: [{name: auc, type: number}]}
              - {name: deploy, when: tasks.evaluate.results.auc > 0.7}
              - {name: alarm, when: tasks.evaluate.results.auc < 0.5}
              - {name: after-alarm, dependsOn: [alarm]}
              - {name: join, dependsOn: [deploy, alarm], runWhen: NoneFailed}
              - {name: gate, check: {that: tasks.evaluate.results.auc < 0.7, message: "auc is $(tasks.evaluate.results.auc)"}}
              - {name: behind, dependsOn: [gate]}
              - {name: anyway, dependsOn: [gate], runWhen: AllDone}
            """)
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(manifest)
                let run = try await cluster.finished("when")
                let tasks = statuses(run)
                #expect(tasks["deploy"]?.phase == .succeeded)
                #expect(tasks["alarm"]?.phase == .skipped)
                #expect(tasks["alarm"]?.reason == .conditionFalse)
                #expect(tasks["after-alarm"]?.reason == .upstreamSkipped)
                #expect(tasks["join"]?.phase == .succeeded)
                #expect(tasks["gate"]?.reason == .checkFailed)
                #expect(tasks["gate"]?.message == "auc is 0.72")
                #expect(tasks["behind"]?.reason == .upstreamFailed)
                #expect(tasks["anyway"]?.phase == .succeeded)
                #expect(run.status.phase == .failed)
                #expect(run.status.reason == .checkFailed)
                #expect(try await cluster.pods().count == 4)
                try await cluster.released()
            }
        }
    }

    @Test(arguments: ["Approved", "Rejected", ""]) func peopleDecideAboutAGate(decision: String) async throws {
        let cluster = try await TestCluster()
        let manifest = run(
            "gate",
            """
            params: [{name: country, default: NL}]
            tasks:
              - {name: fit}
              - {name: ok, dependsOn: [fit], approval: {message: "Promote $(params.country)?", timeout: 90s, onTimeout: Skip}}
              - {name: promote, dependsOn: [ok]}
            """)
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(manifest)
                try await cluster.eventually("the gate asks") {
                    let tasks = statuses(try await cluster.pipelineRun("gate"))
                    return tasks["ok"]?.phase == .suspended && tasks["ok"]?.message?.hasPrefix("Promote NL?") == true
                }
            }
            // The controller is away while somebody decides, and knows since when the gate has been waiting.
            if !decision.isEmpty {
                try await cluster.client.patch(
                    .pipelineRun, ObjectKey(namespace: "default", name: "gate"),
                    ["spec": ["approvals": ["ok": .string(decision)]]])
            }
            try await cluster.withController {
                let run = try await cluster.finished("gate")
                let tasks = statuses(run)
                switch decision {
                case "Approved":
                    #expect(run.status.phase == .succeeded)
                    #expect(tasks["promote"]?.phase == .succeeded)
                case "Rejected":
                    #expect(tasks["ok"]?.reason == .rejected)
                    #expect(tasks["promote"]?.reason == .upstreamFailed)
                    #expect(run.status.phase == .failed)
                default:
                    #expect(tasks["ok"]?.phase == .skipped)
                    #expect(tasks["ok"]?.reason == .timeout)
                    #expect(tasks["promote"]?.reason == .upstreamSkipped)
                    #expect(run.status.phase == .succeeded)
                    let waited = try #require(tasks["ok"]?.completionTime).date.timeIntervalSince(
                        try #require(tasks["ok"]?.startTime).date)
                    #expect(waited >= 90 && waited < 120)
                }
            }
        }
    }

    @Test(arguments: ["Stop", "Terminate"]) func aRunIsEndedByHand(shutdown: String) async throws {
        let cluster = try await TestCluster { pod in
            let task = pod.metadata.labels[FairleadLabel.task]
            return SimulatedKubelet.Ending(duration: task == "long" ? nil : .milliseconds(100))
        }
        let manifest = run(
            "ended",
            """
            tasks:
              - {name: quick}
              - {name: long, dependsOn: [quick]}
              - {name: never, dependsOn: [long]}
            finally:
              - {name: last}
            """)
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(manifest)
                try await cluster.eventually("the long task runs") {
                    statuses(try await cluster.pipelineRun("ended"))["long"]?.phase == .running
                }
                try await cluster.client.patch(
                    .pipelineRun, ObjectKey(namespace: "default", name: "ended"),
                    ["spec": ["shutdown": .string(shutdown)]])
                let run = try await cluster.finished("ended")
                let tasks = statuses(run)
                #expect(run.status.phase == .stopped)
                #expect(run.status.reason == .stopped)
                #expect(tasks["quick"]?.phase == .succeeded)
                #expect(tasks["long"]?.phase == .stopped)
                #expect(tasks["never"]?.phase == .skipped)
                #expect(tasks["last"]?.phase == (shutdown == "Stop" ? .succeeded : .skipped))
                try await cluster.released()
            }
        }
    }

    @Test func theDeadlineOfARunEndsItAndFinallyRuns() async throws {
        let cluster = try await TestCluster { pod in
            let task = pod.metadata.labels[FairleadLabel.task]
            return SimulatedKubelet.Ending(duration: task == "long" ? nil : .milliseconds(100))
        }
        let manifest = run(
            "late",
            """
            tasks: [{name: long}]
            finally: [{name: last, command: [tell, $(run.status)]}]
            """, more: "activeDeadlineSeconds: 60")
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(manifest)
                let run = try await cluster.finished("late")
                #expect(run.status.phase == .failed)
                #expect(run.status.reason == .timeout)
                #expect(statuses(run)["last"]?.phase == .succeeded)
                try await cluster.released()
                let last = try await cluster.pods().first { $0.metadata.labels[FairleadLabel.task] == "last" }
                #expect(last != nil)
            }
        }
    }

    @Test func aNestedPipelineGivesItsResults() async throws {
        let cluster = try await TestCluster { pod in
            SimulatedKubelet.Ending(message: "rows=\(pod.metadata.annotations["fairlead.dev/attempt"] ?? "")\n")
        }
        let manifest = """
            apiVersion: fairlead.dev/v1alpha1
            kind: Pipeline
            metadata: {name: inner}
            spec:
              params: [{name: country}]
              tasks:
                - {name: count, image: alpine, command: [count, $(params.country)], results: [{name: rows, type: integer}]}
              results: [{name: rows, value: tasks.count.results.rows}]
            ---
            """ + "\n"
            + run(
                "outer",
                """
                params: [{name: countries, type: array, items: string, default: [NL, DE, FR]}]
                tasks:
                  - {name: one, pipeline: {name: inner, params: {country: NL}}}
                  - name: each
                    pipeline: {name: inner, params: {country: $(item)}}
                    map: {over: params.countries, parallelism: 2}
                  - {name: use, command: [use, "$(tasks.one.results.rows)", "$(tasks.each.results.rows)"]}
                results: [{name: all, value: tasks.each.results.rows}]
                """)
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(manifest)
                let run = try await cluster.finished("outer")
                #expect(run.status.phase == .succeeded, "\(run.status)")
                #expect(run.status.results == ["all": [1, 1, 1]])
                let children = try await cluster.client.list(PipelineRun.self, namespace: "default").items
                    .filter { $0.metadata.controller?.uid == run.metadata.uid }
                #expect(children.count == 4)
                #expect(children.allSatisfy { $0.status.phase == .succeeded })
                let countries = children.compactMap { $0.spec.value?.params["country"]?.stringValue }.sorted()
                #expect(countries == ["DE", "FR", "NL", "NL"])
                let use = try await cluster.pods().first { $0.metadata.labels[FairleadLabel.task] == "use" }
                let pod = try await cluster.client.get(.pod, try #require(use).key)
                let command = pod[path: ["spec", "containers"]]?[0]?["command"]
                #expect(command == ["use", "1", "[1,1,1]"])
                try await cluster.released()
            }
        }
    }
}
