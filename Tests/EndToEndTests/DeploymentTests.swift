import Foundation
import KubernetesCore
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

extension EndToEndTests {
    /// Deployments and Services as a user of any cluster makes them, with nothing but `kubectl`.
    @Suite(.serialized, .needsKubectl) struct DeploymentTests {
        /// A server whose pages say which version and which pod answer; it serves on for a while when it is to end.
        private static func web(version: String, replicas: Int) -> String {
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: \(replicas)
              selector: {matchLabels: {app: web}}
              strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  terminationGracePeriodSeconds: 10
                  containers:
                    - name: web
                      image: python:3.12
                      env:
                        - {name: VERSION, value: "\(version)"}
                        - {name: ADDRESS, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
                      command: [python3, -c]
                      args:
                        - |
                          import http.server, os, socketserver
                          class Page(http.server.BaseHTTPRequestHandler):
                              def do_GET(self):
                                  text = (os.environ["VERSION"] + " " + os.environ["ADDRESS"] + "\\n").encode()
                                  self.send_response(200)
                                  self.send_header("Content-Length", str(len(text)))
                                  self.end_headers()
                                  self.wfile.write(text)
                              def log_message(self, *arguments): pass
                          http.server.ThreadingHTTPServer((os.environ["ADDRESS"], 8080), Page).serve_forever()
                      ports: [{name: http, containerPort: 8080}]
                      readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}
                      lifecycle: {preStop: {sleep: {seconds: 1}}}
            """
        }

        /// A pod that asks the Service by its name without end, and says what it could not get.
        private static let client = """
            apiVersion: v1
            kind: Pod
            metadata: {name: client}
            spec:
              restartPolicy: Never
              terminationGracePeriodSeconds: 1
              containers:
                - name: client
                  image: python:3.12
                  command: [python3, -u, -c]
                  args:
                    - |
                      import time, urllib.request
                      count = 0
                      while True:
                          try:
                              urllib.request.urlopen("http://web:8000/", timeout=10).read()
                              count += 1
                              if count == 1: print("first", flush=True)
                          except Exception as error:
                              print("failed", count, error, flush=True)
                          time.sleep(0.02)
            """

        private func apply(_ cluster: LocalCluster, _ name: String, _ text: String) async throws {
            let result = try await cluster.kubectl("apply", "-f", try cluster.file(name, text))
            #expect(result.code == 0, "\(result)")
        }

        /// What the Service answers at its own address.
        private func answers(_ address: String, _ count: Int = 8) async throws -> Set<String> {
            let url = try #require(URL(string: "http://\(address):8000/"))
            var answers: Set<String> = []
            for _ in 0..<count {
                // A connection each: an open one stays with its endpoint.
                let session = URLSession(configuration: .ephemeral)
                defer { session.finishTasksAndInvalidate() }
                let (data, _) = try await session.data(from: url)
                answers.insert(String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines))
            }
            return answers
        }

        @Test func aServiceAnswersWhileItsPodsAreReplaced() async throws {
            try await LocalCluster.with { cluster in
                try await apply(cluster, "web.yaml", Self.web(version: "one", replicas: 2))
                let expose = try await cluster.kubectl(
                    "expose", "deployment", "web", "--port=8000", "--target-port=http")
                #expect(expose.code == 0, "\(expose)")
                let rolled = try await cluster.kubectl("rollout", "status", "deployment/web", "--timeout=60s")
                #expect(rolled.output.contains("successfully rolled out"), "\(rolled)")
                let address = try await cluster.kubectl("get", "svc", "web", "-o", "jsonpath={.spec.clusterIP}").output
                #expect(address.hasPrefix("127.128."), "\(address)")
                try await eventually("both pods answer") {
                    let found = try? await answers(address)
                    return found?.count == 2 && found?.allSatisfy { $0.hasPrefix("one 127.") } == true
                }
                try await apply(cluster, "client.yaml", Self.client)
                try await eventually("the client is answered") {
                    try await cluster.kubectl("logs", "client").output.contains("first")
                }

                try await apply(cluster, "web.yaml", Self.web(version: "two", replicas: 2))
                let second = try await cluster.kubectl("rollout", "status", "deployment/web", "--timeout=90s")
                #expect(second.code == 0, "\(second)")
                try await eventually("only the new pods answer") {
                    let found = try await answers(address)
                    return found.count == 2 && found.allSatisfy { $0.hasPrefix("two ") }
                }
                let scale = try await cluster.kubectl("scale", "deployment/web", "--replicas=3")
                #expect(scale.code == 0, "\(scale)")
                try await eventually("three pods answer") { try await answers(address, 12).count == 3 }
                let history = try await cluster.kubectl("rollout", "history", "deployment/web")
                #expect(history.output.contains("1 ") && history.output.contains("2 "), "\(history)")
                let undo = try await cluster.kubectl("rollout", "undo", "deployment/web")
                #expect(undo.code == 0, "\(undo)")
                let back = try await cluster.kubectl("rollout", "status", "deployment/web", "--timeout=90s")
                #expect(back.code == 0, "\(back)")
                try await eventually("the old version answers again") {
                    try await answers(address).allSatisfy { $0.hasPrefix("one ") }
                }
                // Nothing was refused meanwhile: an endpoint goes only when its successor is ready.
                let logs = try await cluster.kubectl("logs", "client")
                #expect(!logs.output.contains("failed"), "\(logs.output)")

                let table = try await cluster.kubectl("get", "deployment,replicaset,endpointslices")
                for part in [
                    "deployment.apps/web", "3/3", "replicaset.apps/web-", "endpointslice.discovery.k8s.io/web-",
                ] {
                    #expect(table.output.contains(part), "\(table)")
                }
                let described = try await cluster.kubectl("describe", "deployment", "web")
                for part in ["NewReplicaSetAvailable", "ScalingReplicaSet", "Scaled up replica set web-"] {
                    #expect(described.output.contains(part), "\(described)")
                }
                _ = try await cluster.kubectl("delete", "deployment/web", "service/web", "pod/client")
                try await eventually("nothing is left") {
                    try await cluster.kubectl("get", "pods,endpointslices,rs", "-o", "name").output.isEmpty
                }
            }
        }

        @Test func aDeploymentOutlivesARestart() async throws {
            try await LocalCluster.with { cluster in
                try await apply(cluster, "web.yaml", Self.web(version: "one", replicas: 2))
                _ = try await cluster.kubectl("expose", "deployment", "web", "--port=8000", "--target-port=http")
                let rolled = try await cluster.kubectl("rollout", "status", "deployment/web", "--timeout=60s")
                #expect(rolled.code == 0, "\(rolled)")
                let address = try await cluster.kubectl("get", "svc", "web", "-o", "jsonpath={.spec.clusterIP}").output
                let pods = try await cluster.kubectl("get", "pods", "-o", "name").output
                try await cluster.crash()
                try await cluster.start()
                try await eventually("its pods answer again") { (try? await answers(address))?.count == 2 }
                // They were adopted, not made anew.
                #expect(try await cluster.kubectl("get", "pods", "-o", "name").output == pods)
            }
        }
    }
}
