/// The messages that the server understands in request bodies.
enum ProtobufTypes {
    private static let notations = [
        meta, core, pods, volumes, apps, batch, autoscaling, autoscalingV2, rbac, authentication, authorization, policy,
        scheduling, coordination, storage, events, networking, discovery,
    ]

    /// The messages by API version and name.
    static let messages: [String: ProtobufNotation.Message] = {
        var messages: [String: ProtobufNotation.Message] = [:]
        for message in notations.flatMap(\.messages) { messages["\(message.apiVersion) \(message.name)"] = message }
        return messages
    }()

    /// The message of a kind; nil for one that the server does not read in this form.
    static func kind(_ kind: String, apiVersion: String) -> ProtobufNotation.Message? {
        // Every API version has the kinds that are for all, such as DeleteOptions.
        guard let message = messages["\(apiVersion) \(kind)"] ?? messages[" \(kind)"], message.isKind else {
            return nil
        }
        return message
    }

    /// The message of a name within another: of the same API version, of all versions, or of the core.
    static func message(_ name: String, in apiVersion: String) -> ProtobufNotation.Message? {
        messages["\(apiVersion) \(name)"] ?? messages[" \(name)"] ?? messages["v1 \(name)"]
    }
}
