import FairleadAPI
import NIOCore
import Testing

@testable import FairleadRouter

/// What is sent again, and what is not.
@Suite(.timeLimit(.minutes(2)))
struct RetryTests {
    @Test func connectionsThatTheServerClosesWhileTheyRestFailNoRequest() async throws {
        // Every connection ends after its third answer, without a word of it.
        try await RawServer.serve({ wire in
            for _ in 0..<3 {
                guard let request = try await wire.request() else { return }
                try await wire.send(RawServer.ok(request.body))
            }
        }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for worker in 0..<8 {
                        group.addTask {
                            try await Wire.connect(proxy.port) { client in
                                for number in 0..<200 {
                                    let body = "\(worker)-\(number)"
                                    try await client.send(
                                        "POST /v2/models/m/infer HTTP/1.1\r\nhost: churn.risk\r\n"
                                            + "content-length: \(body.utf8.count)\r\n\r\n\(body)")
                                    let answer = try await client.answer()
                                    #expect(answer.status == 200)
                                    #expect(answer.body == body)
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    /// What a server closes instead of answering comes again only where that does no harm.
    @Test(arguments: [("POST", "/other", false), ("POST", "/v2/models/m/infer", true), ("GET", "/x", true)])
    func onlyHarmlessRequestsAreRepeated(method: String, path: String, isRepeated: Bool) async throws {
        let seen = Notes<String>()
        try await RawServer.serve({ wire in
            guard let request = try await wire.request() else { return }
            seen.add(request.startLine)
            if request.startLine.hasPrefix("GET /first") {
                try await wire.send(RawServer.ok("fine"))
                if let next = try await wire.request() { seen.add(next.startLine) }
            }
        }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send("GET /first HTTP/1.1\r\nhost: churn.risk\r\n\r\n")
                    #expect(try await client.answer().status == 200)
                    let head = "\(method) \(path) HTTP/1.1\r\nhost: churn.risk\r\ncontent-length: 2\r\n\r\n"
                    try await client.send(head + "{}")
                    #expect(try await client.answer().status == 502)
                }
            }
        }
        #expect(seen.count == (isRepeated ? 3 : 2))
    }

    @Test func whoeverTakesNoConnectionIsPassedOver() async throws {
        // A port on which nobody listens any more.
        let dead = try await RawServer.serve({ _ in }) { $0 }
        try await RawServer.serve(RawServer.answering { RawServer.ok($0.body) }) { pod in
            try await ProxyFixture.run(pods: [dead, pod]) { proxy in
                for number in 0..<50 {
                    try await Wire.connect(proxy.port) { client in
                        try await client.send(
                            "POST /unsafe HTTP/1.1\r\nhost: churn.risk\r\ncontent-length: 3\r\n\r\n\(100 + number)")
                        #expect(try await client.answer().body == "\(100 + number)")
                    }
                }
            }
            try await ProxyFixture.run(pods: [dead]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send(ProxyFixture.get)
                    let answer = try await client.answer()
                    #expect(answer.status == 502)
                    #expect(answer.body.hasPrefix(#"{"error":"#))
                }
            }
        }
    }

    /// The pod that there was takes no connection any more, and the one that replaces it is not known yet.
    @Test func whoeverReachesNoPodAsksAgainWhereToGo() async throws {
        let dead = try await RawServer.serve({ _ in }) { $0 }
        try await RawServer.serve(RawServer.answering { RawServer.ok($0.body) }) { pod in
            try await ProxyFixture.run(pods: [dead]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send("POST /unsafe HTTP/1.1\r\nhost: churn.risk\r\ncontent-length: 2\r\n\r\n42")
                    while proxy.inFlight == 0 { await Task.yield() }
                    proxy.dispatcher.apply(.slice(try ProxyFixture.slice("churn-1", port: pod, grpc: false)))
                    let answer = try await client.answer()
                    #expect(answer.status == 200)
                    #expect(answer.body == "42")
                    // What never reached a pod counts for nothing, and leaves no place taken.
                    let counts = proxy.dispatcher.measures.revisions.first?.counts
                    #expect(counts?.requests == 1)
                    #expect(counts?.errors == 0)
                    #expect(proxy.inFlight == 0)
                }
            }
        }
    }

    /// What ends one server after the other must not end them all.
    @Test func aRequestEndsThreeServersAtMost() async throws {
        let seen = Notes<String>()
        let silent: @Sendable (Wire) async throws -> Void = { wire in
            if let request = try await wire.request() { seen.add(request.startLine) }
        }
        try await RawServer.serve(silent) { one in
            try await RawServer.serve(silent) { two in
                try await RawServer.serve(silent) { three in
                    try await RawServer.serve(silent) { four in
                        try await ProxyFixture.run(pods: [one, two, three, four]) { proxy in
                            try await Wire.connect(proxy.port) { client in
                                try await client.send(
                                    "POST /v2/models/m/infer HTTP/1.1\r\nhost: churn.risk\r\n"
                                        + "content-length: 2\r\n\r\n{}")
                                #expect(try await client.answer().status == 502)
                                #expect(proxy.dispatcher.measures.revisions.first?.counts.requests == 1)
                            }
                        }
                    }
                }
            }
        }
        #expect(seen.count == 3)
    }

    @Test func anAnswerThatBreaksOffIsSeenToBreakOff() async throws {
        try await RawServer.serve({ wire in
            guard try await wire.request() != nil else { return }
            try await wire.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n")
        }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                let text = try await Wire.connect(proxy.port) { client in
                    try await client.send(ProxyFixture.get)
                    return await client.readToEnd()
                }
                #expect(text.hasSuffix("5\r\nhello\r\n"))
            }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n", "no HTTP at all\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
    ])
    func answersThatMakeNoSenseAreNotPassedOn(answer: String) async throws {
        try await RawServer.serve(RawServer.answering { _ in answer }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send("POST /unsafe HTTP/1.1\r\nhost: churn.risk\r\ncontent-length: 0\r\n\r\n")
                    #expect(try await client.answer().status == 502)
                }
            }
        }
    }

    private static var impatient: InferenceServiceSpec {
        var spec = InferenceServiceSpec()
        spec.timeouts = ServiceTimeouts(request: FairleadDuration("300ms"))
        return spec
    }

    @Test func theDeadlineEndsARequest() async throws {
        let ended = Notes<Bool>()
        try await RawServer.serve({ wire in
            guard try await wire.request() != nil else { return }
            _ = await wire.readToEnd()
            ended.add(true)
        }) { pod in
            try await ProxyFixture.run(pods: [pod], spec: Self.impatient) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send(ProxyFixture.get)
                    let answer = try await client.answer()
                    #expect(answer.status == 504)
                    #expect(answer.body.hasPrefix(#"{"error":"#))
                    while ended.count == 0 { try await Task.sleep(for: .milliseconds(1)) }
                }
            }
        }
    }

    @Test func theMirrorChangesNoAnswer() async throws {
        let copies = Notes<Wire.Message>()
        // It answers wrongly, late, or not at all.
        let mirror: @Sendable (Wire) async throws -> Void = { wire in
            guard let request = try await wire.request() else { return }
            copies.add(request)
            if copies.count % 2 == 0 { try await wire.send("HTTP/1.1 500 Oh\r\ncontent-length: 5\r\n\r\nwrong") }
        }
        try await RawServer.serve(mirror) { copy in
            try await RawServer.serve(RawServer.answering { RawServer.ok($0.body) }) { pod in
                try await ProxyFixture.run(pods: [pod], mirror: copy) { proxy in
                    try await Wire.connect(proxy.port) { client in
                        for number in 100..<150 {
                            try await client.send(
                                "POST /v2/models/m/infer HTTP/1.1\r\nhost: churn.risk\r\n"
                                    + "transfer-encoding: chunked\r\n\r\n3\r\n\(number)\r\n0\r\n\r\n")
                            let answer = try await client.answer()
                            #expect(answer.status == 200)
                            #expect(answer.body == "\(number)")
                        }
                    }
                    while copies.count < 25 { try await Task.sleep(for: .milliseconds(1)) }
                }
            }
        }
        #expect(copies.all.allSatisfy { $0.body.count == 3 && $0["content-length"] == ["3"] })
    }
}
