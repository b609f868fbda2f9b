import KubernetesClient
import KubernetesCore

/// An object of a list, or why it could not be read: one bad object must not stop the others.
struct GuardedObject<T: Resource>: Decodable, Sendable {
    private struct Skeleton: Resource {
        static var type: ResourceType { ResourceType(version: "", kind: "", plural: "") }
        var metadata: ObjectMeta
    }

    let result: Result<T, UndecodableObject>

    init(from decoder: any Decoder) throws {
        do {
            result = .success(try T(from: decoder))
        } catch {
            let skeleton = try? Skeleton(from: decoder)
            result = .failure(UndecodableObject(key: skeleton?.key, message: "\(error)"))
        }
    }
}
