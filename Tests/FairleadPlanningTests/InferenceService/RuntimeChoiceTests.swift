import FairleadAPI
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// Which runtime a model gets.
@Suite struct RuntimeChoiceTests {
    private func candidate(_ name: String, _ yaml: String, isOfCluster: Bool = true) throws -> RuntimeCandidate {
        var document = try PodFixture.document(yaml)
        document["containers"] = [["name": "main", "image": "server"]]
        return RuntimeCandidate(
            name: name, isOfCluster: isOfCluster,
            spec: try KubernetesJSON.decode(ServingRuntimeSpec.self, from: document))
    }

    private func choice() throws -> RuntimeChoice {
        RuntimeChoice(candidates: [
            try candidate(
                "zeta", "{supportedModelFormats: [{name: sklearn, priority: 2}], protocolVersions: [v1, v2]}"),
            try candidate("beta", "{supportedModelFormats: [{name: sklearn, priority: 1}]}"),
            try candidate("alpha", "{supportedModelFormats: [{name: sklearn}, {name: onnx, version: 1}]}"),
            try candidate("manual", "{supportedModelFormats: [{name: paddle, autoSelect: false}]}"),
            try candidate("off", "{supportedModelFormats: [{name: sklearn, priority: 9}], disabled: true}"),
            try candidate("chat", "{supportedModelFormats: [{name: vllm}], protocolVersions: [openai]}"),
            try candidate("two", "{supportedModelFormats: [{name: onnx, version: 2, priority: 1}]}"),
            RuntimeCandidate(name: "broken", isOfCluster: true, spec: nil),
        ])
    }

    private func model(_ format: String?, _ version: String? = nil) -> ResolvedModel {
        ResolvedModel(uri: "s3://m", format: format, formatVersion: version)
    }

    @Test func thePriorityThenTheNameDecide() throws {
        #expect(try choice().forFormat(model("sklearn"), nil).name == "zeta")
        #expect(try choice().forFormat(model("sklearn"), .v2).name == "zeta")
        #expect(try choice().forFormat(model("sklearn"), .v1).name == "zeta")
        // One without a priority comes last.
        #expect(try choice().forFormat(model("onnx"), nil).name == "two")
        #expect(try choice().forFormat(model("onnx", "1"), nil).name == "alpha")
        #expect(try choice().forFormat(model("vllm"), nil).protocol == .openai)
        #expect(try choice().forFormat(model("sklearn"), nil).protocol == .v2)
    }

    @Test func theNamespacesOwnComeFirst() throws {
        let own = try candidate("own", "{supportedModelFormats: [{name: sklearn}]}", isOfCluster: false)
        let choice = RuntimeChoice(candidates: try choice().candidates + [own])
        #expect(try choice.forFormat(model("sklearn"), nil).name == "own")
        // It speaks v2 alone.
        #expect(try choice.forFormat(model("sklearn"), .v1).name == "zeta")
    }

    @Test(arguments: [
        (nil as String?, nil as String?, "", "model.format: is required"),
        (nil, "sklern", "", "no runtime takes sklern; did you mean \"sklearn\"?"),
        (nil, "paddle", "", "no runtime takes paddle; there are runtimes for onnx, sklearn, vllm"),
        (nil, "vllm", "v1", "protocol: no runtime for vllm speaks v1; chat speaks openai"),
        ("nope", "sklearn", "", "runtime: there is no runtime \"nope\""),
        ("alph", "sklearn", "", "did you mean \"alpha\"?"),
        ("off", "sklearn", "", "is disabled"),
        ("broken", "sklearn", "", "can't be used"),
        ("alpha", "xgboost", "", "does not take xgboost but sklearn, onnx 1"),
        ("chat", "vllm", "v2", "does not speak v2 but openai"),
    ])
    func whatCannotBeServedSaysWhy(runtime: String?, format: String?, wanted: String, words: String) throws {
        let choice = try choice()
        let spoken = InferenceProtocol(rawValue: wanted)
        let problem = #expect(throws: TaskProblem.self) {
            if let runtime { return _ = try choice.named(runtime, model(format), spoken) }
            _ = try choice.forFormat(model(format), spoken)
        }
        #expect(problem?.message.contains(words) == true, "\(problem?.message ?? "")")
    }

    @Test func whatIsNamedNeedsNoAutomaticChoice() throws {
        #expect(try choice().named("manual", model("paddle"), nil).name == "manual")
    }
}
