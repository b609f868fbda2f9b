public import KubernetesCore

/// Hears of every request that was sent, for metrics.
///
/// It is called on the task of the call, so it must be quick and must not block.
public protocol RequestObserver: Sendable {
    /// Takes a request that has been answered or has failed; a request that was sent again comes more than once.
    ///
    /// A watch and a followed log are over with the head of their answer: how long they last says nothing of the
    /// server.
    func finished(_ call: ObservedCall)
}

/// A request as metrics see it: every field but the duration is one of few values, and none is an object's name.
public struct ObservedCall: Sendable, Hashable {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `apply`, `delete` or `deletecollection`.
    public var verb: String
    /// The collection, `pods` or `deployments.apps`; empty for a path without one, such as `/version`.
    public var resource: String
    /// Such as `status`; empty for the object itself.
    public var subresource: String
    /// The HTTP status of the answer; nil where none came.
    public var code: Int?
    /// Why no answer came; nil where one did, and where the caller gave up.
    public var failure: TransportError.Code?
    /// From when the request was sent, without the wait for its turn.
    public var duration: Duration

    /// Describes a request.
    public init(
        verb: String, resource: String, subresource: String = "", code: Int?, failure: TransportError.Code? = nil,
        duration: Duration
    ) {
        self.verb = verb
        self.resource = resource
        self.subresource = subresource
        self.code = code
        self.failure = failure
        self.duration = duration
    }

    /// Reads verb and resource from a request, as an API server does.
    ///
    /// - Parameters:
    ///   - request: The request; its path is without the server's own.
    ///   - code: The HTTP status of the answer; nil where none came.
    ///   - failure: Why no answer came.
    ///   - duration: How long it took.
    public init(_ request: APIRequest, code: Int?, failure: TransportError.Code? = nil, duration: Duration) {
        let place = Place(request.path)
        self.init(
            verb: Self.verb(of: request, isObject: place.isObject), resource: place.resource,
            subresource: place.subresource, code: code, failure: failure, duration: duration)
    }

    private static func verb(of request: APIRequest, isObject: Bool) -> String {
        switch request.method {
        case .get:
            if request.query("watch") == "true" { return "watch" }
            return isObject ? "get" : "list"
        case .post: return "create"
        case .put: return "update"
        case .patch:
            let type = request.headers.first { $0.key.lowercased() == "content-type" }?.value
            return type == PatchType.apply.rawValue ? "apply" : "patch"
        case .delete: return isObject ? "delete" : "deletecollection"
        }
    }

    /// What a path leads to.
    private struct Place {
        var resource = ""
        var subresource = ""
        /// Whether it is one thing, and no collection.
        var isObject = true

        init(_ path: String) {
            var segments = path.split(separator: "/").map(String.init)[...]
            var group = ""
            switch segments.popFirst() {
            case "api" where segments.count >= 2: segments.removeFirst()
            case "apis" where segments.count >= 3:
                group = segments.removeFirst()
                segments.removeFirst()
            default: return
            }
            // What a namespace itself has beneath it are its subresources; everything else are collections.
            if segments.first == "namespaces", segments.count >= 3,
                !["status", "finalize"].contains(segments[segments.startIndex + 2])
            {
                segments.removeFirst(2)
            }
            let plural = segments.popFirst() ?? ""
            resource = group.isEmpty ? plural : "\(plural).\(group)"
            isObject = segments.popFirst() != nil
            subresource = segments.popFirst() ?? ""
        }
    }
}
