import Foundation
import Glibc
import KubernetesCore

/// Makes a pod's volumes on disk from values that are already at hand.
struct VolumeWriter {
    /// A volume that cannot be made: the containers wait.
    struct Failure: Error, Hashable {
        var message: String
    }

    let pod: PodManifest
    let paths: NodePaths
    let objects: PodObjects
    let facts: PodFacts
    /// Service account tokens, by audience; empty for the API server's own.
    let tokens: [String: String]
    /// Whether a container of the pod has run: what it mounts then stays there, as a claim does that is being deleted.
    var hasRun = false

    private static let tokenMode: Int64 = 0o600

    /// Puts newer tokens in the place of those that a pod's volumes have.
    func renewTokens() throws {
        for volume in pod.spec.volumes ?? [] {
            for source in volume.projected?.sources ?? [] {
                guard let from = source.serviceAccountToken, let token = tokens[from.audience ?? ""] else { continue }
                let folder = paths.volume(pod.metadata.uid, volume.name)
                let file = File(bytes: Array(token.utf8), mode: Self.tokenMode)
                try write(file, to: from.path, in: folder, volume: volume.name)
            }
        }
    }

    /// Makes a volume and returns where it is.
    func write(_ volume: VolumeManifest) throws -> String {
        let folder = paths.volume(pod.metadata.uid, volume.name)
        if let source = volume.hostPath { return try hostPath(source, volume.name) }
        if let claim = volume.persistentVolumeClaim {
            let place = NodePaths.join(paths.claims, "\(pod.metadata.namespace ?? "default")/\(claim.claimName)")
            guard let place else { throw Failure(message: "claimName: \"\(claim.claimName)\" is no name") }
            guard hasRun || objects.claims.contains(claim.claimName) else {
                throw Failure(
                    message: "Unable to attach or mount volumes: failed to process volumes=[\(volume.name)]: error "
                        + "processing PVC \(pod.metadata.namespace ?? "default")/\(claim.claimName): failed to fetch PVC "
                        + "from API server: persistentvolumeclaims \"\(claim.claimName)\" not found")
            }
            try NodePaths.makeFolder(place)
            return place
        }
        try NodePaths.makeFolder(folder, mode: 0o755)
        for (path, file) in try files(of: volume) { try write(file, to: path, in: folder, volume: volume.name) }
        return folder
    }

    private struct File {
        var bytes: [UInt8]
        var mode: Int64
    }

    private func files(of volume: VolumeManifest) throws(Failure) -> [(String, File)] {
        if let source = volume.configMap { return try files(source, volume.name) }
        if let source = volume.secret { return try files(source, volume.name) }
        if let source = volume.downwardAPI {
            return try files(source.items ?? [], defaultMode: source.defaultMode, volume.name)
        }
        guard let projected = volume.projected else {
            if volume.emptyDir != nil { return [] }
            throw Failure(message: "volume \"\(volume.name)\" is of a kind that the local node does not have")
        }
        var files: [(String, File)] = []
        for source in projected.sources ?? [] {
            if var from = source.configMap {
                from.defaultMode = projected.defaultMode
                files += try self.files(from, volume.name)
            }
            if var from = source.secret {
                from.defaultMode = projected.defaultMode
                files += try self.files(from, volume.name)
            }
            if let from = source.downwardAPI {
                files += try self.files(from.items ?? [], defaultMode: projected.defaultMode, volume.name)
            }
            if let from = source.serviceAccountToken, let token = tokens[from.audience ?? ""] {
                files.append((from.path, File(bytes: Array(token.utf8), mode: Self.tokenMode)))
            }
        }
        return files
    }

    private func files(
        _ source: VolumeManifest.ConfigMapSource, _ volume: String
    ) throws(Failure) -> [(String, File)] {
        try files(
            objects.configMaps[source.name ?? ""], "configmap \"\(source.name ?? "")\"", items: source.items,
            mode: source.defaultMode, optional: source.optional, volume)
    }

    private func files(
        _ source: VolumeManifest.SecretSource, _ volume: String
    ) throws(Failure) -> [(String, File)] {
        let name = source.secretName ?? source.name ?? ""
        return try files(
            objects.secrets[name], "secret \"\(name)\"", items: source.items, mode: source.defaultMode,
            optional: source.optional, volume)
    }

    private func files(
        _ data: [String: [UInt8]]?, _ what: String, items: [VolumeManifest.KeyToPath]?, mode: Int64?,
        optional: Bool?, _ volume: String
    ) throws(Failure) -> [(String, File)] {
        guard let data else {
            if optional == true { return [] }
            throw Failure(message: "MountVolume.SetUp failed for volume \"\(volume)\" : \(what) not found")
        }
        guard let items else {
            return data.sorted { $0.key < $1.key }.map { ($0.key, File(bytes: $0.value, mode: mode ?? 0o644)) }
        }
        var files: [(String, File)] = []
        for item in items {
            guard let bytes = data[item.key] else {
                if optional == true { continue }
                throw Failure(
                    message: "MountVolume.SetUp failed for volume \"\(volume)\" : \(what) references non-existent "
                        + "config key: \(item.key)")
            }
            files.append((item.path, File(bytes: bytes, mode: item.mode ?? mode ?? 0o644)))
        }
        return files
    }

    private func files(
        _ items: [VolumeManifest.DownwardAPIFile], defaultMode: Int64?, _ volume: String
    ) throws(Failure) -> [(String, File)] {
        var files: [(String, File)] = []
        for item in items {
            var value: String?
            if let reference = item.fieldRef { value = facts.field(reference.fieldPath, of: pod) }
            if let reference = item.resourceFieldRef { value = facts.resource(reference, of: pod, container: "") }
            guard let value else {
                throw Failure(message: "volume \"\(volume)\": \(item.path) names a field that does not exist")
            }
            files.append((item.path, File(bytes: Array(value.utf8), mode: item.mode ?? defaultMode ?? 0o644)))
        }
        return files
    }

    private func write(_ file: File, to path: String, in folder: String, volume: String) throws {
        guard let place = NodePaths.join(folder, path) else {
            throw Failure(message: "volume \"\(volume)\": \"\(path)\" leaves the volume")
        }
        try NodePaths.makeFolder((place as NSString).deletingLastPathComponent, mode: 0o755)
        let mode = mode_t(truncatingIfNeeded: file.mode) & 0o777
        try DurableFile.write(file.bytes, to: place, mode: mode, isSynced: false)
        // The umask took its part when the file was made.
        chmod(place, mode)
    }

    private func hostPath(_ source: VolumeManifest.HostPath, _ volume: String) throws -> String {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: source.path, isDirectory: &isFolder)
        func refuse(_ what: String) -> Failure {
            Failure(
                message: "MountVolume.SetUp failed for volume \"\(volume)\" : hostPath type check failed: "
                    + "\(source.path) is not \(what)")
        }
        switch source.type ?? "" {
        case "DirectoryOrCreate":
            if !exists { try NodePaths.makeFolder(source.path, mode: 0o755) }
        case "FileOrCreate":
            if !exists {
                try NodePaths.makeFolder((source.path as NSString).deletingLastPathComponent, mode: 0o755)
                _ = FileManager.default.createFile(atPath: source.path, contents: nil)
            }
        case "Directory": if !exists || !isFolder.boolValue { throw refuse("a directory") }
        case "File": if !exists || isFolder.boolValue { throw refuse("a file") }
        default: if !exists { throw refuse("there: use type DirectoryOrCreate") }
        }
        return source.path
    }
}
