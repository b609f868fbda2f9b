import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadCLI

@Suite("Golden: how inference services are shown")
struct ServiceGoldenTests {
    @Test("the story of services at every stage, and the list of them")
    func stories() throws {
        let now = try RunFixture.moment(100)
        let services = [
            try ServiceFixture.ready(), try ServiceFixture.rolling(), try ServiceFixture.rolledBack(),
            try ServiceFixture.failing(), try ServiceFixture.asleep(), try ServiceFixture.service("{}"),
        ]
        var parts = services.map { ServiceStory(service: $0, now: now).lines().joined(separator: "\n") }
        parts.append(ServiceList(services: services, hasNamespaces: true, now: now).lines().joined(separator: "\n"))
        try Golden.expect(parts.joined(separator: "\n-----\n"), "services.txt")
    }

    @Test("each change is a line")
    func progress() throws {
        var progress = ServiceProgressLines()
        var lines: [String] = []
        for service in [
            try ServiceFixture.service("{}"), try ServiceFixture.failing(), try ServiceFixture.rolling(),
            try ServiceFixture.rolledBack(),
        ] {
            lines += progress.lines(service, now: try RunFixture.moment(70))
            lines += progress.lines(service, now: try RunFixture.moment(71))
        }
        try Golden.expect(lines.joined(separator: "\n"), "service-progress.txt")
    }

    @Test("why tells what was undone, what waits, the end of the log and what to do")
    func why() throws {
        let now = try RunFixture.moment(100)
        func story(_ service: InferenceService, _ pods: [PodView] = [], warnings: [String] = []) -> String {
            var why = ServiceWhy(service: service, now: now, commandLine: { "\($0) -n risk" })
            for pod in Investigator.suspects(servers: pods) {
                var facts = PodFacts(pod)
                if facts.ending != nil { facts.log = ["loading", "no module named sklearn"] }
                why.pods.append((pod.metadata.labels["fairlead.dev/revision"] ?? "", facts))
            }
            why.warnings = warnings
            return why.lines().joined(separator: "\n")
        }
        let pods = [
            try ServiceFixture.pod("churn-1a2b3c4d-x-y", exitCode: 1), try ServiceFixture.pod("churn-1a2b3c4d-x-z"),
        ]
        let parts = [
            story(try ServiceFixture.ready()), story(try ServiceFixture.rolledBack()),
            story(try ServiceFixture.failing(), pods, warnings: ["FailedMount: no such claim"]),
            story(try ServiceFixture.service(#"{"phase": "Suspended"}"#, suspend: true)),
            story(
                try ServiceFixture.service(
                    #"{"phase": "Failed", "reason": "NoSupportingRuntime", "message": "no runtime takes sklaern"}"#)),
            story(try ServiceFixture.service("{}")),
        ]
        try Golden.expect(parts.joined(separator: "\n-----\n"), "service-why.txt")
    }

    @Test("logs are those of the newest revision's servers, unless a part is named")
    func addresses() throws {
        let rolling = try ServiceFixture.rolling()
        let old = try ServiceFixture.pod("o")
        let new = try ServiceFixture.pod("n", revision: "churn-5e6f7a8b")
        let transformer = try ServiceFixture.pod("t", revision: "churn-5e6f7a8b", component: "transformer")
        func matched(_ part: String?) throws -> [String] {
            let address = try ServiceAddress(part, of: rolling)
            return [old, new, transformer].filter(address.matches).map(\.metadata.name)
        }
        #expect(try matched(nil) == ["n"])
        #expect(try matched("churn-1a2b3c4d") == ["o"])
        #expect(try matched("1a2b3c4d") == ["o"])
        #expect(try matched("transformer") == ["t"])
        #expect(throws: CommandError.self) { try matched("transfomer") }
        #expect(throws: CommandError.self) { try ServiceAddress(nil, of: try ServiceFixture.service("{}")) }
        #expect(try WorkloadName("service/churn") == (try WorkloadName("inferenceservices/churn")))
    }

    @Test("a service is settled when its newest spec is judged and nothing moves")
    func settled() throws {
        #expect(ServiceWatcher.isSettled(try ServiceFixture.ready()))
        #expect(ServiceWatcher.isSettled(try ServiceFixture.asleep()))
        #expect(!ServiceWatcher.isSettled(try ServiceFixture.rolling()))
        #expect(!ServiceWatcher.isSettled(try ServiceFixture.failing()))
        var old = try ServiceFixture.ready()
        old.metadata.generation = 3
        #expect(!ServiceWatcher.isSettled(old))
    }
}
