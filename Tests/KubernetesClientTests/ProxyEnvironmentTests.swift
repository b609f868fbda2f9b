import Testing

@testable import KubernetesClient

struct ProxyEnvironmentTests {
    @Test(
        "The environment's proxies and their exceptions are those of Go's programs",
        arguments: [
            ("https://k8s.example:6443", "", "http://proxy:3128"),
            ("http://k8s.example", "", "http://plain:80"),
            ("https://localhost:6443", "", nil), ("https://127.3.2.1", "", nil), ("https://[::1]:6443", "", nil),
            ("https://k8s.example", "*", nil), ("https://k8s.example", "other, k8s.example", nil),
            ("https://k8s.example", "example", nil), ("https://k8s.example", ".example", nil),
            ("https://k8s.example", "*.example", nil), ("https://example", ".example", "http://proxy:3128"),
            ("https://k8s.example", "s.example", "http://proxy:3128"),
            ("https://K8S.Example:6443", "k8s.example:6443", nil),
            ("https://k8s.example:6443", "k8s.example:443", "http://proxy:3128"),
            ("https://10.1.2.3", "10.0.0.0/8", nil), ("https://11.1.2.3", "10.0.0.0/8", "http://proxy:3128"),
            ("https://10.96.0.1:443", "10.96.0.0/12", nil), ("https://10.112.0.1", "10.96.0.0/12", "http://proxy:3128"),
            ("https://10.1.2.3", "10.1.2.3", nil), ("https://10.1.2.3", "2.3", "http://proxy:3128"),
            ("https://10.1.2.3:6443", "10.1.2.3:6443", nil), ("https://[fd00::1]:6443", "fd00::/8", nil),
            ("https://[fd00::1]:6443", "fd00::1", nil), ("https://[fd00::1]", "10.0.0.0/8,/,a/b", "http://proxy:3128"),
        ] as [(String, String, String?)])
    func proxies(_ server: String, _ exceptions: String, _ expected: String?) throws {
        let environment = ["HTTPS_PROXY": "proxy:3128", "http_proxy": "http://plain:80", "NO_PROXY": exceptions]
        let endpoint = try Endpoint(ClusterConfiguration(server: server))
        #expect(ProxyEnvironment(environment).proxy(for: endpoint) == expected)
    }

    @Test("The environment's proxy holds where the kubeconfig names none")
    func theKubeconfigGoesFirst() throws {
        let folder = try TemporaryFolder()
        func proxy(_ cluster: String, _ environment: [String: String]) throws -> String? {
            let path = try folder.write(
                "config",
                "{current-context: c, contexts: [{name: c, context: {cluster: k}}], "
                    + "clusters: [{name: k, cluster: {server: 'https://a'\(cluster)}}]}")
            return try ClusterConfiguration.find(kubeconfig: path, environment: environment).proxy
        }
        let environment = ["HTTPS_PROXY": "http://proxy:3128"]
        #expect(try proxy("", [:]) == nil)
        #expect(try proxy("", environment) == "http://proxy:3128")
        #expect(try proxy(", proxy-url: 'socks5://mine'", environment) == "socks5://mine")
        let error = #expect(throws: ConfigurationError.self) { try proxy("", ["HTTPS_PROXY": "https://proxy"]) }
        #expect(error?.code == .unsupported)
    }
}
