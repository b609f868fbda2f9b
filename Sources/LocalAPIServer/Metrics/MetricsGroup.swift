import KubernetesCore

/// The resource metrics API, `metrics.k8s.io/v1beta1`: what it serves, and how that looks.
///
/// It is there where a node tells what is used, as on a cluster with metrics-server, and nothing of it is stored.
enum MetricsGroup {
    static let name = "metrics.k8s.io"
    static let version = "v1beta1"
    static let pods = resource("PodMetrics", "pods", isNamespaced: true)
    static let nodes = resource("NodeMetrics", "nodes", isNamespaced: false)

    private static func resource(_ kind: String, _ plural: String, isNamespaced: Bool) -> ServedResource {
        let type = ResourceType(group: name, version: version, kind: kind, plural: plural, isNamespaced: isNamespaced)
        let served = ServedKind(type: type, singular: "", verbs: ["get", "list"], schema: .anything)
        return ServedResource(kind: served, strategy: KindStrategy(), collection: plural)
    }

    /// A list of the documents of a kind.
    static func list(_ items: [JSONValue], of resource: ServedResource) -> JSONValue {
        let bare = items.map { item in
            var bare = item
            bare["kind"] = nil
            bare["apiVersion"] = nil
            return bare
        }
        return [
            "kind": .string(resource.kind.listKind), "apiVersion": .string(resource.type.gvk.apiVersion),
            "metadata": [:], "items": .array(bare),
        ]
    }

    /// The answer about an object of which nothing is measured.
    static func notFound(_ resource: ServedResource, _ key: ObjectKey) -> Status {
        let plural = resource.type.gvk.kind.lowercased()
        return Status(
            code: 404, reason: "NotFound", message: "\(plural).\(name) \"\(key)\" not found",
            details: Status.Details(name: "\(key)", group: name, kind: plural))
    }

    /// The columns of `kubectl get`: name, what is used of each resource by all containers together, and the window.
    static let columns: [TableColumn] = {
        func usage(_ resource: String) -> TableColumn {
            TableColumn(name: resource, format: "quantity", description: "") { object, _ in
                let parts = (object["containers"]?.arrayValue ?? [object]).compactMap {
                    $0["usage"]?[resource]?.stringValue.flatMap { Quantity($0) }
                }
                return .string(parts.reduce(.zero, +).description)
            }
        }
        let window = TableColumn(name: "Window", format: "duration", description: "") { object, _ in
            object["window"] ?? ""
        }
        return [.name, usage("cpu"), usage("memory"), window]
    }()
}

extension MeterReading {
    /// What a pod uses, as `PodMetrics`; nil where nothing is measured of it.
    func document(ofPod pod: ObjectAttributes, now: Time) -> JSONValue? {
        // What has ended uses nothing, though its processes may take a moment to go.
        guard pod.fields["status.phase"] == "Running", let measured = pods[pod.uid], !measured.containers.isEmpty else {
            return nil
        }
        var document = document(MetricsGroup.pods, of: pod, seconds: measured.seconds, now: now)
        document["containers"] = .array(
            measured.containers.sorted { $0.key < $1.key }.map { name, usage in
                ["name": .string(name), "usage": usage.document]
            })
        return document
    }

    /// What a node uses, as `NodeMetrics`; nil where it is another one.
    func document(ofNode node: ObjectAttributes, now: Time) -> JSONValue? {
        guard node.key.name == self.node else { return nil }
        var document = document(MetricsGroup.nodes, of: node, seconds: seconds, now: now)
        document["usage"] = usage.document
        return document
    }

    private func document(
        _ resource: ServedResource, of object: ObjectAttributes, seconds: Double, now: Time
    ) -> JSONValue {
        var metadata: JSONValue = ["name": .string(object.key.name), "creationTimestamp": .string(now.description)]
        metadata["namespace"] = object.key.namespace.map { .string($0) }
        if !object.labels.isEmpty { metadata["labels"] = .object(object.labels.mapValues { .string($0) }) }
        return [
            "kind": .string(resource.type.gvk.kind), "apiVersion": .string(resource.type.gvk.apiVersion),
            "metadata": metadata, "timestamp": .string(takenAt.description), "window": .string(Self.text(seconds)),
        ]
    }

    /// A length of time as Go writes it, to the thousandth.
    private static func text(_ seconds: Double) -> String {
        let thousandths = Int64(exactly: (seconds * 1000).rounded()) ?? 0
        let text = String(Double(thousandths) / 1000)
        return "\(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)s"
    }
}

extension MeterReading.Usage {
    /// The amounts as metrics-server writes them: billionths of a core, and kibibytes.
    fileprivate var document: JSONValue {
        let nanos = Int64(exactly: (cores * 1e9).rounded()) ?? 0
        let memory = Quantity("\(max(0, bytes) / 1024)Ki") ?? .zero
        return [
            "cpu": .string((Quantity("\(nanos)n") ?? .zero).description), "memory": .string(memory.description),
        ]
    }
}
