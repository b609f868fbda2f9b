public import KubernetesCore
import Yams

/// Reads YAML, or JSON, as kubectl does.
public enum ManifestReader {
    /// The documents of a text; empty ones are left out.
    ///
    /// Scalars are those of Go's YAML library: `y`, `yes`, `on` and their like are truth values (YAML 1.1), a leading
    /// zero makes an octal number, dates are strings, `!x` is an ignored tag.
    ///
    /// - Throws: ``ManifestError``.
    public static func read(_ text: String) throws(ManifestError) -> [JSONValue] {
        var documents: [JSONValue] = []
        do {
            let parser = try Parser(yaml: text)
            while let root = try parser.nextRoot() {
                var converter = NodeConverter()
                let value = try converter.value(of: root)
                if !value.isNull { documents.append(value) }
            }
        } catch let error as ManifestError {
            throw error
        } catch let error as YamlError {
            throw translate(error)
        } catch {
            throw ManifestError(message: "cannot be read as YAML", line: nil)
        }
        return documents
    }

    private static func translate(_ error: YamlError) -> ManifestError {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let text = context.map { "\($0.text) " } ?? ""
            let hint = problem.contains("cannot start any token") ? " (a tab? YAML is indented with spaces)" : ""
            return ManifestError(message: "\(text)\(problem)\(hint)", line: mark.line)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { Quoted.text($0) }.joined(separator: ", ")
            return ManifestError(message: "key \(names) stands twice", line: context.mark.line)
        case .reader(let problem, _, _, _): return ManifestError(message: problem, line: nil)
        default: return ManifestError(message: "cannot be read as YAML", line: nil)
        }
    }
}
