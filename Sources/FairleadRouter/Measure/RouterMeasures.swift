import FairleadAPI
import KubernetesCore

/// All numbers of a router at a moment; those of revisions that are gone are gone.
struct RouterMeasures: Sendable {
    var revisions: [RevisionMeasures]

    /// What the router reports, by service and revision.
    var reports: [ObjectKey: [String: RevisionReport]] {
        var reports: [ObjectKey: [String: RevisionReport]] = [:]
        for revision in revisions { reports[revision.service, default: [:]][revision.revision] = revision.report }
        return reports
    }
}
