/// Where a sample of requests and answers is sent to, as CloudEvents with KServe's types.
public struct PayloadLogSpec: Sendable, Hashable, Codable {
    /// What is sent.
    public enum Mode: String, NamedValue {
        case all = "All"
        case request = "Request"
        case response = "Response"
    }

    /// What takes the events, by HTTP; or ``uri``.
    public var url: String?
    /// The folder in which they are stored, by pods of the service's own.
    public var uri: String?
    /// The label `fairlead.dev/component` of what collects the events for ``uri``: pods beside those of the revisions.
    public static let component = "payloads"

    /// What is sent; `All` where it is left out.
    public var mode: Mode?
    /// The share of the requests, from 0 to 1; all where it is left out.
    public var sample: Double?

    /// Describes a log.
    public init(url: String? = nil, uri: String? = nil, mode: Mode? = nil, sample: Double? = nil) {
        self.url = url
        self.uri = uri
        self.mode = mode
        self.sample = sample
    }

    /// What is sent.
    public var effectiveMode: Mode { mode ?? .all }
    /// The share of the requests.
    public var effectiveSample: Double { sample ?? 1 }

    enum CodingKeys: String, CodingKey, CaseIterable { case url, uri, mode, sample }
}
