import FairleadAPI
public import Foundation
import KubernetesCore

/// A model that a run registers.
public struct ModelRequest: Sendable, Hashable {
    /// The item for which it is registered.
    public var item: ItemID
    /// Whether the registration is all that the task does.
    public var endsTask: Bool
    /// What is registered.
    public var registration: ModelRegistration
}

/// Plans the registrations of a run: those of `model` tasks, and those of artifacts that name a model.
struct ModelRequests {
    let run: PipelineRun
    let fixed: FixedRun
    let pods: RunPods
    let now: Date

    /// The registrations that are due; a task for which none can be made fails.
    func due(_ table: inout RunTable) -> [ModelRequest] {
        var requests: [ModelRequest] = []
        for index in table.shape.models where table.entries[index].record == nil && table.entries[index].items != nil {
            do throws(TaskProblem) {
                requests.append(try request(index, table))
            } catch {
                table.decide(index, .failed, reason: error.reason, message: error.message, now: now)
            }
        }
        for id in table.unflushed where !table.shape.tasks[id.task].registers.isEmpty && !table.registered.contains(id)
        {
            requests += artifacts(of: id, table)
        }
        return requests
    }

    private func request(_ index: Int, _ table: RunTable) throws(TaskProblem) -> ModelRequest {
        guard case .model(let model)? = fixed.task(at: index)?.work else {
            throw TaskProblem(.invalidSpec, "task \"\(table.shape.tasks[index].name)\" registers no model")
        }
        let scope = RunScope.scope(of: model.references, run: run, fixed: fixed, table: table)
        let (artifact, producer) = try self.artifact(model.from, table)
        let maker = producer ?? index
        let source = ModelRegistration.Source(
            run: run.metadata, pipeline: fixed.pipeline, task: table.shape.tasks[index].name, itemIndex: nil,
            artifact: nil)
        return ModelRequest(
            item: ItemID(task: index), endsTask: true,
            registration: try ModelRegistration(
                model, in: scope, artifact: artifact, params: fixed.params,
                lineage: lineage(ItemID(task: maker), table), source: source))
    }

    /// What `from` names, and the task that made it.
    private func artifact(
        _ from: String, _ table: RunTable
    ) throws(TaskProblem) -> (ArtifactReference, Int?) {
        if from.contains("://") { return (ArtifactReference(uri: from), nil) }
        do throws(ExpressionError) {
            guard let reference = try Template(value: from).reference, let name = reference.taskName,
                let index = table.shape.indexes[name],
                reference.memberName(at: 1) == "artifacts", let member = reference.memberName(at: 2),
                let artifact = table.entries[index].record?.artifacts[member]
            else { throw ExpressionError("\(from) is no artifact of a task that succeeded") }
            return (artifact, index)
        } catch {
            throw TaskProblem(.expressionFailed, "model.from: \(error)")
        }
    }

    /// The artifacts of an ended item that are registered by themselves.
    private func artifacts(of id: ItemID, _ table: RunTable) -> [ModelRequest] {
        let entry = table.entries[id.task]
        let isMapped = table.shape.tasks[id.task].isMapped
        let files = isMapped ? entry.values[id.item]?.artifacts : entry.record?.artifacts
        guard let files, isMapped || entry.record?.phase == .succeeded else { return [] }
        let item = isMapped ? id.item : nil
        return table.shape.tasks[id.task].registers.sorted { $0.key < $1.key }.compactMap { name, model in
            guard let artifact = files[name] else { return nil }
            let source = ModelRegistration.Source(
                run: run.metadata, pipeline: fixed.pipeline, task: table.shape.tasks[id.task].name, itemIndex: item,
                artifact: name)
            guard
                let registration = try? ModelRegistration(
                    model: model, artifact: artifact, params: fixed.params, lineage: lineage(id, table), source: source)
            else { return nil }
            return ModelRequest(item: id, endsTask: false, registration: registration)
        }
    }

    /// What the task that made the files ran, and on what.
    private func lineage(_ id: ItemID, _ table: RunTable) -> ModelLineage {
        let task =
            fixed.task(at: id.task)
            ?? PipelineTask(name: table.shape.tasks[id.task].name, container: ContainerSpec())
        let isMapped = table.shape.tasks[id.task].isMapped
        let program = task.program ?? ContainerSpec()
        var scope = RunScope.scope(of: program.references, run: run, fixed: fixed, table: table)
        if isMapped {
            scope.item = table.entries[id.task].items?.value(at: id.item)
            scope.itemIndex = id.item
        }
        let commit = PodCode.key(program, in: scope).flatMap { table.commits[$0] } ?? program.code?.ref
        var inputs: [LineageInput] = []
        var parents: [ModelReference] = []
        for (name, source) in program.inputs.sorted(by: { $0.key < $1.key }) {
            if let model = source.model {
                if let parent = pods.builder.settings.modelVersions[model] { parents.append(parent) }
            } else if let uri = source.uri {
                inputs.append(LineageInput(name: name, uri: uri))
            } else if let from = source.from, let (artifact, _) = try? artifact(from, table) {
                inputs.append(LineageInput(name: name, uri: artifact.uri, digest: artifact.digest))
            }
        }
        return ModelLineage(
            run: run.metadata, fixed: fixed, task: task, itemIndex: isMapped ? id.item : nil,
            imageID: table.entries[id.task].record?.imageID ?? table.entries[id.task].live[id.item]?.newest?.imageID,
            commit: commit, inputs: inputs, parents: parents)
    }
}

extension RunTable {
    /// Takes the news that a model was registered.
    public mutating func didRegister(_ request: ModelRequest, _ version: RegisteredModel, now: Date) {
        guard request.endsTask else {
            registered.insert(request.item)
            return
        }
        let index = request.item.task
        adopt(
            index,
            TaskStatus(
                name: shape.tasks[index].name, phase: .succeeded, message: "registered \(version.reference)",
                startTime: entries[index].opened.map { Time($0) }, completionTime: Time(now),
                results: ["version": .string(String(version.version)), "name": .string(version.name)]))
    }

    /// Takes the news that the server will never take a registration.
    public mutating func didRefuse(_ request: ModelRequest, message: String, now: Date) {
        guard request.endsTask else {
            registered.insert(request.item)
            return
        }
        decide(request.item.task, .failed, reason: .invalidSpec, message: message, now: now)
    }
}
