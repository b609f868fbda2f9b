import Foundation
import KubernetesCore
import Testing

@testable import FairleadAPI

@Suite struct ShippedRuntimesTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "manifests/runtimes")

    @Test func areFineAndThoseOfTheFolder() throws {
        let objects = try ShippedRuntimes.objects()
        let names = objects.compactMap { $0["metadata"]?["name"]?.stringValue }
        #expect(
            names.sorted() == [
                "huggingface", "lightgbm", "mlflow", "onnx", "pytorch", "sklearn", "tensorflow", "triton", "vllm",
                "xgboost",
            ])
        for object in objects {
            #expect(ManifestValidator.validate(object) == [])
            let runtime = try KubernetesJSON.decode(ClusterServingRuntime.self, from: object)
            let spec = try #require(runtime.spec.value)
            #expect(spec.supportedModelFormats.contains { $0.name == runtime.metadata.name && $0.autoSelect == nil })
            #expect(spec.containers.count == 1)
            // A registry is named, so that a node need not guess, and a version, so that nothing changes by itself.
            let image = spec.containers[0]["image"]?.stringValue ?? ""
            #expect(image.contains(".") && image.contains("/") && !image.hasSuffix(":latest"))
            let file = Self.folder.appending(path: "\(runtime.metadata.name).yaml")
            #expect(try ManifestReader.read(String(contentsOf: file, encoding: .utf8)) == [object])
        }
    }

    /// Each format leads to one runtime only.
    @Test func formatsAreUnambiguous() throws {
        var chosen: [String: String] = [:]
        for object in try ShippedRuntimes.objects() {
            let runtime = try KubernetesJSON.decode(ClusterServingRuntime.self, from: object)
            for format in runtime.spec.value?.supportedModelFormats ?? [] where format.autoSelect ?? true {
                #expect(chosen.updateValue(runtime.metadata.name, forKey: format.name) == nil, "\(format.name)")
            }
        }
    }
}
