import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Registers versions of models: the create of `<model>-<n>` is the claim of the number.
///
/// Guarantees: whatever runs at the same time and whenever it is cut off, a source has one version, and numbers have
/// no gaps: a number is tried only when the one before was given.
///
/// Caveats: a version that somebody deletes is not there for a registration that is repeated, which makes another one.
struct ModelRegistrar: Sendable {
    let client: Client

    /// How often others may be faster, before a reconcile must try again.
    private static let mostTries = 1000

    /// Makes the version, or finds the one that an earlier try made.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`. A 400 or a 422 is final; everything else may pass.
    func register(_ registration: ModelRegistration) async throws -> RegisteredModel {
        var taken: Int64 = 0
        for _ in 0..<Self.mostTries {
            try Task.checkCancellation()
            let known = try await versions(of: registration)
            if let own = known.first(where: { $0.registration == registration.key }), let number = own.number {
                return RegisteredModel(model: registration.model, version: number, uri: registration.artifact.uri)
            }
            // After the versions: a number whose version went in between stands in the status by now.
            let model = try await model(of: registration)
            let given = known.filter(\.isGiven).compactMap(\.number)
            let number = (given + [taken, model.status.lastNumber ?? 0]).max().map { $0 + 1 } ?? 1
            do {
                let version = try KubernetesJSON.value(of: registration.version(number, of: model.metadata))
                try await client.create(.modelVersion, namespace: registration.namespace, version)
                return RegisteredModel(model: registration.model, version: number, uri: registration.artifact.uri)
            } catch let error as APIError where error.isAlreadyExists {
                // Somebody was faster, or our own try of before arrived late: the list tells which.
                taken = number
            }
        }
        throw APIError(
            Status(code: 429, reason: "TooManyRequests", message: "too many register versions of \(registration.model)")
        )
    }

    private func versions(of registration: ModelRegistration) async throws -> [VersionClaim] {
        let query = ListQuery(labelSelector: "\(FairleadLabel.model)=\(registration.model)")
        return try await client.listAll(VersionClaim.self, namespace: registration.namespace, query).items
    }

    /// The Model, made where it is not there.
    private func model(of registration: ModelRegistration) async throws -> Model {
        let key = ObjectKey(namespace: registration.namespace, name: registration.model)
        let model: Model
        do {
            model = try await client.get(Model.self, key)
        } catch let error as APIError where error.isNotFound {
            do {
                let made = try await client.create(.model, namespace: key.namespace, registration.modelObject)
                return try KubernetesJSON.decode(Model.self, from: made)
            } catch let error as APIError where error.isAlreadyExists {
                return try await client.get(Model.self, key)
            }
        }
        guard !model.metadata.isBeingDeleted else {
            throw APIError(Status(code: 409, reason: "Conflict", message: "Model \(key) is being deleted"))
        }
        return model
    }
}

/// A version as a claim of its number: nothing but metadata.
private struct VersionClaim: Resource {
    static let type = ResourceType.modelVersion
    static let isMetadataOnly = true
    let metadata: ObjectMeta

    var number: Int64? { ModelName.parts(of: metadata.name)?.number }
    /// Whether it counts: one that was made by hand does once the model has taken it in, which needs a name that fits.
    var isGiven: Bool {
        metadata.finalizers.contains(FairleadLabel.registryFinalizer)
            && ModelName.parts(of: metadata.name)?.model == metadata.labels[FairleadLabel.model]
    }
    var registration: String? { metadata.labels[FairleadLabel.registration] }
}
