import Yams

/// Knows on which line of a document a field stands.
struct ManifestLines: Sendable {
    private let text: String
    private let firstLine: Int

    /// - Parameters:
    ///   - text: The document's YAML.
    ///   - firstLine: The line of its file on which the document begins, from 1.
    init(text: String, firstLine: Int) {
        self.text = text
        self.firstLine = firstLine
    }

    /// The line of the field, or of what is nearest above it where it is missing.
    ///
    /// Read anew at each call: only documents with mistakes are asked.
    ///
    /// - Parameter path: Such as `spec.tasks[2].retry.max`.
    func line(of path: String) -> Int? {
        guard let parser = try? Parser(yaml: text), let root = try? parser.nextRoot() else { return nil }
        var node = root
        var line = root.mark?.line
        steps: for step in Self.steps(path) {
            switch node {
            case .mapping(let mapping):
                guard let (key, value) = mapping.first(where: { $0.key.string == step }) else { break steps }
                line = key.mark?.line ?? line
                node = value
            case .sequence(let sequence):
                guard let index = Int(step), sequence.indices.contains(index) else { break steps }
                node = sequence[index]
                line = node.mark?.line ?? line
            default: break steps
            }
        }
        return line.map { $0 + firstLine - 1 }
    }

    /// The names and indices of a path, in order.
    static func steps(_ path: String) -> [String] {
        var steps: [String] = []
        var step = ""
        var isInBrackets = false
        func close(_ steps: inout [String], _ step: inout String) {
            if !step.isEmpty { steps.append(step) }
            step = ""
        }
        for character in path {
            switch character {
            case "[" where !isInBrackets:
                close(&steps, &step)
                isInBrackets = true
            case "]" where isInBrackets:
                close(&steps, &step)
                isInBrackets = false
            case "." where !isInBrackets: close(&steps, &step)
            default: step.append(character)
            }
        }
        close(&steps, &step)
        return steps
    }
}
