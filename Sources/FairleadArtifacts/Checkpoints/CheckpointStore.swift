import Foundation
import KubernetesCore

/// Saves a checkpoint's folder as generations, and brings back the newest one that is whole.
///
/// Guarantees: a generation counts only once its marker is there, and the marker is written last; what is restored has
/// the digest that its marker says; the newest whole generation is never removed.
struct CheckpointStore: Sendable {
    let place: Place
    let uri: String
    let rclone: Rclone
    let attempts: Attempts

    struct Restored: Sendable, Hashable {
        var generation: Generation
        var content: ContentDigest
    }

    private var what: String { "checkpoint \(PlaceFinder.shown(uri))" }

    /// Brings the newest whole generation into a folder; nil where there is none.
    func restore(to folder: String) async throws -> Restored? {
        let whole = Generation.all(in: try await list()).whole
        for generation in whole.reversed() {
            let from = place.below(generation.name)
            do {
                let marker = try await attempts.run(what) {
                    try await rclone.read(what, place.below(generation.marker))
                }
                try await attempts.run(what) {
                    try await rclone.copy(what, from: from, to: .location(folder), until: nil)
                }
                if let tree = try FileTree(at: folder, enclosure: folder) {
                    let content = try ContentDigest(of: tree)
                    if (try? JSONParser.parse(marker.utf8))?["digest"]?.stringValue == content.text {
                        rclone.say("\(what): generation \(generation.name), \(ByteCount.text(content.size))")
                        return Restored(generation: generation, content: content)
                    }
                }
                rclone.say("\(what): generation \(generation.name) is not what was saved; taking the one before it")
            } catch let failure as ArtifactFailure where failure.reason == .notFound {
                // Another attempt has just removed it, after it saved newer ones.
                rclone.say("\(what): generation \(generation.name) is gone")
            }
            Self.empty(folder)
        }
        return nil
    }

    /// Saves a folder as the next generation.
    ///
    /// - Parameters:
    ///   - keep: How many generations are kept.
    ///   - known: What was saved last; nothing is saved where the folder is still the same.
    /// - Returns: What is saved now.
    /// - Throws: ``Changing`` where the folder changed while it was copied.
    func save(
        _ folder: String, keep: Int, known: FileTree?, until deadline: ContinuousClock.Instant?
    ) async throws -> FileTree? {
        guard let tree = try FileTree(at: folder, enclosure: folder), !tree.files.isEmpty, tree != known else {
            return known
        }
        let generations = Generation.all(in: try await list())
        let next = Generation(
            number: (generations.all.last?.number ?? 0) + 1, mark: UInt32.random(in: 0...UInt32.max))
        let content: ContentDigest
        do {
            try await rclone.copy(what, from: .location(folder), to: place.below(next.name), until: deadline)
            content = try ContentDigest(of: tree)
            guard try FileTree(at: folder, enclosure: folder) == tree else { throw Changing() }
        } catch {
            // What is half there has no marker; it is removed here, or after a later generation.
            try? await rclone.remove(what, place.below(next.name), isFolder: true)
            let now = (try? FileTree(at: folder, enclosure: folder)) ?? nil
            if !(error is CancellationError), now != tree { throw Changing() }
            throw error
        }
        let marker: JSONValue = [
            "digest": .string(content.text), "size": .integer(content.size),
            "files": .integer(Int64(tree.files.count)),
        ]
        try await rclone.write(
            what, JSONWriter.string(marker) + "\n", to: place.below(next.marker), until: deadline)
        rclone.say("\(what): saved generation \(next.name), \(ByteCount.text(content.size))")
        await prune(generations, keep: max(0, keep - 1))
        return tree
    }

    /// The folder changed while it was copied: the copy is of no use.
    struct Changing: Error {}

    private func list() async throws -> [String] {
        try await attempts.run(what) { try await rclone.list(what, place) }
    }

    /// Removes what is older than the newest generations, and what never became whole.
    private func prune(_ generations: (all: [Generation], whole: [Generation]), keep: Int) async {
        let kept = Set(generations.whole.suffix(keep))
        guard let newest = generations.whole.last else { return }
        // What is newer than all that are whole may be another attempt's, which is still at it.
        for generation in generations.all where generation <= newest && !kept.contains(generation) {
            do {
                // Without its marker it is no generation any more, whatever is left of it.
                if generations.whole.contains(generation) {
                    try await rclone.remove(what, place.below(generation.marker), isFolder: false)
                }
                try await rclone.remove(what, place.below(generation.name), isFolder: true)
            } catch {
                rclone.say("\(what): generation \(generation.name) was not removed: \(error)")
            }
        }
    }

    private static func empty(_ folder: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }
}
