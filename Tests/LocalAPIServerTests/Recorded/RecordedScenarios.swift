import Foundation

/// Which recordings the server must answer, and why it does not answer the others yet.
enum RecordedScenarios {
    /// The areas that this server covers.
    static let areas = [
        "crud", "list", "watch", "patch", "deletion", "discovery", "leases-events", "subresources", "crd", "apply",
    ]

    /// Every recording of those areas.
    static let all: [String] = {
        guard let folder = RecordedScenario.folder?.appending(path: "exchanges") else { return [] }
        return areas.flatMap { area in
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: area).path)) ?? []
            return files.filter { $0.hasSuffix(".jsonl") }.sorted().map { "\(area)/\($0.dropLast(6))" }
        }
    }()

    /// Recordings that do not pass yet, each with its reason.
    static let failing: [String: String] = [:]

    /// Recordings that must pass.
    static var passing: [String] { all.filter { failing[$0] == nil } }
}
