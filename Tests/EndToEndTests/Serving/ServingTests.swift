import Foundation
import KubernetesCore
import Testing

extension EndToEndTests {
    /// Services with real processes behind the router: rollouts, variants, copies, sleep, and load over all that happens.
    @Suite(.serialized, .needsKubectl, .sharedCluster) struct ServingTests {
        private let cluster: LocalCluster

        init() throws { cluster = try SharedCluster.cluster }

        /// A version of a model, registered by hand.
        private func version(_ model: String, _ number: Int, uri: String) -> String {
            """
            apiVersion: fairlead.dev/v1alpha1
            kind: ModelVersion
            metadata:
              name: \(model)-\(number)
              annotations: {fairlead.dev/requested-alias: production}
            spec: {model: \(model), version: \(number), uri: "\(uri)", format: json}

            """
        }

        // MARK: - Rollouts

        private static let rollout = """
            model: churn@production
            rollout:
              steps: [5, 50, 100]
              every: 4s
              minRequests: 20
              checks: [{metric: errorRate, max: 0.01}]
            """

        @Test func aBadVersionGoesBackByItselfAndAGoodOneTakesOver() async throws {
            let uris = try [
                cluster.model("churn-1", ["who": "1"]), cluster.model("churn-2", ["who": "2", "failEvery": 20]),
                cluster.model("churn-3", ["who": "3"]),
            ]
            let model = "apiVersion: fairlead.dev/v1alpha1\nkind: Model\nmetadata: {name: churn}\nspec: {}\n---\n"
            try await cluster.apply(model + version("churn", 1, uri: uris[0]))
            try await cluster.apply(cluster.service("churn", Self.rollout))
            try await cluster.serves("churn", "churn:1")

            let until = cluster.folder.appendingPathComponent("churn-is-back").path
            let load = try await cluster.load(
                "churn", "--seconds", "120", "--rate", "200", "--connections", "16", "--until", until)
            try await cluster.apply(version("churn", 2, uri: uris[1]))
            let back = try await cluster.service("churn", within: 120, "is rolled back") {
                $0.rollouts?.first?.phase == "RolledBack" && $0.only?.model == "churn:1"
            }
            #expect(back.rollouts?.first?.message?.contains("errorRate") == true, "\(back)")
            // Traffic as it is on any day: a minute of it, so that what was touched has a measure.
            try await Task.sleep(for: .seconds(15))
            _ = try cluster.file("churn-is-back", "")
            let report = try await cluster.report(load)
            let touched = report.answers["2", default: 0] + report.failed
            #expect(report.answers["2", default: 0] > 0, "the canary got traffic: \(report)")
            #expect(Double(touched) < 0.02 * Double(report.requests), "touched \(touched): \(report)")
            let rejected = try await cluster.kubectl(
                "get", "modelversion", "churn-2", "-o", "jsonpath={.status.phase}")
            #expect(rejected.output == "Rejected")

            let good = try await cluster.load("churn", "--seconds", "120", "--rate", "100", "--until", until + "-3")
            try await cluster.apply(version("churn", 3, uri: uris[2]))
            try await cluster.serves("churn", "churn:3")
            _ = try cluster.file("churn-is-back-3", "")
            let end = try await cluster.report(good)
            #expect(end.failed == 0, "\(end)")
            #expect(end.answers.keys.sorted() == ["1", "3"], "\(end)")
            let events = try await cluster.kubectl("get", "events", "-o", "json")
            let story = try events.json()["items"]?.arrayValue?.filter {
                $0[path: ["involvedObject", "kind"]] == "InferenceService"
            }
            #expect((story?.count ?? 0) >= 3, "events tell the rollouts: \(events.output)")
        }

        // MARK: - Variants and copies

        @Test func variantsAreStickyAndEven() async throws {
            let uris = try ["a", "b"].map { try cluster.model("half-\($0)", ["who": .string($0)]) }
            try await cluster.apply(
                cluster.service(
                    "halves",
                    """
                    variants:
                      - {name: a, model: {uri: "\(uris[0])"}, weight: 50}
                      - {name: b, model: {uri: "\(uris[1])"}, weight: 50}
                    sticky: {header: x-user-id}
                    """))
            try await cluster.service("halves", "serves both") { status in
                status.phase == "Ready" && status.revisions?.map(\.traffic) == [50, 50]
            }
            let load = try await cluster.load(
                "halves", "--users", "3000", "--count", "4500", "--seconds", "60", "--rate", "4000", "--connections",
                "8")
            let report = try await cluster.report(load)
            #expect(report.failed == 0 && report.requests == 4500, "\(report)")
            #expect(report.usersOfSeveral == 0, "users who met both: \(report.usersOfSeveral)")
            let share = Double(report.usersOf["a", default: 0]) / 3000
            #expect(abs(share - 0.5) < 0.02, "\(share) of the users met a")
        }

        @Test func aMirrorChangesNoAnswer() async throws {
            let main = try cluster.model("mirrored", ["who": "main"])
            // It is slow, and fails every other time.
            let mirror = try cluster.model("mirror", ["who": "mirror", "latency": 1.5, "failEvery": 2])
            try await cluster.apply(
                cluster.service(
                    "mirrored", "model: {uri: \"\(main)\"}\nmirror: {model: {uri: \"\(mirror)\"}, percent: 50}"))
            try await cluster.service("mirrored", "has a mirror") { status in
                status.only?.state == "Ready" && status.revisions?.contains { $0.mirror == 50 && $0.ready == 1 } == true
            }
            let report = try await cluster.report(
                try await cluster.load("mirrored", "--count", "400", "--rate", "100", "--connections", "8"))
            #expect(report.failed == 0 && report.answers == ["main": 400], "\(report)")
            #expect(report.p99 < 1, "nobody waits for the mirror: \(report)")
            try await eventually("the mirror was asked") {
                let logs = try await cluster.kubectl(
                    "logs", "-l", "fairlead.dev/inferenceservice=mirrored,fairlead.dev/variant=mirror", "-c", "main",
                    "--tail=-1")
                return logs.output.contains("asked 100 times")
            }
        }

        // MARK: - Scale

        @Test func aSleepingServiceWakesForItsFirstRequest() async throws {
            let uri = try cluster.model("rarely", ["who": "rarely", "start": 1])
            try await cluster.apply(
                cluster.service(
                    "rarely",
                    """
                    model: {uri: "\(uri)"}
                    replicas: {min: 0, max: 2}
                    scale: {idle: 3s, window: 6s}
                    """))
            let asleep = try await cluster.service("rarely", "sleeps", { $0.phase == "Sleeping" })
            // The last pod lingers for a moment, and would still answer.
            _ = try await cluster.kubectl(
                "wait", "--for=delete", "pod", "-l", "fairlead.dev/inferenceservice=rarely", "--timeout=60s")
            let url = try #require(asleep.url)
            let ready = try await cluster.ask("\(url)/v2/models/rarely/ready")
            #expect(ready.status == 200, "\(ready)")
            #expect(try await cluster.serviceStatus("rarely").phase == "Sleeping", "a probe does not wake it")
            // Ten at once: all are held, and all get an answer.
            let report = try await cluster.report(
                try await cluster.load("rarely", "--count", "10", "--rate", "1000", "--connections", "10"))
            #expect(report.failed == 0 && report.answers == ["rarely": 10], "\(report)")
            #expect(report.p50 > 0.5, "they were held: \(report)")
            try await cluster.service("rarely", "sleeps again", { $0.phase == "Sleeping" })
        }

        @Test func whatUsesItsProcessorGetsAnotherPod() async throws {
            let uri = try cluster.model("hungry", ["who": "hungry", "work": 0.03])
            try await cluster.apply(
                cluster.service(
                    "hungry", cpu: "200m",
                    """
                    model: {uri: "\(uri)"}
                    replicas: {min: 1, max: 2}
                    scale: {metric: cpu, target: 40, window: 6s}
                    """))
            let quiet = try await cluster.serves("hungry")
            #expect(quiet.only?.replicas == 1, "\(quiet)")
            let until = cluster.folder.appendingPathComponent("hungry-is-fed").path
            let load = try await cluster.load(
                "hungry", "--seconds", "120", "--rate", "20", "--connections", "2", "--until", until)
            try await cluster.service("hungry", within: 90, "has another pod") { $0.only?.ready == 2 }
            let label = "fairlead.dev/inferenceservice=hungry"
            var top = CommandResult(arguments: [], code: 0, output: "", error: "")
            try await eventually("kubectl shows what the pods use") {
                top = try await cluster.kubectl("top", "pods", "-l", label, "--no-headers")
                let used = top.output.split(separator: "\n").compactMap { line in
                    line.split(separator: " ").dropFirst().first { $0.hasSuffix("m") }.flatMap { Int($0.dropLast()) }
                }
                return used.contains { $0 > 100 }
            }
            let rows = top.output.split(separator: "\n").map { $0.split(separator: " ") }
            #expect(rows.first?.count == 3 && rows.first?.last?.hasSuffix("Mi") == true, "\(top)")
            let node = try await cluster.kubectl("top", "nodes", "--no-headers")
            let cells = node.output.split(whereSeparator: \.isWhitespace)
            #expect(cells.count == 5 && cells.first == "local" && cells[2].hasSuffix("%"), "\(node)")
            _ = try cluster.file("hungry-is-fed", "")
            #expect(try await cluster.report(load).failed == 0)
        }

        // MARK: - Load

        private static let loadSeconds: Double = {
            let minutes = ProcessInfo.processInfo.environment["FAIRLEAD_LOAD_MINUTES"].flatMap { Double($0) }
            return minutes.map { $0 * 60 } ?? 40
        }()

        @Test func noRequestFailsWhateverHappens() async throws {
            let uris = try ["x", "y"].map { try cluster.model("steady-\($0)", ["who": .string($0), "latency": 0.02]) }
            func ready(_ count: Int, _ uri: String) async throws {
                try await cluster.service("steady", "has \(count) pods of \(uri)") {
                    $0.phase == "Ready" && $0.only?.ready == count && $0.only?.model == uri && $0.revisions?.count == 1
                }
            }
            try await cluster.apply(
                cluster.service(
                    "steady",
                    """
                    model: {uri: "\(uris[0])"}
                    replicas: {min: 2, max: 4}
                    scale: {window: 6s}
                    """))
            try await ready(2, uris[0])
            let until = cluster.folder.appendingPathComponent("steady-is-over").path
            let load = try await cluster.load(
                "steady", "--seconds", "36000", "--rate", "150", "--connections", "16", "--until", until)
            let end = ContinuousClock.now + .seconds(Self.loadSeconds)
            var rounds = 0
            repeat {
                let next = uris[(rounds + 1) % 2]
                try await cluster.patch("steady", ["spec": ["model": ["uri": .string(next)]]])
                try await ready(2, next)
                try await cluster.patch("steady", ["spec": ["replicas": ["min": 3]]])
                try await ready(3, next)
                let pods = try await cluster.kubectl(
                    "get", "pods", "-l", "fairlead.dev/inferenceservice=steady", "-o",
                    "jsonpath={.items[*].metadata.name}")
                let victim = try #require(pods.output.split(separator: " ").first)
                let deleted = try await cluster.kubectl(
                    "delete", "pod", String(victim), "--wait=true", "--ignore-not-found")
                #expect(deleted.code == 0, "\(deleted)")
                try await ready(3, next)
                try await cluster.shoot(podOf: "steady")
                try await ready(3, next)
                try await cluster.patch("steady", ["spec": ["replicas": ["min": 2]]])
                rounds += 1
            } while ContinuousClock.now < end
            _ = try cluster.file("steady-is-over", "")
            let report = try await cluster.report(load)
            #expect(report.failed == 0, "\(rounds) rounds: \(report)")
            #expect(report.answers.count == 2, "\(report)")
        }

        // MARK: - Examples

        @Test func aServerOfOnesOwnAnswers() async throws {
            try await cluster.apply(try cluster.servingExample("own-container"))
            let url = try #require(try await cluster.serves("distance").url)
            let body = #"{"inputs": [{"name": "points", "shape": [4], "datatype": "FP64", "data": [0, 0, 3, 4]}]}"#
            let answer = try await cluster.ask("\(url)/v2/models/distance/infer", body)
            #expect(answer.status == 200 && answer.body.contains("[5.0]"), "\(answer)")
            let wrong = try await cluster.ask("\(url)/v2/models/distance/infer", "{}")
            #expect(wrong.status == 400 && wrong.body.contains("KeyError"), "\(wrong)")
            let unknown = try await cluster.ask(url.replacing("/distance", with: "/distanse") + "/v2")
            #expect(unknown.status == 404 && unknown.body.contains("distanse"), "\(unknown)")
        }
    }
}
