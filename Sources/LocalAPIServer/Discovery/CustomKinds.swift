import KubernetesCore

/// What a CustomResourceDefinition serves.
enum CustomKinds {
    /// The kinds of a definition, one a served version; none where its names are not accepted.
    static func served(by definition: JSONValue) -> [ServedResource] {
        guard let spec = definition["spec"], let group = spec["group"]?.stringValue,
            let plural = spec["names"]?["plural"]?.stringValue, let kind = spec["names"]?["kind"]?.stringValue,
            isEstablished(definition)
        else { return [] }
        let isNamespaced = spec["scope"]?.stringValue != "Cluster"
        let isTerminating = definition["metadata"]?["deletionTimestamp"]?.stringValue != nil
        return (spec["versions"]?.arrayValue ?? []).compactMap { version in
            guard let name = version["name"]?.stringValue, version["served"]?.boolValue == true else { return nil }
            let type = ResourceType(
                group: group, version: name, kind: kind, plural: plural, isNamespaced: isNamespaced)
            let openAPI = version["schema"]?["openAPIV3Schema"]
            let subresources = version["subresources"]?.objectValue ?? [:]
            let served = ServedKind(
                type: type, singular: spec["names"]?["singular"]?.stringValue ?? kind.lowercased(),
                shortNames: strings(spec["names"]?["shortNames"]), categories: strings(spec["names"]?["categories"]),
                listKind: spec["names"]?["listKind"]?.stringValue, subresources: Set(subresources.keys),
                schema: openAPI.map { ObjectSchema(openAPI: $0) } ?? .anything,
                printerColumns: version["additionalPrinterColumns"], isCustom: true, openAPISchema: openAPI)
            var strategy = KindStrategy()
            strategy.hasStatus = subresources["status"] != nil
            strategy.hasGeneration = true
            strategy.allowsUnconditionalUpdate = false
            for field in version["selectableFields"]?.arrayValue ?? [] {
                guard let path = field["jsonPath"]?.stringValue else { continue }
                let steps = path.split(separator: ".").map(String.init)
                strategy.fieldPaths[steps.joined(separator: ".")] = steps
            }
            return ServedResource(
                kind: served, strategy: strategy, collection: type.qualifiedName, isTerminating: isTerminating,
                scale: subresources["scale"])
        }
    }

    /// Whether the API of a definition is served.
    static func isEstablished(_ definition: JSONValue) -> Bool {
        (definition["status"]?["conditions"]?.arrayValue ?? []).contains {
            $0["type"]?.stringValue == "Established" && $0["status"]?.stringValue == "True"
        }
    }

    /// The status that the naming controller gives a definition.
    ///
    /// - Parameters:
    ///   - definition: The definition.
    ///   - others: All other definitions.
    ///   - now: The time of the conditions that change.
    static func status(of definition: JSONValue, among others: [JSONValue], now: Time) -> JSONValue {
        var status = definition["status"] ?? .object([:])
        let names = definition["spec"]?["names"] ?? .object([:])
        let conflict = conflict(of: definition, among: others)
        var accepted = names
        if let conflict {
            accepted = conflict.accepted
            set(&status, "NamesAccepted", "False", conflict.reason, conflict.message, now)
            set(&status, "Established", "False", "NotAccepted", "not all names are accepted", now)
        } else {
            set(&status, "NamesAccepted", "True", "NoConflicts", "no conflicts found", now)
            set(
                &status, "Established", "True", "InitialNamesAccepted", "the initial names have been accepted", now)
        }
        status["acceptedNames"] = accepted
        var stored = strings(status["storedVersions"])
        for version in definition["spec"]?["versions"]?.arrayValue ?? [] where version["storage"]?.boolValue == true {
            if let name = version["name"]?.stringValue, !stored.contains(name) { stored.append(name) }
        }
        status["storedVersions"] = .array(stored.map { .string($0) })
        return status
    }

    /// Sets a condition whose transition time moves only with its status.
    static func set(
        _ status: inout JSONValue, _ type: String, _ value: String, _ reason: String, _ message: String, _ now: Time
    ) {
        var conditions = status["conditions"]?.arrayValue ?? []
        var condition: JSONValue = [
            "type": .string(type), "status": .string(value), "lastTransitionTime": .string(now.description),
            "reason": .string(reason), "message": .string(message),
        ]
        if let index = conditions.firstIndex(where: { $0["type"]?.stringValue == type }) {
            if conditions[index]["status"]?.stringValue == value {
                condition["lastTransitionTime"] = conditions[index]["lastTransitionTime"]
            }
            conditions[index] = condition
        } else {
            conditions.append(condition)
        }
        status["conditions"] = .array(conditions)
    }

    private static func conflict(
        of definition: JSONValue, among others: [JSONValue]
    ) -> (reason: String, message: String, accepted: JSONValue)? {
        let group = definition["spec"]?["group"]
        let names = definition["spec"]?["names"] ?? .object([:])
        var used: Set<String> = []
        var usedKinds: Set<String> = []
        for other in others where other["spec"]?["group"] == group {
            guard other["metadata"]?["name"] != definition["metadata"]?["name"], isEstablished(other) else { continue }
            let accepted = other["status"]?["acceptedNames"]
            for name in ["plural", "singular"] {
                if let text = accepted?[name]?.stringValue { used.insert(text) }
            }
            used.formUnion(strings(accepted?["shortNames"]))
            for name in ["kind", "listKind"] {
                if let text = accepted?[name]?.stringValue { usedKinds.insert(text) }
            }
        }
        var accepted: JSONValue = ["plural": "", "kind": ""]
        var found: (String, String)?
        func take(_ name: String, _ text: String?, from used: Set<String>, reason: String) {
            guard let text, !text.isEmpty else { return }
            if used.contains(text) {
                found = (reason, "\"\(text)\" is already in use")
            } else {
                accepted[name] = .string(text)
            }
        }
        take("plural", names["plural"]?.stringValue, from: used, reason: "PluralConflict")
        take("singular", names["singular"]?.stringValue, from: used, reason: "SingularConflict")
        take("kind", names["kind"]?.stringValue, from: usedKinds, reason: "KindConflict")
        take("listKind", names["listKind"]?.stringValue, from: usedKinds, reason: "ListKindConflict")
        return found.map { ($0.0, $0.1, accepted) }
    }

    private static func strings(_ value: JSONValue?) -> [String] {
        (value?.arrayValue ?? []).compactMap(\.stringValue)
    }
}
