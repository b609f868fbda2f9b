import FairleadAPI
import KubernetesCore
import NIOCore

/// The body of a request or of its answer, for whoever collects them.
struct PayloadEvent: Sendable, Equatable {
    /// Which of the two; KServe's names.
    enum Kind: String, Sendable {
        case request = "org.kubeflow.serving.inference.request"
        case response = "org.kubeflow.serving.inference.response"
    }

    var kind: Kind
    /// The request's; both events of a request have it.
    var id: String
    var time: MicroTime
    /// Who takes it.
    var url: String
    var service: ObjectKey
    var revision: String
    var component: ServiceComponent
    var contentType: String
    var body: ByteBuffer

    /// The fields of a CloudEvent in HTTP's binary mode, with KServe's extensions.
    var headers: [(name: String, value: String)] {
        attributes.map { ("ce-\($0)", Self.escaped($1)) } + [("content-type", contentType)]
    }

    private var attributes: [(name: String, value: String)] {
        [
            ("specversion", "1.0"),
            ("type", kind.rawValue),
            ("id", id),
            ("source", "/\(service)"),
            ("time", time.description),
            ("inferenceservicename", service.name),
            ("namespace", service.namespace ?? ""),
            ("component", component.rawValue),
            ("endpoint", revision),
        ]
    }

    /// A value as the binding for HTTP wants it: what is not printable ASCII, spaces, quotes and percent signs stand in
    /// percent signs.
    private static func escaped(_ value: String) -> String {
        var text = ""
        for byte in value.utf8 {
            if (0x21...0x7E).contains(byte), byte != UInt8(ascii: "%"), byte != UInt8(ascii: "\"") {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}
