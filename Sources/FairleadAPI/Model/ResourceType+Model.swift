public import KubernetesCore

extension ResourceType {
    public static let model = ResourceType(
        group: FairleadGroup.name, version: FairleadGroup.version, kind: "Model", plural: "models")
    public static let modelVersion = ResourceType(
        group: FairleadGroup.name, version: FairleadGroup.version, kind: "ModelVersion", plural: "modelversions")
}
