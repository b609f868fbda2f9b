import Foundation
import KubernetesCore
import Testing

extension EndToEndTests {
    /// A service whose payloads are stored in a folder, by a pod beside its own.
    @Suite(.serialized, .needsKubectl, .sharedCluster) struct PayloadLogTests {
        private let cluster: LocalCluster

        init() throws { cluster = try SharedCluster.cluster }

        /// How many events the collector took so far; nil where none can be asked.
        private func received(_ service: String) async throws -> Int? {
            let pod = try await cluster.kubectl(
                "get", "pods", "-l", "fairlead.dev/inferenceservice=\(service),fairlead.dev/component=payloads", "-o",
                "jsonpath={.items[0].status.podIP}")
            guard pod.code == 0, !pod.output.isEmpty,
                let page = try? await cluster.ask("http://\(pod.output):8080/metrics")
            else { return nil }
            let line = page.body.split(separator: "\n").first { $0.hasPrefix("fairlead_payloads_received_total ") }
            return line?.split(separator: " ").last.flatMap { Int($0) }
        }

        private func events(_ folder: String) throws -> [JSONValue] {
            let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
            return try files.filter { $0.hasSuffix(".jsonl") }.sorted().flatMap { name in
                try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).split(separator: "\n")
                    .map { try JSONParser.parse($0.utf8) }
            }
        }

        @Test func requestsAndAnswersAreFoundInTheFolder() async throws {
            let uri = try cluster.model("logged", ["who": "logged"])
            let log = cluster.folder.appendingPathComponent("payloads").path
            try await cluster.apply(
                cluster.service(
                    "logged", "model: {uri: \"\(uri)\"}\nlogPayloads: {uri: \"file://\(log)\", mode: All}"))
            let status = try await cluster.service("logged", "serves and logs") { status in
                status.phase == "Ready"
                    && status.conditions?.contains { $0.type == "PayloadsLogged" && $0.status == "True" } == true
            }
            let url = "\(try #require(status.url))/v2/models/logged/infer"
            // The router hears of the collector in its own time.
            try await eventually("the collector takes events") {
                _ = try await cluster.ask(url, "{\"inputs\": []}")
                return try await received("logged") ?? 0 >= 2
            }
            for number in 0..<10 {
                let body =
                    "{\"inputs\": [{\"name\": \"x\", \"shape\": [1], \"datatype\": \"FP64\", \"data\": [\(number).50]}]}"
                let answer = try await cluster.ask(url, body, headers: ["X-Request-Id": "request-\(number)"])
                #expect(answer.status == 200)
            }
            // Told to end, it stores what it has.
            try await cluster.patch("logged", ["spec": ["logPayloads": .null]])
            try await eventually("all is stored") {
                try events("\(log)/default/logged").count { $0["id"]?.stringValue?.hasPrefix("request-") == true } == 20
            }
            try await eventually("nothing is left of the collector") {
                let rest = try await cluster.kubectl(
                    "get", "deployments,services,pods", "-l", "fairlead.dev/component=payloads", "-o", "name")
                return rest.output.isEmpty
            }
            let stored = try events("\(log)/default/logged")
            for number in 0..<10 {
                let both = stored.filter { $0["id"]?.stringValue == "request-\(number)" }
                let byType = Dictionary(both.map { ($0["type"]?.stringValue ?? "", $0) }) { first, _ in first }
                let request = try #require(byType["org.kubeflow.serving.inference.request"])
                let response = try #require(byType["org.kubeflow.serving.inference.response"])
                #expect(
                    request[path: ["data", "inputs"]]?.arrayValue?.first?["data"] == [.double(Double(number) + 0.5)])
                #expect(response[path: ["data", "outputs"]]?.arrayValue?.first?["data"] == ["logged"])
                for event in [request, response] {
                    #expect(event["specversion"] == "1.0")
                    #expect(event["source"] == "/default/logged")
                    #expect(event["inferenceservicename"] == "logged")
                    #expect(event["time"]?.stringValue.flatMap { MicroTime($0) } != nil)
                }
            }
            let after = try await cluster.service("logged", "logs no more") {
                $0.conditions?.contains { $0.type == "PayloadsLogged" } == false
            }
            #expect(after.phase == "Ready")
        }
    }
}
