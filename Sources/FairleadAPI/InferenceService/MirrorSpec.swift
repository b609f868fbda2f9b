/// A model that gets copies of requests and whose answers nobody gets.
public struct MirrorSpec: Sendable, Hashable, Codable {
    /// The model.
    public var model: ServedModel
    /// The percent of the requests that are copied; all where it is left out.
    public var percent: Int?
    /// The runtime's name.
    public var runtime: String?

    /// Describes a mirror.
    public init(model: ServedModel, percent: Int? = nil, runtime: String? = nil) {
        self.model = model
        self.percent = percent
        self.runtime = runtime
    }

    /// The percent of the requests that are copied.
    public var effectivePercent: Int { percent ?? 100 }

    enum CodingKeys: String, CodingKey, CaseIterable { case model, percent, runtime }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        model = try fields.decode(ServedModel.self, forKey: .model)
        percent = try fields.decodeIfPresent(Percent.self, forKey: .percent)?.value
        runtime = try fields.decodeIfPresent(String.self, forKey: .runtime)
    }
}
