import Foundation
import KubernetesCore
import Testing

@testable import FairleadArtifacts

/// Code that comes in one file.
@Suite(.enabled(if: Tool.isInstalled("bsdtar") && Sandbox.hasRclone, "needs bsdtar and rclone"))
struct CodeArchiveTests {
    private func fetch(_ sandbox: Sandbox, _ uri: String, path: String? = nil) async -> Int32 {
        var code: JSONValue = ["uri": .string(uri)]
        code["path"] = path.map { .string($0) }
        let plan: JSONValue = ["code": code, "codePath": .string(sandbox.path + "/work/code"), "attempts": 1]
        return await FetchProgram.run(sandbox.context(plan: plan))
    }

    @Test(arguments: ["code.tar.gz", "code.tgz", "code.zip"])
    func isUnpacked(_ name: String) async throws {
        let sandbox = try Sandbox()
        try sandbox.write("print(1)", to: "source/train/main.py")
        try sandbox.write("x", to: "source/set up.cfg")
        let archive = "\(sandbox.path)/\(name)"
        let format = name.hasSuffix("zip") ? "zip" : "gnutar"
        let pack = name.hasSuffix("zip") ? [] : ["-z"]
        try await Tool.run(
            "bsdtar", ["-c", "--format", format] + pack + ["-f", archive, "-C", sandbox.path + "/source", "."])
        #expect(await fetch(sandbox, "file://\(archive)", path: "train") == 0, "\(sandbox.log)")
        #expect(sandbox.read("work/code/train/main.py") == "print(1)")
        #expect(sandbox.read("work/code/set up.cfg") == "x")
        #expect(sandbox.names("work") == ["code"], "the archive itself is not kept")
        #expect(try sandbox.message().last?["size"] == 9)
    }

    @Test func whatLeadsOutIsRefused() async throws {
        let sandbox = try Sandbox()
        let script = """
            import io, sys, tarfile, zipfile
            folder = sys.argv[1]
            def add(archive, name, kind=tarfile.REGTYPE, link=""):
                member = tarfile.TarInfo(name); member.type = kind; member.linkname = link; member.size = 0 if link else 1
                archive.addfile(member, None if link else io.BytesIO(b"x"))
            with tarfile.open(folder + "/up.tar.gz", "w:gz") as archive: add(archive, "../out")
            with tarfile.open(folder + "/link.tgz", "w:gz") as archive:
                add(archive, "away", tarfile.SYMTYPE, folder); add(archive, "away/out")
            with zipfile.ZipFile(folder + "/up.zip", "w") as archive: archive.writestr("../out", "x")
            open(folder + "/none.tar.gz", "w").write("no archive")
            """
        try await Tool.run("python3", ["-c", script, sandbox.path])
        for name in ["up.tar.gz", "link.tgz", "up.zip", "none.tar.gz"] {
            #expect(await fetch(sandbox, "file://\(sandbox.path)/\(name)") == 64, "\(name): \(sandbox.log)")
            let error = try sandbox.message().last?["error"]?.stringValue ?? ""
            #expect(error.contains("can't be unpacked") && error.contains(name), "\(error)")
            #expect(sandbox.read("out") == nil && sandbox.read("work/out") == nil)
            try? FileManager.default.removeItem(atPath: sandbox.path + "/work")
        }
    }

    @Test(arguments: [
        ("s3://a/b.tar.gz", true), ("https://h/B.ZIP?x=1#y", true), ("s3://a/b.tgz", true), ("s3://a/b.tar", false),
        ("s3://a/zip", false), ("s3://a.zip/b", false),
    ])
    func names(_ uri: String, _ isArchive: Bool) { #expect(CodeArchive.isNamed(by: uri) == isArchive) }
}
