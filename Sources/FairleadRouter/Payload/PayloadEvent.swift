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
        [
            ("ce-specversion", "1.0"),
            ("ce-type", kind.rawValue),
            ("ce-id", id),
            ("ce-source", "/\(service)"),
            ("ce-time", time.description),
            ("ce-inferenceservicename", service.name),
            ("ce-namespace", service.namespace ?? ""),
            ("ce-component", component.rawValue),
            ("ce-endpoint", revision),
            ("content-type", contentType),
        ]
    }
}
