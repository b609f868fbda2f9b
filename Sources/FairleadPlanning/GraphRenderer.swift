/// Draws the graph of a run's tasks, as text for terminals, as Mermaid for documents, or as DOT for Graphviz.
public struct GraphRenderer: Sendable {
    /// What a task is, for drawings that have shapes.
    public enum Shape: Sendable, Hashable {
        /// Work.
        case work
        /// A condition that must hold.
        case check
        /// A person's decision.
        case approval
        /// A run of another pipeline.
        case nested

        /// The brackets of a Mermaid node.
        var brackets: (String, String) {
            switch self {
            case .work: ("[", "]")
            case .check: ("{", "}")
            case .approval: ("{{", "}}")
            case .nested: ("[[", "]]")
            }
        }

        /// The shape of a DOT node.
        var dot: String {
            switch self {
            case .work: "box"
            case .check: "diamond"
            case .approval: "hexagon"
            case .nested: "component"
            }
        }
    }

    /// One task of the drawing.
    public struct Node: Sendable, Hashable {
        /// The task's name.
        public var name: String
        /// The names of the tasks that it waits for.
        public var dependencies: [String]
        /// Whether it belongs to `finally`.
        public var isFinally: Bool
        /// How it stands, nil where the drawing is of a pipeline and not of a run.
        public var phase: String?
        /// What it is.
        public var shape: Shape
        /// What else is to be known of it, such as `when` or `map 3/12`.
        public var marks: [String]

        /// Describes a task.
        public init(
            name: String, dependencies: [String], isFinally: Bool = false, phase: String? = nil, shape: Shape = .work,
            marks: [String] = []
        ) {
            self.name = name
            self.dependencies = dependencies
            self.isFinally = isFinally
            self.phase = phase
            self.shape = shape
            self.marks = marks
        }

        /// The lines of its label in a drawing; nothing in them ends a text in quotes.
        fileprivate var label: [String] {
            ([name] + marks + (phase.map { [$0] } ?? [])).map { line in
                line.filter { $0 != "\"" && $0 != "\\" && !$0.isNewline }
            }
        }
    }

    private let nodes: [Node]

    /// Makes a drawing of tasks, in the order in which they stand in the pipeline.
    public init(_ nodes: [Node]) { self.nodes = nodes }

    /// One line a task, in levels: a task stands one level below the deepest of those that it waits for.
    public func text() -> String {
        let levels = levels()
        var lines: [String] = []
        for level in 0...(levels.values.max() ?? 0) {
            for node in nodes where !node.isFinally && levels[node.name] == level { lines.append(line(node, level)) }
        }
        let last = nodes.filter(\.isFinally)
        if !last.isEmpty {
            lines.append("finally")
            lines += last.map { line($0, 1) }
        }
        return lines.joined(separator: "\n")
    }

    /// A Mermaid flowchart.
    public func mermaid() -> String {
        let numbers = numbers()
        var lines = ["flowchart TD"]
        for (index, node) in nodes.enumerated() {
            let (left, right) = node.shape.brackets
            lines.append("    t\(index)\(left)\"\(node.label.joined(separator: "<br/>"))\"\(right)")
        }
        for (index, node) in nodes.enumerated() {
            for dependency in node.dependencies.compactMap({ numbers[$0] }) {
                lines.append("    t\(dependency) --> t\(index)")
            }
        }
        return lines.joined(separator: "\n")
    }

    /// A DOT digraph.
    public func dot() -> String {
        var lines = ["digraph pipeline {", "    rankdir=TB;", "    node [shape=box];"]
        for node in nodes {
            let shape = node.shape == .work ? "" : ", shape=\(node.shape.dot)"
            let style = node.isFinally ? ", style=dashed" : ""
            lines.append("    \"\(node.name)\" [label=\"\(node.label.joined(separator: "\\n"))\"\(shape)\(style)];")
        }
        for node in nodes {
            for dependency in node.dependencies { lines.append("    \"\(dependency)\" -> \"\(node.name)\";") }
        }
        lines.append("}")
        return lines.joined(separator: "\n")
    }

    private func numbers() -> [String: Int] {
        Dictionary(nodes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The depth of each task; tasks on a cycle stay at the depth that was found before it closed.
    private func levels() -> [String: Int] {
        var levels: [String: Int] = [:]
        for node in nodes { levels[node.name] = 0 }
        for _ in nodes {
            var changed = false
            for node in nodes {
                let level = (node.dependencies.compactMap { levels[$0] }.max() ?? -1) + 1
                guard level < nodes.count, level != levels[node.name] else { continue }
                levels[node.name] = level
                changed = true
            }
            if !changed { break }
        }
        return levels
    }

    private func line(_ node: Node, _ level: Int) -> String {
        var line = String(repeating: "  ", count: level)
        if let phase = node.phase { line += "\(Self.mark(phase)) " }
        line += node.name
        if !node.dependencies.isEmpty { line += "  <- \(node.dependencies.joined(separator: ", "))" }
        if !node.marks.isEmpty { line += "  [\(node.marks.joined(separator: ", "))]" }
        if let phase = node.phase, phase != "Succeeded" { line += "  (\(phase))" }
        return line
    }

    /// A sign for a phase, readable without colours.
    public static func mark(_ phase: String) -> String {
        switch phase {
        case "Succeeded": "✔"
        case "Failed": "✖"
        case "Running": "●"
        case "Skipped": "○"
        case "Suspended": "‖"
        case "Stopped": "■"
        default: "◌"
        }
    }
}
