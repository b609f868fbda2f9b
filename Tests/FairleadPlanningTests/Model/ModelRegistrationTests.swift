import FairleadAPI
import FairleadPlanning
import KubernetesCore
import Testing

/// What a task registers becomes a version that is complete without its run.
@Suite struct ModelRegistrationTests {
    private let scope = Scope(
        params: ["country": "nl", "rows": 5000],
        tasks: [
            "evaluate": Scope.TaskOutcome(status: "Succeeded", results: ["auc": 0.93, "note": "good"]),
            "skipped": Scope.TaskOutcome(status: "Skipped"),
        ])
    private let run = ObjectMeta(name: "churn-7x2", namespace: "team", uid: "u1")
    private let artifact = ArtifactReference(uri: "s3://store/u1/fit/0/1/model", digest: "sha256:12", size: 7)

    private func registration(_ task: ModelTask) throws(TaskProblem) -> ModelRegistration {
        try ModelRegistration(
            task, in: scope, artifact: artifact, params: ["rows": 5000],
            lineage: ModelLineage(run: run.name, runUID: run.uid, task: "fit", parents: ["base:1"]),
            source: ModelRegistration.Source(run: run, pipeline: "churn", task: "register"))
    }

    @Test func aTaskBecomesAVersion() throws {
        let task = ModelTask(
            name: "churn-$(params.country)", from: "tasks.fit.artifacts.model", format: "sklearn",
            metrics: ["auc": "tasks.evaluate.results.auc", "rank": 2, "none": "tasks.skipped.results.x"],
            alias: "candidate", signature: ["inputs": [["name": "x"]]])
        let registration = try registration(task)
        let version = registration.version(8, of: ObjectMeta(name: "churn-nl", namespace: "team", uid: "m1"))
        #expect(version.metadata.name == "churn-nl-8")
        #expect(version.metadata.namespace == "team")
        #expect(version.metadata.annotations == [FairleadLabel.requestedAlias: "candidate"])
        #expect(version.metadata.finalizers == [FairleadLabel.registryFinalizer])
        #expect(version.metadata.ownerReferences.map(\.uid) == ["m1"])
        #expect(version.metadata.labels[FairleadLabel.run] == "churn-7x2")
        #expect(version.metadata.labels[FairleadLabel.registration] == registration.key)
        let spec = try version.spec.get()
        #expect(spec.metrics == ["auc": 0.93, "rank": 2])
        #expect(spec.params == ["rows": 5000])
        #expect(spec.uri == artifact.uri)
        #expect(spec.size == 7)
        #expect(spec.signature == ModelSignature(inputs: [["name": "x"]]))
        #expect(spec.lineage?.parents == ["base:1"])
        let json = try KubernetesJSON.value(of: version)
        #expect(try KubernetesJSON.decode(ModelVersion.self, from: json) == version)
    }

    @Test(arguments: [
        (ModelTask(name: "Churn", from: "x"), "the model's name \"Churn\" is no name"),
        (ModelTask(name: "churn", from: "x", metrics: ["auc": "tasks.evaluate.results.acu"]), "model.metrics.auc of"),
        (ModelTask(name: "churn", from: "x", metrics: ["auc": "tasks.evaluate.results.note"]), "must be a number, not"),
        (ModelTask(name: "churn", from: "x", metrics: ["auc": true]), "must be a number, not true"),
        (ModelTask(name: "churn", from: "x", alias: "Prod"), "model.alias of task register must be lower-case"),
        (ModelTask(name: "churn", from: "x", signature: ["input": []]), "unknown field \"input\"; did you mean"),
    ])
    func whatCannotBeIsTold(_ task: ModelTask, _ message: String) {
        let problem = #expect(throws: TaskProblem.self) { _ = try registration(task) }
        #expect(problem?.message.contains(message) == true, "\(problem?.message ?? "")")
    }

    @Test func everySourceHasItsOwnKey() throws {
        let task = ModelTask(name: "churn", from: "x")
        let sources = [
            ModelRegistration.Source(run: run, task: "a"), ModelRegistration.Source(run: run, task: "a", itemIndex: 0),
            ModelRegistration.Source(run: run, task: "a", itemIndex: 1),
            ModelRegistration.Source(run: run, task: "a", artifact: "m"),
            ModelRegistration.Source(run: ObjectMeta(name: run.name, uid: "u2"), task: "a"),
        ]
        let keys = try sources.map { source in
            var registration = try registration(task)
            registration.source = source
            return registration.key
        }
        #expect(Set(keys).count == keys.count)
        #expect(keys.allSatisfy { $0.count == 16 })
        #expect(try registration(task).key == (try registration(task).key))
    }

    @Test func referencesResolve() throws {
        var state = RegistryState()
        state.register(1, alias: "production")
        state.settle()
        func resolve(_ text: String) throws -> ModelResolution {
            try ModelReference(parsing: text).resolve(model: state.model) { state.versions["churn-\($0)"] }
        }
        guard case .found(let version) = try resolve("churn@production") else {
            Issue.record("not found")
            return
        }
        #expect(version.metadata.name == "churn-1")
        #expect(
            try resolve("churn@prodution")
                == .missing("Model \"churn\" has no alias \"prodution\"; did you mean \"production\"?"))
        #expect(try resolve("churn:2") == .missing("Model \"churn\" has no version 2; the newest is 1"))
        #expect(
            try ModelReference(parsing: "x:1").resolve(model: nil, version: { _ in nil })
                == .missing("there is no Model \"x\""))
        #expect(
            try ModelReference(parsing: "chrun:1").resolve(model: nil, among: ["churn"], version: { _ in nil })
                == .missing("there is no Model \"chrun\"; did you mean \"churn\"?"))
    }
}
