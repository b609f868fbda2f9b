import Foundation
import KubernetesCore

extension LocalAPIServer {
    /// `POST` on a collection.
    func create(
        _ request: APIRequest, namespace: String?, _ resource: ServedResource
    ) async throws -> APIResponse {
        let options = try RequestOptions(request, kind: "CreateOptions")
        let body = try RequestBody(request, for: resource, options)
        var value = resource.isNewEvent ? EventConversion.stored(body.value) : body.value
        let given = value["metadata"]?["namespace"]?.stringValue ?? ""
        if let namespace {
            if !given.isEmpty, given != namespace { throw Self.namespaceMismatch }
            value[path: ["metadata", "namespace"]] = .string(namespace)
        } else if !given.isEmpty {
            value[path: ["metadata", "namespace"]] = nil
        }
        let created: AnsweredObject
        do {
            created = try await create(value, resource, options)
        } catch let failure as Status {
            throw WarnedFailure(status: failure, warnings: body.warnings)
        }
        var warnings = body.warnings
        if resource.collection == "customresourcedefinitions.apiextensions.k8s.io" {
            warnings += CustomResourceDefinitions.warnings(value)
        }
        return try answer(created, request, resource, status: 201, warnings: warnings)
    }

    static let namespaceMismatch = Status.badRequest(
        "the namespace of the provided object does not match the namespace sent on the request")

    /// Completes, validates and stores a new object whose namespace is right.
    ///
    /// - Parameter applied: Whether server-side apply made it, so that its managed fields are there already.
    func create(
        _ value: JSONValue, _ resource: ServedResource, _ options: RequestOptions, applied: Bool = false
    ) async throws -> AnsweredObject {
        var value = value
        let metadata = value["metadata"]
        if let version = metadata?["resourceVersion"]?.stringValue, !version.isEmpty {
            if !applied { throw Status.internalError("resourceVersion should not be set on objects to be created") }
        }
        let isGenerated = (metadata?["name"]?.stringValue ?? "").isEmpty
        let prefix = metadata?["generateName"]?.stringValue ?? ""
        let isNamed = !isGenerated || prefix.isEmpty
        stamp(&value, resource)
        if isGenerated, !prefix.isEmpty {
            value[path: ["metadata", "name"]] = .string(Self.generatedName(prefix))
        }
        resource.storedSchema.applyDefaults(&value)
        let sent = value
        KindPreparation.prepareForCreate(&value, resource, surroundings)
        let name = value["metadata"]?["name"]?.stringValue ?? ""
        if resource.isTerminating {
            throw Status.forbidden(
                resource, name, "create not allowed while custom resource definition is terminating")
        }
        try checkNamespace(of: value, resource, name)
        if resource.collection == "pods" { try checkServiceAccount(of: value, resource, name) }
        var errors = MetadataRules.problems(of: value, resource)
        errors += KindPreparation.problems(of: value, old: nil, resource)
        if resource.collection == "services", errors.isEmpty { errors = addressProblems(of: value, sent: sent) }
        if !errors.isEmpty { throw Self.invalid(resource, name, errors) }
        try checkEscalation(value, old: nil, resource)
        if !applied {
            value = KindPreparation.trackCreate(
                value, sent: sent, resource, manager: options.fieldManager, now: now)
        }
        for _ in 0..<8 {
            do {
                return try await store(new: value, resource, isDryRun: options.isDryRun)
            } catch WriteRefusal.exists(let image) {
                // A generated name that is taken is tried anew, as Kubernetes does since 1.30.
                if isNamed {
                    let name = value["metadata"]?["name"]?.stringValue ?? ""
                    throw Status.alreadyExists(resource, name, isBeingDeleted: image.attributes.isBeingDeleted)
                }
                value[path: ["metadata", "name"]] = .string(Self.generatedName(prefix))
            }
        }
        throw Status.alreadyExists(resource, prefix, isBeingDeleted: false)
    }

    private func store(
        new value: JSONValue, _ resource: ServedResource, isDryRun: Bool
    ) async throws -> AnsweredObject {
        let draft = resource.draft(value)
        try Self.checkSize(draft)
        let name = draft.attributes.key.name
        if isDryRun {
            let place = ObjectReference(collection: resource.collection, key: draft.attributes.key)
            if let live = engine.read({ $0.object(place) }) { throw WriteRefusal.exists(live.image) }
            return .value(value)
        }
        do {
            let image = try await engine.write { try $0.put(draft, in: resource.collection, if: .absent) }
            try await afterWrite(image, resource)
            return .image(image)
        } catch WriteRefusal.namespaceMissing {
            throw Self.namespaceNotFound(draft.attributes.key.namespace ?? "")
        } catch WriteRefusal.namespaceTerminating {
            throw Self.namespaceIsTerminating(resource, name, draft.attributes.key.namespace ?? "")
        }
    }

    /// What other things follow from a write at once: kinds that are served, what a namespace is born with.
    func afterWrite(_ image: ObjectImage, _ resource: ServedResource) async throws {
        switch resource.collection {
        case "customresourcedefinitions.apiextensions.k8s.io":
            try await definitionChanged(image.key.name)
        case "namespaces": try await furnish(namespace: image.key.name)
        default: break
        }
    }

    /// Gives a new object what only the server gives.
    private func stamp(_ value: inout JSONValue, _ resource: ServedResource) {
        var metadata = value["metadata"]?.objectValue ?? [:]
        for name in ["resourceVersion", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"] {
            metadata[name] = nil
        }
        metadata["uid"] = .string(UUID().uuidString.lowercased())
        metadata["creationTimestamp"] = .string(now.description)
        if resource.strategy.hasGeneration { metadata["generation"] = 1 }
        value["metadata"] = .object(metadata)
    }

    /// A prefix and five characters, cut so that 63 are not exceeded.
    static func generatedName(_ prefix: String) -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        let suffix = (0..<5).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] }
        return String(prefix.prefix(58)) + String(suffix)
    }

    private func checkNamespace(
        of value: JSONValue, _ resource: ServedResource, _ name: String
    ) throws(Status) {
        guard resource.type.isNamespaced, let namespace = value["metadata"]?["namespace"]?.stringValue else { return }
        switch engine.read({ $0.isActive(namespace: namespace) }) {
        case true: return
        case false: throw Self.namespaceIsTerminating(resource, name, namespace)
        default: throw Self.namespaceNotFound(namespace)
        }
    }

    /// Refuses a pod whose service account does not exist; `default` comes with the namespace.
    private func checkServiceAccount(
        of pod: JSONValue, _ resource: ServedResource, _ name: String
    ) throws(Status) {
        let namespace = pod["metadata"]?["namespace"]?.stringValue ?? ""
        guard let account = pod["spec"]?["serviceAccountName"]?.stringValue, account != "default" else { return }
        let place = ObjectReference(
            collection: "serviceaccounts", key: ObjectKey(namespace: namespace, name: account))
        guard engine.read({ $0.object(place) }) == nil else { return }
        throw Status.forbidden(
            resource, name,
            "error looking up service account \(namespace)/\(account): serviceaccount \"\(account)\" not found")
    }

    private static func namespaceNotFound(_ namespace: String) -> Status {
        Status(
            code: 404, reason: "NotFound", message: "namespaces \"\(namespace)\" not found",
            details: Status.Details(name: namespace, kind: "namespaces"))
    }

    private static func namespaceIsTerminating(
        _ resource: ServedResource, _ name: String, _ namespace: String
    ) -> Status {
        Status.forbidden(
            resource, name,
            "unable to create new content in namespace \(namespace) because it is being terminated",
            causes: [
                Status.Cause(
                    reason: "NamespaceTerminating", message: "namespace \(namespace) is being terminated",
                    field: "metadata.namespace")
            ])
    }

    static func invalid(_ resource: ServedResource, _ name: String, _ errors: [FieldError]) -> Status {
        let gvk = resource.type.gvk
        // Events are validated in their stored form, which belongs to the core group.
        let group = resource.isNewEvent ? "" : gvk.group
        return FieldError.status(kind: gvk.kind, group: group, name: name, errors: errors)
    }

    /// Refuses an object that etcd would refuse.
    static func checkSize(_ draft: ObjectDraft) throws(Status) {
        if draft.encoded.count > 1_572_864 { throw Status.internalError("etcdserver: request is too large") }
    }
}
