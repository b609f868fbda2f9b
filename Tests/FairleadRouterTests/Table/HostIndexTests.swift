import KubernetesCore
import Testing

@testable import FairleadRouter

struct HostIndexTests {
    @Test(
        arguments: [
            ("churn.risk", "/v2", "risk/churn", 0), ("churn.risk:8080", "/", "risk/churn", 0),
            ("churn.risk.svc", "/", "risk/churn", 0), ("churn.risk.svc.cluster.local", "/", "risk/churn", 0),
            ("CHURN.Risk.svc.cluster.local.:80", "/", "risk/churn", 0), ("models.acme.dev", "/", "risk/churn", 0),
            ("127.0.0.1:9000", "/risk/churn/v2", "risk/churn", 11), ("[::1]:9000", "/risk/churn", "risk/churn", 11),
            ("localhost", "/risk/churn?x=/", "risk/churn", 11), ("localhost", "/risk/price/v2", "risk/price", 11),
            ("churn.other", "/risk/churn/", "risk/churn", 11), ("localhost", "/risk//churn", nil, 0),
            ("localhost", "//risk/churn", nil, 0), ("localhost", "/risk", nil, 0), ("localhost", "*", nil, 0),
            ("churn", "/", nil, 0), ("", "", nil, 0), ("price.risk.svc.cluster.local", "/", "risk/price", 0),
        ] as [(String, String, String?, Int)])
    func finds(_ host: String, _ path: String, _ expected: String?, _ prefix: Int) {
        let match = index.find(host: host, path: path)
        #expect(match?.target == expected)
        #expect(match.map(\.prefix) == expected.map { _ in prefix })
    }

    /// A host name that several want has the first of them; a service's own names nobody else gets.
    @Test func namesAreNotTaken() {
        var index = index
        index.set(
            "evil/thief", key: ObjectKey(namespace: "evil", name: "thief"),
            hostnames: ["models.acme.dev", "churn.risk", "price.risk.svc.cluster.local"])
        #expect(index.find(host: "models.acme.dev", path: "/")?.target == "evil/thief")
        #expect(index.find(host: "churn.risk", path: "/")?.target == "risk/churn")
        #expect(index.find(host: "price.risk.svc.cluster.local", path: "/")?.target == "risk/price")
        index.remove(
            ObjectKey(namespace: "evil", name: "thief"),
            hostnames: ["models.acme.dev", "churn.risk", "price.risk.svc.cluster.local"])
        #expect(index.find(host: "models.acme.dev", path: "/")?.target == "risk/churn")
        index.remove(ObjectKey(namespace: "risk", name: "churn"), hostnames: ["models.acme.dev"])
        #expect(index.find(host: "models.acme.dev", path: "/") == nil)
        #expect(index.find(host: "churn.risk", path: "/risk/churn/") == nil)
    }

    private var index: HostIndex<String> {
        var index = HostIndex<String>(domain: "cluster.local")
        index.set("risk/churn", key: ObjectKey(namespace: "risk", name: "churn"), hostnames: ["models.acme.dev"])
        index.set("risk/price", key: ObjectKey(namespace: "risk", name: "price"), hostnames: [])
        return index
    }
}
