/// One saved state of a checkpoint's folder: `000000000007-3fa9c1d2`.
///
/// The number orders generations; the rest keeps two attempts apart that overlap, since the node of one was lost.
struct Generation: Sendable, Hashable, Comparable {
    /// What the name of its marker ends with; a generation without a marker is not whole.
    static let markerSuffix = ".complete"

    var number: Int
    var mark: UInt32

    init(number: Int, mark: UInt32) {
        self.number = number
        self.mark = mark
    }

    init?(name: some StringProtocol) {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 12, let number = Int(parts[0]), number >= 0, parts[1].count == 8,
            let mark = UInt32(parts[1], radix: 16)
        else { return nil }
        self.init(number: number, mark: mark)
    }

    var name: String { "\(Self.padded(String(number), 12))-\(Self.padded(String(mark, radix: 16), 8))" }
    var marker: String { name + Self.markerSuffix }

    static func < (left: Generation, right: Generation) -> Bool {
        left.number != right.number ? left.number < right.number : left.mark < right.mark
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - text.count)) + text
    }

    /// The generations in a listing, oldest first, and which of them are whole.
    static func all(in names: [String]) -> (all: [Generation], whole: [Generation]) {
        var found: Set<Generation> = []
        var whole: Set<Generation> = []
        for name in names {
            if name.hasSuffix(markerSuffix), let one = Generation(name: name.dropLast(markerSuffix.count)) {
                whole.insert(one)
            } else if name.hasSuffix("/"), let one = Generation(name: name.dropLast()) {
                found.insert(one)
            }
        }
        return (found.union(whole).sorted(), whole.sorted())
    }
}
