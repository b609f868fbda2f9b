import KubernetesCore

/// The columns of kinds that make pods.
enum WorkloadColumns {
    private static func containers(_ template: [String]) -> [TableColumn] {
        let path = template + ["spec", "containers"]
        @Sendable func join(_ object: JSONValue, _ field: String) -> String {
            (object[path: path]?.arrayValue ?? []).compactMap { $0[field]?.stringValue }.joined(separator: ",")
        }
        return [
            .text("Containers", "The names of the template's containers.", priority: 1) { join($0, "name") },
            .text("Images", "The images of the template's containers.", priority: 1) { join($0, "image") },
        ]
    }

    private static let template = containers(["spec", "template"])

    private static let selector = TableColumn.text("Selector", "Which pods belong to it.", priority: 1) {
        CoreColumns.selector($0["spec"]?["selector"])
    }

    static let replicas: [TableColumn] =
        [
            .name, .count("Desired", "How many pods there shall be.") { $0.number("spec", "replicas") },
            .count("Current", "How many pods there are.") { $0.number("status", "replicas") },
            .count("Ready", "How many pods can take requests.") { $0.number("status", "readyReplicas") }, .age,
        ] + template + [selector]

    private static let ready = TableColumn.text("Ready", "How many of the pods can take requests.") {
        "\($0.number("status", "readyReplicas"))/\($0.number("spec", "replicas"))"
    }

    static let deployment: [TableColumn] =
        [
            .name, ready,
            .count("Up-to-date", "How many pods have the newest template.", type: "string") {
                $0.number("status", "updatedReplicas")
            },
            .count("Available", "How many pods have been ready for long enough.", type: "string") {
                $0.number("status", "availableReplicas")
            }, .age,
        ] + template + [selector]

    static let statefulSet: [TableColumn] = [.name, ready, .age] + template

    static let daemonSet: [TableColumn] =
        [
            .name,
            .count("Desired", "How many nodes shall run the pod.") { $0.number("status", "desiredNumberScheduled") },
            .count("Current", "How many of them run it.") { $0.number("status", "currentNumberScheduled") },
            .count("Ready", "How many pods can take requests.") { $0.number("status", "numberReady") },
            .count("Up-to-date", "How many pods have the newest template.") {
                $0.number("status", "updatedNumberScheduled")
            },
            .count("Available", "How many pods have been ready for long enough.") {
                $0.number("status", "numberAvailable")
            },
            .text("Node Selector", "Labels that nodes must have.") {
                CoreColumns.labels($0["spec"]?["template"]?["spec"]?["nodeSelector"])
            }, .age,
        ] + template + [selector]

    static let job: [TableColumn] =
        [
            .name, .text("Status", "Where the job stands.", jobStatus),
            .text("Completions", "How many pods have succeeded, of how many.", completions),
            TableColumn(name: "Duration", description: "How long it took, or has taken until now.") { job, now in
                .string(duration(job, now: now))
            }, .age,
        ] + template + [selector]

    private static func jobStatus(_ job: JSONValue) -> String {
        let holding = Set(
            (job["status"]?["conditions"]?.arrayValue ?? []).filter { $0["status"]?.stringValue == "True" }
                .compactMap { $0["type"]?.stringValue })
        if holding.contains("Complete") { return "Complete" }
        if holding.contains("Failed") { return "Failed" }
        if job["metadata"]?["deletionTimestamp"]?.stringValue != nil { return "Terminating" }
        for (type, text) in [
            ("Suspended", "Suspended"), ("FailureTarget", "FailureTarget"),
            ("SuccessCriteriaMet", "SuccessCriteriaMet"),
        ] where holding.contains(type) {
            return text
        }
        return "Running"
    }

    private static func completions(_ job: JSONValue) -> String {
        let succeeded = job.number("status", "succeeded")
        if let wanted = job["spec"]?["completions"]?.integerValue { return "\(succeeded)/\(wanted)" }
        let parallelism = job["spec"]?["parallelism"]?.integerValue ?? 1
        return parallelism > 1 ? "\(succeeded)/1 of \(parallelism)" : "\(succeeded)/1"
    }

    private static func duration(_ job: JSONValue, now: Time) -> String {
        guard let start = (job["status"]?["startTime"]?.stringValue).flatMap({ Time($0) }) else { return "" }
        let end = (job["status"]?["completionTime"]?.stringValue).flatMap { Time($0) } ?? now
        return HumanDuration.text(seconds: end.secondsSince1970 - start.secondsSince1970)
    }

    static let cronJob: [TableColumn] =
        [
            .name, .text("Schedule", "When jobs are made, as cron has it.") { $0.text("spec", "schedule", none: "") },
            .text("Timezone", "In which time zone.") { $0.text("spec", "timeZone") },
            TableColumn(name: "Suspend", type: "boolean", description: "Whether no jobs are made now.") {
                object, _ in .string(object["spec"]?["suspend"]?.boolValue == true ? "True" : "False")
            },
            .count("Active", "How many jobs run.") { Int64($0["status"]?["active"]?.arrayValue?.count ?? 0) },
            TableColumn(name: "Last Schedule", description: "When a job was made last.") { object, now in
                .string(HumanDuration.since(object["status"]?["lastScheduleTime"], now: now) ?? "<none>")
            }, .age,
        ] + containers(["spec", "jobTemplate", "spec", "template"])
        + [
            .text("Selector", "Which pods belong to it.", priority: 1) {
                CoreColumns.selector($0["spec"]?["jobTemplate"]?["spec"]?["selector"])
            }
        ]
}
