import Foundation
import KubernetesClient
import KubernetesCore

/// Reads what a pod refers to from the API.
struct PodObjectReader {
    let client: Client

    /// The ConfigMaps, Secrets and claims that a pod names; one that does not exist is left out.
    func read(for pod: PodManifest) async throws -> PodObjects {
        let names = PodObjects.names(in: pod)
        var objects = PodObjects()
        for name in names.configMaps.sorted() {
            guard let object = try await get(.configMap, name, pod) else { continue }
            var data = texts(object["data"]).mapValues { Array($0.utf8) }
            data.merge(binary(object["binaryData"])) { $1 }
            objects.configMaps[name] = data
        }
        for name in names.secrets.sorted() {
            guard let object = try await get(.secret, name, pod) else { continue }
            objects.secrets[name] = binary(object["data"])
        }
        for name in pod.claims.map(\.name) where try await get(.persistentVolumeClaim, name, pod) != nil {
            objects.claims.insert(name)
        }
        return objects
    }

    /// A token for each audience that a projected volume asks for; none where the cluster gives no tokens.
    func tokens(for pod: PodManifest) async -> [String: String] {
        var tokens: [String: String] = [:]
        for volume in pod.spec.volumes ?? [] {
            for source in volume.projected?.sources ?? [] {
                guard let wanted = source.serviceAccountToken else { continue }
                tokens[wanted.audience ?? ""] = try? await token(wanted, pod)
            }
        }
        return tokens
    }

    /// A token that ends with its pod.
    func token(_ wanted: VolumeManifest.TokenSource, _ pod: PodManifest) async throws -> String? {
        let key = ObjectKey(namespace: pod.metadata.namespace, name: pod.spec.serviceAccountName ?? "default")
        let audiences: JSONValue = .array(wanted.audience.map { [.string($0)] } ?? [])
        let body: JSONValue = [
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
            "spec": [
                "audiences": audiences, "expirationSeconds": .integer(wanted.seconds),
                "boundObjectRef": [
                    "kind": "Pod", "apiVersion": "v1", "name": .string(pod.metadata.name),
                    "uid": .string(pod.metadata.uid),
                ],
            ],
        ]
        let response = try await client.send(
            APIRequest(
                method: .post, path: ResourceType.serviceAccount.path(of: key) + "/token",
                headers: ["Content-Type": "application/json"], body: JSONWriter.bytes(body)))
        return try JSONParser.parse(response.body)[path: ["status", "token"]]?.stringValue
    }

    private func get(_ type: ResourceType, _ name: String, _ pod: PodManifest) async throws -> JSONValue? {
        do {
            return try await client.get(type, ObjectKey(namespace: pod.metadata.namespace, name: name))
        } catch let error as APIError where error.isNotFound {
            return nil
        }
    }

    private func texts(_ value: JSONValue?) -> [String: String] {
        (value?.objectValue ?? [:]).compactMapValues(\.stringValue)
    }

    private func binary(_ value: JSONValue?) -> [String: [UInt8]] {
        texts(value).compactMapValues { Data(base64Encoded: $0).map { Array($0) } }
    }
}
