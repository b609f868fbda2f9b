import KubernetesCore
import NIOHTTP1
import Testing

@testable import FairleadArtifacts

struct NotifyTests {
    private static let event: JSONValue = [
        "id": "u.failed", "source": "/namespaces/ml/pipelineruns/churn", "type": "dev.fairlead.pipelinerun.failed",
        "subject": "churn", "data": ["task": "train", "attempts": 3],
    ]

    private static func plan(_ format: String, deadline: Double = 60) -> JSONValue {
        ["format": .string(format), "event": event, "text": "Run churn failed", "deadlineSeconds": .double(deadline)]
    }

    private static func send(_ sandbox: Sandbox, _ plan: JSONValue, port: Int) async -> Int32 {
        await NotifyProgram.run(
            sandbox.context(plan: plan, ["FAIRLEAD_WEBHOOK_URL": "http://127.0.0.1:\(port)/secret/hook?x=1"]))
    }

    @Test func triesAgainUntilTheReceiverTakesIt() async throws {
        let sandbox = try Sandbox()
        try await WebhookReceiver.run(answers: [.serviceUnavailable, .serviceUnavailable, .ok]) { receiver, port in
            #expect(await Self.send(sandbox, Self.plan("CloudEvents"), port: port) == 0)
            #expect(receiver.requests.count == 3)
            let last = try #require(receiver.requests.last)
            #expect(last.method == "POST")
            #expect(last.path == "/secret/hook?x=1")
            #expect(last.contentType == "application/cloudevents+json; charset=utf-8")
            var body = Self.event
            body["specversion"] = "1.0"
            body["datacontenttype"] = "application/json"
            #expect(try JSONParser.parse(last.body) == body)
        }
        #expect(try sandbox.message() == [["status": 200, "attempts": 3]])
        // The address' path is a secret with most receivers.
        #expect(!sandbox.log.contains { $0.contains("secret") }, "\(sandbox.log)")
    }

    @Test func slackGetsItsText() async throws {
        let sandbox = try Sandbox()
        try await WebhookReceiver.run(answers: [.ok]) { receiver, port in
            #expect(await Self.send(sandbox, Self.plan("Slack"), port: port) == 0)
            let bodies = receiver.requests.map { String(decoding: $0.body, as: UTF8.self) }
            #expect(bodies == [#"{"text":"Run churn failed"}"#])
        }
    }

    @Test(arguments: [HTTPResponseStatus.notFound, .forbidden, .movedPermanently])
    func aRefusalIsFinal(status: HTTPResponseStatus) async throws {
        let sandbox = try Sandbox()
        try await WebhookReceiver.run(answers: [status]) { receiver, port in
            #expect(await Self.send(sandbox, Self.plan("Slack"), port: port) == 65)
            #expect(receiver.requests.count == 1)
        }
        let line = try #require(try sandbox.message().first)
        #expect(line["reason"] == "Refused")
        #expect(line["error"]?.stringValue?.contains("answered \(status.code)") == true)
    }

    @Test func endsWithItsDeadline() async throws {
        let sandbox = try Sandbox()
        try await WebhookReceiver.run(answers: [.tooManyRequests], retryAfter: "3600") { receiver, port in
            #expect(await Self.send(sandbox, Self.plan("Slack", deadline: 5), port: port) == 75)
            #expect(receiver.requests.count == 1)
        }
        #expect(try sandbox.message().first?["reason"] == "Unreachable")
        // Nobody listens there any more.
        try await WebhookReceiver.run(answers: [.ok]) { _, port in
            #expect(await Self.send(sandbox, Self.plan("Slack", deadline: 1), port: port == 1 ? 2 : 1) == 75)
        }
    }

    @Test(arguments: ["", "no address", "ftp://x/y"])
    func aBadAddressIsSaid(url: String) async throws {
        let sandbox = try Sandbox()
        let context = sandbox.context(plan: Self.plan("Slack"), ["FAIRLEAD_WEBHOOK_URL": url])
        #expect(await NotifyProgram.run(context) == 64)
        #expect(try sandbox.message().first?["error"]?.stringValue?.contains("FAIRLEAD_WEBHOOK_URL") == true)
    }
}
