import Foundation
import KubernetesCore
import Testing

extension EndToEndTests {
    /// Fairlead as `manifests/install.yaml` installs it, on a real API server where there is one.
    @Suite(.serialized) struct InstallTests {
        @Test func aRunGoesOnWhenTheLeaderIsKilled() async throws {
            try await InstalledCluster.with { cluster in
                let (first, leader) = try await cluster.startLeaderAndStandby()
                try await cluster.applyRun("handed-over", pairs: 8, seconds: 2)
                try await eventually("some tasks run", every: .milliseconds(200)) {
                    try await cluster.status("handed-over").tasks?.contains { $0.phase == "Running" } == true
                }
                first.send(SIGKILL)
                try await cluster.expectSuccess("handed-over")
                #expect(try await cluster.leader() != leader)
            }
        }

        @Test func theControllerMayDoNothingElse() async throws {
            try await InstalledCluster.with { cluster in
                var allowed: [String] = []
                for resource in ["secrets", "nodes", "deployments.apps/scale", "pods/exec", "pods/log"] {
                    for verb in ["get", "list", "watch", "create", "patch", "update", "delete"]
                    where try await cluster.controllerMay(verb, resource, in: cluster.namespace) {
                        allowed.append("\(verb) \(resource)")
                    }
                }
                // A training job's key is made, and the leader's log is read; no Secret is.
                #expect(allowed == ["create secrets", "get pods/log"])
                // A patch puts back what others changed; how many pods a Deployment has is the routers' to say.
                #expect(try await !cluster.controllerMay("update", "deployments.apps", in: cluster.namespace))
                // That the question is answered at all.
                #expect(try await cluster.controllerMay("create", "pods", in: cluster.namespace))
            }
        }

        @Test func aRouterMayReadAndScaleAndNothingElse() async throws {
            try await InstalledCluster.with { cluster in
                var allowed: [String] = []
                let resources = [
                    "secrets", "configmaps", "pods", "services", "deployments.apps", "deployments.apps/scale",
                    "inferenceservices.fairlead.dev", "inferenceservices.fairlead.dev/status",
                    "endpointslices.discovery.k8s.io",
                ]
                for resource in resources {
                    for verb in ["get", "list", "watch", "create", "patch", "update", "delete"]
                    where try await cluster.routerMay(verb, resource, in: cluster.namespace) {
                        allowed.append("\(verb) \(resource)")
                    }
                }
                #expect(
                    allowed == [
                        "list deployments.apps", "watch deployments.apps", "get deployments.apps/scale",
                        "patch deployments.apps/scale", "list inferenceservices.fairlead.dev",
                        "watch inferenceservices.fairlead.dev", "list endpointslices.discovery.k8s.io",
                        "watch endpointslices.discovery.k8s.io",
                    ])
            }
        }

        @Test(.enabled(if: InstalledCluster.canRender, "rendering a chart needs what `make test` installs"))
        func oneNamespaceNeedsRolesOnly() async throws {
            try await InstalledCluster.with(isNamespaced: true) { cluster in
                #expect(try await !cluster.controllerMay("list", "pods", in: "default"))
                #expect(try await cluster.controllerMay("list", "pods", in: cluster.namespace))
                _ = try cluster.startController("--namespace", cluster.namespace)
                try await cluster.applyRun("inside", pairs: 3)
                try await cluster.expectSuccess("inside")
            }
        }

        @Test func aCleanStopHandsTheLeaseOverAtOnce() async throws {
            try await InstalledCluster.with { cluster in
                let (first, leader) = try await cluster.startLeaderAndStandby()
                try await cluster.applyRun("before", pairs: 1)
                try await cluster.expectSuccess("before")
                first.send(SIGTERM)
                #expect(try await first.ended(within: 30).code == 0)
                // A lease that had to run out would take 15 seconds.
                try await eventually("the second leads", within: 8, every: .milliseconds(200)) {
                    let holder = try await cluster.leader()
                    return !holder.isEmpty && holder != leader
                }
                try await cluster.applyRun("after", pairs: 1)
                try await cluster.expectSuccess("after")
            }
        }

        @Test func aRunGoesOnWhenTheServerIsKilled() async throws {
            try await InstalledCluster.with { cluster in
                guard cluster.isRestartable else { return }
                var controller = try cluster.startController()
                try await cluster.applyRun("interrupted", pairs: 8, seconds: 2)
                try await eventually("some tasks run", every: .milliseconds(200)) {
                    try await cluster.status("interrupted").tasks?.contains { $0.phase == "Running" } == true
                }
                try await cluster.restartServer()
                try await eventually("the end of interrupted", within: 120, every: .milliseconds(200)) {
                    // Where the server was away for longer than the lease, it has ended to be started again.
                    if !controller.process.isRunning { controller = try cluster.startController() }
                    return try await cluster.status("interrupted").completionTime != nil
                }
                try await cluster.expectSuccess("interrupted")
            }
        }

        @Test func theDefinitionsAreUpgradedInTheMiddleOfARun() async throws {
            try await InstalledCluster.with { cluster in
                _ = try cluster.startController()
                try await cluster.applyRun("upgraded", pairs: 4, seconds: 2)
                for kind in ["pipelines", "pipelineruns"] {
                    var definition = try await cluster.kubectl("get", "crd", "\(kind).fairlead.dev", "-o", "json")
                        .json()
                    let metadata: JSONValue = ["name": definition[path: ["metadata", "name"]] ?? ""]
                    definition["metadata"] = metadata
                    definition["status"] = nil
                    let versions = definition[path: ["spec", "versions"]]?.arrayValue ?? []
                    definition[path: ["spec", "versions"]] = .array(
                        versions.map { version in
                            var version = version
                            let path = ["schema", "openAPIV3Schema", "properties", "spec", "properties", "later"]
                            version[path: path] = ["type": "string", "description": "A later version's."]
                            return version
                        })
                    let file = cluster.folder.appendingPathComponent("\(kind).json")
                    try Data(JSONWriter.bytes(definition)).write(to: file)
                    try await cluster.apply(file.path)
                }
                try await cluster.expectSuccess("upgraded")
                try await cluster.applyRun("later", pairs: 1)
                try await cluster.expectSuccess("later")
            }
        }

        @Test func aNamespaceGoesInTheMiddleOfARun() async throws {
            try await InstalledCluster.with { cluster in
                guard try await cluster.hasControllers() else { return }
                _ = try cluster.startController()
                try await cluster.applyRun("cut", pairs: 4, seconds: 30)
                try await eventually("some tasks run", every: .milliseconds(200)) {
                    try await cluster.status("cut").tasks?.contains { $0.phase == "Running" } == true
                }
                let gone = try await cluster.kubectl("delete", "namespace", cluster.namespace, "--timeout=80s")
                #expect(gone.code == 0, "\(gone)")
            }
        }

        /// With no controller, `fairlead uninstall` lets go of what would hold the namespace for ever.
        @Test func aNamespaceGoesWithoutAController() async throws {
            try await InstalledCluster.with { cluster in
                let controller = try cluster.startController()
                try await cluster.applyRun("orphaned", pairs: 4, seconds: 2)
                try await eventually("some tasks run", every: .milliseconds(200)) {
                    try await cluster.status("orphaned").tasks?.contains { $0.phase == "Running" } == true
                }
                controller.send(SIGKILL)
                _ = try await controller.ended(within: 30)
                #expect(try await !cluster.heldPods().isEmpty)
                let uninstalled = try await cluster.fairlead("uninstall", "--yes", "--namespace", cluster.namespace)
                #expect(uninstalled.code == 0, "\(uninstalled)")
                #expect(try await cluster.heldPods() == [])
                guard try await cluster.hasControllers() else { return }
                let gone = try await cluster.kubectl("delete", "namespace", cluster.namespace, "--timeout=80s")
                #expect(gone.code == 0, "\(gone)")
            }
        }
    }
}
