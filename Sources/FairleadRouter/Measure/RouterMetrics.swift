import FairleadAPI
import KubernetesCore
import PrometheusMetrics

/// What a router tells Prometheus.
///
/// Labels are names of services and revisions that there are, and words from closed lists; a revision's series go with
/// it.
enum RouterMetrics {
    private typealias Series = [(labels: [String], value: Double)]

    private static let names = ["namespace", "service", "revision"]

    /// Declares the metrics.
    static func declare(in registry: MetricRegistry, dispatcher: Dispatcher, log: PayloadLog) {
        declareRequests(in: registry, dispatcher: dispatcher)
        declareTimes(in: registry, dispatcher: dispatcher)
        declareLosses(in: registry, dispatcher: dispatcher)
        registry.gauge("fairlead_router_services", "InferenceServices that the router knows.")
            .read { Double(dispatcher.serviceCount) }
        registry.counter(
            "fairlead_router_payloads_total",
            "Payloads by what became of them: `sent`, `queue-full`, `too-large`, `refused`, `ended`.",
            labels: ["outcome"]
        ).readAll {
            let totals = log.totals
            return [(["sent"], Double(totals.sent))]
                + PayloadLog.Loss.allCases.map { ([$0.rawValue], Double(totals.losses[$0] ?? 0)) }
        }
    }

    private static func declareRequests(in registry: MetricRegistry, dispatcher: Dispatcher) {
        registry.counter(
            "fairlead_router_requests_total",
            "Requests that ended, by the class of the answer; `none` without one, `gone` where the client went first.",
            labels: names + ["code"]
        ).readAll {
            series(dispatcher) { counts in
                AnswerClass.allCases.map { ($0.label, counts.classes[$0.rawValue]) }
            }
        }
        registry.gauge("fairlead_router_in_flight", "Requests that a pod works on.", labels: names).readAll {
            dispatcher.measures.revisions.map { (labels($0), Double($0.inFlight)) }
        }
        registry.gauge(
            "fairlead_router_waiting", "Requests that wait for a free place, or for a pod.", labels: names
        ).readAll {
            dispatcher.measures.revisions.map { (labels($0), Double($0.waiting)) }
        }
        let bytes: [(String, String, @Sendable (GateCounts) -> UInt64)] = [
            ("fairlead_router_request_bytes_total", "Bytes of requests' bodies.", { $0.requestBytes }),
            ("fairlead_router_response_bytes_total", "Bytes of answers' bodies.", { $0.responseBytes }),
        ]
        for (name, help, value) in bytes {
            registry.counter(name, help, labels: names).readAll { series(dispatcher, value) }
        }
    }

    private static func declareTimes(in registry: MetricRegistry, dispatcher: Dispatcher) {
        let times: [(String, String, @Sendable (GateCounts) -> TimedCounts)] = [
            (
                "fairlead_router_request_duration_seconds",
                "From a request's arrival to its answer's end, without the time in which the model woke.",
                { $0.latencies }
            ),
            (
                "fairlead_router_wake_seconds",
                "From a request for a model without a pod until there was one.", { $0.wakes }
            ),
        ]
        for (name, help, value) in times {
            registry.histogram(name, help, labels: names, buckets: TimedCounts.bounds).readAll {
                dispatcher.measures.revisions.compactMap { revision in
                    let times = value(revision.counts)
                    return times.histogram.isEmpty ? nil : (labels(revision), times.counts, times.seconds)
                }
            }
        }
    }

    private static func declareLosses(in registry: MetricRegistry, dispatcher: Dispatcher) {
        registry.counter(
            "fairlead_router_retries_total", "Requests that went to another pod, for theirs took no connection.",
            labels: names
        ).readAll { series(dispatcher, \.retries) }
        registry.counter(
            "fairlead_router_mirror_lost_total", "Copies of requests that found no free place.", labels: names
        ).readAll { series(dispatcher, \.lostCopies) }
        registry.counter(
            "fairlead_router_shed_total",
            "Requests that got no place, by reason: `queue-full`, `not-awake`, `deadline`.", labels: names + ["reason"]
        ).readAll {
            series(dispatcher) { counts in Refusal.allCases.map { ($0.rawValue, counts.refusals[$0] ?? 0) } }
        }
    }

    private static func labels(_ revision: RevisionMeasures) -> [String] {
        [revision.service.namespace ?? "", revision.service.name, revision.revision]
    }

    /// One number a revision; those that never counted anything are left out.
    private static func series(_ dispatcher: Dispatcher, _ value: (GateCounts) -> UInt64) -> Series {
        dispatcher.measures.revisions.compactMap { revision in
            let count = value(revision.counts)
            return count == 0 ? nil : (labels(revision), Double(count))
        }
    }

    /// Numbers by one more label.
    private static func series(_ dispatcher: Dispatcher, _ values: (GateCounts) -> [(String, UInt64)]) -> Series {
        dispatcher.measures.revisions.flatMap { revision in
            values(revision.counts).filter { $0.1 > 0 }.map { (labels(revision) + [$0.0], Double($0.1)) }
        }
    }
}
