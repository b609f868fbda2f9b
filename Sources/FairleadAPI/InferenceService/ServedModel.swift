/// A model that a service serves: a registered one such as `churn@production`, or files.
public enum ServedModel: Sendable, Hashable, Codable {
    /// A version in the registry, by alias or number.
    case registered(ModelReference)
    /// Files at a URI.
    case stored(uri: String, format: String? = nil, version: String? = nil)

    enum CodingKeys: String, CodingKey, CaseIterable { case uri, format, version }

    public init(from decoder: any Decoder) throws {
        if let fields = try? decoder.container(keyedBy: CodingKeys.self) {
            self = .stored(
                uri: try fields.decode(String.self, forKey: .uri),
                format: try fields.decodeIfPresent(String.self, forKey: .format),
                version: try fields.decodeIfPresent(ScalarText.self, forKey: .version)?.text)
            return
        }
        guard let text = try? decoder.singleValueContainer().decode(String.self) else {
            throw FieldProblem(Self.expectation).error(at: decoder)
        }
        do throws(FieldProblem) {
            self = .registered(try Self.reference(text))
        } catch {
            throw error.error(at: decoder)
        }
    }

    private static func reference(_ text: String) throws(FieldProblem) -> ModelReference {
        do throws(ExpressionError) {
            return try ModelReference(parsing: text)
        } catch {
            let isURI = text.contains("://")
            throw FieldProblem(
                isURI ? "\(Quoted.text(text)) is a URI: write {uri: …, format: …}" : error.description)
        }
    }

    /// Why a text is no registered model, nil where it is one.
    static func problem(_ text: String) -> String? {
        do throws(FieldProblem) {
            _ = try reference(text)
            return nil
        } catch {
            return error.message
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .registered(let reference):
            var container = encoder.singleValueContainer()
            try container.encode(reference.description)
        case .stored(let uri, let format, let version):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(uri, forKey: .uri)
            try fields.encodeIfPresent(format, forKey: .format)
            try fields.encodeIfPresent(version, forKey: .version)
        }
    }

    static let expectation = "must be a registered model such as churn@production or churn:7, or {uri: …, format: …}"
}
