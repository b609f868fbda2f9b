import FairleadAPI
public import Foundation
public import KubernetesCore

/// A service that a task of a run applies.
public struct ServiceRequest: Sendable, Hashable {
    /// The task, by its index.
    public var task: Int
    /// The service's name.
    public var name: String
    /// Every field that the task wants.
    public var object: JSONValue
}

/// A service as the server answered to a task that applied it.
public struct AppliedService: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its identity.
    public var uid: String
    /// The generation that has what the task asks for.
    public var generation: Int64
    /// What is waited for, for people.
    public var story: String?
    /// Whether a rollout was seen since.
    public var hasMoved = false
    /// Whether it was seen since, so that it is gone when it is not seen any more.
    public var wasSeen = false

    /// Describes a service.
    public init(_ metadata: ObjectMeta) {
        name = metadata.name
        uid = metadata.uid
        generation = metadata.generation ?? 0
    }
}

/// Plans the services of a run: each is applied once its task has been opened, and ends it when it stands.
struct ServiceRequests {
    let run: PipelineRun
    let fixed: FixedRun
    let services: [String: AwaitedService]
    let now: Date

    /// How long a task waits for a model that is not there.
    private static let modelPatience = 60.0

    /// The services to be applied; tasks whose services stand, or can't, end.
    func due(_ table: inout RunTable) -> [ServiceRequest] {
        var requests: [ServiceRequest] = []
        for index in table.shape.services where table.entries[index].record == nil && table.entries[index].items != nil
        {
            if let applied = table.applied[index] {
                settle(index, applied, &table)
                continue
            }
            do throws(TaskProblem) {
                requests.append(try request(index, table))
            } catch {
                table.decide(index, .failed, reason: error.reason, message: error.message, now: now)
            }
        }
        return requests
    }

    private func request(_ index: Int, _ table: RunTable) throws(TaskProblem) -> ServiceRequest {
        guard case .inferenceService(let task)? = fixed.task(at: index)?.work else {
            throw TaskProblem(.invalidSpec, "task \"\(table.shape.tasks[index].name)\" applies no InferenceService")
        }
        let scope = RunScope.scope(of: task.references, run: run, fixed: fixed, table: table)
        do throws(InvalidSpec) {
            let (name, spec) = try task.service(in: scope, at: FieldPath("inferenceService"))
            let type = ResourceType.inferenceService
            let object: JSONValue = [
                "apiVersion": .string(type.gvk.apiVersion), "kind": .string(type.gvk.kind),
                "metadata": ["name": .string(name)], "spec": spec,
            ]
            return ServiceRequest(task: index, name: name, object: object)
        } catch {
            throw TaskProblem(.invalidSpec, error.message)
        }
    }

    private func settle(_ index: Int, _ applied: AppliedService, _ table: inout RunTable) {
        let name = "inferenceservice/\(applied.name)"
        guard let awaited = services[applied.name] else {
            guard applied.wasSeen else { return table.tell(index, "waits for \(name)") }
            return table.decide(index, .failed, reason: .cancelled, message: "\(name) was deleted", now: now)
        }
        table.applied[index]?.wasSeen = true
        if awaited.isMoving { table.applied[index]?.hasMoved = true }
        let opened = table.entries[index].opened ?? now
        switch awaited.outcome(of: applied, since: opened) {
        case .underWay(let story):
            table.tell(index, story)
        case .lacksModel(let message):
            let due = opened.addingTimeInterval(Self.modelPatience)
            if now >= due { return table.decide(index, .failed, reason: .modelMissing, message: message, now: now) }
            table.tell(index, message)
            table.wake(index, at: due)
        case .failed(let reason, let message):
            table.decide(index, .failed, reason: reason, message: message, now: now)
        case .finished(let message, let results):
            table.adopt(
                index,
                TaskStatus(
                    name: table.shape.tasks[index].name, phase: .succeeded, message: message,
                    startTime: table.entries[index].opened.map { Time($0) }, completionTime: Time(now),
                    results: results))
        }
    }
}

extension RunTable {
    /// Takes the news that a task's service was applied.
    public mutating func didApply(_ request: ServiceRequest, _ service: ObjectMeta) {
        applied[request.task] = AppliedService(service)
        revision += 1
    }

    /// Takes the news that the server does not take a task's service.
    public mutating func didRefuse(_ request: ServiceRequest, message: String, now: Date) {
        decide(request.task, .failed, reason: .invalidSpec, message: message, now: now)
    }

    /// The services that tasks wait for.
    public var awaitedServices: Set<String> {
        Set(applied.filter { entries[$0.key].record == nil }.map(\.value.name))
    }

    fileprivate mutating func tell(_ index: Int, _ story: String) {
        guard applied[index]?.story != story else { return }
        applied[index]?.story = story
        revision += 1
    }
}
