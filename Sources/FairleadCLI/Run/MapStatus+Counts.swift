import FairleadAPI
import FairleadPlanning

extension MapStatus {
    /// How many items succeeded.
    var completed: Int { completedIndexes.map { IndexRanges(parsing: $0).count } ?? 0 }

    /// How many items failed.
    var failed: Int { failedIndexes.map { IndexRanges(parsing: $0).count } ?? 0 }

    /// The first item that failed.
    var firstFailed: Int? { failedIndexes.flatMap { IndexRanges(parsing: $0).ranges.first?.lowerBound } }

    /// Whether an item has ended.
    func hasEnded(_ item: Int) -> Bool {
        [completedIndexes, failedIndexes].contains { $0.map { IndexRanges(parsing: $0).contains(item) } ?? false }
    }

    /// In a few words: `2801/4096, 8 active, 1 failed`.
    var summary: String {
        var parts = ["\(completed + failed)/\(total)"]
        if active > 0 { parts.append("\(active) active") }
        if failed > 0 { parts.append("\(failed) failed") }
        return parts.joined(separator: ", ")
    }
}
