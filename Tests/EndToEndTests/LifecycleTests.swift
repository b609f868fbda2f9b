import Foundation
import Testing

extension EndToEndTests {
    /// How `fairlead local` starts and ends.
    @Suite(.serialized) struct LifecycleTests {
        @Test func aStartLeavesAKubeconfigForThisUserAlone() async throws {
            try await LocalCluster.with { cluster in
                let attributes = try FileManager.default.attributesOfItem(atPath: cluster.kubeconfig)
                #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
                let address = try String(contentsOfFile: cluster.readyFile, encoding: .utf8)
                #expect(address.hasPrefix("https://127.0.0.1:"))

                let second = try await cluster.fairlead("local", "--data-dir", cluster.data)
                #expect(second.code != 0)
                #expect(second.error.contains("another fairlead local"), "\(second)")
                #expect(second.error.contains("--data-dir"), "\(second)")

                let end = try await cluster.stop(SIGINT)
                #expect(end.code == 0, "\(end)")
                #expect(!end.error.contains("error"), "\(end)")
                #expect(!FileManager.default.fileExists(atPath: cluster.readyFile))
                #expect(cluster.processes() == [])

                try await cluster.start()
                let again = try String(contentsOfFile: cluster.readyFile, encoding: .utf8)
                #expect(again == address, "a kubeconfig stays right over a restart")
            }
        }

        /// A program that starts another one in a session of its own, and ignores SIGTERM.
        private static let stubborn = """
            tasks:
              - {name: plain, script: "sleep 1000"}
              - {name: stubborn, script: "trap '' TERM; setsid sleep 1000 & sleep 1000"}
            """

        @Test(arguments: [SIGINT, SIGTERM])
        func aStopEndsWhatRuns(signal: Int32) async throws {
            try await LocalCluster.with { cluster in
                try await Self.runStubborn(cluster)
                let end = try await cluster.stop(signal)
                #expect(end.code == 0, "\(end)")
                try await eventually("no process is left", within: 30) { cluster.processes().isEmpty }
            }
        }

        @Test func aStopRightAfterARestartEndsWhatTheCrashLeft() async throws {
            try await LocalCluster.with { cluster in
                let address = try String(contentsOfFile: cluster.readyFile, encoding: .utf8)
                try await Self.runStubborn(cluster)
                try await cluster.crash()
                #expect(!cluster.processes().isEmpty, "pods run on after a crash")
                try await cluster.start()
                #expect(try String(contentsOfFile: cluster.readyFile, encoding: .utf8) == address)
                let end = try await cluster.stop(SIGTERM)
                #expect(end.code == 0, "\(end)")
                try await eventually("no process is left", within: 30) { cluster.processes().isEmpty }
            }
        }

        private static func runStubborn(_ cluster: LocalCluster) async throws {
            let before = cluster.processes().count
            let started = try await cluster.fairlead("run", try cluster.run("stubborn", stubborn))
            #expect(started.code == 0, "\(started)")
            try await eventually("both tasks run") {
                let tasks = try await cluster.status("stubborn").tasks ?? []
                return tasks.count == 2 && tasks.allSatisfy { $0.phase == "Running" }
            }
            try await eventually("their processes run") { cluster.processes().count > before + 4 }
        }
    }
}
