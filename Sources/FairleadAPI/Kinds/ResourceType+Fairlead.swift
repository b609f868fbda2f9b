public import KubernetesCore

extension ResourceType {
    public static let pipeline = fairlead("Pipeline", "pipelines")
    public static let pipelineRun = fairlead("PipelineRun", "pipelineruns")
    public static let trigger = fairlead("Trigger", "triggers")
    public static let trainingJob = fairlead("TrainingJob", "trainingjobs")
    public static let model = fairlead("Model", "models")
    public static let modelVersion = fairlead("ModelVersion", "modelversions")
    public static let inferenceService = fairlead("InferenceService", "inferenceservices")
    public static let servingRuntime = fairlead("ServingRuntime", "servingruntimes")
    public static let clusterServingRuntime = fairlead(
        "ClusterServingRuntime", "clusterservingruntimes", isNamespaced: false)
    public static let connection = fairlead("Connection", "connections")
    public static let clusterConnection = fairlead("ClusterConnection", "clusterconnections", isNamespaced: false)
    public static let clusterProfile = fairlead("ClusterProfile", "clusterprofiles", isNamespaced: false)

    private static func fairlead(_ kind: String, _ plural: String, isNamespaced: Bool = true) -> ResourceType {
        ResourceType(
            group: FairleadGroup.name, version: FairleadGroup.version, kind: kind, plural: plural,
            isNamespaced: isNamespaced)
    }
}
