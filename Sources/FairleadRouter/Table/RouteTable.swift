import FairleadAPI
import KubernetesCore

/// The routes of all services, kept up to date change by change.
///
/// Guarantees: a service's change makes its route anew and looks at no other; changes in any order end in the same
/// routes; a service whose spec or status cannot be read keeps what it had.
struct RouteTable: Sendable {
    /// What has become of a service's route; nil where it has none any more.
    struct Update: Sendable {
        var key: ObjectKey
        var route: ServiceRoute?
    }

    private struct Entry: Sendable {
        var service: InferenceService?
        var spec: InferenceServiceSpec?
        var slices: [String: SliceView] = [:]
        var route: ServiceRoute?
    }

    /// How many routes were made, for tests of the cost.
    private(set) var made = 0
    private var share = RouterShare()
    private var entries: [ObjectKey: Entry] = [:]
    /// The service of each slice.
    private var owners: [ObjectKey: ObjectKey] = [:]

    /// Takes a change.
    ///
    /// - Returns: The routes that differ now: none or one, two where a slice goes over to another service, those of all
    ///   services with a bound where the router's share changes.
    mutating func apply(_ change: RouteChange) -> [Update] {
        switch change {
        case .service(let service): set(service)
        case .serviceGone(let key): alter(key) { ($0.service, $0.spec) = (nil, nil) }
        case .slice(let slice): set(slice)
        case .sliceGone(let key): remove(slice: key)
        case .share(let share): set(share)
        }
    }

    private mutating func set(_ share: RouterShare) -> [Update] {
        guard share != self.share else { return [] }
        self.share = share
        return entries.filter { $0.value.spec?.scale?.maxConcurrency != nil }.keys.flatMap { alter($0) { _ in } }
    }

    private mutating func set(_ service: InferenceService) -> [Update] {
        alter(service.key) { entry in
            let isSame = entry.service?.metadata.uid == service.metadata.uid
            if service.statusProblem != nil, isSame { return }
            if !isSame { entry.spec = nil }
            if case .success(let spec) = service.spec { entry.spec = spec }
            entry.service = service
        }
    }

    private mutating func set(_ slice: EndpointSlice) -> [Update] {
        guard let name = slice.metadata.labels[FairleadLabel.inferenceService], let view = SliceView(slice) else {
            return remove(slice: slice.key)
        }
        let owner = ObjectKey(namespace: slice.metadata.namespace, name: name)
        let old = owners[slice.key] == owner ? [] : remove(slice: slice.key)
        owners[slice.key] = owner
        return old + alter(owner) { $0.slices[slice.metadata.name] = view }
    }

    private mutating func remove(slice key: ObjectKey) -> [Update] {
        guard let owner = owners.removeValue(forKey: key) else { return [] }
        return alter(owner) { $0.slices[key.name] = nil }
    }

    private mutating func alter(_ key: ObjectKey, _ body: (inout Entry) -> Void) -> [Update] {
        var entry = entries.removeValue(forKey: key) ?? Entry()
        body(&entry)
        let old = entry.route
        entry.route = entry.service.map { service in
            made += 1
            return ServiceRoute(
                service, spec: entry.spec ?? InferenceServiceSpec(), slices: entry.slices.values, share: share)
        }
        if entry.service != nil || !entry.slices.isEmpty { entries[key] = entry }
        return entry.route == old ? [] : [Update(key: key, route: entry.route)]
    }
}
