import KubernetesCore
import Testing

@testable import LocalAPIServer

/// Deletions whose options come in protobuf, as kubectl and client-go send them.
struct ProtobufDeleteTests {
    /// Orphan (field 4), dry run (field 5), a grace period of zero (field 1).
    private static let options = ProtobufBodies.body(
        "v1", "DeleteOptions", [0x08, 0x00, 0x22, 0x06] + Array("Orphan".utf8) + [0x2A, 0x03] + Array("All".utf8))

    @Test func optionsAreRead() throws {
        var request = APIRequest(method: .delete, path: "/api/v1/namespaces/default/pods/p")
        request.headers["content-type"] = "application/vnd.kubernetes.protobuf"
        request.body = Self.options
        let deletion = try DeletionRequest(request, group: "")
        #expect(deletion.gracePeriodSeconds == 0)
        #expect(deletion.propagationPolicy == "Orphan")
        #expect(deletion.isDryRun)
        request.body = ProtobufBodies.body("v1", "Pod", [])
        #expect(throws: Status.self) { try DeletionRequest(request, group: "") }
    }
}
