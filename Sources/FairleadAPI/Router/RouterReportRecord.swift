public import KubernetesCore

/// The ConfigMap in which a router keeps its report; label ``FairleadLabel/routerReport`` tells it.
public struct RouterReportRecord: Resource, Hashable {
    public static let type = ResourceType.configMap
    /// Where in its data the report is.
    public static let dataKey = "report.json"
    /// How large the report may be: a ConfigMap holds 1 MiB with everything in it.
    public static let maxBytes = 900 << 10

    /// The ConfigMap's metadata.
    public var metadata: ObjectMeta
    /// The report; nil where there is none that can be read.
    public var report: RouterReport?

    /// Makes a record.
    public init(metadata: ObjectMeta, report: RouterReport?) {
        self.metadata = metadata
        self.report = report
    }

    /// The name of a router's ConfigMap.
    public static func name(router: String) -> String { "fairlead-router-\(router)" }

    private enum CodingKeys: String, CodingKey { case metadata, data }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        let data = try container.decode([String: String].self, forKey: .data)
        report = data[Self.dataKey].flatMap { try? KubernetesJSON.decode(RouterReport.self, from: $0.utf8) }
    }
}
