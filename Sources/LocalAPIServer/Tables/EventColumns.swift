import KubernetesCore

/// The columns of events, in the older form in which they are kept and in the newer one.
enum EventColumns {
    static let core: [TableColumn] = [
        TableColumn(name: "Last Seen", description: "When it happened last.") { event, now in
            .string(HumanDuration.since(lastSeen(event), now: now) ?? "<unknown>")
        },
        .text("Type", "Normal or Warning.") { $0.text("type", none: "") },
        .text("Reason", "What happened, in one word.") { $0.text("reason", none: "") },
        .text("Object", "To what it happened.") { event in
            let object = event["involvedObject"] ?? event["regarding"]
            let kind = object?["kind"]?.stringValue?.lowercased() ?? ""
            let name = object?["name"]?.stringValue ?? ""
            return name.isEmpty ? kind : "\(kind)/\(name)"
        },
        .text("Subobject", "To which part of the object.", priority: 1) { event in
            (event["involvedObject"] ?? event["regarding"])?["fieldPath"]?.stringValue ?? ""
        },
        .text("Source", "Who tells.", priority: 1, source),
        .text("Message", "What happened, for people.") { event in
            let text = (event["message"] ?? event["note"])?.stringValue ?? ""
            return String(text.reversed().drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace })
        },
        TableColumn(name: "First Seen", description: "When it happened first.", priority: 1) { event, now in
            let first = event["firstTimestamp"] ?? event["deprecatedFirstTimestamp"] ?? .null
            let moment = first.isNull ? event["eventTime"] : first
            return .string(HumanDuration.since(moment, now: now) ?? "<unknown>")
        },
        TableColumn(name: "Count", description: "How often it happened.", priority: 1) { event, _ in
            let series = event["series"]?["count"]?.integerValue
            let count = (event["count"] ?? event["deprecatedCount"])?.integerValue ?? 0
            return .integer(series ?? (count == 0 ? 1 : count))
        },
        TableColumn(name: "Name", format: "name", description: TableColumn.name.description, priority: 1) {
            event, _ in event["metadata"]?["name"] ?? ""
        },
    ]

    private static func lastSeen(_ event: JSONValue) -> JSONValue? {
        if let last = event["series"]?["lastObservedTime"], !last.isNull { return last }
        let last = event["lastTimestamp"] ?? event["deprecatedLastTimestamp"] ?? .null
        if !last.isNull { return last }
        let first = event["firstTimestamp"] ?? event["deprecatedFirstTimestamp"] ?? .null
        return first.isNull ? event["eventTime"] : first
    }

    private static func source(_ event: JSONValue) -> String {
        let source = event["source"] ?? event["deprecatedSource"]
        var component = source?["component"]?.stringValue ?? ""
        var host = source?["host"]?.stringValue ?? ""
        if component.isEmpty {
            component = (event["reportingComponent"] ?? event["reportingController"])?.stringValue ?? ""
            host = event["reportingInstance"]?.stringValue ?? ""
        }
        return host.isEmpty ? component : "\(component), \(host)"
    }
}
