import FairleadAPI
import KubernetesCore
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import Testing

@testable import FairleadRouter

/// Calls of gRPC to a model that has no pod.
///
/// The messages' bytes are those of Google's own library for Python.
@Suite(.timeLimit(.minutes(2)))
struct SleeperCallTests {
    private static let inference = "/inference.GRPCInferenceService/"
    private static let check = "/grpc.health.v1.Health/Check"

    /// The model's name in a message's first field.
    private static let churn: [UInt8] = [10, 5] + Array("churn".utf8)

    private static let metadata: [UInt8] =
        churn + [26, 7] + Array("sklearn".utf8)
        + [34, 22, 10, 1, 120, 18, 4, 70, 80, 54, 52, 26, 11, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 4]
        + [42, 24, 10, 1, 121, 18, 5, 73, 78, 84, 54, 52, 26, 12, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 200]
        + [1]

    private let wakes = WakeCounter()

    private struct Answer {
        var head: HPACKHeaders = [:]
        var body: [UInt8] = []
        var end: HPACKHeaders = [:]
    }

    /// The service, whose model is registered with what it takes and gives.
    private func dispatcher(replicas: Int = 0) throws -> Dispatcher {
        var revision = RouteFixture.revision("churn-1", weight: 100, replicas: replicas)
        revision["format"] = "sklearn"
        revision["protocol"] = "v2"
        revision["signature"] = [
            "inputs": [["name": "x", "datatype": "FP64", "shape": [-1, 4]]],
            "outputs": [["name": "y", "datatype": "INT64", "shape": [-1, 200]]],
        ]
        let dispatcher = Dispatcher(wake: wakes.count)
        dispatcher.apply(
            .service(try RouteFixture.service(spec: ["replicas": ["min": 0]], revisions: [revision])))
        return dispatcher
    }

    private static func framed(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        [flag, 0, 0, UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message
    }

    private static func call(
        _ path: String, _ body: [UInt8], _ more: HPACKHeaders = [:], pieces: Int = 3, on port: Int
    ) async throws -> Answer {
        try await StreamWire.connect(port) { connection in
            try await connection.stream { call in
                var headers: HPACKHeaders = [
                    ":method": "POST", ":scheme": "http", ":path": path, ":authority": "churn.risk",
                    "content-type": "application/grpc", "te": "trailers",
                ]
                headers.add(contentsOf: more)
                try await call.send(headers)
                // A refusal may come, and the stream be reset, before all is sent.
                for start in stride(from: 0, to: body.count, by: pieces) {
                    try? await call.send(bytes: body[start..<min(start + pieces, body.count)])
                }
                try? await call.send(bytes: [], isEnd: true)
                return try await Self.read(call)
            }
        }
    }

    private static func read(_ call: StreamWire) async throws -> Answer {
        var answer = Answer()
        while let frame = try await call.frame() {
            switch frame {
            case .headers(let headers):
                if answer.head.isEmpty { answer.head = headers.headers }
                guard headers.endStream else { continue }
                answer.end = headers.headers
                return answer
            case .data(let data):
                if case .byteBuffer(let buffer) = data.data { answer.body += Array(buffer.readableBytesView) }
            default: break
            }
        }
        throw Wire.Ended()
    }

    /// A model that sleeps is well, and what asks for that wakes nobody; in pieces, too.
    @Test(
        arguments: [
            (inference + "ServerLive", [], [8, 1]), (inference + "ServerReady", [], [8, 1]),
            (inference + "ServerMetadata", [], churn), (inference + "ModelReady", churn, [8, 1]),
            (inference + "ModelMetadata", churn, metadata), (check, [], [8, 1]),
            (check, [10, 30] + Array("inference.GRPCInferenceService".utf8), [8, 1]),
        ] as [(String, [UInt8], [UInt8])])
    func isWell(path: String, question: [UInt8], answer: [UInt8]) async throws {
        try await ProxyFixture.run(pods: [], dispatcher: try dispatcher()) { proxy in
            let got = try await Self.call(path, Self.framed(question), on: proxy.port)
            #expect(got.head.first(name: ":status") == "200")
            #expect(got.head.first(name: "content-type") == "application/grpc")
            #expect(got.head.first(name: "content-length") == nil)
            #expect(got.body == Self.framed(answer))
            #expect(got.end.first(name: "grpc-status") == "0")
            #expect(got.end.first(name: ":status") == nil)
        }
        #expect(wakes.all.isEmpty)
    }

    /// A model that starts is told to be so in the messages that can say it.
    @Test(
        arguments: [
            (inference + "ServerReady", [], [], "0"), (inference + "ModelReady", churn, [], "0"),
            (check, [], [8, 2], "0"), (inference + "ModelMetadata", churn, metadata, "0"),
            (inference + "ServerMetadata", [], nil, "14"),
        ] as [(String, [UInt8], [UInt8]?, String)])
    func isNotReady(path: String, question: [UInt8], answer: [UInt8]?, status: String) async throws {
        try await ProxyFixture.run(pods: [], dispatcher: try dispatcher(replicas: 1)) { proxy in
            let got = try await Self.call(path, Self.framed(question), on: proxy.port)
            #expect(got.body == answer.map { Self.framed($0) } ?? [])
            #expect(got.end.first(name: "grpc-status") == status)
        }
        #expect(wakes.all.isEmpty)
    }

    /// With the statuses of gRPC's list: UNIMPLEMENTED, INTERNAL and RESOURCE_EXHAUSTED.
    @Test(
        arguments: [
            ([], nil, "12"), (framed(churn) + framed(churn), nil, "12"), (framed(churn, flag: 1), "gzip", "12"),
            (framed(churn, flag: 1), nil, "13"), (framed(churn, flag: 2), nil, "13"), ([0, 0, 0], nil, "13"),
            ([UInt8](framed(churn).dropLast()), nil, "13"), ([0, 255, 255, 255, 255], nil, "13"),
            (framed([10, 6] + Array("churn".utf8)), nil, "13"), (framed([10, 1, 0xFF]), nil, "13"),
            (framed([UInt8](repeating: 0, count: 17 << 10)), nil, "8"),
        ] as [([UInt8], String?, String)])
    func isRefused(body: [UInt8], encoding: String?, status: String) async throws {
        try await ProxyFixture.run(pods: [], dispatcher: try dispatcher()) { proxy in
            let more: HPACKHeaders = encoding.map { ["grpc-encoding": $0] } ?? [:]
            let got = try await Self.call(Self.inference + "ModelReady", body, more, pieces: 1000, on: proxy.port)
            #expect(got.head.first(name: ":status") == "200")
            #expect(got.body.isEmpty)
            #expect(got.end.first(name: "grpc-status") == status)
            #expect(got.end.first(name: "grpc-accept-encoding") == encoding.map { _ in "identity" })
            #expect(try #require(got.end.first(name: "grpc-message")).hasPrefix("the call"))
        }
        #expect(wakes.all.isEmpty)
    }

    /// What only the model knows wakes it, and arrives there as it was sent.
    @Test(
        arguments: [
            (inference + "ModelReady", [10, 5] + Array("price".utf8)), (inference + "ModelReady", churn + [18, 1, 55]),
            (inference + "ModelInfer", churn), (check, churn),
        ] as [(String, [UInt8])])
    func isWoken(path: String, question: [UInt8]) async throws {
        let dispatcher = try dispatcher()
        try await StreamWire.serve({ wire in
            guard case .headers = try await wire.frame() else { return }
            try await wire.send([":status": "200", "content-type": "application/grpc"])
            while case .data(let data) = try await wire.frame() {
                if case .byteBuffer(let buffer) = data.data { try await wire.send(bytes: buffer.readableBytesView) }
                if data.endStream { break }
            }
            try await wire.send(["grpc-status": "0"], isEnd: true)
        }) { [wakes] pod in
            try await ProxyFixture.run(pods: [], dispatcher: dispatcher) { proxy in
                async let answer = Self.call(path, Self.framed(question), on: proxy.port)
                while wakes.all.isEmpty { await Task.yield() }
                #expect(dispatcher.report("churn-1")?.waiting == 1)
                dispatcher.apply(.slice(try ProxyFixture.slice("churn-1", port: pod, grpc: true)))
                #expect(try await answer.body == Self.framed(question))
                #expect(try await answer.end.first(name: "grpc-status") == "0")
            }
        }
    }

    @Test func aMessageThatDoesNotEndIsLate() async throws {
        try await ProxyFixture.run(
            pods: [], dispatcher: try dispatcher(), configure: { $0.limits.stallTimeout = .milliseconds(100) }
        ) { proxy in
            try await StreamWire.connect(proxy.port) { connection in
                let answer = try await connection.stream { call in
                    try await call.send([
                        ":method": "POST", ":scheme": "http", ":path": Self.inference + "ModelReady",
                        ":authority": "churn.risk", "content-type": "application/grpc",
                    ])
                    try await call.send(bytes: [0, 0])
                    return try await Self.read(call)
                }
                #expect(answer.end.first(name: "grpc-status") == "4")
            }
        }
    }

    /// A monitor keeps nobody awake, whatever it asks about.
    @Test func countsForNothing() throws {
        let dispatcher = try dispatcher(replicas: 1)
        dispatcher.apply(.slice(try RouteFixture.slice("churn-1", addresses: ["10.0.0.1"])))
        for path in [Self.inference + "ModelReady", Self.inference + "ServerMetadata", Self.check] {
            let passage = try #require(
                dispatcher.forward(
                    RouteFixture.request(path, isGRPC: true), on: MultiThreadedEventLoopGroup.singleton.next()))
            passage.finished(PassageEnd(outcome: .answered(200), total: .milliseconds(1)))
        }
        #expect(dispatcher.report("churn-1")?.requests == 0)
    }

    /// Fields of every kind that a later protocol may add are passed over.
    @Test func readsWhatItKnows() throws {
        let message: [UInt8] =
            [24, 255, 1, 33, 1, 2, 3, 4, 5, 6, 7, 8, 45, 1, 2, 3, 4, 50, 2, 255, 254, 10, 1, 97, 18, 0] + Self.churn
        let strings = try #require(ProtobufStrings(message[...], fields: 1...2))
        #expect(strings[1] == "churn")
        #expect(strings[2].isEmpty)
        for end in message.indices.dropFirst() where ![3, 12, 17, 21, 24, 26].contains(end) {
            #expect(ProtobufStrings(message[..<end], fields: 1...2) == nil)
        }
        // A field without a number, a number without an end, a group.
        for bad: [UInt8] in [[2, 0], [8] + [UInt8](repeating: 255, count: 11), [11, 12]] {
            #expect(ProtobufStrings(bad[...], fields: 1...2) == nil)
        }
    }
}
