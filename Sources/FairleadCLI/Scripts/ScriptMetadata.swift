import KubernetesCore

/// What a Python script says about its needs in the comment block of PEP 723.
struct ScriptMetadata: Sendable, Hashable {
    /// Which versions of Python it runs with, such as `>=3.11`.
    var requiresPython: String?
    /// The packages that it needs, as pip reads them.
    var dependencies: [String] = []
    /// The table `tool.fairlead`.
    var fairlead: [String: JSONValue] = [:]

    /// Reads the block of a script; one without a block needs nothing.
    ///
    /// - Parameters:
    ///   - script: The script.
    ///   - file: Its name, for messages.
    /// - Throws: ``CommandError``.
    init(script: String, file: String) throws(CommandError) {
        func refuse(_ line: Int, _ message: String) -> CommandError {
            CommandError(.invalidInput, "\(file): line \(line): \(message)")
        }
        let blocks = Self.blocks(script)
        guard let block = blocks.first else { return }
        if blocks.count > 1 { throw refuse(blocks[1].line, "a script has one block \"# /// script\"") }
        let document: [String: JSONValue]
        do throws(TOMLReader.Failure) {
            document = try TOMLReader.read(block.text)
        } catch {
            throw refuse(block.line + error.line, error.message)
        }
        switch document["requires-python"] {
        case nil: break
        case .string(let text): requiresPython = text
        case _?: throw refuse(block.line, "requires-python must be text, such as \">=3.11\"")
        }
        switch document["dependencies"] {
        case nil: break
        case .array(let values):
            dependencies = values.compactMap(\.stringValue)
            guard dependencies.count == values.count else { fallthrough }
        case _?: throw refuse(block.line, "dependencies must be a list of texts, such as [\"rich>=13\"]")
        }
        switch document["tool"]?["fairlead"] {
        case nil: break
        case .object(let table): fairlead = table
        case _?: throw refuse(block.line, "tool.fairlead must be a table")
        }
    }

    /// The blocks of the type `script`, each with the line on which it begins; one that is never closed is none.
    private static func blocks(_ script: String) -> [(text: String, line: Int)] {
        let lines = script.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        var blocks: [(text: String, line: Int)] = []
        var index = 0
        while index < lines.count {
            defer { index += 1 }
            guard lines[index] == "# /// script" else { continue }
            let content = lines[(index + 1)...].prefix { $0 == "#" || $0.hasPrefix("# ") }
            // The last of the lines that could close it does: what is written in it may look like one.
            guard let end = content.lastIndex(of: "# ///") else { continue }
            let text = content[..<end].map { $0.dropFirst($0.hasPrefix("# ") ? 2 : 1) }.joined(separator: "\n")
            blocks.append((text, index + 1))
            index = end
        }
        return blocks
    }
}
