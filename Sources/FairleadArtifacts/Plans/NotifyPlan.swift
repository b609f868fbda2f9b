import KubernetesCore

/// The one notification that `fairlead notify` sends.
struct NotifyPlan: Sendable, Hashable, Codable {
    enum Format: String, Sendable, Hashable, Codable {
        case cloudEvents = "CloudEvents"
        case slack = "Slack"
    }

    /// The attributes of a CloudEvent.
    struct Event: Sendable, Hashable, Codable {
        var id: String
        var source: String
        var type: String
        var subject: String?
        var time: String?
        var data: JSONValue?
    }

    var format: Format
    var event: Event
    /// What people read.
    var text: String
    /// How long all attempts together may take.
    var deadlineSeconds: Double?

    /// The body of the request.
    var body: JSONValue {
        switch format {
        case .slack: return ["text": .string(text)]
        case .cloudEvents:
            var body: JSONValue = [
                "specversion": "1.0", "id": .string(event.id), "source": .string(event.source),
                "type": .string(event.type),
            ]
            body["subject"] = event.subject.map { .string($0) }
            body["time"] = event.time.map { .string($0) }
            if let data = event.data {
                body["datacontenttype"] = "application/json"
                body["data"] = data
            }
            return body
        }
    }

    /// The media type of the body.
    var contentType: String {
        switch format {
        case .slack: "application/json"
        case .cloudEvents: "application/cloudevents+json; charset=utf-8"
        }
    }
}
