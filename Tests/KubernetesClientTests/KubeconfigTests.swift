import Foundation
import KubernetesCore
import Testing

@testable import KubernetesClient

private let v1 = "client.authentication.k8s.io/v1"

struct KubeconfigTests {
    private func error(_ body: () throws -> some Any) -> ConfigurationError? {
        #expect(throws: ConfigurationError.self) { try body() }
    }

    /// A kubeconfig of one context `c` with the fields of its cluster and user.
    private func text(cluster: String = "server: https://a", user: String = "token: t") -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: c
        contexts: [{name: c, context: {cluster: k, user: u, namespace: team}}]
        clusters: [{name: k, cluster: {\(cluster)}}]
        users: [{name: u, user: {\(user)}}]
        """
    }

    @Test func aContextIsResolvedWhole() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: Fixture.path("authority.pem"), toPath: "\(folder.path)/ca.pem")
        let certificate = try Data(Fixture.bytes("client.pem")).base64EncodedString()
        let path = try folder.write(
            "sub/config",
            text(
                cluster: "server: 'https://[::1]:6443/k8s/', certificate-authority: ../ca.pem, "
                    + "tls-server-name: kubernetes.test, proxy-url: 'socks5://proxy:1'",
                user: "client-certificate-data: \(certificate), client-key: '\(Fixture.path("client.key.pem"))', "
                    + "as: jane, as-groups: [g], as-user-extra: {scopes: [x]}"))
        let configuration = try Kubeconfig.load(path: path).configuration()
        #expect(configuration.server == "https://[::1]:6443/k8s/")
        #expect(configuration.certificateAuthority == (try Fixture.bytes("authority.pem")))
        #expect(configuration.tlsServerName == "kubernetes.test")
        #expect(configuration.skipsTLSVerification == false)
        #expect(configuration.proxy == "socks5://proxy:1")
        #expect(configuration.clientCertificate?.chain == (try Fixture.bytes("client.pem")))
        #expect(configuration.clientCertificate?.privateKey == (try Fixture.bytes("client.key.pem")))
        #expect(configuration.impersonation == .init(user: "jane", groups: ["g"], extra: ["scopes": ["x"]]))
        #expect(configuration.namespace == "team")
        let endpoint = try Endpoint(configuration)
        #expect(endpoint.baseURL == "https://kubernetes.test:6443/k8s")
        #expect(endpoint.hostHeader == "[::1]:6443")
        #expect(endpoint.connectsTo == ["kubernetes.test": "::1"])
    }

    @Test func theFirstFileThatNamesSomethingDecidesItWhole() throws {
        let folder = try TemporaryFolder()
        let first = try folder.write(
            "1",
            """
            contexts: [{name: c, context: {cluster: one, user: red}}]
            users: [{name: red, user: {username: first}}]
            clusters: null
            """)
        let second = try folder.write(
            "2",
            """
            current-context: c
            users: [{name: red, user: {token: second}}, {name: blue, user: {token: b}}]
            clusters: [{name: one, cluster: {server: 'https://one', certificate-authority: ca.pem}}]
            """)
        let third = try folder.write("3", "current-context: other\n")
        let empty = try folder.write("4", "# nothing\n")
        let merged = try Kubeconfig.load(environment: [
            "KUBECONFIG": ":\(first):\(folder.path)/missing:\(second):\(third):\(empty):"
        ])
        #expect(merged.currentContext?.value == "c")
        #expect(merged.files == [first, second, third, empty])
        #expect(merged.users["red"]?.value.token == nil)
        #expect(merged.users["red"]?.value.username == "first")
        #expect(merged.users["blue"]?.file == second)
        #expect(merged.clusters["one"]?.value.certificateAuthority == "\(folder.path)/ca.pem")
    }

    @Test func whereAKubeconfigIsLookedFor() throws {
        let folder = try TemporaryFolder()
        let environment = ["HOME": folder.path]
        #expect(error { try Kubeconfig.load(environment: environment) }?.file == "\(folder.path)/.kube/config")
        #expect(error { try Kubeconfig.load(environment: ["KUBECONFIG": "\(folder.path)/no"]) }?.code == .notFound)
        #expect(error { try Kubeconfig.load(path: "\(folder.path)/no") }?.code == .unreadable)
        #expect(error { try Kubeconfig.load(path: folder.path) }?.code == .unreadable)
        try folder.write(".kube/config", text())
        #expect(try ClusterConfiguration.find(environment: environment).credential == .token("t"))
        let other = try folder.write("other", text(user: "token: o"))
        let both = environment.merging(["KUBECONFIG": other]) { $1 }
        #expect(try ClusterConfiguration.find(environment: both).credential == .token("o"))
        let named = try ClusterConfiguration.find(kubeconfig: "\(folder.path)/.kube/config", environment: both)
        #expect(named.credential == .token("t"))
    }

    @Test(
        arguments: [
            ("server: https://a", "token: t", .token("t")),
            ("server: https://a", "token: 12345", .token("12345")),
            ("server: https://a", "username: u, password: p", .basic(user: "u", password: "p")),
            ("server: https://a", "", .none),
            ("server: https://a, certificate-authority: ''", "token: '', username: ''", .none),
        ] as [(String, String, ClusterConfiguration.Credential)])
    func credentials(_ cluster: String, _ user: String, _ expected: ClusterConfiguration.Credential) throws {
        let parsed = try Kubeconfig.parse(Array(text(cluster: cluster, user: user).utf8), file: "/x/config")
        let configuration = try parsed.configuration()
        #expect(configuration.credential == expected)
        #expect(configuration.skipsTLSVerification == false)
    }

    @Test(arguments: [
        ("", "token: t", "clusters[k].cluster.server"),
        ("server: 'ftp://a'", "token: t", "clusters[k].cluster.server"),
        ("server: 'https://u:p@a'", "token: t", "clusters[k].cluster.server"),
        ("server: 'https://a', proxy-url: 'https://p'", "token: t", "clusters[k].cluster.proxy-url"),
        ("server: 'https://a', tls-server-name: 'a/b'", "token: t", "clusters[k].cluster.tls-server-name"),
        ("server: a, certificate-authority: no.pem", "", "clusters[k].cluster.certificate-authority"),
        ("server: a, certificate-authority-data: '%'", "", "clusters[k].cluster.certificate-authority-data"),
        ("server: a, certificate-authority-data: YQ==", "", "clusters[k].cluster.certificate-authority-data"),
        ("server: a", "token: t, username: u", "users[u].user"),
        ("server: a", "token: \"a\\nb\"", "users[u].user.token"),
        ("server: a", "tokenFile: no", "users[u].user.tokenFile"),
        ("server: a", "client-certificate: no", "users[u].user.client-certificate"),
        ("server: a", "client-key-data: YQ==", "users[u].user.client-certificate"),
        ("server: a", "client-certificate-data: YQ==", "users[u].user.client-key"),
        ("server: a", "as-groups: [a]", "users[u].user.as"),
        ("server: a", "exec: {command: aws}", "users[u].user.exec.apiVersion"),
        ("server: a", "exec: {command: aws, apiVersion: example.com/v1}", "users[u].user.exec.apiVersion"),
        ("server: a", "exec: {command: '', apiVersion: \(v1)}", "users[u].user.exec.command"),
        ("server: a", "exec: {command: aws, apiVersion: \(v1)}", "users[u].user.exec.interactiveMode"),
        (
            "server: a", "exec: {command: aws, apiVersion: \(v1), interactiveMode: Often}",
            "users[u].user.exec.interactiveMode"
        ),
        (
            "server: a", "exec: {command: aws, apiVersion: \(v1)beta1, interactiveMode: Always}",
            "users[u].user.exec.interactiveMode"
        ),
        ("server: a", "auth-provider: {name: gcp}", "users[u].user.auth-provider"),
    ])
    func errorsNameTheField(_ cluster: String, _ user: String, _ field: String) throws {
        let parsed = try Kubeconfig.parse(Array(text(cluster: cluster, user: user).utf8), file: "/x/config")
        let error = try #require(error { try parsed.configuration() })
        #expect(error.field == field)
        #expect(error.context == "c")
        #expect(error.file?.hasPrefix("/x/") == true)
        #expect(error.description.contains("context \"c\""))
    }

    @Test(
        arguments: [
            ("contexts: [{context: {}}]", "contexts[0].name"),
            ("clusters: [{name: a, cluster: {server: [1]}}]", "clusters[0].cluster.server"),
            (
                "clusters: [{name: a, cluster: {insecure-skip-tls-verify: maybe}}]",
                "clusters[0].cluster.insecure-skip-tls-verify"
            ),
            ("users: {a: b}", "users"),
            ("users: [{name: a, user: {exec: {args: [x]}}}]", "users[0].user.exec.command"),
            ("kind: Pod", "kind"),
            ("users: [{name: a, user: {}}, {name: a, user: {}}]", "users[a]"),
            ("a: [", nil),
            ("just text", nil),
        ] as [(String, String?)])
    func brokenFilesAreErrors(_ text: String, _ field: String?) throws {
        let error = try #require(error { try Kubeconfig.parse(Array(text.utf8), file: "/x/config") })
        #expect(error.code == .malformed)
        #expect(error.file == "/x/config")
        #expect(error.field == field)
    }

    @Test func insecurityIsAskedForAndContradictsAnAuthority() throws {
        let parsed = try Kubeconfig.parse(
            Array(text(cluster: "server: https://a, insecure-skip-tls-verify: true").utf8), file: "/x")
        #expect(try parsed.configuration().skipsTLSVerification)
        let authority = try Data(Fixture.bytes("authority.pem")).base64EncodedString()
        let both = "server: https://a, insecure-skip-tls-verify: true, certificate-authority-data: \(authority)"
        let contradiction = try Kubeconfig.parse(Array(text(cluster: both).utf8), file: "/x")
        #expect(
            error { try contradiction.configuration() }?.field == "clusters[k].cluster.insecure-skip-tls-verify")
    }

    @Test("Programs that give credentials: both versions, defaults, and what they are told of the cluster")
    func execPlugins() throws {
        let authority = try Data(Fixture.bytes("authority.pem")).base64EncodedString()
        let cluster =
            "server: https://a, tls-server-name: b.test, certificate-authority-data: \(authority), "
            + "disable-compression: true, proxy-url: 'http://p:1', extensions: "
            + "[{name: other, extension: 1}, {name: client.authentication.k8s.io/exec, extension: {audience: [x, 7]}}]"
        func credential(_ plugin: String) throws -> ClusterConfiguration.Credential {
            let parsed = try Kubeconfig.parse(
                Array(text(cluster: cluster, user: "exec: {\(plugin)}").utf8), file: "/x/config")
            return try parsed.configuration().credential
        }
        let plain = try credential("command: aws, apiVersion: \(v1)beta1, args: [a], env: [{name: N, value: '1'}]")
        #expect(
            plain
                == .exec(
                    .init(
                        apiVersion: "\(v1)beta1", command: "aws", args: ["a"], env: [.init(name: "N", value: "1")]),
                    cluster: nil))
        let told = try credential(
            "command: bin/aws, apiVersion: \(v1), interactiveMode: IfAvailable, provideClusterInfo: true")
        guard case .exec(let plugin, let info?) = told else {
            Issue.record("\(told)")
            return
        }
        #expect(plugin.command == "/x/bin/aws")
        #expect(
            info == [
                "server": "https://a", "tls-server-name": "b.test", "certificate-authority-data": .string(authority),
                "proxy-url": "http://p:1", "disable-compression": true, "config": ["audience": ["x", 7]],
            ])
        // A token that is there goes before the program, as with kubectl.
        let both = try Kubeconfig.parse(
            Array(text(user: "token: t, exec: {command: aws, apiVersion: \(v1)}").utf8), file: "/x")
        #expect(try both.configuration().credential == .token("t"))
    }

    @Test("Certificates that come from files remember them, since they are replaced")
    func certificateFilesAreRemembered() throws {
        let pair =
            "client-certificate: '\(Fixture.path("client.pem"))', client-key: '\(Fixture.path("client.key.pem"))'"
        let parsed = try Kubeconfig.parse(
            Array(
                text(
                    cluster: "server: https://a, certificate-authority: '\(Fixture.path("authority.pem"))'",
                    user: pair
                ).utf8), file: "/x")
        #expect(
            try parsed.configuration().certificateFiles
                == .init(
                    authority: Fixture.path("authority.pem"), chain: Fixture.path("client.pem"),
                    privateKey: Fixture.path("client.key.pem")))
    }

    @Test func contextsAreChosen() throws {
        var parsed = try Kubeconfig.parse(Array(text().utf8), file: "/x")
        #expect(error { try parsed.configuration(context: "no") }?.context == "no")
        parsed.currentContext = nil
        #expect(try parsed.configuration().namespace == "team")
        parsed.contexts["d"] = parsed.contexts["c"]
        #expect(error { try parsed.configuration() }?.field == "current-context")
        parsed.contexts["d"]?.value.cluster = "gone"
        #expect(error { try parsed.configuration(context: "d") }?.field == "contexts[d].context.cluster")
    }

    @Test func secretsAreNotPrinted() {
        let configuration = ClusterConfiguration(
            server: "https://a", clientCertificate: .init(chain: [], privateKey: Array("hidden".utf8)),
            credential: .token("hidden"))
        var dumped = ""
        dump(configuration, to: &dumped)
        dump(configuration.credential, to: &dumped)
        let printed = "\(configuration) \(String(reflecting: configuration)) \(configuration.credential) \(dumped)"
        #expect(!printed.contains("hidden"))
    }

    @Test func inClusterConfiguration() throws {
        let folder = try TemporaryFolder()
        let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
        func load() throws -> ClusterConfiguration {
            try .inCluster(environment: environment, directory: folder.path)
        }
        #expect(
            error { try ClusterConfiguration.inCluster(environment: [:], directory: folder.path) }?.code == .notFound)
        #expect(error { try load() }?.file == "\(folder.path)/ca.crt")
        try folder.write("ca.crt", "nothing")
        #expect(error { try load() }?.code == .malformed)
        try folder.write("ca.crt", String(decoding: try Fixture.bytes("authority.pem"), as: UTF8.self))
        #expect(error { try load() }?.file == "\(folder.path)/token")
        #expect(ClusterConfiguration.isInCluster(environment: environment, directory: folder.path) == false)
        try folder.write("token", "t")
        #expect(ClusterConfiguration.isInCluster(environment: environment, directory: folder.path))
        #expect(try load().namespace == "default")
        try folder.write("namespace", "team\n")
        let configuration = try load()
        #expect(configuration.server == "https://[fd00::1]:443")
        #expect(configuration.namespace == "team")
        #expect(configuration.credential == .tokenFile("\(folder.path)/token"))
        #expect(configuration.certificateAuthority != nil)
        #expect(configuration.certificateFiles.authority == "\(folder.path)/ca.crt")
        #expect(configuration.skipsTLSVerification == false)
    }
}
