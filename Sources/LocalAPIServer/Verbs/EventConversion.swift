import KubernetesCore

/// Events of events.k8s.io to and from those of the core group, as which they are stored.
enum EventConversion {
    private static let renamed = [
        ("regarding", "involvedObject"), ("note", "message"), ("reportingController", "reportingComponent"),
        ("deprecatedSource", "source"), ("deprecatedFirstTimestamp", "firstTimestamp"),
        ("deprecatedLastTimestamp", "lastTimestamp"), ("deprecatedCount", "count"),
    ]

    /// The stored form of an event of events.k8s.io.
    static func stored(_ event: JSONValue) -> JSONValue { rename(event, renamed.map { ($0.0, $0.1) }, "v1") }

    /// The form of events.k8s.io of a stored event.
    static func served(_ event: JSONValue) -> JSONValue {
        var event = rename(event, renamed.map { ($0.1, $0.0) }, "events.k8s.io/v1")
        if event["deprecatedSource"] == nil { event["deprecatedSource"] = [:] }
        for name in ["deprecatedFirstTimestamp", "deprecatedLastTimestamp"] where event[name] == nil {
            event[name] = .null
        }
        for name in ["reportingController", "reportingInstance"] where event[name] == "" { event[name] = nil }
        return event
    }

    private static func rename(_ event: JSONValue, _ names: [(String, String)], _ apiVersion: String) -> JSONValue {
        var members = event.objectValue ?? [:]
        for (from, to) in names {
            guard let value = members.removeValue(forKey: from) else { continue }
            members[to] = value
        }
        members["apiVersion"] = .string(apiVersion)
        members["kind"] = "Event"
        return .object(members)
    }
}
