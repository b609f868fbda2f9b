import Foundation
import PropertyTesting
import Testing

@testable import FairleadArtifacts

struct ContentDigestTests {
    @Test func aFileIsTheDigestOfItsBytes() throws {
        let sandbox = try Sandbox()
        let path = try sandbox.write("abc", to: "file")
        let content = try ContentDigest(of: #require(try FileTree(at: path)))
        #expect(content.size == 3)
        #expect(content.text == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    /// The digest that the documentation promises: what coreutils say of random trees.
    @Test func aFolderIsWhatSha256sumSays() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5 {
            let sandbox = try Sandbox()
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                let depth = Int.random(in: 1...3, using: &generator)
                let parts = (0..<depth).map { _ in
                    ["a", "b c", "Z", "a-b", "a.b", "ä", "_"].randomElement(using: &generator) ?? "a"
                }
                // A name may be taken by a folder already.
                let name = "tree/" + parts.joined(separator: "/d") + ".\(Int.random(in: 0...99, using: &generator))"
                let size = Int.random(in: 0...5000, using: &generator)
                _ = try? sandbox.write(String(repeating: "x", count: size), to: name)
            }
            let tree = try #require(try FileTree(at: sandbox.path + "/tree"))
            let script =
                "cd \"$0\" && find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
            let told = try await Tool.run("sh", ["-c", script, sandbox.path + "/tree"])
            let content = try ContentDigest(of: tree)
            #expect(content.text == "sha256:\(told.prefix(64))")
            #expect(content.size == tree.files.reduce(0) { $0 + $1.size })
        }
    }

    @Test func linksAreFollowedInsideAndRefusedElsewhere() throws {
        let sandbox = try Sandbox()
        try sandbox.write("weights", to: "out/blobs/1")
        let files = FileManager.default
        try files.createDirectory(atPath: sandbox.path + "/out/model", withIntermediateDirectories: true)
        func link(_ name: String, to target: String) throws {
            try? files.removeItem(atPath: "\(sandbox.path)/out/model/\(name)")
            try files.createSymbolicLink(atPath: "\(sandbox.path)/out/model/\(name)", withDestinationPath: target)
        }
        func names() throws -> [String]? { try FileTree(at: sandbox.path + "/out/model")?.files.map(\.name) }
        try link("w", to: "../blobs/1")
        #expect(try names() == ["w"])
        for (target, complaint) in [
            ("/etc/hostname", "a link out of the folder"), ("../blobs/2", "a link to nothing"),
            ("../model", "a link in a circle"), ("../../../../../../../../../../etc", "a link out of the folder"),
        ] {
            try link("x", to: target)
            let failure = #expect(throws: ArtifactFailure.self) { try names() }
            #expect(failure?.message.contains(complaint) == true, "\(target): \(failure?.message ?? "")")
            #expect(failure?.reason == .artifactMissing)
        }
    }
}
