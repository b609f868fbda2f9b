import ClusterTesting
import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Testing

@testable import FairleadRouter

@Suite("Scaling scenarios", .serialized)
struct ScalingScenarios {
    private static let sleeping: JSONValue = [
        "model": ["uri": "s3://models/m", "format": "sklearn"], "replicas": ["min": 0, "max": 4],
    ]

    @Test("S3: a hundred services that sleep are woken at once, each once, and sleep again when nothing comes")
    func hundred() async throws {
        let services = try await ScaledServices()
        let names = (0..<100).map { "s\($0)" }
        for name in names { try await services.make(name, replicas: 0, spec: Self.sleeping) }
        let counts = [ScaledServices.Counts(), ScaledServices.Counts()]
        try await services.cluster.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await services.runPods() }
                defer { group.cancelAll() }
                try await services.withRouter("one", counts[0]) { first in
                    try await services.withRouter("two", counts[1]) { second in
                        // Each router holds a request to each of them, and asks more than once.
                        for _ in 0..<3 {
                            for name in names {
                                let key = ObjectKey(namespace: "risk", name: name)
                                first.wake(service: key, revision: "\(name)-r")
                                second.wake(service: key, revision: "\(name)-r")
                            }
                        }
                        for name in names { for router in counts { router.set(name) { $0.waiting = 1 } } }
                        try await services.cluster.eventually("all are awake") {
                            services.awake.count == names.count
                        }
                        for name in names {
                            for router in counts {
                                router.set(name) {
                                    $0.waiting = 0
                                    $0.requests += 1
                                }
                            }
                        }
                        try await services.cluster.eventually("all sleep again") {
                            try await services.wanted(names.map { "\($0)-r" }).allSatisfy { $0 == 0 }
                        }
                    }
                }
            }
        }
        let ups = Dictionary(grouping: services.writes.filter { $0.replicas > 0 }, by: \.deployment)
        #expect(ups.count == 100)
        #expect(services.writes.allSatisfy { $0.replicas <= 1 })
        // Two routers at a time each: the second finds it woken, or is refused by the version that it read.
        #expect(ups.values.allSatisfy { $0.count <= 6 })
    }

    @Test("load makes pods, and another router goes on where the elected one is killed")
    func elected() async throws {
        let services = try await ScaledServices()
        try await services.make(
            "churn", replicas: 1,
            spec: [
                "model": ["uri": "s3://models/m", "format": "sklearn"], "replicas": ["min": 1, "max": 10],
                "transformer": ["image": "t:1"],
            ], components: ["predictor", "transformer"])
        let counts = ScaledServices.Counts()
        let idle = ScaledServices.Counts()
        try await services.cluster.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await services.runPods() }
                defer { group.cancelAll() }
                try await services.withRouter("one", counts) { _ in
                    counts.set("churn") { $0.inFlight = 40 }
                    try await services.cluster.eventually("five pods of each") {
                        try await services.wanted(["churn-r", "churn-r-transformer"]) == [5, 5]
                    }
                }
                try await services.withRouter("two", idle) { _ in
                    // The report of the first one grows stale and is removed, and with it what it was working on.
                    try await services.cluster.eventually("one pod of each") {
                        try await services.wanted(["churn-r", "churn-r-transformer"]) == [1, 1]
                    }
                    let reports = try await services.cluster.client.list(
                        RouterReportRecord.self, namespace: "risk",
                        ListQuery(labelSelector: "\(FairleadLabel.routerReport)=true"))
                    #expect(reports.items.map(\.metadata.name) == ["fairlead-router-two"])
                }
            }
        }
        #expect(Set(services.writes.map(\.router)) == ["one", "two"])
    }

    @Test("a suspended service loses its pods and is not woken; without a lease a router wakes and does no more")
    func suspended() async throws {
        let services = try await ScaledServices()
        try await services.make(
            "off", replicas: 2,
            spec: ["model": ["uri": "s3://models/m", "format": "sklearn"], "suspend": true])
        try await services.make("on", replicas: 0, spec: Self.sleeping)
        let counts = ScaledServices.Counts()
        try await services.cluster.run {
            try await services.withRouter("one", counts) { waker in
                try await services.cluster.eventually("no pod") { try await services.pods("off-r").wanted == 0 }
                waker.wake(service: ObjectKey(namespace: "risk", name: "off"), revision: "off-r")
                waker.wake(service: ObjectKey(namespace: "risk", name: "on"), revision: "on-r")
                try await services.cluster.eventually("the other one is woken") {
                    try await services.pods("on-r").wanted == 1
                }
                #expect(try await services.pods("off-r").wanted == 0)
            }
            // A router that cannot have the lease still wakes, and writes nothing else.
            services.cluster.faults.decide { request in
                request.path.contains("/leases") ? .refuse(status: 403, reason: "Forbidden") : nil
            }
            let before = services.writes.count
            counts.set("on") { $0.inFlight = 100 }
            try await services.withRouter("two", counts) { waker in
                try await services.cluster.client.patch(
                    .deployment, ObjectKey(namespace: "risk", name: "on-r"), ["spec": ["replicas": 0]],
                    subresource: "scale")
                waker.wake(service: ObjectKey(namespace: "risk", name: "on"), revision: "on-r")
                try await services.cluster.eventually("woken") { try await services.pods("on-r").wanted == 1 }
                let now = services.cluster.clock.elapsed
                try await services.cluster.clock.sleep(until: now + .seconds(30))
                #expect(try await services.pods("on-r").wanted == 1)
            }
            #expect(services.writes.count == before + 1)
        }
    }
}
