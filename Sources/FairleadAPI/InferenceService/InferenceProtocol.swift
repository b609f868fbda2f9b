/// What a model's server speaks, spelt as its makers do.
public enum InferenceProtocol: String, NamedValue {
    /// TensorFlow Serving's and KServe's first: `/v1/models/NAME:predict`.
    case v1
    /// The Open Inference Protocol, by REST and gRPC.
    case v2
    /// OpenAI's API.
    case openai
}
