import FairleadAPI
import KubernetesClient
import KubernetesCore

/// Sends what `fairlead run` decided to the cluster.
struct RunLauncher: Sendable {
    let cluster: Cluster
    /// Whether fields that others own are taken over.
    var forcesConflicts = false

    /// Applies an object by server-side apply and says so.
    ///
    /// - Throws: ``CommandError``, `APIError`.
    func apply(_ document: ManifestDocument) async throws {
        guard let gvk = document.gvk, let name = document.value[path: ["metadata", "name"]]?.stringValue else {
            throw CommandError(
                .invalidInput,
                "\(document.file): document \(document.number): only an object with a name can be applied")
        }
        guard let type = try await cluster.client.resourceType(gvk) else { throw unknownKind(gvk) }
        let namespace = type.isNamespaced ? try self.namespace(of: document.value, document.label ?? name) : nil
        do {
            let key = ObjectKey(namespace: namespace, name: name)
            try await cluster.client.apply(type, key, document.value, force: forcesConflicts)
        } catch let error as APIError where error.isConflict {
            throw CommandError(
                .conflict,
                "\(error.description); others set these fields before: --force-conflicts takes them over")
        }
        try Output.line("\(type.plural == "namespaces" ? "namespace" : gvk.kind.lowercased())/\(name) applied")
    }

    /// Makes a run, says so, and returns its address.
    ///
    /// - Parameters:
    ///   - request: The run; with code its pipeline is its own.
    ///   - code: What travels with it.
    /// - Throws: ``CommandError`` where a run of that name exists, `APIError`.
    func create(_ request: RunRequest, code: CodeBundle? = nil) async throws -> ObjectKey {
        let namespace = try self.namespace(of: request.object, request.name ?? "PipelineRun")
        guard let code else { return try await create(request, namespace).key }
        let made = try await cluster.client.create(
            .configMap, namespace: namespace, code.configMap(prefix: request.prefix))
        let configMap = ObjectKey(namespace: namespace, name: made[path: ["metadata", "name"]]?.stringValue ?? "")
        var request = request
        request.addCode(code, configMap: configMap.name)
        do {
            let run = try await create(request, namespace)
            let owner = OwnerReference(
                apiVersion: ResourceType.pipelineRun.gvk.apiVersion, kind: ResourceType.pipelineRun.gvk.kind,
                name: run.key.name, uid: run.uid)
            let metadata: JSONValue = ["ownerReferences": [try KubernetesJSON.value(of: owner)]]
            try await cluster.client.patch(.configMap, configMap, ["metadata": metadata])
            return run.key
        } catch {
            // Without its run it would stay for ever; with one it is the run's already, or soon gone with it.
            _ = try? await cluster.client.delete(.configMap, configMap)
            throw error
        }
    }

    /// Makes a training job, says so, and returns its address.
    ///
    /// - Throws: ``CommandError`` where a job of that name exists, `APIError`.
    func create(job: JSONValue) async throws -> ObjectKey {
        let name = job[path: ["metadata", "name"]]?.stringValue
        return try await create(.job, job, try namespace(of: job, name ?? "TrainingJob")).key
    }

    private func create(_ request: RunRequest, _ namespace: String) async throws -> (key: ObjectKey, uid: String) {
        try await create(.run, request.object, namespace)
    }

    private func create(
        _ kind: Workload.Kind, _ object: JSONValue, _ namespace: String
    ) async throws -> (key: ObjectKey, uid: String) {
        let given = object[path: ["metadata", "name"]]?.stringValue ?? ""
        do {
            let made = try await cluster.client.create(
                kind.type, namespace: namespace, object, .init(fieldValidation: .strict))
            let name = made[path: ["metadata", "name"]]?.stringValue ?? given
            try Output.line("\(kind.type.gvk.kind.lowercased())/\(name) created")
            return (ObjectKey(namespace: namespace, name: name), made[path: ["metadata", "uid"]]?.stringValue ?? "")
        } catch let error as APIError where error.isAlreadyExists {
            throw await existing(kind, ObjectKey(namespace: namespace, name: given))
        } catch let error as APIError where error.isNotFound && kind == .job {
            throw unknownKind(kind.type.gvk)
        }
    }

    /// What to do about a run or a job that is there already: it happens once.
    private func existing(_ kind: Workload.Kind, _ key: ObjectKey) async -> CommandError {
        let object = try? await cluster.client.get(kind.type, key)
        let state = object?[path: ["status", "phase"]]?.stringValue.map { " (\($0))" } ?? ""
        let (name, type) = (key.name, kind.type.gvk.kind.lowercased())
        return CommandError(
            .conflict,
            "\(kind.word) \"\(name)\" exists already\(state), and a \(kind.word) happens once: give another name with "
                + "--name, or first \(cluster.commandLine("kubectl delete \(type) \(name)"))")
    }

    private func namespace(of object: JSONValue, _ label: String) throws -> String {
        let own = object[path: ["metadata", "namespace"]]?.stringValue
        if let own, let option = cluster.namespaceOption, own != option {
            throw CommandError(
                .conflict, "\(label) is for namespace \(own), but -n \(option) was given; leave one of both out")
        }
        return own ?? cluster.namespace
    }

    private func unknownKind(_ gvk: GroupVersionKind) -> CommandError {
        let advice =
            gvk.group == FairleadGroup.name ? "; add Fairlead's kinds with: fairlead crds | kubectl apply -f -" : ""
        return CommandError(.notFound, "the cluster does not serve \(gvk.kind) of \(gvk.apiVersion)\(advice)")
    }
}
