import KubernetesCore
import PropertyTesting
import Testing

@testable import LocalAPIServer

struct ServiceAddressTests {
    private let path = "/api/v1/namespaces/default/services"

    private func service(_ name: String, _ spec: JSONValue = [:]) -> JSONValue {
        var spec = spec
        if spec["ports"] == nil { spec["ports"] = [["port": 80]] }
        return ["metadata": ["name": .string(name)], "spec": spec]
    }

    @Test func eachServiceHasAnAddressOfItsOwn() async throws {
        let server = try await TestServer()
        let addresses = try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let answer = try await server.send(.post, path, service("web-\(number)"))
                    #expect(answer.body["spec"]?["clusterIPs"]?[0] == answer.body["spec"]?["clusterIP"])
                    return answer.body["spec"]?["clusterIP"]?.stringValue
                }
            }
            return try await group.reduce(into: Set<String>()) { if let address = $1 { $0.insert(address) } }
        }
        #expect(addresses.count == 50)
        #expect(addresses.allSatisfy { ServiceAddresses.contains($0) && $0.hasPrefix("127.128.") })
    }

    @Test func anAddressThatIsAskedForIsGivenOnce() async throws {
        let server = try await TestServer()
        let wanted: JSONValue = ["clusterIP": "127.128.3.4"]
        #expect(try await server.send(.post, path, service("a", wanted)).status == 201)
        let taken = try await server.send(.post, path, service("b", wanted))
        #expect(taken.status == 422)
        #expect(taken.body["details"]?["causes"]?[0]?["field"]?.stringValue == "spec.clusterIPs")
        #expect(taken.body["message"]?.stringValue?.hasSuffix("provided IP is already allocated") == true)
        let outside = try await server.send(.post, path, service("c", ["clusterIP": "10.0.0.1"]))
        #expect(outside.status == 422)
        #expect(
            outside.body["message"]?.stringValue?.hasSuffix("The range of valid IPs is 127.128.0.0/16") == true)
        #expect(try await server.send(.delete, "\(path)/a").status == 200)
        #expect(try await server.send(.post, path, service("b", wanted)).status == 201)
    }

    @Test func headlessAndExternalServicesHaveNone() async throws {
        let server = try await TestServer()
        let headless = try await server.send(.post, path, service("h", ["clusterIP": "None"]))
        #expect(headless.body["spec"]?["clusterIPs"] == ["None"])
        let spec: JSONValue = ["type": "ExternalName", "externalName": "a.example.com"]
        let external = try await server.send(.post, path, service("e", spec))
        #expect(external.status == 201 && external.body["spec"]?["clusterIP"] == nil)
        // It gets one when it becomes an ordinary one, and loses it on the way back.
        let merge = "application/merge-patch+json"
        let changed = try await server.send(
            .patch, "\(path)/e", ["spec": ["type": "ClusterIP", "externalName": .null]], type: merge)
        #expect(ServiceAddresses.contains(changed.body["spec"]?["clusterIP"]?.stringValue ?? ""))
        let back = try await server.send(.patch, "\(path)/e", ["spec": spec], type: merge)
        #expect(back.status == 200 && back.body["spec"]?["clusterIP"] == nil)
        #expect(back.body["spec"]?["ipFamilies"] == nil)
    }

    @Test(arguments: 0..<20) func noneIsGivenTwice(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let addresses = ServiceAddresses()
        var taken: Set<String> = []
        for _ in 0..<300 {
            guard let address = addresses.next(taken: taken, seed: UInt32.random(in: 0..<400, using: &random)) else {
                Issue.record("an address is free (seed \(seed))")
                return
            }
            #expect(taken.insert(address).inserted, "seed \(seed)")
        }
        #expect(ServiceAddresses.address(ServiceAddresses.capacity - 1) == "127.128.255.254")
    }
}
