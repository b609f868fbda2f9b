import FairleadAPI
import KubernetesCore

/// One document of a file: an object, as far as it is known.
struct ManifestDocument: Sendable {
    /// The file's name.
    var file: String
    /// The document in its file, from 1.
    var number: Int
    var value: JSONValue
    var lines: ManifestLines

    /// Such as `Pipeline/flights`, nil where there is no kind.
    var label: String? {
        guard let kind = value["kind"]?.stringValue else { return nil }
        return name.map { "\(kind)/\($0)" } ?? kind
    }

    /// The object's name.
    var name: String? {
        let metadata = value["metadata"]
        return metadata?["name"]?.stringValue ?? metadata?["generateName"]?.stringValue.map { $0 + "*" }
    }

    /// The object's kind.
    var gvk: GroupVersionKind? {
        guard let apiVersion = value["apiVersion"]?.stringValue, let kind = value["kind"]?.stringValue else {
            return nil
        }
        return GroupVersionKind(apiVersion: apiVersion, kind: kind)
    }

    /// Whether it is a Pipeline.
    var isPipeline: Bool { gvk == ResourceType.pipeline.gvk }

    /// Whether it is a PipelineRun.
    var isRun: Bool { gvk == ResourceType.pipelineRun.gvk }

    /// Whether it is a TrainingJob.
    var isJob: Bool { gvk == ResourceType.trainingJob.gvk }

    /// What a Pipeline or a run with a pipeline of its own does; nil for everything else.
    var pipelineSpec: PipelineSpec? {
        if isPipeline, let spec = value["spec"] { return Decoded<PipelineSpec>(spec, at: FieldPath("spec")).value }
        if isRun, let spec = value[path: ["spec", "pipelineSpec"]] {
            return Decoded<PipelineSpec>(spec, at: FieldPath("spec")["pipelineSpec"]).value
        }
        return nil
    }

    /// A problem with a field of this document.
    func problem(_ field: InvalidField) -> ManifestProblem {
        ManifestProblem(
            file: file, document: number, line: lines.line(of: field.path), object: label, path: field.path,
            message: field.message)
    }
}
