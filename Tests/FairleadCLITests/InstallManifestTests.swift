import Foundation
import Testing

@testable import FairleadCLI

@Suite("fairlead manifests")
struct InstallManifestTests {
    @Test("with the chart's defaults it is manifests/install.yaml, to the letter")
    func defaults() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = try String(contentsOf: root.appending(path: "manifests/install.yaml"), encoding: .utf8)
        #expect(try InstallManifest().text() == file, "make crds renews both")
    }

    @Test("namespace and image stand everywhere, and the defaults nowhere")
    func chosen() throws {
        let text = try InstallManifest(namespace: "ml-platform", image: "registry.example.com/f:1@sha256:00").text()
        #expect(!text.contains(InstallManifest.defaultNamespace))
        #expect(!text.contains(InstallManifest.defaultImage))
        #expect(text.contains("\n  name: ml-platform\n"))
        #expect(text.contains("--lease-namespace=ml-platform\n"))
        #expect(text.contains("image: \"registry.example.com/f:1@sha256:00\"\n"))
        #expect(text.contains("--image=registry.example.com/f:1@sha256:00\n"))
    }

    @Test(
        "what would be other YAML is refused",
        arguments: [
            ("", "a:1"), ("A", "a:1"), ("a b", "a:1"), ("a\nkind: X", "a:1"), ("a", ""), ("a", "x\"\n"), ("a", "a b"),
        ])
    func refused(namespace: String, image: String) {
        #expect(throws: CommandError.self) { try InstallManifest(namespace: namespace, image: image) }
    }
}
