import Crypto
import KubernetesCore

/// The short text by which a template's pods and ReplicaSet are known.
enum PodTemplateHash {
    /// Without vowels and what looks like them, so that no words come out.
    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")

    /// Ten characters that depend on the whole template and on how many names were taken before.
    static func text(_ template: JSONValue, collisions: Int) -> String {
        let digest = SHA256.hash(data: JSONWriter.bytes([template, .integer(Int64(collisions))]))
        return String(digest.prefix(10).map { alphabet[Int($0) % alphabet.count] })
    }

    /// The template without the label that a ReplicaSet's copy of it has.
    static func stripped(_ template: JSONValue) -> JSONValue {
        var template = template
        let path = ["metadata", "labels"]
        guard template[path: path]?[DeploymentAnnotations.hash] != nil else { return template }
        template[path: path + [DeploymentAnnotations.hash]] = nil
        return template
    }
}
