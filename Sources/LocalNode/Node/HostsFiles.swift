import Foundation
import Glibc
import KubernetesCore
import Synchronization

/// Keeps each pod's `/etc/hosts` as the cluster's names stand, also while its containers run.
///
/// A file that is there is changed in place, never replaced: the sandboxes hold the file itself, not its name.
final class HostsFiles: Sendable {
    private struct Entry {
        var pod: PodManifest
        var address: String
        var text: String
    }

    private let names: ClusterNames
    private let paths: NodePaths
    private let hosts: @Sendable (_ namespace: String) -> [NodeConfiguration.HostEntry]
    private let entries = Mutex<[String: Entry]>([:])

    init(
        names: ClusterNames, paths: NodePaths,
        hosts: @escaping @Sendable (_ namespace: String) -> [NodeConfiguration.HostEntry]
    ) {
        self.names = names
        self.paths = paths
        self.hosts = hosts
    }

    /// Writes a pod's file, and keeps it up to date from now on.
    func keep(_ pod: PodManifest, address: String) throws {
        try write(pod, address: address, all: all(pod.metadata.namespace ?? "default"))
    }

    /// Lets go of a pod's file.
    func forget(_ uid: String) { entries.withLock { $0[uid] = nil } }

    /// Follows the names until it is cancelled.
    func run() async {
        for await _ in names.changes {
            let pods = entries.withLock { Array($0.values) }
            for (namespace, group) in Dictionary(grouping: pods, by: { $0.pod.metadata.namespace ?? "default" }) {
                let all = all(namespace)
                // A pod whose folder has just gone needs no names any more.
                for entry in group { try? write(entry.pod, address: entry.address, all: all, isKept: true) }
            }
        }
    }

    private func all(_ namespace: String) -> [NodeConfiguration.HostEntry] {
        hosts(namespace) + names.entries(namespace: namespace)
    }

    private func write(
        _ pod: PodManifest, address: String, all: [NodeConfiguration.HostEntry], isKept: Bool = false
    ) throws {
        let uid = pod.metadata.uid
        let text = Self.text(pod, address: address, names: all)
        let path = paths.hosts(uid)
        try entries.withLock { entries in
            let known = entries[uid]
            if known?.text == text || isKept && known == nil { return }
            if FileManager.default.fileExists(atPath: path) {
                try Self.overwrite(path, Array(text.utf8))
            } else {
                try DurableFile.write(Array(text.utf8), to: path, mode: 0o644, isSynced: false)
            }
            entries[uid] = Entry(pod: pod, address: address, text: text)
        }
    }

    /// One write of the whole, so that a reader hardly ever finds half of it.
    private static func overwrite(_ path: String, _ bytes: [UInt8]) throws {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw DurableFile.Failure(path: path, code: errno) }
        defer { close(file) }
        try DurableFile.writeAll(bytes, to: file, path: path)
        guard ftruncate(file, off_t(bytes.count)) == 0 else { throw DurableFile.Failure(path: path, code: errno) }
    }

    /// The file's text: the pod's own name, its aliases, then what it resolves beside.
    static func text(_ pod: PodManifest, address: String, names: [NodeConfiguration.HostEntry]) -> String {
        let namespace = pod.metadata.namespace ?? "default"
        let name = pod.spec.hostname ?? pod.metadata.name
        let long = pod.spec.subdomain.map { "\(name).\($0).\(namespace).svc.cluster.local\t" } ?? ""
        var lines = ["# the pod's own, written by the node", "127.0.0.1\tlocalhost", "::1\tlocalhost"]
        lines.append("\(address)\t\(long)\(name)")
        for alias in pod.spec.hostAliases ?? [] {
            lines.append(([alias.ip] + (alias.hostnames ?? [])).joined(separator: "\t"))
        }
        for entry in names { lines.append(([entry.address] + entry.names).joined(separator: "\t")) }
        return lines.joined(separator: "\n") + "\n"
    }
}
