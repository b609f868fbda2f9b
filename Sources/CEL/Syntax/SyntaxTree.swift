/// An expression as it was read, macros expanded: nodes that refer to their parts by index.
///
/// Indexes instead of nesting, so that tables beside the tree can be arrays and freeing it doesn't recurse.
struct SyntaxTree: Sendable {
    /// A node's index.
    typealias ID = Int

    indirect enum Node: Sendable {
        case literal(Value)
        /// A name; one with a leading point is looked up without container and local variables.
        case identifier(String)
        /// A field of something; as a test, whether it is there.
        case select(ID, field: String, isTest: Bool)
        case call(String, target: ID?, arguments: [ID])
        case list([ID], optional: Set<Int>)
        case map([Entry])
        case object(String, [Field])
        case comprehension(Comprehension)
    }

    struct Entry: Sendable {
        var key: ID
        var value: ID
        var isOptional: Bool
    }

    struct Field: Sendable {
        var name: String
        var value: ID
        var isOptional: Bool
    }

    /// A fold: the accumulator goes through the range, as long as the condition holds.
    struct Comprehension: Sendable {
        var range: ID
        /// The element; with a second variable the index or key, and the second is the element.
        var variable: String
        var second: String?
        var accumulator: String
        var initial: ID
        var condition: ID
        var step: ID
        var result: ID
    }

    /// What the folds of macros call their accumulator; no name that can be written.
    static let accumulator = "@result"

    private(set) var nodes: [Node] = []
    /// Where each node is in the text, in scalars.
    private(set) var offsets: [Int] = []
    private var heights: [Int] = []
    var root: ID = 0
    let text: String
    let lines: LineMap

    /// How deep a tree may be: whatever walks over one must not run out of stack.
    static let maxHeight = 250
    /// How many nodes a tree may have.
    static let maxNodes = 200_000

    init(text: String, lines: LineMap) {
        self.text = text
        self.lines = lines
    }

    subscript(id: ID) -> Node { nodes[id] }

    func position(_ id: ID) -> SourcePosition { lines.position(offsets[id]) }

    /// Puts a node in.
    mutating func add(_ node: Node, at offset: Int) throws(SyntaxFailure) -> ID {
        let height = 1 + (Self.parts(node).map { heights[$0] }.max() ?? 0)
        guard height <= Self.maxHeight else {
            throw SyntaxFailure("the expression is nested deeper than \(Self.maxHeight) levels", at: offset)
        }
        guard nodes.count < Self.maxNodes else { throw SyntaxFailure("the expression is too large", at: offset) }
        nodes.append(node)
        offsets.append(offset)
        heights.append(height)
        return nodes.count - 1
    }

    /// The nodes that a node is made of.
    static func parts(_ node: Node) -> [ID] {
        switch node {
        case .literal, .identifier: []
        case .select(let operand, _, _): [operand]
        case .call(_, let target, let arguments): target.map { [$0] + arguments } ?? arguments
        case .list(let elements, _): elements
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .object(_, let fields): fields.map(\.value)
        case .comprehension(let fold): [fold.range, fold.initial, fold.condition, fold.step, fold.result]
        }
    }
}
