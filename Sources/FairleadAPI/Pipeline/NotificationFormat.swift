/// The form of a notification.
public enum NotificationFormat: String, NamedValue {
    /// A CloudEvent in structured JSON; the default.
    case cloudEvents = "CloudEvents"
    /// A message of Slack's incoming webhooks.
    case slack = "Slack"
}
