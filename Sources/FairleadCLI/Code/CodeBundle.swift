import FairleadAPI
import Foundation
import KubernetesCore

/// Code that travels with a run: a ConfigMap that the run owns, whose files appear in the working directory.
///
/// Nothing but Kubernetes is needed for it: a volume with a path for each key, of which each entry at the top is
/// mounted for itself, so that the working directory stays writable beside them.
struct CodeBundle: Sendable, Hashable {
    /// The most bytes: a ConfigMap holds 1 MiB.
    static let largest = 900_000
    /// The most files: each of the run's pods names all of them.
    static let most = 300

    private static let volume = "fairlead-code"
    /// Where programs start that have no `code` of their own.
    private static let workingDirectory = "/fairlead/work"

    let files: [CodeFile]

    /// Whether there is a file of that path.
    func contains(_ path: String) -> Bool { files.contains { $0.path == path } }

    /// The ConfigMap; the server completes its name.
    func configMap(prefix: String) -> JSONValue {
        var texts: [String: JSONValue] = [:]
        var binaries: [String: JSONValue] = [:]
        for (index, file) in files.enumerated() {
            if let text = String(validating: file.bytes, as: UTF8.self) {
                texts[Self.key(index)] = .string(text)
            } else {
                binaries[Self.key(index)] = .string(Data(file.bytes).base64EncodedString())
            }
        }
        return [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
                "generateName": .string("\(prefix)-code-"),
                "labels": [FairleadLabel.managedBy: .string(FairleadLabel.managedByValue)],
            ],
            "immutable": true, "data": .object(texts), "binaryData": .object(binaries),
        ]
    }

    /// The patch on pods that puts the files of a ConfigMap into the working directory.
    func override(configMap: String) -> JSONValue {
        let items = files.enumerated().map { index, file -> JSONValue in
            [
                "key": .string(Self.key(index)), "path": .string(file.path),
                "mode": .integer(file.isExecutable ? 0o555 : 0o444),
            ]
        }
        let tops = Set(files.compactMap { $0.path.split(separator: "/").first.map(String.init) }).sorted()
        let mounts = tops.map { name -> JSONValue in
            [
                "name": .string(Self.volume), "mountPath": .string("\(Self.workingDirectory)/\(name)"),
                "subPath": .string(name), "readOnly": true,
            ]
        }
        let source: JSONValue = ["name": .string(configMap), "items": .array(items)]
        return [
            "pod": [
                "spec": [
                    "volumes": [["name": .string(Self.volume), "configMap": source]],
                    "containers": [["name": "main", "volumeMounts": .array(mounts)]],
                ]
            ]
        ]
    }

    /// The patch on pods whose packages stand in a file of the code: the container that installs them sees it too.
    static var packagesOverride: JSONValue {
        let mount: JSONValue = ["name": .string(volume), "mountPath": .string(workingDirectory), "readOnly": true]
        return ["pod": ["spec": ["initContainers": [["name": "packages", "volumeMounts": [mount]]]]]]
    }

    private static func key(_ index: Int) -> String { "file-\(index)" }
}
