public import FairleadAPI

/// What a reference to a registered model means now.
public enum ModelResolution: Sendable, Hashable {
    /// That version.
    case found(ModelVersion)
    /// Nothing, and why.
    case missing(String)
}

extension ModelReference {
    /// The version that is meant now.
    ///
    /// - Parameters:
    ///   - model: The Model, nil where there is none.
    ///   - names: Those that there are, for advice.
    ///   - version: Finds a version of it by its number.
    public func resolve(
        model object: Model?, among names: @autoclosure () -> [String] = [], version find: (Int64) -> ModelVersion?
    ) -> ModelResolution {
        guard let object else {
            return .missing("there is no Model \"\(model)\"\(NearestName.suggestion(model, among: names()))")
        }
        let number: Int64
        switch selector {
        case .version(let wanted): number = wanted
        case .alias(let alias):
            guard let wanted = object.status.aliases[alias]?.version.flatMap(ModelName.number) else {
                let names = object.status.aliases.filter { $0.value.version != nil }.keys.sorted()
                let hint = NearestName.suggestion(alias, among: names)
                let known = names.isEmpty ? "; it has none yet" : "; it has \(names.joined(separator: ", "))"
                return .missing("Model \"\(model)\" has no alias \"\(alias)\"\(hint.isEmpty ? known : hint)")
            }
            number = wanted
        }
        guard let version = find(number), version.spec.value != nil else {
            let latest = object.status.latest.map { "; the newest is \($0)" } ?? "; it has none yet"
            return .missing("Model \"\(model)\" has no version \(number)\(latest)")
        }
        return .found(version)
    }
}
