import FairleadAPI
import KubernetesCore
import Testing

@testable import FairleadPlanning

@Suite("allowed service accounts")
struct AllowedServiceAccountsTests {
    @Test(
        "names, namespaces and patterns",
        arguments: [
            ("*", "any", "team", true), ("ml", "ml", "team", true), ("ml", "ml-2", "team", false),
            ("ml-*", "ml-2", "team", true), ("ml-*", "xml-2", "team", false), ("team/ml", "ml", "team", true),
            ("team/ml", "ml", "other", false), ("team-*/*", "x", "team-a", true), ("team-*/*", "x", "steam-a", false),
            ("*-ci-*", "a-ci-b", "team", true), ("*-ci-*", "a-ci", "team", false), ("a*b*c", "abbcbc", "team", true),
            ("a**", "a", "team", true),
        ])
    func matching(pattern: String, name: String, namespace: String, isAllowed: Bool) throws {
        let allowed = try #require(AllowedServiceAccounts([pattern]))
        #expect(allowed.allows(name, in: namespace) == isAllowed)
    }

    @Test("several add up, none is all, and what can match nothing is refused")
    func lists() throws {
        let both = try #require(AllowedServiceAccounts(["ml", "team/deployer"]))
        #expect(both.allows("deployer", in: "team") && both.allows("ml", in: "x"))
        #expect(!both.allows("deployer", in: "x"))
        #expect(try #require(AllowedServiceAccounts([])).allows("any", in: "x"))
        for wrong in ["", "/", "a/", "/a", "a/b/c", "A", "a,b", "a b"] {
            #expect(AllowedServiceAccounts([wrong]) == nil, "\(wrong)")
        }
    }

    @Test("a pod is judged with its patches in it")
    func pods() throws {
        func problem(_ task: String) throws -> TaskProblem? {
            var fixture = try PodFixture("{name: t, image: a, command: [x], \(task)}")
            fixture.settings.serviceAccounts = try #require(AllowedServiceAccounts(["ml", "team/trainer"]))
            return fixture.problem()
        }
        #expect(try problem("args: [z]") == nil)
        #expect(try problem("serviceAccount: trainer") == nil)
        #expect(try problem("serviceAccount: default") == nil)
        let refusal = TaskProblem(
            .invalidSpec,
            #"serviceAccount: "root" is none that pods of namespace "team" may have; "#
                + "the administrator allows ml, team/trainer")
        #expect(try problem("serviceAccount: root") == refusal)
        #expect(try problem("overrides: [{pod: {spec: {serviceAccountName: root}}}]") == refusal)
        #expect(try problem("overrides: [{pod: {spec: {serviceAccount: root}}}]") == refusal)
        #expect(try problem("serviceAccount: root, overrides: [{pod: {spec: {serviceAccountName: ml}}}]") == nil)
    }
}
