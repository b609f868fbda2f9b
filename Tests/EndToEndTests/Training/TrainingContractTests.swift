import Foundation
import KubernetesCore
import Testing

extension EndToEndTests {
    /// What pods of a job are told of each other, read as the libraries read it, and what becomes of a job whose node is lost.
    @Suite(.serialized, .needsKubectl) struct TrainingContractTests {
        private static func job(
            _ name: String, _ framework: String, _ extra: String, _ program: String
        ) -> String {
            let lines = program.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
            return """
                apiVersion: fairlead.dev/v1alpha1
                kind: TrainingJob
                metadata: {name: \(name)}
                spec:
                  framework: \(framework)
                  image: python:3.12-slim
                  resources: {cpu: 20m, memory: 64Mi}
                  \(extra)
                  results: [{name: met, type: integer}]
                  python: |
                \(lines.joined(separator: "\n"))

                """
        }

        /// Every task serves where the cluster's list says so, and reaches all others there, as TensorFlow's servers do.
        private static let tensorflow = """
            import json, os, socket, threading, time

            config = json.loads(os.environ["TF_CONFIG"])
            cluster, task = config["cluster"], config["task"]
            assert sorted(cluster) == ["chief", "ps", "worker"], cluster
            assert [len(cluster[role]) for role in ("chief", "ps", "worker")] == [1, 1, 2], cluster
            port = int(cluster[task["type"]][task["index"]].rsplit(":", 1)[1])
            server = socket.create_server((socket.gethostbyname(socket.gethostname()), port))

            def serve():
                while True:
                    connection, _ = server.accept()
                    connection.sendall(json.dumps([task["type"], task["index"]]).encode())
                    connection.close()

            threading.Thread(target=serve, daemon=True).start()
            met = 0
            for role, hosts in cluster.items():
                for index, address in enumerate(hosts):
                    host, port = address.rsplit(":", 1)
                    while True:
                        try:
                            with socket.create_connection((host, int(port)), timeout=1) as peer:
                                assert json.loads(peer.recv(100)) == [role, index]
                                break
                        except OSError:
                            time.sleep(0.1)
                    met += 1
            with open(os.environ["FAIRLEAD_RESULTS"], "a") as results:
                print(f"met={met}", file=results)
            time.sleep(3)
            """

        /// Rank 0 serves at the port of the environment, and all others come to it, as `init_process_group` does.
        private static let pytorch = """
            import os, socket, time

            rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
            place = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
            assert place == (os.environ["PET_MASTER_ADDR"], int(os.environ["PET_MASTER_PORT"]))
            assert (rank, size) == (int(os.environ["PET_NODE_RANK"]), int(os.environ["PET_NNODES"]))
            ranks = {rank}
            if rank == 0:
                server = socket.create_server(("", place[1]))
                while len(ranks) < size:
                    connection, _ = server.accept()
                    ranks.add(int(connection.recv(10)))
                    connection.sendall(b"met")
            else:
                while True:
                    try:
                        with socket.create_connection(place, timeout=1) as master:
                            master.sendall(str(rank).encode())
                            assert master.recv(10) == b"met"
                            break
                    except OSError:
                        time.sleep(0.1)
            with open(os.environ["FAIRLEAD_RESULTS"], "a") as results:
                print(f"met={len(ranks)}", file=results)
            """

        @Test func librariesFindTheirPeers() async throws {
            try await LocalCluster.with { cluster in
                let roles = "roles: {worker: {nodes: 2}, chief: {}, ps: {}}"
                try await cluster.apply(Self.job("mirrored", "tensorflow", roles, Self.tensorflow))
                try await cluster.apply(Self.job("meeting", "pytorch", "nodes: 3", Self.pytorch))
                try await cluster.apply(try cluster.trainingExample("none"))
                #expect(try await cluster.succeeded("mirrored", within: 90).results?["met"] == 4)
                #expect(try await cluster.succeeded("meeting", within: 90).results?["met"] == 3)
                #expect(try await cluster.succeeded("plain", within: 90).results?["found"] == 3)
            }
        }

        @Test func aLostNodeCostsNothingButTheStepsSinceTheCheckpoint() async throws {
            try await LocalCluster.with { cluster in
                let program = """
                    import os, pathlib, time

                    rank = int(os.environ["RANK"])
                    saved = pathlib.Path(os.environ["FAIRLEAD_CHECKPOINT"], f"step-{rank}")
                    first = int(saved.read_text()) if saved.exists() else 0
                    print(f"starts at step {first}", flush=True)
                    for step in range(first, 40):
                        time.sleep(0.2)
                        aside = saved.with_suffix(".new")
                        aside.write_text(str(step + 1))
                        os.replace(aside, saved)
                    with open(os.environ["FAIRLEAD_RESULTS"], "a") as results:
                        print(f"met={40 - first}", file=results)
                    """
                let extra = "nodes: 2\n  nodeLoss: 2s\n  retry: {max: 0}\n  checkpoint: {every: 5s}"
                try await cluster.apply(Self.job("lost", "pytorch", extra, program))
                try await eventually("both train") {
                    let (first, second) = (try await cluster.log(of: "lost", 0), try await cluster.log(of: "lost", 1))
                    return [first, second].allSatisfy { $0.contains("starts at step 0") }
                }
                let unreachable = "node.kubernetes.io/unreachable:NoExecute"
                let taint = try await cluster.kubectl("taint", "nodes", "local", unreachable)
                #expect(taint.code == 0, "\(taint)")
                try await eventually("the gang begins again", within: 120) {
                    try await cluster.job("lost").attempt == 2
                }
                let waits = try await cluster.job("lost")
                #expect(waits.failures ?? 0 == 0 && waits.disruptions == 1 && waits.completionTime == nil, "\(waits)")
                let untaint = try await cluster.kubectl("taint", "nodes", "local", "\(unreachable)-")
                #expect(untaint.code == 0, "\(untaint)")
                let end = try await cluster.succeeded("lost", within: 120)
                #expect(end.restarts == 1 && end.failures ?? 0 == 0 && end.disruptions == 1, "\(end)")
                #expect(end["met"] ?? 40 < 40, "the second attempt went on from the checkpoint")
            }
        }

        @Test func aNodeIsCordonedAndDrained() async throws {
            try await LocalCluster.with { cluster in
                func ok(_ arguments: String...) async throws {
                    let result = try await cluster.kubectl(arguments)
                    #expect(result.code == 0, "\(result)")
                }
                try await ok("run", "stays", "--image=busybox", "--restart=Never", "--", "sleep", "1000")
                try await ok("wait", "--for=condition=Ready", "pod/stays", "--timeout=30s")
                try await ok("drain", "local", "--force", "--grace-period=1", "--timeout=30s")
                #expect(try await cluster.kubectl("get", "pod", "stays").code != 0)
                try await ok("run", "later", "--image=busybox", "--restart=Never", "--", "true")
                try await eventually("it waits") {
                    try await cluster.kubectl("describe", "pod", "later").output.contains(
                        "1 node(s) were unschedulable")
                }
                try await ok("uncordon", "local")
                try await ok("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/later", "--timeout=30s")
            }
        }
    }
}
