import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// Which outcomes a run takes over from the one that it resumes.
@Suite struct RecoveryTests {
    private static func task(_ name: String, after: [String] = [], args: [String] = []) -> PipelineTask {
        PipelineTask(
            name: name, dependsOn: after, container: ContainerSpec(image: "alpine", command: ["work"], args: args))
    }

    private static func source(
        _ tasks: [PipelineTask], _ statuses: [TaskStatus], params: [String: JSONValue] = [:]
    ) -> RecoverySource {
        var run = PipelineRun(
            metadata: ObjectMeta(name: "old", namespace: "default", uid: "uid-old"),
            spec: PipelineRunSpec(pipeline: "p"))
        run.status.phase = .failed
        run.status.specRef = "old-spec"
        run.status.tasks = statuses
        return RecoverySource(
            run: run, fixed: FixedRun(pipeline: "p", spec: PipelineSpec(tasks: tasks), params: params))
    }

    private static func recovered(
        _ tasks: [PipelineTask], from source: RecoverySource, rerun: [String] = [], params: [String: JSONValue] = [:],
        finally: [PipelineTask] = []
    ) -> [String] {
        let fixed = FixedRun(pipeline: "p", spec: PipelineSpec(tasks: tasks, finally: finally), params: params)
        return Recovery(fixed, from: source, rerun: rerun).facts().filter { $0.phase == .succeeded }.map(\.name)
    }

    static let chain = [task("a"), task("b", after: ["a"]), task("c", after: ["b"]), task("d")]
    static let ended = [
        TaskStatus(name: "a", phase: .succeeded), TaskStatus(name: "b", phase: .succeeded),
        TaskStatus(name: "c", phase: .failed), TaskStatus(name: "d", phase: .succeeded),
    ]

    @Test(arguments: [
        ([], ["a", "b", "d"]), (["a"], ["d"]), (["b"], ["a", "d"]), (["d"], ["a", "b"]), (["c"], ["a", "b", "d"]),
    ])
    func whatIsRerunTakesEverythingBehindItAlong(rerun: [String], recovered: [String]) {
        let source = Self.source(Self.chain, Self.ended)
        #expect(Self.recovered(Self.chain, from: source, rerun: rerun) == recovered)
    }

    @Test func aChangedDefinitionIsRunAgainAndAChangedConductIsNot() {
        let source = Self.source(Self.chain, Self.ended)
        var changed = Self.chain
        changed[0].container.command = ["other"]
        #expect(Self.recovered(changed, from: source) == ["d"])
        var careful = Self.chain
        careful[0].container.retry = RetrySpec(max: 5)
        careful[0].container.resources = ResourceNeeds()
        #expect(Self.recovered(careful, from: source) == ["a", "b", "d"])
        var renamed = Self.chain
        renamed[3].name = "e"
        #expect(Self.recovered(renamed, from: source) == ["a", "b"])
    }

    @Test func parametersThatATaskReadsArePartOfItsDefinition() {
        let tasks = [Self.task("a", args: ["$(params.rows)"]), Self.task("b", args: ["$(params.other)"])]
        let statuses = [TaskStatus(name: "a", phase: .succeeded), TaskStatus(name: "b", phase: .succeeded)]
        let source = Self.source(tasks, statuses, params: ["rows": 1, "other": 2])
        #expect(Self.recovered(tasks, from: source, params: ["rows": 1, "other": 2]) == ["a", "b"])
        #expect(Self.recovered(tasks, from: source, params: ["rows": 5, "other": 2]) == ["b"])
    }

    @Test func approvalsAreAskedAgainAndFinallyAlwaysRuns() {
        let gate = PipelineTask(name: "ok", dependsOn: ["a"], work: .approval(ApprovalSpec(message: "go?")))
        let tasks = [Self.task("a"), gate, Self.task("b", after: ["ok"])]
        let statuses = ["a", "ok", "b", "last"].map { TaskStatus(name: $0, phase: .succeeded) }
        let source = Self.source(tasks, statuses)
        #expect(Self.recovered(tasks, from: source, finally: [Self.task("last")]) == ["a"])
    }

    @Test func aSkippedTaskAndWhatNeedsItAreDecidedAgain() {
        let statuses = [
            TaskStatus(name: "a", phase: .skipped, reason: .conditionFalse), TaskStatus(name: "b", phase: .succeeded),
        ]
        var second = Self.task("b", after: ["a"])
        second.runWhen = .noneFailed
        let tasks = [Self.task("a"), second]
        #expect(Self.recovered(tasks, from: Self.source(tasks, statuses)).isEmpty)
    }

    @Test func aMapRecoversByIndexWithWhatItsItemsWrote() throws {
        var mapped = Self.task("m", args: ["$(item)"])
        mapped.map = MapSpec(over: .single(.reference("params.set")))
        mapped.container.results = [ResultSpec(name: "r", type: .integer)]
        var status = TaskStatus(name: "m", phase: .failed)
        status.map = MapStatus(total: 4, active: 0, completedIndexes: "0,2-3", failedIndexes: "1")
        let params: [String: JSONValue] = ["set": ["a", "b", "c", "d"]]
        var source = Self.source([mapped], [status], params: params)
        source.outputs = ["m": [0: ItemOutput(results: ["r": 1]), 2: ItemOutput(results: ["r": 3])]]
        var fixed = FixedRun(pipeline: "p", spec: PipelineSpec(tasks: [mapped]), params: params)
        fixed.recovered = Recovery(fixed, from: source, rerun: []).facts()
        #expect(fixed.recovered?.first?.map?.completedIndexes == "0,2-3")
        #expect(fixed.recovered?.first?.phase == .pending)
        let run = PipelineRun(
            metadata: ObjectMeta(name: "new", namespace: "default", uid: "uid-new"),
            spec: PipelineRunSpec(pipeline: "p"))
        let chunk = try #require(RecoveryStart.chunks(fixed, run: run, from: .found(source)).first)
        #expect(ItemOutputs.read(chunk.configMap) == source.outputs["m"])
        #expect(Recovery(fixed, from: source, rerun: ["m"]).facts().isEmpty)
    }

    @Test func parametersComeFromTheEarlierRunUnlessGiven() {
        let source = Self.source(Self.chain, Self.ended, params: ["rows": 1, "gone": 2])
        var spec = PipelineRunSpec(pipeline: "p", params: ["who": "me"])
        spec.resumeFrom = ResumeFrom(run: "old")
        let pipeline = PipelineSpec(
            params: [ParamSpec(name: "rows", type: .integer), ParamSpec(name: "who")], tasks: Self.chain)
        #expect(RecoveryStart.params(spec, pipeline, .found(source)) == ["rows": 1, "who": "me"])
        spec.params["rows"] = 7
        #expect(RecoveryStart.params(spec, pipeline, .found(source))["rows"] == 7)
    }

    @Test(arguments: [RecoveryOrigin.missing, .unfinished, .unstarted])
    func aRunThatCannotBeResumedIsNamedWithTheField(origin: RecoveryOrigin) throws {
        var spec = PipelineRunSpec(pipeline: "p")
        spec.resumeFrom = ResumeFrom(run: "old", rerun: ["trian"])
        let problem = try #require(RecoveryStart.problem(spec, origin))
        #expect(problem.path == "spec.resumeFrom.run")
        #expect(problem.message.contains("\"old\""))
    }
}
