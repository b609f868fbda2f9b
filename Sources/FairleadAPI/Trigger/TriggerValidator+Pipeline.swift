import KubernetesCore

extension TriggerValidator {
    /// What of a template does not fit the pipeline that it names; values with `$(…)` in them are judged when a run is
    /// made.
    ///
    /// - Parameters:
    ///   - template: The template of a run.
    ///   - pipeline: The pipeline.
    ///   - path: Where the run's spec stands in the trigger.
    public static func misfits(
        _ template: RunTemplate, with pipeline: PipelineSpec, at path: FieldPath = TriggerSpec.runPath
    ) -> [InvalidField] {
        guard case .success(var spec) = Decoded<PipelineRunSpec>(template.spec, at: path) else { return [] }
        var open: Set<String> = []
        for (name, value) in spec.params {
            let isClosed = TemplateValue.references(in: value).isEmpty
            guard isClosed, let known = try? TemplateValue.evaluate(value, in: Scope()) else {
                open.insert(name)
                continue
            }
            spec.params[name] = known
        }
        return RunValidator.validate(spec, of: pipeline, open: open, at: path)
    }
}

extension TriggerSpec {
    /// Where the spec of a template's run stands.
    public static let runPath = FieldPath("spec")["template"]["pipelineRun"]["spec"]

    /// The pipelines that a trigger names, with the field that names each.
    public var pipelines: [(path: FieldPath, name: String)] {
        let started = template.pipelineRun?.spec["pipeline"]?.stringValue.map { (Self.runPath["pipeline"], $0) }
        let awaited = run.map { (FieldPath("spec")["run"]["pipeline"], $0.pipeline) }
        return [awaited, started].compactMap(\.self)
    }
}
