/// Whether a job may have pods, as far as a queue decides.
public enum JobAdmission: Sendable, Hashable {
    /// No queue decides.
    case unmanaged
    /// It may have none now; why, for people.
    case waiting(String)
    /// It can't even wait; why, for people. Asking again later may help.
    case refused(String)
    /// It may have them, with what the queue wants changed on the pods of each role.
    case admitted([String: PodSetUpdate])
}
