/// What somebody decided about an approval.
public enum ApprovalDecision: String, NamedValue {
    /// The task succeeds.
    case approved = "Approved"
    /// The task fails, with reason `Rejected`.
    case rejected = "Rejected"
}
