import KubernetesCore

/// A task on a command line, or one of its items: `train` or `train[7]`.
struct TaskAddress: Sendable, Hashable, CustomStringConvertible {
    var task: String
    /// The item of a mapped task; nil for the whole.
    var item: Int?

    /// Names a task, or one of its items.
    init(task: String, item: Int? = nil) {
        self.task = task
        self.item = item
    }

    /// Reads `train` or `train[7]`.
    ///
    /// - Throws: ``CommandError``.
    init(_ text: String) throws(CommandError) {
        guard let bracket = text.firstIndex(of: "[") else {
            self.init(task: text)
            return
        }
        let index = text[text.index(after: bracket)...]
        guard bracket > text.startIndex, index.last == "]", let item = Int(index.dropLast()), item >= 0 else {
            throw CommandError(.invalidInput, "\"\(text)\" names no item of a task; write 'train[7]'")
        }
        self.init(task: String(text[..<bracket]), item: item)
    }

    var description: String { item.map { "\(task)[\($0)]" } ?? task }

    /// As a shell's argument: `[` means something to shells.
    var argument: String { item == nil ? task : "'\(self)'" }
}
