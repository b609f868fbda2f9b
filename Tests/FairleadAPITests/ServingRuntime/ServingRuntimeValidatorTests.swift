import KubernetesCore
import Testing

@testable import FairleadAPI

@Suite struct ServingRuntimeValidatorTests {
    /// Each row: a spec, and what is told, exactly.
    static let table: [(String, [String])] = [
        ("{containers: [{image: i}]}", []),
        (
            "{supportedModelFormats: [{name: sklearn, version: 1, priority: 2, autoSelect: false}], protocolVersions: [v2, v1], containers: [{name: kserve-container, image: i, args: ['--x={{.Name}}']}], grpcPort: 9000, podTemplate: {spec: {tolerations: []}}}",
            []
        ),
        ("{}", ["containers: is required"]),
        ("{containers: []}", ["containers: needs the server's container"]),
        ("{containers: [{name: main}]}", ["containers[0].image: is required"]),
        (
            "{containers: [{name: Main, image: i}, {image: i}, {name: a, image: i}, {name: a, image: i}]}",
            [
                "containers[0].name: must be a name of lower-case letters, digits and \"-\", not \"Main\"",
                "containers[1].name: is required where there are several containers",
                "containers[3].name: duplicate name \"a\"",
            ]
        ),
        (
            "{containers: [{image: i}], protocolVersions: [grpc-v2]}",
            ["protocolVersions[0]: must be one of v1, v2, openai, not \"grpc-v2\""]
        ),
        (
            "{containers: [{image: i}], supportedModelFormats: [{name: ''}, {format: x}]}",
            [
                "supportedModelFormats[1].name: is required",
                "supportedModelFormats[1].format: unknown field \"format\"",
            ]
        ),
        (
            "{containers: [{image: i}], supportedModelFormats: [{name: ''}]}",
            ["supportedModelFormats[0].name: must not be empty"]
        ),
        ("{containers: [{image: i}], podTemplate: []}", ["podTemplate: must be an object, not an array"]),
    ]

    @Test(arguments: table.indices) func judges(_ index: Int) throws {
        let (fields, expected) = Self.table[index]
        let spec = try yaml(fields)
        let paths = expected.map { "spec.\($0)" }
        #expect(ServingRuntimeValidator.validate(json: spec).map(\.description) == paths)
        for kind in ["ServingRuntime", "ClusterServingRuntime"] {
            let object: JSONValue = [
                "apiVersion": "fairlead.dev/v1alpha1", "kind": .string(kind), "metadata": ["name": "mine"],
                "spec": spec,
            ]
            #expect(ManifestValidator.validate(object).map(\.description) == paths)
        }
    }
}
