import Foundation
import KubernetesCore
import LocalAPIServer
import Testing

/// What was answered is in the file.
struct DurabilityTests {
    private func send(
        _ server: LocalAPIServer, _ method: APIRequest.Method, _ path: String, _ body: JSONValue? = nil,
        type: String = "application/json"
    ) async throws -> (Int, JSONValue) {
        let request = APIRequest(
            method: method, path: path, headers: ["content-type": type, "user-agent": "test/1"],
            body: body.map { JSONWriter.bytes($0) })
        guard case .whole(let answer) = await server.respond(to: request, user: .admin) else { return (0, .null) }
        return (answer.status, try JSONParser.parse(answer.body))
    }

    /// The file is copied while the server runs, as a kill would leave it, and opened by another server.
    @Test func everyAnsweredWriteSurvivesAKill() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "durability-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "state.db").path
        let server = try await LocalAPIServer(configuration: .init(storage: .file(file)))
        let path = "/api/v1/namespaces/default/configmaps"
        try await withThrowingTaskGroup { group in
            for writer in 0..<8 {
                group.addTask {
                    for index in 0..<25 {
                        let name = "c-\(writer)-\(index)"
                        let body: JSONValue = ["metadata": ["name": .string(name)], "data": ["n": "0"]]
                        let (status, _) = try await send(server, .post, path, body)
                        #expect(status == 201)
                        if index % 5 == 0 {
                            let (status, _) = try await send(server, .delete, "\(path)/\(name)")
                            #expect(status == 200)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let (_, before) = try await send(server, .get, path)
        let copy = folder.appending(path: "copy.db").path
        try FileManager.default.copyItem(atPath: file, toPath: copy)
        try FileManager.default.copyItem(atPath: file + "-wal", toPath: copy + "-wal")
        let reopened = try await LocalAPIServer(configuration: .init(storage: .file(copy)))
        let (_, after) = try await send(reopened, .get, path)
        #expect(after["items"]?.arrayValue?.count == 8 * 20 + 1)
        #expect(after == before)
        let (status, created) = try await send(reopened, .post, path, ["metadata": ["name": "next"]])
        #expect(status == 201)
        let newest = try #require(before["metadata"]?["resourceVersion"]?.stringValue.flatMap { Int64($0) })
        let next = try #require(created["metadata"]?["resourceVersion"]?.stringValue.flatMap { Int64($0) })
        #expect(next > newest)
    }
}
