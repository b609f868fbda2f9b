import FairleadAPI
import KubernetesCore

/// A version of a model and what it was made from, down to its parents' parents.
struct LineageTree: Sendable {
    /// The version, as `churn:8`.
    var reference: ModelReference
    /// The version's object, nil where it is gone.
    var version: ModelVersion?
    /// The models that it was made from.
    var parents: [LineageTree]

    /// A line and what hangs below it.
    private struct Branch {
        var text: String
        var children: [Branch] = []
    }

    private static let labelWidth = 9

    /// The drawing.
    func lines() -> [StyledLine] {
        var lines = [heading]
        Self.draw(branches, margin: "", into: &lines)
        return lines
    }

    private var heading: StyledLine {
        var line = StyledLine(reference.description, .strong)
        guard let status = version?.status else {
            line.append("  gone", .bad)
            return line
        }
        if let aliases = status.aliases { line.append("  \(aliases)", .active) }
        if let phase = status.phase { line.append("  \(phase.rawValue)", phase == .ready ? .good : .bad) }
        return line
    }

    private var branches: [Branch] {
        guard let spec = version?.spec.value else {
            return version.map { [Branch(text: "its spec cannot be read: \($0.status.message ?? "")")] } ?? []
        }
        let lineage = spec.lineage ?? ModelLineage()
        let files = [spec.uri, spec.digest.map(Self.short), spec.size.map(Self.bytes), spec.format]
        let code = [lineage.code?.git ?? lineage.code?.uri, lineage.code?.commit.map { "at \($0)" }]
        let image = [lineage.image, lineage.imageID.map { "(\($0))" }]
        var branches = [
            Self.leaf("files", files), Self.leaf("metrics", Self.list(spec.metrics.mapValues { .double($0) })),
            Self.leaf("params", Self.list(spec.params)), Self.leaf("run", Self.run(lineage)),
            Self.leaf("training job", [lineage.trainingJob]),
            Self.leaf("pipeline", [lineage.pipelineDigest.map(Self.short)]), Self.leaf("image", image),
            Self.leaf("code", code), Self.leaf("packages", [lineage.packages.joined(separator: ", ")]),
            Self.leaf("seed", [lineage.seed.map { "\($0)" }]),
        ].compactMap(\.self)
        if !lineage.inputs.isEmpty {
            branches.append(Branch(text: "inputs", children: Self.inputs(lineage.inputs)))
        }
        if !parents.isEmpty {
            branches.append(
                Branch(
                    text: "parents",
                    children: parents.map { parent in
                        Branch(text: parent.heading.text(), children: parent.branches)
                    }))
        }
        return branches
    }

    private static func draw(_ branches: [Branch], margin: String, into lines: inout [StyledLine]) {
        for (index, branch) in branches.enumerated() {
            let isLast = index == branches.count - 1
            var line = StyledLine(margin + (isLast ? "└─ " : "├─ "), .faint)
            line.append(branch.text)
            lines.append(line)
            draw(branch.children, margin: margin + (isLast ? "   " : "│  "), into: &lines)
        }
    }

    /// A label and what is known of it; nil where nothing is.
    private static func leaf(_ label: String, _ parts: [String?]) -> Branch? {
        let known = parts.compactMap(\.self).filter { !$0.isEmpty }
        guard !known.isEmpty else { return nil }
        return Branch(text: padded(label, to: labelWidth) + known.joined(separator: "  "))
    }

    private static func inputs(_ inputs: [LineageInput]) -> [Branch] {
        let width = (inputs.map(\.name.count).max() ?? 0) + 2
        return inputs.map { input in
            let parts = [input.uri, input.digest.map(short)].compactMap(\.self)
            return Branch(text: padded(input.name, to: width) + parts.joined(separator: "  "))
        }
    }

    private static func run(_ lineage: ModelLineage) -> [String?] {
        let task = lineage.task.map { name in lineage.itemIndex.map { "\(name)[\($0)]" } ?? name }
        return [lineage.run, task.map { "task \($0)" }, lineage.trainingJob.map { "job \($0)" }]
    }

    private static func list(_ values: [String: JSONValue]) -> [String?] {
        [values.sorted { $0.key < $1.key }.map { "\($0.key)=\(Template.text(of: $0.value))" }.joined(separator: ", ")]
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    /// The first digits of a digest, which are enough for people.
    private static func short(_ digest: String) -> String {
        digest.hasPrefix("sha256:") ? String(digest.prefix("sha256:".count + 12)) : digest
    }

    private static func bytes(_ size: Int64) -> String {
        var (size, unit) = (Double(size), 0)
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        while size >= 1024, unit < units.count - 1 {
            size /= 1024
            unit += 1
        }
        let rounded = (size * 10).rounded() / 10
        return "\(Int64(exactly: rounded).map(String.init) ?? String(rounded)) \(units[unit])"
    }
}
