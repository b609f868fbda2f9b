import Foundation
import KubernetesCore
import Testing

@testable import FairleadAPI

/// The CRDs as they are checked in.
///
/// `FAIRLEAD_RENEW_GOLDENS=1 swift test` writes them anew.
@Suite struct CustomResourceDefinitionTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "manifests/crds")

    @Test(arguments: CustomResourceDefinitions.all.indices)
    func equalsGolden(_ index: Int) throws {
        let definition = CustomResourceDefinitions.all[index]
        let file = Self.folder.appending(
            path: "\(definition.type.gvk.group)_\(definition.type.plural).yaml")
        if ProcessInfo.processInfo.environment["FAIRLEAD_RENEW_GOLDENS"] == "1" {
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            try definition.yaml.write(to: file, atomically: true, encoding: .utf8)
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        #expect(definition.yaml == golden, "renew with FAIRLEAD_RENEW_GOLDENS=1 swift test")
        #expect(golden.utf8.count < 50_000)
    }

    @Test(arguments: CustomResourceDefinitions.all.indices)
    func yamlReadsBackAsJSON(_ index: Int) throws {
        let definition = CustomResourceDefinitions.all[index]
        #expect(try ManifestReader.read(definition.yaml) == [definition.json])
    }

    /// The rules for structural schemas of the apiextensions API.
    @Test(arguments: CustomResourceDefinitions.all.indices)
    func schemaIsStructural(_ index: Int) throws {
        let definition = CustomResourceDefinitions.all[index]
        let version = try #require(definition.json["spec"]?["versions"]?[0])
        let schema = try #require(version["schema"]?["openAPIV3Schema"])
        var paths: [String] = []
        Self.walk(schema, "") { path, node in
            paths.append(path)
            let type = node["type"]?.stringValue
            #expect(type != nil || node["x-kubernetes-preserve-unknown-fields"] == true, "\(path) needs a type")
            #expect(node["properties"] == nil || node["additionalProperties"] == nil, "\(path)")
            #expect(type != "array" || node["items"] != nil, "\(path) needs items")
            #expect(node["default"] == nil, "\(path): a default would hide what is inherited")
            for name in node["required"]?.arrayValue ?? [] {
                #expect(node["properties"]?[name.stringValue ?? ""] != nil, "\(path) requires \(name)")
            }
            for key in node["x-kubernetes-list-map-keys"]?.arrayValue ?? [] {
                #expect(node["items"]?["required"]?.arrayValue?.contains(key) == true, "\(path): a key is required")
            }
        }
        #expect(paths.contains(".spec"))
        #expect(paths.contains(".status.conditions[]"))
    }

    @Test func namesAndColumns() throws {
        let expected: [String: (shortName: String, columns: String, wide: String)] = [
            "clusterconnections": ("flcc", "Type Ready Age", "URIs Secret"),
            "clusterprofiles": ("flcp", "Default Ready Age", "Artifacts"),
            "clusterservingruntimes": ("flcsr", "Formats Protocols Disabled Ready Age", "Images"),
            "connections": ("flc", "Type Ready Age", "URIs Secret"),
            "inferenceservices": (
                "fls", "URL Ready Reason Replicas Traffic Model Age", "Runtime Format Scale"
            ),
            "models": ("flm", "Latest Production Versions Owner Age", "Message"),
            "modelversions": ("flmv", "Model Version Format Aliases Metrics Age", "Phase URI Run"),
            "pipelineruns": ("flr", "Phase Reason Progress Pipeline Age Duration", "Message Queue"),
            "pipelines": ("flp", "Tasks LastRun Phase Age", ""),
            "servingruntimes": ("flsr", "Formats Protocols Disabled Ready Age", "Images"),
            "trainingjobs": (
                "fltj", "Phase Framework Nodes Restarts Progress Age", "Queue Reason Duration Metrics"
            ),
            "triggers": ("flt", "Source Schedule TimeZone Suspend Active Last Next Age", ""),
        ]
        #expect(CustomResourceDefinitions.all.count == expected.count)
        for definition in CustomResourceDefinitions.all {
            let (short, columns, wide) = try #require(expected[definition.type.plural])
            let spec = try #require(definition.json["spec"])
            #expect(spec["names"]?["shortNames"] == [.string(short)])
            #expect(spec["names"]?["categories"] == ["fairlead"])
            let shown = try #require(spec["versions"]?[0]?["additionalPrinterColumns"]?.arrayValue)
            func names(isWide: Bool) -> String {
                shown.filter { ($0["priority"] == 1) == isWide }.compactMap { $0["name"]?.stringValue }
                    .joined(separator: " ")
            }
            #expect(names(isWide: false) == columns)
            #expect(names(isWide: true) == wide)
        }
    }

    private static func walk(_ node: JSONValue, _ path: String, _ visit: (String, JSONValue) -> Void) {
        visit(path, node)
        for (name, child) in node["properties"]?.objectValue ?? [:] { walk(child, "\(path).\(name)", visit) }
        if let child = node["additionalProperties"] { walk(child, "\(path).*", visit) }
        if let child = node["items"] { walk(child, "\(path)[]", visit) }
    }
}
