import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesCore

extension ModelWiring {
    /// The versions that the aliases mean now which a service follows; nil for an alias for which a version asks that
    /// nobody has looked at yet.
    func followed(by service: InferenceService) -> [ModelReference: Int64?] {
        var followed: [ModelReference: Int64?] = [:]
        let namespace = service.metadata.namespace
        for reference in ServiceFollower.references(service) {
            guard case .alias(let alias) = reference.selector else { continue }
            let key = ObjectKey(namespace: namespace, name: reference.model)
            let isAwaited = versions.values(index: ModelReconciler.versionsByModel, term: key.description).contains {
                $0.status.phase == nil && $0.metadata.annotations[FairleadLabel.requestedAlias] == alias
            }
            guard !isAwaited, case .found(let version) = follow(reference, namespace: namespace) else {
                followed.updateValue(nil, forKey: reference)
                continue
            }
            followed.updateValue(version.spec.value.flatMap { ModelName.number($0.version.text) }, forKey: reference)
        }
        return followed
    }
}
