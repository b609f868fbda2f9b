import FairleadAPI
import FairleadPlanning
import KubernetesCore

extension ModelWiring {
    /// What planning depends on, with what the models that are read mean now.
    ///
    /// - Parameters:
    ///   - base: What else it depends on.
    ///   - inputs: The models, as they are named.
    ///   - namespace: Where they are.
    func settings(_ base: PlanningSettings, inputs: [String], namespace: String?) -> PlanningSettings {
        var settings = base
        for text in inputs {
            guard let reference = try? ModelReference(parsing: text),
                case .found(let version) = resolve(reference, namespace: namespace),
                let spec = version.spec.value
            else { continue }
            settings.models[text] = ArtifactReference(uri: spec.uri, digest: spec.digest, size: spec.size)
            settings.modelVersions[text] = try? ModelReference(parsing: "\(spec.model):\(spec.version)")
        }
        return settings
    }
}
