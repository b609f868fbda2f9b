/// Something wrong in a manifest, and where.
struct ManifestProblem: Sendable, Hashable, CustomStringConvertible {
    var file: String
    /// The document in its file, from 1.
    var document: Int
    /// The line in its file, from 1.
    var line: Int?
    /// Such as `Pipeline/flights`; nil where the document does not say.
    var object: String?
    /// The field's path; empty for the whole.
    var path: String
    var message: String

    var description: String {
        var text = "\(file): document \(document)"
        if let line { text += " (line \(line))" }
        if let object { text += ": \(object)" }
        if !path.isEmpty { text += ": \(path)" }
        return "\(text): \(message)"
    }
}
