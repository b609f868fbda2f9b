import ControllerRuntime
import FairleadControllers
import Foundation
import KubernetesClient
import KubernetesCore
import Logging
import PrometheusMetrics
import Testing

/// docs/metrics.md says what the controller registers, to the letter.
@Suite struct MetricsTableTests {
    private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs/metrics.md")

    private struct NoServer: Transport {
        func send(_ request: APIRequest) async throws -> APIResponse { throw TransportError(.connect, "no server") }

        func stream<Result: Sendable>(
            _ request: APIRequest,
            _ body: @Sendable (StreamHead, inout any ByteChunks) async throws -> Result
        ) async throws -> Result { throw TransportError(.connect, "no server") }
    }

    @Test func theTableAndTheRegistryAgree() throws {
        let registry = MetricRegistry()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let client = Client(transport: NoServer())
        let elector = LeaderElector(
            client: client, lease: ObjectKey(namespace: "ns", name: "l"), identity: "me", logger: logger)
        _ = FairleadController(client: client, elector: elector, registry: registry, logger: logger)
        let registered = registry.declarations.map { declaration in
            let labels = declaration.labels.map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(declaration.name)` | \(declaration.kind.rawValue) | \(labels) | \(declaration.help) |"
        }
        let table = try String(contentsOf: Self.page, encoding: .utf8).split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix("| `") }
        #expect(table == registered)
        // Prometheus' best practices: a counter's name ends in _total, a time's unit is the second, a size's the byte.
        for declaration in registry.declarations {
            #expect((declaration.kind == .counter) == declaration.name.hasSuffix("_total"))
            if declaration.kind == .histogram { #expect(declaration.name.hasSuffix("_seconds")) }
        }
        #expect(registry.text().contains("\nfairlead_build_info{version=\"\"} 1\n"))
    }
}
