import Crypto
import Foundation

/// Where the node keeps what.
struct NodePaths: Sendable, Hashable {
    let state: String

    var pods: String { state + "/pods" }
    var environments: String { state + "/venvs" }
    var claims: String { state + "/claims" }
    var cache: String { state + "/cache" }
    var images: String { state + "/images" }

    /// The virtual environment with those packages that stands for an image.
    func python(_ packages: [String]) -> String {
        guard !packages.isEmpty else { return environments + "/python" }
        let digest = SHA256.hash(data: Array(packages.sorted().joined(separator: "\n").utf8))
        return environments + "/image-"
            + digest.prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    func pod(_ uid: String) -> String { "\(pods)/\(uid)" }
    func volume(_ uid: String, _ name: String) -> String { "\(pod(uid))/volumes/\(name)" }
    func hosts(_ uid: String) -> String { "\(pod(uid))/hosts" }
    func container(_ uid: String, _ name: String) -> String { "\(pod(uid))/containers/\(name)" }
    func run(_ uid: String, _ name: String, _ number: Int) -> ShimDirectory {
        ShimDirectory(path: "\(container(uid, name))/runs/\(number)")
    }

    /// The numbers of a container's runs of which there is a trace, in order.
    func runs(_ uid: String, _ name: String) -> [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(container(uid, name))/runs")) ?? []
        return names.compactMap { Int($0) }.sorted()
    }

    /// Makes the folders, for this user alone: they hold the values of Secrets.
    func make() throws {
        for path in [state, pods, environments, claims, cache, images] { try Self.makeFolder(path) }
    }

    static func makeFolder(_ path: String, mode: Int = 0o700) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
    }

    /// A path below a folder; nil where the relative path would leave it.
    static func join(_ folder: String, _ relative: String) -> String? {
        let parts = relative.split(separator: "/").filter { $0 != "." }
        guard !parts.contains("..") else { return nil }
        return ([folder] + parts.map(String.init)).joined(separator: "/")
    }
}
