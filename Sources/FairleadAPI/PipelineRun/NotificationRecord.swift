/// A notification that a run owes, or gave: what was told once is not told again.
public struct NotificationRecord: Sendable, Hashable, Codable {
    /// Where a notification may stand.
    public enum Phase: String, NamedValue {
        /// Its pod is to be made.
        case pending = "Pending"
        /// Its pod was made.
        case running = "Running"
        case succeeded = "Succeeded"
        case failed = "Failed"

        /// Whether nothing more will happen.
        public var isTerminal: Bool { self == .succeeded || self == .failed }
    }

    /// The pod that sends it.
    public var pod: String
    /// What it tells.
    public var event: NotificationEvent
    /// The task that asks, where it tells of an approval.
    public var task: String?
    /// Where it goes.
    public var webhook: SecretKey
    /// In which form.
    public var format: NotificationFormat
    /// How it stands.
    public var phase: Phase

    /// Records a notification.
    public init(
        pod: String, event: NotificationEvent, task: String? = nil, webhook: SecretKey, format: NotificationFormat,
        phase: Phase = .pending
    ) {
        self.pod = pod
        self.event = event
        self.task = task
        self.webhook = webhook
        self.format = format
        self.phase = phase
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case pod, event, task, webhook, format, phase }
}

extension NotificationRecord: Schematic {
    static let schema = SchemaNode.object(
        "A notification.",
        [
            .required("pod", .string("The pod that sends it.")),
            .required("event", .choice(NotificationEvent.self, "What it tells.")),
            SchemaField("task", .string("The task that asks.")),
            .required("webhook", SecretKey.schema),
            .required("format", .choice(NotificationFormat.self, "Its form.")),
            .required("phase", .choice(Phase.self, "How it stands.")),
        ])
}
