import ControllerRuntime
import FairleadAPI
import Foundation
import KubernetesCore
import KubernetesTesting
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import FairleadRouter

@Suite("A router's share")
struct RouterShareTests {
    @Test("the parts of all routers sum to the bound, and none is without")
    func sums() {
        for count in 1...7 {
            let names = Set((0..<count).map { "router-\($0)" })
            for bound in 1...20 {
                let parts = names.map { RouterShare(of: $0, among: names).part(of: bound) }
                #expect(parts.reduce(0, +) == max(bound, count))
                #expect((parts.max() ?? 0) - (parts.min() ?? 0) <= 1)
                // Who has not yet seen its own report counts itself.
                let others = names.subtracting(["router-0"])
                #expect(RouterShare(of: "router-0", among: others) == RouterShare(of: "router-0", among: names))
            }
        }
    }

    @Test("the reports tell how many routers there are")
    func reports() throws {
        func record(_ router: String) -> RouterReportRecord {
            RouterReportRecord(
                metadata: ObjectMeta(name: RouterReportRecord.name(router: router), namespace: "home", uid: router),
                report: RouterReport(router: router, started: MicroTime(.distantPast), at: MicroTime(.distantPast)))
        }
        let shares = Mutex<[RouterShare]>([])
        let reader = ReportReader(router: "b", clock: ManualClock()) { share in shares.withLock { $0.append(share) } }
        reader.records.replace(with: [record("b")], resourceVersion: ResourceVersion("1"))
        reader.records.replace(with: [record("a"), record("b")], resourceVersion: ResourceVersion("2"))
        reader.records.replace(with: [record("b")], resourceVersion: ResourceVersion("3"))
        #expect(shares.withLock { $0.map { $0.part(of: 5) } } == [5, 2, 5])
    }

    @Test("a bound of a pod is shared, and comes back whole when a router is gone")
    func bound() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let dispatcher = Dispatcher()
        let spec: JSONValue = ["model": "churn@production", "scale": ["maxConcurrency": 3]]
        dispatcher.apply(.service(try RouteFixture.service(spec: spec)))
        dispatcher.apply(.slice(try RouteFixture.slice("churn-a", addresses: ["10.0.0.1"])))
        dispatcher.apply(.share(RouterShare(of: "b", among: ["a", "b"])))
        let first = try #require(dispatcher.forward(RouteFixture.request(), on: loop))
        let held = try #require(dispatcher.hold(RouteFixture.request(), on: loop))
        dispatcher.apply(.share(RouterShare(of: "b", among: ["b"])))
        let second = try await held.passage.get()
        let third = try #require(dispatcher.forward(RouteFixture.request(), on: loop))
        for passage in [first, second, third] {
            passage.finished(PassageEnd(outcome: .answered(200), total: .zero))
        }
    }
}
