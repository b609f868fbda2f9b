import FairleadAPI
import KubernetesCore

/// What a router's next report says: the revisions that have changed of late, as many as there is room for.
struct ReportDraft: Sendable {
    private struct Entry: Sendable {
        var report: RevisionReport
        var changedAt: Duration
    }

    /// For how long a revision is told of that does not change.
    private static let memory = Duration.seconds(600)

    private var entries: [ReportSum.Key: Entry] = [:]

    /// Takes what is counted now; a revision that is missing is gone.
    mutating func take(_ counts: [ObjectKey: [String: RevisionReport]], now: Duration) {
        var next: [ReportSum.Key: Entry] = [:]
        for (service, revisions) in counts {
            for (revision, report) in revisions {
                let key = ReportSum.Key(service: service.description, revision: revision)
                if let entry = entries[key], entry.report == report {
                    next[key] = entry
                } else if entries[key] != nil || report != RevisionReport() {
                    next[key] = Entry(report: report, changedAt: now)
                }
            }
        }
        entries = next
    }

    /// What there is to tell, in no more than so many bytes: what changed the longest ago is left out first.
    func services(now: Duration, maxBytes: Int = RouterReportRecord.maxBytes) -> [String: ServiceReport] {
        // What is under way is there now, however long it takes.
        var told = entries.filter { now - $0.value.changedAt < Self.memory || $0.value.report.concurrency > 0 }
        while true {
            var services: [String: ServiceReport] = [:]
            for (key, entry) in told {
                services[key.service, default: ServiceReport()].revisions[key.revision] = entry.report
            }
            let size = (try? KubernetesJSON.encode(services).count) ?? 0
            guard size > maxBytes, !told.isEmpty else { return services }
            let kept = told.count * 9 / 10 * maxBytes / size
            let newest = told.sorted { $0.value.changedAt > $1.value.changedAt }.prefix(kept)
            told = Dictionary(uniqueKeysWithValues: newest.map { ($0.key, $0.value) })
        }
    }
}
