import Yams

/// Refuses `\\/` in double quotes, which JSON has and the YAML that Kubernetes' parser reads has not.
///
/// Server-side apply reads every body as YAML, so that what works here must not escape slashes either.
enum EscapedSlash {
    /// Whether JSON that is well formed has an escaped slash.
    static func isIn(_ json: [UInt8]) -> Bool {
        guard json.contains(UInt8(ascii: "\\")) else { return false }
        var isEscaped = false
        for byte in json {
            if isEscaped, byte == UInt8(ascii: "/") { return true }
            isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        }
        return false
    }

    /// Refuses a document with a double-quoted text in which a slash is escaped.
    ///
    /// - Throws: `YAMLDocument.ParseError`.
    static func refuse(in node: Node, _ source: [UInt8]) throws(YAMLDocument.ParseError) {
        guard isIn(source) else { return }
        let lines = source.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        try refuse(in: node, lines)
    }

    private static func refuse(in node: Node, _ lines: [ArraySlice<UInt8>]) throws(YAMLDocument.ParseError) {
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                try refuse(in: key, lines)
                try refuse(in: value, lines)
            }
        case .sequence(let elements):
            for element in elements { try refuse(in: element, lines) }
        case .scalar(let scalar):
            guard scalar.style == .doubleQuoted, scalar.string.contains("/"), let mark = scalar.mark,
                lines.indices.contains(mark.line - 1)
            else { return }
            // The text may begin behind others on its line and go on over the following ones.
            let first = String(decoding: lines[mark.line - 1], as: UTF8.self)
            var rest = Array(String(first.unicodeScalars.dropFirst(mark.column)).utf8)
            for line in lines[mark.line...] { rest += [UInt8(ascii: "\n")] + line }
            if hasEscapedSlash(rest) {
                throw YAMLDocument.ParseError(message: "line \(mark.line): found unknown escape character")
            }
        default: return
        }
    }

    /// Whether a slash is escaped before the quote that ends the text.
    private static func hasEscapedSlash(_ text: [UInt8]) -> Bool {
        var isEscaped = false
        for byte in text {
            if isEscaped {
                if byte == UInt8(ascii: "/") { return true }
                isEscaped = false
            } else if byte == UInt8(ascii: "\"") {
                return false
            } else {
                isEscaped = byte == UInt8(ascii: "\\")
            }
        }
        return false
    }
}
