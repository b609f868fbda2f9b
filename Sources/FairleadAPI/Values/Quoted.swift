/// Text from a user inside a message: in quotes, on one line, of bounded length.
enum Quoted {
    static func text(_ text: String, limit: Int = 80) -> String {
        let oneLine = text.map { $0.isNewline ? " " : $0 }
        guard oneLine.count > limit else { return "\"\(String(oneLine))\"" }
        return "\"\(String(oneLine.prefix(limit)))…\""
    }
}
