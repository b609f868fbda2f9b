import FairleadAPI
import Foundation
import KubernetesCore
import Logging
import NIOCore
import NIOPosix
import PrometheusMetrics
import Testing

@testable import FairleadRouter

struct RouterMetricsTests {
    @Test func showsWhatIsAndNoMore() throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let dispatcher = Dispatcher()
        let registry = MetricRegistry()
        RouterMetrics.declare(in: registry, dispatcher: dispatcher, log: PayloadLog(logger: Logger(label: "test")))
        dispatcher.apply(.service(try RouteFixture.service()))
        dispatcher.apply(.slice(try RouteFixture.slice("churn-a", addresses: ["10.0.0.1"])))
        for outcome in [.answered(200), .answered(204), .answered(503), .failed, .clientGone] as [PassageEnd.Outcome] {
            let passage = try #require(dispatcher.forward(RouteFixture.request(), on: loop))
            passage.finished(PassageEnd(outcome: outcome, total: .milliseconds(1), requestBytes: 10))
        }
        let open = try #require(dispatcher.forward(RouteFixture.request(), on: loop))
        let names = #"namespace="risk",service="churn",revision="churn-a""#
        let text = registry.text()
        for line in [
            #"fairlead_router_requests_total{\#(names),code="2xx"} 2"#,
            #"fairlead_router_requests_total{\#(names),code="5xx"} 1"#,
            #"fairlead_router_requests_total{\#(names),code="none"} 1"#,
            #"fairlead_router_requests_total{\#(names),code="gone"} 1"#,
            "fairlead_router_in_flight{\(names)} 1", "fairlead_router_waiting{\(names)} 0",
            "fairlead_router_request_bytes_total{\(names)} 50", "fairlead_router_services 1",
            #"fairlead_router_request_duration_seconds_bucket{\#(names),le="0.0008"} 0"#,
            #"fairlead_router_request_duration_seconds_bucket{\#(names),le="0.0016"} 3"#,
            "fairlead_router_request_duration_seconds_count{\(names)} 3",
        ] {
            #expect(text.contains(line + "\n"), "\(line) in\n\(text)")
        }
        #expect(!text.contains("4xx"))
        dispatcher.apply(.service(try RouteFixture.service(revisions: [RouteFixture.revision("churn-b", weight: 100)])))
        open.finished(PassageEnd(outcome: .answered(200), total: .zero))
        #expect(!registry.text().contains("churn-a"))
    }

    /// The page tells what there is, to the letter.
    @Test func thePageAndTheRegistryAgree() throws {
        let registry = MetricRegistry()
        RouterMetrics.declare(
            in: registry, dispatcher: Dispatcher(), log: PayloadLog(logger: Logger(label: "test")))
        let registered = registry.declarations.filter { $0.name.hasPrefix("fairlead_router_") }.map { declaration in
            let labels = declaration.labels.map { "`\($0)`" }.joined(separator: ", ")
            return "| \(declaration.kind.rawValue) | `\(declaration.name)` | \(labels) | \(declaration.help) |"
        }
        let root = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        let page = try String(contentsOf: root.appendingPathComponent("docs/metrics.md"), encoding: .utf8)
        let table = page.split(separator: "\n").map(String.init).filter { $0.contains("| `fairlead_router_") }
        #expect(table == registered)
    }

    @Test func theSumsAreThoseOfTheHistogram() {
        var times = TimedCounts()
        for millisecond in [0, 1, 3, 50, 700, 90_000, 10_000_000] as [Int64] { times.count(.milliseconds(millisecond)) }
        #expect(times.counts.reduce(0, +) == 7)
        #expect(times.counts.count == TimedCounts.bounds.count + 1)
        #expect(times.counts.first == 1)
        #expect(times.counts.last == 1)
    }
}
