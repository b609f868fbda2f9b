import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// A training job as a task of a pipeline.
@Suite struct TrainingJobTaskTests {
    private static let params: [String: JSONValue] = ["rows": 3, "evil": "$(PATH) $$(x)", "countries": ["de", "fr"]]

    private static func model(_ yaml: String) throws -> RunModel {
        let spec = try #require(try ManifestReader.read(yaml).first)
        #expect(PipelineValidator.validate(json: spec) == [])
        return RunModel(try KubernetesJSON.decode(PipelineSpec.self, from: spec), params: params)
    }

    private static let pipeline = """
        params: [{name: rows, type: integer}, {name: evil}, {name: countries, type: array, items: string}]
        defaults: {image: "python:3.12-slim", env: {BASE: "1"}}
        tasks:
        - {name: prep, command: [x], results: [{name: parts, type: integer}]}
        - name: fit
          trainingJob:
            name: churn-fit
            spec:
              framework: jax
              nodes: $(params.rows)
              command: [python, "-c", "x", "$(params.evil)"]
              env: {PARTS: "$(tasks.prep.results.parts)"}
              results: [{name: auc, type: number}]
              artifacts: [{name: model, register: churn}]
        - {name: good, check: {that: tasks.fit.results.auc > 0.5}}
        - {name: eval, command: [x], env: {AUC: "$(tasks.fit.results.auc)"}, inputs: {m: tasks.fit.artifacts.model}}
        """

    private static func prepared(_ model: inout RunModel) -> RunTable {
        var table = model.rebuilt()
        model.settle(&table)
        for name in model.unfinished { model.end(name, exitCode: 0, message: "parts=4") }
        model.show(&table)
        model.settle(&table)
        return table
    }

    @Test func itsResultFeedsTheNextTask() throws {
        var model = try Self.model(Self.pipeline)
        var table = model.rebuilt()
        model.settle(&table)
        for name in model.unfinished { model.end(name, exitCode: 0, message: "parts=4") }
        if var spec = model.run.spec.value {
            spec.queue = "gold"
            spec.profile = "big"
            model.run.spec = .success(spec)
        }
        model.show(&table)
        model.settle(&table)
        let job = try #require(model.jobs["churn-fit"])
        let spec = try #require(job.spec.value)
        #expect(job.metadata.controller?.uid == "uid-run")
        #expect(job.metadata.labels["fairlead.dev/run"] == "run")
        #expect(job.metadata.labels["fairlead.dev/task"] == "fit")
        #expect(spec.nodes == 3)
        #expect(spec.queue == "gold")
        #expect(spec.container.profile == "big")
        #expect(spec.container.image == "python:3.12-slim")
        #expect(spec.container.env["PARTS"]?.text == "4")
        #expect(spec.container.env["BASE"]?.text == "1")
        #expect(try spec.container.evaluated(in: Scope()).command?.last == "$$(PATH) $$$$(x)")
        func task(_ name: String) -> TaskStatus? { model.run.status.tasks.first { $0.name == name } }
        #expect(task("fit")?.child == "churn-fit")
        #expect(task("fit")?.phase == .pending)
        model.change(job: "churn-fit") { $0.phase = .queued }
        model.show(&table)
        model.settle(&table)
        #expect(task("fit")?.phase == .queued)
        #expect(model.run.status.phase == .queued)
        if var spec = model.run.spec.value {
            spec.profile = nil
            model.run.spec = .success(spec)
        }
        model.change(job: "churn-fit") { $0.phase = .restarting }
        model.show(&table)
        model.settle(&table)
        #expect(task("fit")?.phase == .running)
        model.change(job: "churn-fit") { status in
            status.phase = .succeeded
            status.results = ["auc": 0.9]
            status.artifacts = ["model": ArtifactReference(uri: "file:///store/m", digest: "sha256:1")]
            status.models = ["churn:7"]
            status.commits = ["https://g/x#main": "abc"]
            status.completionTime = Time(Date(timeIntervalSince1970: 1_767_230_000))
        }
        model.show(&table)
        model.settle(&table)
        #expect(task("fit")?.phase == .succeeded)
        #expect(task("fit")?.results == ["auc": 0.9])
        #expect(task("fit")?.artifacts["model"]?.digest == "sha256:1")
        #expect(task("fit")?.message == "registered churn:7")
        #expect(task("good")?.phase == .succeeded)
        #expect(model.run.status.commits == ["https://g/x#main": "abc"])
        let eval = try #require(model.unfinished.first)
        model.end(eval, exitCode: 0)
        model.show(&table)
        model.settle(&table)
        #expect(model.run.status.phase == .succeeded)
        #expect(model.created["churn-fit"] == 1)
    }

    @Test func itsFailureIsTheTasks() throws {
        var model = try Self.model(Self.pipeline)
        var table = Self.prepared(&model)
        model.change(job: "churn-fit") { status in
            status.phase = .failed
            status.reason = .outOfMemory
            status.message = "rank 2 on node n1 was killed"
        }
        model.show(&table)
        model.settle(&table)
        let fit = try #require(model.run.status.tasks.first { $0.name == "fit" })
        #expect(fit.phase == .failed)
        #expect(fit.reason == .outOfMemory)
        #expect(fit.message == "job churn-fit: rank 2 on node n1 was killed")
        #expect(model.run.status.phase == .failed)
    }

    @Test func theEndOfTheRunReachesTheJob() throws {
        for mode in [PipelineRunSpec.Shutdown.stop, .terminate] {
            var model = try Self.model(Self.pipeline)
            var table = Self.prepared(&model)
            model.change(job: "churn-fit") { $0.phase = .running }
            model.show(&table)
            if var spec = model.run.spec.value {
                spec.shutdown = mode
                model.run.spec = .success(spec)
            }
            let stops = model.plan(&table).actions.compactMap { action in
                if case .stopChildren(let views, let mode) = action { (views, mode) } else { nil }
            }
            let (views, told) = try #require(stops.first)
            #expect(views.map(\.pod) == ["churn-fit"])
            #expect(views.map(\.child) == [.trainingJob])
            #expect(told == mode)
            model.settle(&table)
            #expect(model.run.status.phase == .stopped)
        }
    }

    @Test func aNameThatIsTakenIsNotFoughtFor() throws {
        var model = try Self.model(Self.pipeline)
        var table = model.rebuilt()
        model.settle(&table)
        for name in model.unfinished { model.end(name, exitCode: 0, message: "parts=4") }
        model.show(&table)
        let requests = model.plan(&table).actions.compactMap { action in
            if case .createChildren(let requests) = action { requests } else { nil }
        }
        let request = try #require(requests.first?.first)
        #expect(request.name == "churn-fit")
        let spare = try #require(request.spare)
        #expect(spare.name.hasPrefix("run-fit-"))
        #expect(spare.object[path: ["metadata", "name"]]?.stringValue == spare.name)
        #expect(spare.spare == nil)
        var found = try KubernetesJSON.decode(TrainingJob.self, from: request.object).metadata
        #expect(request.isAnswered(by: found))
        found.labels["fairlead.dev/task"] = "other"
        #expect(!request.isAnswered(by: found), "another task of the same run has that name")
        #expect(!request.isAnswered(by: ObjectMeta(name: "churn-fit", uid: "x")))
    }

    @Test func itemsHaveJobsOfTheirOwn() throws {
        var model = try Self.model(
            """
            params: [{name: rows, type: integer}, {name: evil}, {name: countries, type: array, items: string}]
            tasks:
            - name: fit
              map: {over: params.countries, maxFailed: 1}
              trainingJob:
                name: same
                spec:
                  {image: i, command: [x], args: ["$(item)", "$(itemIndex)"], results: [{name: r, type: integer}],
                   artifacts: [{name: m}]}
            """)
        var table = model.rebuilt()
        model.settle(&table)
        #expect(model.jobs.count == 2)
        let args = model.jobs.values.compactMap { $0.spec.value?.container.args }
        #expect(Set(args) == [["de", "0"], ["fr", "1"]])
        for (name, job) in model.jobs {
            model.endChild(name, job.metadata.labels["fairlead.dev/item-index"] == "0" ? .succeeded : .failed)
        }
        model.show(&table)
        model.settle(&table)
        let fit = try #require(model.run.status.tasks.first)
        #expect(fit.map?.completedIndexes == "0")
        #expect(fit.map?.failedIndexes == "1")
        #expect(model.run.status.phase == .succeeded)
        let location = ItemOutputs.listLocation(run: model.run.metadata, task: "fit", .results, "r")
        #expect(model.lists[location.configMap]?[location.key] == "[7,null]")
    }

    @Test func whatCannotBeAJobFailsTheTask() throws {
        var model = try Self.model(
            """
            params: [{name: rows, type: integer}, {name: evil}]
            tasks: [{name: fit, trainingJob: {spec: {image: i, command: [x], nodes: "$(params.rows - 3)"}}}]
            """)
        var table = model.rebuilt()
        model.settle(&table)
        let fit = try #require(model.run.status.tasks.first)
        #expect(fit.reason == .invalidSpec)
        #expect(fit.message == "trainingJob.spec.nodes: must be at least 1, not 0")
        #expect(model.jobs.isEmpty)
    }

    /// A job that succeeded is taken over where nothing of what it trains has changed.
    @Test func aRunThatResumesTakesItOver() throws {
        let model = try Self.model(Self.pipeline)
        var old = model.run
        old.status.phase = .failed
        old.status.specRef = "run-spec"
        old.status.tasks = ["prep", "fit"].map { TaskStatus(name: $0, phase: .succeeded) }
        old.status.tasks[1].child = "churn-fit"
        let source = RecoverySource(run: old, fixed: model.fixed)
        func recovered(_ fixed: FixedRun) -> [String] {
            Recovery(fixed, from: source, rerun: []).facts().map(\.name)
        }
        #expect(recovered(model.fixed) == ["prep", "fit"])
        var changed = model.fixed
        guard case .trainingJob(var job) = changed.spec.tasks[1].work else { return #expect(Bool(false)) }
        job.spec.container.args = ["other"]
        changed.spec.tasks[1].work = .trainingJob(job)
        #expect(recovered(changed) == ["prep"])
        var rows = model.fixed
        rows.params["rows"] = 4
        #expect(recovered(rows) == ["prep"])
    }
}
