/// The form of a URI: a scheme, `://` and a place without steps upwards.
enum URIText {
    /// Why a text is none, nil where it is one; a text with `$(…)` is judged when it is replaced.
    static func problem(_ text: String) -> String? {
        guard !text.contains("$(") else { return nil }
        let message = "must be a URI such as s3://bucket/folder, not \(Quoted.text(text))"
        guard let separator = text.firstRange(of: "://") else { return message }
        let scheme = text[..<separator.lowerBound].utf8
        let place = text[separator.upperBound...]
        guard let first = scheme.first, isLower(first), scheme.allSatisfy({ isLower($0) || isDigitOrSign($0) }),
            !place.isEmpty, !text.contains(where: { $0.isWhitespace })
        else { return message }
        return place.split(separator: "/").contains("..") ? "must not lead upwards by \"..\"" : nil
    }

    /// Why a text is no path inside a folder, nil where it is one.
    static func folderProblem(_ text: String) -> String? {
        guard !text.contains("$(") else { return nil }
        guard !text.isEmpty, !text.hasPrefix("/"), !text.hasPrefix("-"), !text.contains("\0"), !text.contains("\n"),
            !text.split(separator: "/").contains("..")
        else { return "must be a path inside the folder, not \(Quoted.text(text))" }
        return nil
    }

    private static func isLower(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") }

    private static func isDigitOrSign(_ byte: UInt8) -> Bool {
        (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || "+-.".utf8.contains(byte)
    }
}
