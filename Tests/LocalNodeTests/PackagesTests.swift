import Foundation
import KubernetesCore
import Testing

@testable import LocalNode

/// Virtual environments, with a wheel that is made on the spot, so that no index is asked.
@Suite(.serialized, .enabled(if: LocalNodeTests.host.python != nil, "this host has no Python 3"))
struct PackagesTests {
    /// Makes a folder with the wheel `mini`: outside `/tmp`, of which pods have one of their own, wherever the tests
    /// themselves are.
    private static func makeWheel() throws -> (folder: String, wheel: String) {
        let folder =
            FileManager.default.homeDirectoryForCurrentUser.path + "/.fairlead-test-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let wheel = folder + "/mini-1.0-py3-none-any.whl"
        let source = """
            import sys, zipfile
            with zipfile.ZipFile(sys.argv[1], "w") as file:
                info = "mini-1.0.dist-info/"
                file.writestr("mini.py", "answer = 42\\ndef main():\\n    print('script', answer)\\n")
                file.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: mini\\nVersion: 1.0\\n")
                file.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
                file.writestr(info + "entry_points.txt", "[console_scripts]\\nmini = mini:main\\n")
                file.writestr(info + "RECORD", "")
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: LocalNodeTests.host.python ?? "")
        process.arguments = ["-c", source, wheel]
        try process.run()
        process.waitUntilExit()
        return (folder, wheel)
    }

    private static func spec(packages: [String], script: String) -> JSONValue {
        let mounts: JSONValue = [["name": "packages", "mountPath": "/fairlead/packages"]]
        let list = JSONWriter.string(.array(packages.map { .string($0) }))
        return [
            "restartPolicy": "Never", "volumes": [["name": "packages", "emptyDir": [:]]],
            "initContainers": [
                [
                    "name": "packages", "image": "python:3.12", "command": ["sh", "-c", "exit 99"],
                    "env": [["name": "FAIRLEAD_PACKAGES", "value": .string(list)]], "volumeMounts": mounts,
                ]
            ],
            "containers": [
                [
                    "name": "main", "image": "python:3.12", "command": ["sh", "-ec", .string(script)],
                    "env": [
                        ["name": "VIRTUAL_ENV", "value": "/fairlead/packages/venv"],
                        ["name": "PATH", "value": "/fairlead/packages/venv/bin:/usr/local/bin:/usr/bin:/bin"],
                    ], "volumeMounts": mounts,
                ]
            ],
        ]
    }

    @Test(arguments: [true, false])
    func anEnvironmentIsMadeOnceForAll(usesSandbox: Bool) async throws {
        let harness = try NodeHarness()
        let (folder, wheel) = try Self.makeWheel()
        defer {
            harness.removeState()
            try? FileManager.default.removeItem(atPath: folder)
        }
        try await harness.run(harness.configuration { $0.usesSandbox = usesSandbox }) {
            let script = "python -c 'import mini, sys; print(mini.answer, sys.prefix)'; mini; pip --version | cut -c1-3"
            let names = (0..<5).map { "p\($0)" }
            for name in names {
                harness.cluster.createPod(name, uid: name, spec: Self.spec(packages: [wheel], script: script))
            }
            var makers = 0
            for name in names {
                _ = try await harness.status(name, phase: "Succeeded", seconds: 120)
                let text = try await LocalNodeTests.log(harness, name, "main")
                #expect(text.hasPrefix("42 /"), "\(text)")
                #expect(text.hasSuffix("script 42\npip\n"), "\(text)")
                if try await LocalNodeTests.log(harness, name, "packages").contains("making a virtual environment") {
                    makers += 1
                }
            }
            #expect(makers == 1)
        }
    }

    @Test func aFailureShowsWhatPipSaid() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        try await harness.run(harness.configuration()) {
            harness.cluster.createPod(
                "bad", uid: "bad", spec: Self.spec(packages: ["/no/such/wheel-1.0-py3-none-any.whl"], script: "true"))
            let status = try await harness.status("bad", phase: "Failed", seconds: 120)
            let ended = status.initContainerStatuses?.first?.state?.terminated
            #expect(ended?.exitCode == 1)
            #expect(ended?.message?.contains("wheel-1.0-py3-none-any.whl") == true)
            #expect(status.containerStatuses?.first?.state?.waiting?.reason == "PodInitializing")
            // What failed is made anew the next time, not taken for whole.
            let links = try FileManager.default.contentsOfDirectory(atPath: harness.state + "/venvs")
            #expect(!links.contains { $0.hasSuffix("/.complete") })
        }
    }

    @Test func pythonImagesHavePythonAndPip() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        try await harness.run(harness.configuration()) {
            harness.cluster.createPod(
                "bare", uid: "bare",
                spec: shell(
                    "python -c 'print(1)' && python3 -c 'print(2)' && pip --version | cut -c1-3",
                    extra: ["image": "python:3.12-slim"]))
            _ = try await harness.status("bare", phase: "Succeeded", seconds: 120)
            #expect(try await LocalNodeTests.log(harness, "bare", "main") == "1\n2\npip\n")
        }
    }
}
