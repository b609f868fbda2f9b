import FairleadAPI
import KubernetesCore

/// What files hold, read as kubectl reads them and judged before anything is sent.
struct ManifestSet: Sendable {
    /// The objects, in the order in which they stand; the items of a List stand for it.
    private(set) var documents: [ManifestDocument] = []
    /// All that is wrong, in the order in which it stands.
    private(set) var problems: [ManifestProblem] = []

    /// Reads and judges files.
    init(_ sources: [ManifestSource]) {
        for source in sources { read(source) }
        for document in documents { problems += Self.judge(document) }
        let judged = Set(problems.map { "\($0.file) \($0.document)" })
        for run in documents where run.isRun && !judged.contains("\(run.file) \(run.number)") {
            problems += paramProblems(run)
        }
        let order = Dictionary(
            sources.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        problems = problems.enumerated().sorted { left, right in
            let (first, second) = (left.element, right.element)
            return (order[first.file] ?? 0, first.document, left.offset)
                < (order[second.file] ?? 0, second.document, right.offset)
        }.map(\.element)
    }

    /// The pipeline of that name; the last one wins, as it does where they are applied.
    func pipeline(_ name: String) -> ManifestDocument? { documents.last { $0.isPipeline && $0.name == name } }

    private mutating func read(_ source: ManifestSource) {
        var number = 0
        for chunk in Self.chunks(source.text) {
            let lines = ManifestLines(text: chunk.text, firstLine: chunk.firstLine)
            do throws(ManifestError) {
                for value in try ManifestReader.read(chunk.text) {
                    number += 1
                    for object in Self.items(value) {
                        documents.append(
                            ManifestDocument(file: source.name, number: number, value: object, lines: lines))
                    }
                }
            } catch {
                number += 1
                problems.append(
                    ManifestProblem(
                        file: source.name, document: number, line: error.line.map { $0 + chunk.firstLine - 1 },
                        path: "",
                        message: error.message))
            }
        }
        if number == 0 {
            problems.append(
                ManifestProblem(file: source.name, document: 1, path: "", message: "the file holds no object"))
        }
    }

    /// The documents of a text, each from its `---` on: read one by one, a broken one leaves the others readable.
    static func chunks(_ text: String) -> [(text: String, firstLine: Int)] {
        var clean = text.replacing("\r\n", with: "\n")
        if clean.first == "\u{FEFF}" { clean.removeFirst() }
        var chunks: [(text: String, firstLine: Int)] = []
        var lines: [Substring] = []
        var firstLine = 1
        for (index, line) in clean.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line == "---" || line.hasPrefix("--- ") || line.hasPrefix("---\t") {
                if !lines.isEmpty { chunks.append((lines.joined(separator: "\n"), firstLine)) }
                lines = []
                firstLine = index + 1
            }
            lines.append(line)
        }
        chunks.append((lines.joined(separator: "\n"), firstLine))
        return chunks
    }

    private static func items(_ value: JSONValue) -> [JSONValue] {
        guard value["apiVersion"] == "v1", value["kind"] == "List", let items = value["items"]?.arrayValue else {
            return [value]
        }
        return items
    }

    private static func judge(_ document: ManifestDocument) -> [ManifestProblem] {
        var problems = ManifestValidator.validate(document.value).map(document.problem)
        let metadata = document.value["metadata"]
        let isNamed = metadata?["name"] != nil || metadata?["generateName"] != nil
        if problems.isEmpty, !isNamed {
            problems.append(document.problem(InvalidField(path: "metadata.name", message: "is required")))
        }
        return problems
    }

    /// What is wrong with the parameters of a run whose pipeline is among the files.
    private func paramProblems(_ run: ManifestDocument) -> [ManifestProblem] {
        guard let name = run.value[path: ["spec", "pipeline"]]?.stringValue,
            let pipeline = pipeline(name)?.pipelineSpec
        else { return [] }
        do throws(InvalidSpec) {
            let given = run.value[path: ["spec", "params"]]?.objectValue ?? [:]
            _ = try ParamResolver.resolve(pipeline.params, given: given)
            return []
        } catch {
            return error.fields.map(run.problem)
        }
    }
}
