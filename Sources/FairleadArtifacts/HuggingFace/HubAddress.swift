import Foundation

/// A repository of Hugging Face's Hub, or a file or folder in it: `hf://datasets/team/set@v2/train`.
struct HubAddress: Sendable, Hashable {
    /// What a repository holds, as the Hub's addresses spell it.
    enum Kind: String, Sendable, Hashable {
        case models, datasets, spaces
    }

    /// How such URIs begin.
    static let scheme = "hf://"

    var kind = Kind.models
    /// `team/set`.
    var repository: String
    /// A branch, a tag or a commit.
    var revision = "main"
    /// The file or folder in it; empty for all.
    var path: String

    /// Takes a URI apart; a slash in a revision is written `%2F`.
    ///
    /// - Throws: ``ArtifactFailure`` where it names no repository.
    init(_ uri: String) throws(ArtifactFailure) {
        var parts = uri.dropFirst(Self.scheme.count).split(separator: "/").map(String.init)
        if let kind = parts.first.flatMap(Kind.init(rawValue:)) {
            self.kind = kind
            parts.removeFirst()
        }
        guard parts.count >= 2, !parts.contains("..") else {
            throw ArtifactFailure(
                .invalidPlan, "\(uri): write hf://owner/model, hf://datasets/owner/name@revision, or a path below")
        }
        let name = parts[1].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if name.count > 1, !name[1].isEmpty { revision = name[1] }
        repository = "\(parts[0])/\(name[0])"
        path = parts.dropFirst(2).joined(separator: "/")
    }

    /// Where the Hub tells what a revision holds.
    func list(at endpoint: String) -> String {
        "\(endpoint)/api/\(kind.rawValue)/\(Self.encoded(repository))/revision/\(Self.encoded(revision))"
    }

    /// The folder of a commit's files.
    func folder(_ folder: String, of commit: String, at endpoint: String) -> String {
        let kind = kind == .models ? "" : "\(kind.rawValue)/"
        let below = folder.isEmpty ? "" : "\(Self.encoded(folder))/"
        return "\(endpoint)/\(kind)\(Self.encoded(repository))/resolve/\(Self.encoded(commit))/\(below)"
    }

    /// What of some files is meant: their folder, and their names in it.
    func selection(_ files: [String]) -> (folder: String, names: [String], isFile: Bool) {
        if files.contains(path) {
            let folder = path.split(separator: "/").dropLast().joined(separator: "/")
            return (folder, [String(path.split(separator: "/").last ?? "")], true)
        }
        let prefix = path.isEmpty ? "" : "\(path)/"
        return (path, files.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }, false)
    }

    /// As it stands in an address; what is encoded already stays so.
    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed.union(["%"])) ?? text
    }
}
