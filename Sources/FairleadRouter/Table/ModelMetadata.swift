import FairleadAPI
import KubernetesCore

/// What a registered model's signature says in the words of the Open Inference Protocol.
enum ModelMetadata {
    /// The answer to `GET /v2/models/NAME`; nil where the model alone knows it.
    ///
    /// The signature must be written in the protocol's words: a name, a datatype and a shape of each tensor. A
    /// transformer takes and gives something else, of which nobody knows.
    ///
    /// - Parameters:
    ///   - revision: What serves.
    ///   - model: The model's name in the protocol.
    static func v2(_ revision: RevisionStatus, model: String) -> JSONValue? {
        guard revision.protocol == .v2, let signature = revision.signature, !signature.inputs.isEmpty,
            !revision.components.contains(ServiceComponent.transformer.rawValue)
        else { return nil }
        let (inputs, outputs) = (signature.inputs.compactMap(tensor), signature.outputs.compactMap(tensor))
        guard inputs.count == signature.inputs.count, outputs.count == signature.outputs.count else { return nil }
        return [
            "name": .string(model), "platform": .string(revision.format ?? ""), "inputs": .array(inputs),
            "outputs": .array(outputs),
        ]
    }

    private static let datatypes: Set<String> = [
        "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "BF16", "FP32",
        "FP64",
        "BYTES",
    ]

    private static func tensor(_ value: JSONValue) -> JSONValue? {
        guard let name = value["name"]?.stringValue, let datatype = value["datatype"]?.stringValue,
            datatypes.contains(datatype), let shape = value["shape"]?.arrayValue,
            shape.allSatisfy({ $0.integerValue != nil })
        else { return nil }
        return ["name": .string(name), "datatype": .string(datatype), "shape": .array(shape)]
    }
}
