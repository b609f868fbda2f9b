import Foundation
import KubernetesCore
import Testing

extension EndToEndTests {
    /// Distributed training as a data scientist runs it: the frameworks themselves, from PyPI and Debian, on this machine.
    @Suite(.serialized, .needsKubectl) struct TrainingTests {
        /// What follows each step of the example for JAX, with the line after which it stands.
        private static let step = "        parameters, loss = train(parameters, x, y)\n"

        /// The example as a job of another name that does something more after each step.
        private func jax(_ cluster: LocalCluster, _ name: String, after: String) throws -> String {
            try cluster.trainingExample(
                "jax",
                [
                    ("name: digits", "name: \(name)"), ("  nodes: 3\n", "  nodes: 3\n  podRetention: All\n"),
                    (Self.step, "\(Self.step)        __import__(\"time\").sleep(0.02)\n\(after)"),
                ])
        }

        /// Where the attempts of a rank began whose logs are there.
        private func starts(in log: String) -> [Int] {
            log.split(separator: "\n").compactMap { line in
                line.firstRange(of: "starts at step ").flatMap { Int(line[$0.upperBound...]) }
            }
        }

        @Test func jaxGoesOnFromItsCheckpoint() async throws {
            try await LocalCluster.with { cluster in
                try await cluster.apply(try cluster.trainingExample("jax"))
                // One rank is killed, and in another job one ends with exit code 1, once.
                try await cluster.apply(try jax(cluster, "shot", after: ""))
                let trip = """
                            if step == 70 and rank == 1 and os.environ["FAIRLEAD_ATTEMPT"] == "1":
                                os._exit(1)

                    """
                try await cluster.apply(try jax(cluster, "tripped", after: trip))
                try await eventually("a checkpoint", within: 240, every: .milliseconds(300)) {
                    try await cluster.log(of: "shot", 0).contains("step=60 ")
                }
                try await cluster.shoot("shot", 1)

                let whole = try await cluster.succeeded("digits", within: 240)
                let loss = try #require(whole["loss"])
                #expect(whole.results?["ranks"] == 3)
                #expect(whole.restarts ?? 0 == 0)
                #expect(whole.progress == "100%")
                let losses = LocalCluster.losses(in: try await cluster.log(of: "digits", 0))
                #expect(losses == losses.sorted(by: >), "the loss falls: \(losses)")
                #expect(losses.count == 10 && loss < 0.2 && losses.first ?? 0 > 1)
                let model = try #require(whole.artifacts?["model"]?.uri)
                #expect(FileManager.default.fileExists(atPath: model.dropFirst("file://".count) + "/parameters.npz"))
                for name in ["shot", "tripped"] {
                    let broken = try await cluster.succeeded(name, within: 180)
                    #expect(broken.restarts == 1 && broken.attempt == 2 && broken.failures == 1, "\(name): \(broken)")
                    let other = try #require(broken["loss"])
                    #expect(abs(other - loss) <= 1e-6 * loss, "\(name): \(other) where an unbroken run has \(loss)")
                    for rank in 0..<3 {
                        // The pod that failed stays, beside its successor.
                        let starts = starts(in: try await cluster.log(of: name, rank))
                        #expect(starts.max() ?? 0 >= 40, "rank \(rank) of \(name) began at \(starts)")
                    }
                }
            }
        }

        @Test func xgboostGrowsOneForest() async throws {
            try await LocalCluster.with { cluster in
                try await cluster.apply(try cluster.trainingExample("xgboost"))
                let status = try await cluster.succeeded("tumours", within: 180)
                #expect(status.results?["ranks"] == 3)
                let losses = LocalCluster.losses(in: try await cluster.log(of: "tumours", 0))
                #expect(losses.count == 30 && losses == losses.sorted(by: >), "the loss falls: \(losses)")
                #expect(status["loss"] ?? 1 < 0.05)
                let model = try #require(status.artifacts?["model"]?.uri)
                #expect(FileManager.default.fileExists(atPath: model.dropFirst("file://".count) + "/model.ubj"))
            }
        }

        @Test func lightgbmGrowsTreesOnTwoMachines() async throws {
            try await LocalCluster.with { cluster in
                try await cluster.apply(try cluster.trainingExample("lightgbm"))
                let status = try await cluster.succeeded("leaves", within: 180)
                #expect(status["loss"] ?? 1 < 0.1)
                let log = try await cluster.log(of: "leaves", 0)
                #expect(log.contains("Local rank: 0, total number of machines: 2") && log.contains("trees="), "\(log)")
                let model = try #require(status.artifacts?["model"]?.uri)
                #expect(FileManager.default.fileExists(atPath: model.dropFirst("file://".count) + "/model.txt"))
            }
        }

        private static let hasMPI = ["mpirun", "ssh", "sshd"].allSatisfy { name in
            ["/usr/local/bin", "/usr/bin", "/usr/sbin", "/usr/local/sbin"].contains {
                FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
            }
        }

        @Test(.enabled(if: hasMPI, "needs openmpi-bin and openssh-server, which make test installs where it may"))
        func mpiSumsGradientsOverSSH() async throws {
            try await LocalCluster.with { cluster in
                try await cluster.apply(try cluster.trainingExample("mpi"))
                let status = try await cluster.succeeded("sums", within: 180)
                #expect(status.results?["ranks"] == 3)
                #expect(status["loss"] ?? 1 < 0.01)
                let log = try await cluster.log(of: "sums", 0, role: "launcher")
                for rank in 0..<3 { #expect(log.contains("rank \(rank) of 3 on sums-worker-\(rank)"), "\(log)") }
                let losses = LocalCluster.losses(in: log).prefix(10)
                #expect(losses.count == 10 && Array(losses) == losses.sorted(by: >), "the loss falls: \(losses)")
            }
        }

        /// The version of PyTorch without CUDA that pip is told of here: the one of PyPI has some gigabytes.
        private static let torch: String? = {
            let folders = (ProcessInfo.processInfo.environment["PIP_FIND_LINKS"] ?? "").split(separator: " ")
            let names = folders.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: String($0))) ?? [] }
            let wheel = names.first { $0.hasPrefix("torch-") && $0.contains("+cpu-") }
            return wheel?.split(separator: "-").dropFirst().first.map(String.init)
        }()

        @Test(.enabled(if: torch != nil, "needs a wheel of PyTorch without CUDA in a folder of PIP_FIND_LINKS"))
        func pytorchMeetsByItsEnvironment() async throws {
            try await LocalCluster.with { cluster in
                let version = try #require(Self.torch)
                try await cluster.apply(
                    try cluster.trainingExample("pytorch", [("[numpy, torch]", "[numpy, \"torch==\(version)\"]")]))
                let status = try await cluster.succeeded("fit-torch", within: 240)
                #expect(status.results?["ranks"] == 2)
                let losses = LocalCluster.losses(in: try await cluster.log(of: "fit-torch", 0))
                #expect(losses.count == 10 && losses.last ?? 1 < losses.first ?? 0, "the loss falls: \(losses)")
            }
        }
    }
}
