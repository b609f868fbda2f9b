import Foundation
import Testing

@testable import FairleadCLI

@Suite("Files of the local cluster")
struct LocalFilesTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-cli-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test("one cluster a folder: a second is refused while the first lives, and told which process it is")
    func holds() throws {
        try withFolder { folder in
            let data = DataDirectory(folder)
            var hold: DataDirectoryHold? = try data.hold()
            let error = #expect(throws: CommandError.self) { try data.hold() }
            let process = ProcessInfo.processInfo.processIdentifier
            #expect(error?.code == .conflict)
            #expect(error?.message.contains("(process \(process))") == true)
            withExtendedLifetime(hold) {}
            hold = nil
            withExtendedLifetime(try data.hold()) {}
        }
    }

    @Test("a folder that cannot be made is told in a sentence")
    func unusableFolder() {
        let error = #expect(throws: CommandError.self) { try DataDirectory("/dev/null/x").hold() }
        #expect(error?.message.contains("--data-dir") == true)
    }

    @Test("private files are whole, replace what was there, and are for their owner alone")
    func privateFiles() throws {
        try withFolder { folder in
            let path = "\(folder)/deep/kubeconfig"
            try PrivateFile.write("one", to: path)
            try PrivateFile.write("two", to: path)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "two")
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/deep") == ["kubeconfig"])
        }
    }

    @Test("the last port is remembered")
    func ports() throws {
        try withFolder { folder in
            let data = DataDirectory(folder)
            #expect(data.lastPort == nil)
            withExtendedLifetime(try data.hold()) { data.lastPort = 4711 }
            #expect(DataDirectory(folder).lastPort == 4711)
        }
    }

    @Test("a folder's manifests come in the order of their names; what is no manifest is left out")
    func folders() throws {
        try withFolder { folder in
            for name in ["b.yaml", "a.yml", "c.json", "notes.md"] {
                try PrivateFile.write("x: 1", to: "\(folder)/\(name)")
            }
            #expect(
                try ManifestSource.read(folder).map(\.name) == ["a.yml", "b.yaml", "c.json"].map { "\(folder)/\($0)" })
            #expect(throws: CommandError(.notFound, "there is no file \(folder)/none.yaml")) {
                try ManifestSource.read("\(folder)/none.yaml")
            }
        }
    }
}
