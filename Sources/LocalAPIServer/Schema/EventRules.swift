import KubernetesCore

/// The validation of events in their stored form, that of the core group.
enum EventRules {
    /// What is wrong with a new event.
    ///
    /// - Parameter isNew: Whether it came as an event of events.k8s.io, where more is required.
    static func validate(_ event: JSONValue, isNew: Bool) -> [FieldError] {
        var errors = common(event, isNew: isNew)
        guard isNew else { return errors }
        if time(event["eventTime"]) == nil { errors.append(.required("eventTime")) }
        errors += strict(event)
        let type = event["type"]?.stringValue ?? ""
        if type != "Normal", type != "Warning" {
            errors.append(.invalid("type", "", "has invalid value: \(type)"))
        }
        for name in ["firstTimestamp", "lastTimestamp"] where time(event[name]) != nil {
            errors.append(.invalid(name, "", "needs to be unset"))
        }
        if event["count"]?.integerValue ?? 0 != 0 { errors.append(.invalid("count", "", "needs to be unset")) }
        let source = event["source"]
        if ["component", "host"].contains(where: { source?[$0]?.stringValue?.isEmpty == false }) {
            errors.append(.invalid("source", "", "needs to be unset"))
        }
        return errors
    }

    /// What is wrong with a changed event: of one of events.k8s.io only the series may change.
    static func validateUpdate(_ event: JSONValue, old: JSONValue, isNew: Bool) -> [FieldError] {
        var errors = common(event, isNew: isNew)
        guard isNew else { return errors }
        let fixed = [
            "involvedObject", "reason", "message", "source", "firstTimestamp", "lastTimestamp", "count", "type",
            "eventTime", "action", "related", "reportingComponent", "reportingInstance",
        ]
        for name in fixed where filled(event[name]) != filled(old[name]) {
            let path = name == "reportingComponent" ? "reportingController" : name
            errors.append(.invalid(path, event[name] ?? .null, "field is immutable"))
        }
        return errors + strict(event)
    }

    /// What holds of events of both groups.
    private static func common(_ event: JSONValue, isNew: Bool) -> [FieldError] {
        var errors: [FieldError] = []
        let namespace = event["metadata"]?["namespace"]?.stringValue ?? ""
        let involved = event["involvedObject"]?["namespace"]?.stringValue ?? ""
        // An object that has no namespace has its events in `default`.
        let gvk = GroupVersionKind(
            apiVersion: event["involvedObject"]?["apiVersion"]?.stringValue ?? "",
            kind: event["involvedObject"]?["kind"]?.stringValue ?? "")
        // Of custom kinds Kubernetes does not know here whether they have namespaces at all.
        let isPlaced =
            involved.isEmpty
            ? namespace.isEmpty || namespace == "default"
            : involved == namespace || !BuiltinSchemas.isKnown(gvk)
        if !isPlaced {
            errors.append(
                .invalid("involvedObject.namespace", .string(involved), "does not match event.namespace"))
        }
        if !isNew, time(event["eventTime"]) != nil { errors += strict(event) }
        return errors
    }

    /// What holds of every event that has the time of events.k8s.io.
    private static func strict(_ event: JSONValue) -> [FieldError] {
        var errors: [FieldError] = []
        let controller = event["reportingComponent"]?.stringValue ?? ""
        if controller.isEmpty { errors.append(.required("reportingController")) }
        errors += NameRules.qualifiedName(controller).map { .invalid("reportingController", .string(controller), $0) }
        for name in ["reportingInstance", "action", "reason"] {
            let text = event[name]?.stringValue ?? ""
            if text.isEmpty { errors.append(.required(name)) }
            if text.utf8.count > 128 { errors.append(.invalid(name, "", "can have at most 128 characters")) }
        }
        if event["message"]?.stringValue?.utf8.count ?? 0 > 1024 {
            errors.append(.invalid("message", "", "can have at most 1024 characters"))
        }
        if let series = event["series"], !series.isNull {
            if series["count"]?.integerValue ?? 0 < 2 {
                errors.append(.invalid("series.count", "", "should be at least 2"))
            }
            if time(series["lastObservedTime"]) == nil { errors.append(.required("series.lastObservedTime")) }
        }
        return errors
    }

    private static func time(_ value: JSONValue?) -> String? { value?.stringValue }

    /// A value as Go's types hold it: nothing where it is a zero.
    private static func filled(_ value: JSONValue?) -> JSONValue {
        guard let value, value != "", value != 0, value != [:] else { return .null }
        return value
    }
}
