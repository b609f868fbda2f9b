import FairleadAPI
import KubernetesCore
import Testing

@testable import FairleadRouter

struct SliceViewTests {
    /// Every combination that the API's text gives a meaning; nil is not said.
    @Test(
        arguments: [
            (nil, nil, nil, "ready"), (true, nil, nil, "ready"), (true, true, false, "ready"),
            (true, true, true, "ready"),
            (false, nil, nil, "unready"), (false, false, false, "unready"), (false, true, false, "unready"),
            (false, true, true, "ending"), (false, false, true, "unready"), (false, nil, true, "unready"),
            (nil, true, true, "ready"),
        ] as [(Bool?, Bool?, Bool?, String)])
    func conditions(_ ready: Bool?, _ serving: Bool?, _ terminating: Bool?, _ expected: String) throws {
        var conditions: JSONValue = [:]
        if let ready { conditions["ready"] = .bool(ready) }
        if let serving { conditions["serving"] = .bool(serving) }
        if let terminating { conditions["terminating"] = .bool(terminating) }
        let slice = try RouteFixture.slice("churn-a", endpoints: [endpoint("10.0.0.1", conditions: conditions)])
        let view = try #require(SliceView(slice))
        #expect(view.members.map { "\($0.standing)" } == [expected])
    }

    @Test func endsServeOnlyWhereNobodyIsReady() throws {
        let ending: JSONValue = ["ready": false, "serving": true, "terminating": true]
        let ready: JSONValue = ["ready": true]
        let both = try view([endpoint("10.0.0.1", conditions: ending), endpoint("10.0.0.2", conditions: ready)])
        #expect(Backends([both]).addresses.map(\.host) == ["10.0.0.2"])
        #expect(Backends([both]).isReady)
        let last = Backends([try view([endpoint("10.0.0.1", conditions: ending)])])
        #expect(last.addresses.map(\.host) == ["10.0.0.1"])
        #expect(!last.isReady)
    }

    @Test func aPodCountsOnce() throws {
        let four = try RouteFixture.slice("churn-a", addresses: ["10.0.0.1", "10.0.0.2"])
        let again = try RouteFixture.slice("churn-a", addresses: ["10.0.0.2"], suffix: "other")
        let six = try RouteFixture.slice(
            "churn-a", endpoints: [endpoint("fd00::1", conditions: [:])], family: "IPv6", suffix: "six")
        let views = try [four, again, six].map { try #require(SliceView($0)) }
        #expect(Backends(views).addresses.map(\.host) == ["10.0.0.1", "10.0.0.2"])
        #expect(Backends([views[2]]).addresses.map(\.host) == ["fd00::1"])
    }

    /// A slice that somebody wrote by hand leads to no place of his choice.
    @Test func onlyPodsOfTheNamespaceCount() throws {
        var foreign = endpoint("10.0.0.1", conditions: [:])
        foreign["targetRef"] = ["kind": "Pod", "namespace": "kube-system", "name": "secret"]
        var bare = endpoint("10.0.0.2", conditions: [:])
        bare["targetRef"] = nil
        #expect(try view([foreign, bare]).members.isEmpty)
        #expect(SliceView(try RouteFixture.slice("churn-a", endpoints: [], family: "FQDN")) == nil)
    }

    @Test func gRPCHasAPortOfItsOwn() throws {
        let address = try #require(Backends([try view([endpoint("10.0.0.1", conditions: [:])])]).addresses.first)
        #expect(address.endpoint(isGRPC: false) == Endpoint(host: "10.0.0.1", port: 8080))
        #expect(address.endpoint(isGRPC: true) == Endpoint(host: "10.0.0.1", port: 8081, usesHTTP2: true))
    }

    private func view(_ endpoints: [JSONValue]) throws -> SliceView {
        try #require(SliceView(try RouteFixture.slice("churn-a", endpoints: endpoints)))
    }

    private func endpoint(_ address: String, conditions: JSONValue) -> JSONValue {
        [
            "addresses": [.string(address)], "conditions": conditions,
            "targetRef": ["kind": "Pod", "name": "pod", "namespace": "risk"],
        ]
    }
}
