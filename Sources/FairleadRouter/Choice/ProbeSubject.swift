import NIOCore
import NIOHTTP1

/// What a gRPC call about health is about.
///
/// The messages of all such calls are alike: a model's or a service's name in the first field, the model's version in
/// the second, or neither.
struct ProbeSubject: Equatable {
    /// The most that a call's body may have.
    static let maximumBytes = 16 << 10

    var name = ""
    var version = ""
}

extension ProbeSubject {
    /// Reads a call's body: one message, which is not compressed.
    ///
    /// - Parameters:
    ///   - parts: All of the body.
    ///   - encoding: What `grpc-encoding` says.
    /// - Throws: What the call is answered where its body is another one, as gRPC's list of status codes has it.
    init(_ parts: [ByteBuffer], encoding: String?) throws(LocalAnswer) {
        var body = ByteBuffer()
        for part in parts { body.writeImmutableBuffer(part) }
        guard let flag = body.readInteger(as: UInt8.self) else { throw Self.notOne }
        guard flag <= 1, let message = body.readLengthPrefixedSlice(as: UInt32.self) else {
            throw LocalAnswer(.badRequest, error: "the call's message is broken off")
        }
        guard body.readableBytes == 0 else { throw Self.notOne }
        guard flag == 0 else { throw Self.compressed(encoding ?? "identity") }
        guard let strings = ProtobufStrings(ArraySlice(message.readableBytesView), fields: 1...2) else {
            throw LocalAnswer(.badRequest, error: "the call's message is not in the format of Protocol Buffers")
        }
        self.init(name: strings[1], version: strings[2])
    }

    /// What a call is answered whose message is too large.
    static let tooLarge = LocalAnswer(
        .payloadTooLarge, error: "the call's message is larger than \(maximumBytes) bytes")

    private static let notOne = LocalAnswer(.notImplemented, error: "the call has to have one message")

    private static func compressed(_ encoding: String) -> LocalAnswer {
        guard encoding != "identity" else {
            return LocalAnswer(.badRequest, error: "the call's message is compressed, and no header says how")
        }
        var answer = LocalAnswer(
            .notImplemented, error: "the call's message must not be compressed: the model sleeps or starts")
        answer.headers.replaceOrAdd(name: "grpc-accept-encoding", value: "identity")
        return answer
    }
}
