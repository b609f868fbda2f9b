import Crypto
public import FairleadAPI
import Foundation
import KubernetesCore

/// The names of what a trigger makes: from the trigger and its slot, so that a second try finds the first one's run.
public enum TriggerNaming {
    /// On a run: the slot that it was made for.
    public static let slotAnnotation = "fairlead.dev/scheduled-time"
    /// On a run: the identity of the run whose end it was made for.
    public static let sourceAnnotation = "fairlead.dev/source-run"

    /// The name of a slot's run.
    ///
    /// - Parameters:
    ///   - trigger: The trigger's name.
    ///   - slot: The slot.
    ///   - isBackfill: Whether the run is one of `fairlead backfill`, which runs slots again that had their run.
    public static func runName(trigger: String, slot: TriggerSlot, isBackfill: Bool = false) -> String {
        if let uid = slot.uid { return "\(trigger)-\(mark(uid: uid))" }
        // The minutes since 1970, as a CronJob counts them for its Jobs.
        return "\(trigger)-\(isBackfill ? "b" : "")\(slot.time.secondsSince1970 / 60)"
    }

    /// The mark of a run that ended: the first 10 hexadecimal digits of its identity's SHA-256.
    static func mark(uid: String) -> String {
        let hash = SHA256.hash(data: Data(uid.utf8)).prefix(5)
        return hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
