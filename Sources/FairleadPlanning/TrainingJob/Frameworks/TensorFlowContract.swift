import FairleadAPI
import KubernetesCore

/// How TensorFlow's strategies find each other: `TF_CONFIG`.
///
/// A job of one pod has none, since TensorFlow would wait for others. The evaluator takes no part in the cluster. Where
/// workers come and go, each one knows itself and the parameter servers alone.
struct TensorFlowContract: FrameworkContract {
    private static let port = 2222
    private let layout: JobLayout
    private let hosts: [String: [JSONValue]]

    init(_ layout: JobLayout) {
        self.layout = layout
        let roles = [RoleName.chief, RoleName.worker, RoleName.ps].filter { layout.fixed.spec.nodes(of: $0) > 0 }
        hosts = Dictionary(
            uniqueKeysWithValues: roles.map { role in
                (role, (0..<layout.fixed.spec.nodes(of: role)).map { Self.endpoint(layout, role, $0) })
            })
    }

    func additions(for member: JobMember) -> PodAdditions {
        var additions = PodAdditions()
        additions.listen("tfjob-port", at: Self.port)
        guard layout.size > 1 || layout.fixed.spec.elastic != nil else { return additions }
        let task: JSONValue = ["type": .string(member.role), "index": .integer(Int64(member.index))]
        let config: JSONValue = ["cluster": cluster(for: member), "task": task, "environment": "cloud"]
        additions.set("TF_CONFIG", JSONWriter.string(config))
        return additions
    }

    private func cluster(for member: JobMember) -> JSONValue {
        guard layout.fixed.spec.elastic != nil else { return .object(hosts.mapValues { .array($0) }) }
        var workers: [String: JSONValue] = [:]
        if member.role == RoleName.worker {
            workers[String(member.index)] = Self.endpoint(layout, member.role, member.index)
        }
        var cluster: [String: JSONValue] = ["worker": .object(workers), "ps": .array(hosts[RoleName.ps] ?? [])]
        if let chief = hosts[RoleName.chief] { cluster[RoleName.chief] = .array(chief) }
        return .object(cluster)
    }

    private static func endpoint(_ layout: JobLayout, _ role: String, _ index: Int) -> JSONValue {
        .string("\(layout.address(role, index)).\(layout.namespace).svc:\(port)")
    }
}
