import KubernetesCore
import Testing

@testable import LocalControllers

/// What selects nothing in particular takes nobody in.
@Suite struct EmptySelectorTests {
    private let owner = ObjectMeta(name: "owner", namespace: "default", uid: "o")

    @Test(
        arguments: [
            (["matchLabels": ["app": "a"]], ["app": "a"], true), (["matchLabels": ["app": "a"]], [:], false),
            ([:], ["app": "a"], false), (["matchLabels": [:]], ["app": "a"], false), ([:], [:], false),
        ] as [(JSONValue, [String: String], Bool)])
    func adoption(_ selector: JSONValue, _ labels: [String: String], _ isAdopted: Bool) throws {
        let child = ObjectMeta(name: "pod", namespace: "default", uid: "p", labels: labels)
        let selector = try #require(LabelSelector(selector))
        #expect(Claim.action(on: child, owner: owner, selector: selector) == (isAdopted ? .adopt : nil))
    }

    /// Endpoints of a Service without a selector are somebody else's to write; those of an ExternalName nobody's.
    @Test(
        arguments: [
            (nil, ["app": "a"], true), (nil, [:], false), (nil, nil, false), ("ExternalName", ["app": "a"], false),
        ] as [(String?, [String: String]?, Bool)])
    func endpoints(_ type: String?, _ selector: [String: String]?, _ isSought: Bool) {
        let service = ServiceObject(metadata: owner, spec: ServiceObject.Spec(type: type, selector: selector))
        #expect((service.podSelector != nil) == isSought)
    }

    /// In `policy/v1` a budget with an empty selector is about all pods of its namespace, one without any about none.
    @Test func budgets() throws {
        func budget(_ spec: JSONValue) throws -> DisruptionBudgetObject {
            try KubernetesJSON.decode(
                DisruptionBudgetObject.self,
                from: ["metadata": ["name": "b", "namespace": "default"], "spec": spec])
        }
        #expect(try budget(["selector": [:]]).podSelector?.matches(["app": "a"]) == true)
        #expect(try budget([:]).podSelector == nil)
    }
}
