import KubernetesCore
import NIOHTTP1

/// An answer that the router gives by itself.
struct LocalAnswer: Error, Equatable {
    var status: HTTPResponseStatus
    var headers: HTTPHeaders
    var body: [UInt8]
    /// What follows the body.
    var trailers: HTTPHeaders?
    /// What is wrong, in a sentence.
    private var error: String?

    /// An answer of a JSON value.
    init(_ status: HTTPResponseStatus, json: JSONValue, headers: HTTPHeaders = [:]) {
        self.status = status
        self.headers = headers
        self.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        self.headers.replaceOrAdd(name: "Server", value: "fairlead")
        body = JSONWriter.bytes(json)
    }

    /// An answer that says what is wrong, in the shape that inference protocols give errors.
    ///
    /// - Parameters:
    ///   - status: The status.
    ///   - error: One sentence.
    ///   - retryAfter: In how many seconds to ask again.
    init(_ status: HTTPResponseStatus, error: String, retryAfter: Int? = nil) {
        self.init(status, json: ["error": .string(error)])
        self.error = error
        if let retryAfter { headers.replaceOrAdd(name: "Retry-After", value: String(retryAfter)) }
    }
}

extension LocalAnswer {
    /// The answer to a call in gRPC: one message, which is not compressed.
    init(grpc message: [UInt8]) {
        self.init(.ok, json: .null, headers: ["grpc-accept-encoding": "identity"])
        headers.replaceOrAdd(name: "Content-Type", value: "application/grpc")
        let length = UInt32(truncatingIfNeeded: message.count)
        body = [0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + message
        trailers = ["grpc-status": "0"]
    }

    /// The same answer for a gRPC client: its errors are in headers, and its HTTP status is 200.
    var inGRPC: LocalAnswer {
        var answer = self
        let code =
            switch status {
            case .notFound, .notImplemented: 12
            case .requestTimeout, .gatewayTimeout: 4
            case .payloadTooLarge, .tooManyRequests: 8
            case .badRequest, .internalServerError: 13
            default: 14
            }
        answer.status = .ok
        answer.headers.replaceOrAdd(name: "Content-Type", value: "application/grpc")
        answer.headers.replaceOrAdd(name: "grpc-status", value: String(code))
        answer.headers.replaceOrAdd(name: "grpc-message", value: Self.escaped(error.map { Array($0.utf8) } ?? body))
        answer.body = []
        return answer
    }

    private static func escaped(_ message: [UInt8]) -> String {
        var text = ""
        for byte in message {
            if (0x20...0x7E).contains(byte), byte != UInt8(ascii: "%") {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}
