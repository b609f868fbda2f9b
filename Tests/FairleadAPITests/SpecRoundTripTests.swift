import KubernetesCore
import PropertyTesting
import Testing

@testable import FairleadAPI

/// Values made from the schema tables: what a table takes is read, and written as what was read.
@Suite struct SpecRoundTripTests {
    @Test func pipelineSpecs() throws { try roundTrip(PipelineSpec.self) }
    @Test func runSpecs() throws { try roundTrip(PipelineRunSpec.self) }
    @Test func runStatuses() throws { try roundTrip(PipelineRunStatus.self) }
    @Test func pipelineStatuses() throws { try roundTrip(PipelineStatus.self) }

    @Test func triggers() throws {
        try roundTrip(TriggerSpec.self)
        try roundTrip(TriggerStatus.self)
    }
    @Test func models() throws {
        try roundTrip(ModelSpec.self)
        try roundTrip(ModelStatus.self)
        try roundTrip(ModelVersionSpec.self)
        try roundTrip(ModelVersionStatus.self)
    }
    @Test func trainingJobs() throws {
        try roundTrip(TrainingJobSpec.self)
        try roundTrip(TrainingJobStatus.self)
    }
    @Test func inferenceServices() throws {
        try roundTrip(InferenceServiceSpec.self)
        try roundTrip(InferenceServiceStatus.self)
        try roundTrip(ServingRuntimeSpec.self)
    }
    @Test func platform() throws {
        try roundTrip(ConnectionSpec.self)
        try roundTrip(ClusterProfileSpec.self)
        try roundTrip(StandingStatus.self)
    }

    private func roundTrip<Value: Schematic & Sendable & Hashable>(_ type: Value.Type) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var sampler = SchemaSampler(seed: seed)
        for _ in 0..<150 {
            let json = sampler.value(of: type.schema)
            let problems = SchemaChecker.check(json, against: type.schema, at: FieldPath("x"))
            #expect(problems == [], "seed \(seed): \(JSONWriter.string(json))")
            guard problems.isEmpty else { continue }
            let value: Value
            switch Decoded<Value>(json, at: FieldPath("x")) {
            case .failure(let problem):
                Issue.record("seed \(seed): \(problem): \(JSONWriter.string(json))")
                continue
            case .success(let decoded): value = decoded
            }
            let written = try KubernetesJSON.value(of: value)
            #expect(
                SchemaChecker.check(written, against: type.schema, at: FieldPath("x")) == [],
                "seed \(seed): \(JSONWriter.string(written))")
            #expect(try KubernetesJSON.decode(type, from: written) == value, "seed \(seed): \(JSONWriter.string(json))")
            #expect(try KubernetesJSON.decode(type, from: KubernetesJSON.encode(value)) == value, "seed \(seed)")
            if let spec = value as? PipelineSpec {
                _ = PipelineValidator.validate(spec)
                _ = PipelineGraph(spec)
            }
            if let spec = value as? PipelineRunSpec { _ = RunValidator.validate(spec) }
        }
    }

    /// A share is read from its text and bounds whole items.
    @Test(arguments: [
        ("3", 2, 2), ("3", 100, 3), ("1%", 4096, 40), ("2.5%", 100, 2), ("100%", 7, 7), ("0%", 7, 0), ("50%", 1, 0),
    ])
    func maxFailed(_ text: String, _ total: Int, _ allowed: Int) throws {
        #expect(try #require(MaxFailed(text)).allowed(of: total) == allowed)
    }

    @Test(arguments: ["", "-1", "%", "101%", "-1%", "x%", "nan%", "1 %", "1e400%", "inf%"])
    func noMaxFailed(_ text: String) { #expect(MaxFailed(text) == nil) }
}
