/// Who is told what.
public struct NotificationSpec: Sendable, Hashable, Codable {
    /// What is told.
    public var events: [NotificationEvent]
    /// Where the receiver's URL stands.
    public var webhook: SecretKey
    /// The form of the message; a CloudEvent where it is left out.
    public var format: NotificationFormat?

    /// Says who is told what.
    public init(events: [NotificationEvent], webhook: SecretKey, format: NotificationFormat? = nil) {
        self.events = events
        self.webhook = webhook
        self.format = format
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case events, webhook, format }
}
