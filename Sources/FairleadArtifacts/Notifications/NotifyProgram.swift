import AsyncHTTPClient
import Foundation
import KubernetesCore
import NIOCore
import NIOHTTP1

/// Sends one notification to a webhook.
public enum NotifyProgram {
    /// The variable with the webhook's address, out of a Secret.
    static let variable = "FAIRLEAD_WEBHOOK_URL"

    /// Does what the environment's plan says, and returns the exit code: 0 where the webhook took it.
    ///
    /// - Parameter termination: Comes when the pod is not wanted any more.
    public static func run(until termination: TerminationSignal) async -> Int32 {
        await termination.cancelling { await run(.process) }
    }

    static func run(_ context: ProgramContext) async -> Int32 {
        var report = TerminationReport()
        defer { report.write(context.environment) }
        do throws(ArtifactFailure) {
            let plan = try PlanReader.read(NotifyPlan.self, context.environment)
            guard let url = context.environment[variable].flatMap({ URLComponents(string: $0) }), url.host != nil,
                url.scheme == "http" || url.scheme == "https", let address = url.string
            else { throw ArtifactFailure(.invalidPlan, "\(variable) is no http or https address") }
            let sender = Sender(
                plan: plan, address: address, host: "\(url.scheme ?? "")://\(url.host ?? "")", say: context.say)
            let outcome = await sender.send()
            report.add(outcome.line)
            context.say(outcome.text)
            return outcome.exitCode
        } catch {
            context.say("failed: \(error.message)")
            report.add(error, [:])
            return error.reason.exitCode
        }
    }
}

/// One notification on its way.
private struct Sender: Sendable {
    let plan: NotifyPlan
    let address: String
    /// What of the address may be told: its path is a secret with most receivers.
    let host: String
    let say: @Sendable (String) -> Void

    private static let answerTime = TimeAmount.seconds(15)
    private static let longestWait = Duration.seconds(30)

    struct Outcome: Sendable, Hashable {
        var line: JSONValue
        var text: String
        var exitCode: Int32
    }

    /// How one attempt ended.
    private enum Answer: Sendable {
        case status(Int, retryAfter: Duration?)
        case none(String)

        var isRetried: Bool {
            switch self {
            case .status(let code, _): code == 408 || code == 425 || code == 429 || code >= 500
            case .none: true
            }
        }

        var text: String {
            switch self {
            case .status(let code, _): "answered \(code)"
            case .none(let why): "did not answer: \(why)"
            }
        }
    }

    func send() async -> Outcome {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let outcome = await send(client)
        try? await client.shutdown()
        return outcome
    }

    private func send(_ client: HTTPClient) async -> Outcome {
        let deadline = ContinuousClock.now + .seconds(min(max(1, plan.deadlineSeconds ?? 120), 86_400))
        var wait = Duration.seconds(1)
        var number = 0
        while true {
            number += 1
            let answer = await attempt(client)
            if case .status(let code, _) = answer, (200..<300).contains(code) {
                return Outcome(
                    line: ["status": .integer(Int64(code)), "attempts": .integer(Int64(number))],
                    text: "sent to \(host)", exitCode: 0)
            }
            var pause = wait
            if case .status(_, let asked?) = answer { pause = max(pause, asked) }
            let next = ContinuousClock.now + pause
            guard answer.isRetried, next < deadline, (try? await sleep(answer, pause)) != nil else {
                let error = "\(host) \(answer.text) (attempts: \(number))"
                return Outcome(
                    line: [
                        "error": .string(error), "reason": answer.isRetried ? "Unreachable" : "Refused",
                        "attempts": .integer(Int64(number)),
                    ], text: "failed: \(error)", exitCode: answer.isRetried ? 75 : 65)
            }
            wait = min(Self.longestWait, wait * 2)
        }
    }

    private func sleep(_ answer: Answer, _ pause: Duration) async throws {
        say("\(host) \(answer.text); trying again in \(pause.components.seconds) s")
        try await Task.sleep(for: pause)
    }

    private func attempt(_ client: HTTPClient) async -> Answer {
        var request = HTTPClientRequest(url: address)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: plan.contentType)
        request.headers.add(name: "User-Agent", value: "fairlead")
        request.body = .bytes(ByteBuffer(bytes: JSONWriter.bytes(plan.body)))
        do {
            let response = try await client.execute(request, timeout: Self.answerTime)
            let seconds = response.headers.first(name: "Retry-After").flatMap { Int64($0) }
            return .status(
                Int(response.status.code), retryAfter: seconds.map { .seconds(min(max(0, $0), 3600)) })
        } catch {
            return .none((error as? HTTPClientError)?.description ?? "\(error)")
        }
    }
}
