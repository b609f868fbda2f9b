import FairleadAPI
import KubernetesCore
import NIOCore
import NIOHTTP1

extension ServiceRoute {
    /// Reads a service.
    ///
    /// - Parameters:
    ///   - service: Weights are its status' alone.
    ///   - spec: What it was when it could last be read.
    ///   - slices: The slices of its Services.
    ///   - share: The router's share of what all routers may do.
    init(
        _ service: InferenceService, spec: InferenceServiceSpec, slices: some Collection<SliceView>,
        share: RouterShare = RouterShare()
    ) {
        key = service.key
        hostnames = (spec.gateway?.hostnames ?? []).map { $0.lowercased() }
        let main = service.status.revisions.max { $0.weight < $1.weight }
        inferenceProtocol = main?.protocol ?? spec.protocol ?? .v2
        model = service.key.name
        modelMetadata = main.flatMap { ModelMetadata.v2($0, model: service.key.name) }
        rules = Gate.Rules(
            queue: spec.effectiveQueue, wakeTimeout: TimeAmount(spec.effectiveTimeouts.effectiveWake.duration),
            timeout: TimeAmount(spec.effectiveTimeouts.effectiveRequest.duration))
        sticky =
            spec.sticky?.header.map { .header($0) } ?? spec.sticky?.cookie.flatMap { $0.isEmpty ? nil : .cookie($0) }
        payloads = spec.logPayloads.flatMap { PayloadRule($0, collectors: slices.lazy.filter { $0.revision == nil }) }
        closed = Self.closed(service, spec: spec)
        let byRevision = Dictionary(grouping: slices) { $0.revision ?? "" }
        let canSleep = spec.effectiveReplicas.least == 0
        revisions = service.status.revisions.map { revision in
            RevisionRoute(
                revision, slices: byRevision[revision.name] ?? [], canSleep: canSleep,
                maxConcurrency: spec.effectiveScale.maxConcurrency, share: share)
        }
    }

    private static func closed(_ service: InferenceService, spec: InferenceServiceSpec) -> LocalAnswer? {
        let status = service.status
        if spec.isSuspended {
            return LocalAnswer(
                .serviceUnavailable, error: "InferenceService \(service.key) is suspended (spec.suspend)")
        }
        guard !status.revisions.contains(where: { $0.weight > 0 }) else { return nil }
        let why = [status.reason.map { "\($0.rawValue)" }, status.message].compactMap(\.self).joined(separator: ": ")
        return LocalAnswer(
            .serviceUnavailable,
            error: "InferenceService \(service.key) serves nothing yet" + (why.isEmpty ? "" : ": \(why)"),
            retryAfter: 5)
    }
}

extension RevisionRoute {
    fileprivate init(
        _ status: RevisionStatus, slices: [SliceView], canSleep: Bool, maxConcurrency: Int?,
        share: RouterShare
    ) {
        name = status.name
        track = status.variant ?? ""
        weight = max(0, status.weight)
        mirror = min(max(0, status.mirror ?? 0), 100)
        isAsleep = canSleep && status.replicas == 0
        let components = Set(status.components.compactMap(ServiceComponent.init))
        let isAsleep = isAsleep
        func backends(_ component: ServiceComponent) -> Backends {
            let backends = Backends(slices.filter { $0.component == component })
            // Who just falls asleep is woken: its last pod may not take connections any more.
            return isAsleep && !backends.isReady ? .none : backends
        }
        let predictor = backends(.predictor)
        if components.contains(.transformer) {
            let transformer = backends(.transformer)
            entry = predictor.addresses.isEmpty ? .none : transformer
            entry.isReady = transformer.isReady && predictor.isReady
            bounds = AdmissionBounds(
                total: maxConcurrency.map { $0.multipliedReportingOverflow(by: predictor.addresses.count) }
                    .flatMap { $0.overflow ? nil : share.part(of: $0.partialValue) })
        } else {
            entry = predictor
            bounds = AdmissionBounds(perPod: maxConcurrency.map(share.part))
        }
        explainer = components.contains(.explainer) ? backends(.explainer) : nil
    }
}
