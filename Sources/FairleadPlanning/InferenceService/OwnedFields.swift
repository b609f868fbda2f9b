import KubernetesCore

/// Fields that we set in an object: whether they are there as they were set, and the object with them put back.
///
/// Guarantees: what is not among the fields stays as it is: what the API server fills in, what others set, and others'
/// elements of lists that have keys. A list without keys is one field.
enum OwnedFields {
    /// The lists whose elements have keys, and the member that is the key.
    private static let keys = [
        "containers": "name", "initContainers": "name", "volumes": "name", "env": "name", "imagePullSecrets": "name",
        "resourceClaims": "name", "volumeMounts": "mountPath", "volumeDevices": "devicePath",
    ]
    /// What is put back whole: another's member may not stand beside ours, as `valueFrom` beside `value`.
    private static let wholes: Set = ["env", "volumes", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"]
    /// Amounts, which the API server writes in its own way: `1000m` is `1`.
    private static let amounts: Set = ["limits", "requests", "sizeLimit", "divisor"]
    /// Maps that the API server leaves out when they are empty; elsewhere `{}` says something, as in `emptyDir: {}`.
    private static let maps: Set = ["labels", "annotations", "matchLabels", "nodeSelector", "limits", "requests"]

    /// What must not stand beside a field of ours.
    private static let rivals = ["maxUnavailable": "minAvailable"]

    /// Whether an object has the fields.
    ///
    /// - Parameters:
    ///   - fields: Ours.
    ///   - live: What the API server has, nil for nothing.
    ///   - name: The member that both are.
    static func areHeld(_ fields: JSONValue, by live: JSONValue?, at name: String = "") -> Bool {
        guard let live, !live.isNull else { return isNothing(fields, at: name) }
        switch (fields, live) {
        case (.object(let wanted), .object(let members)):
            return wanted.allSatisfy { areHeld($1, by: members[$0], at: step(name, $0)) }
        case (.array(let wanted), .array(let elements)):
            guard let key = keys[name] else {
                return wanted.count == elements.count
                    && zip(wanted, elements).allSatisfy { areHeld($0, by: $1, at: name) }
            }
            guard let places = places(of: wanted, in: elements, by: key) else { return false }
            return zip(wanted, places).allSatisfy { areHeld($0, by: elements[$1], at: name) }
        default: return fields == live || amounts.contains(name) && isSameAmount(fields, live)
        }
    }

    /// What the API server has, with the fields put back; nil where both are nothing.
    static func restored(_ fields: JSONValue, in live: JSONValue?, at name: String = "") -> JSONValue? {
        if areHeld(fields, by: live, at: name) { return live }
        switch (fields, live) {
        case (.object(let wanted), .object(var members)?) where !wholes.contains(name):
            for (member, value) in wanted {
                members[member] = restored(value, in: members[member], at: step(name, member))
                if let rival = rivals[member] { members[rival] = nil }
            }
            return .object(members)
        case (.array(let wanted), .array(var elements)?):
            guard let key = keys[name] else { return fields }
            let ours = wanted.map { element in
                restored(element, in: elements.first { $0[key] == element[key] }, at: name) ?? element
            }
            guard let places = places(of: wanted, in: elements, by: key) else {
                return .array(ours + elements.filter { other in !wanted.contains { $0[key] == other[key] } })
            }
            for (place, element) in zip(places, ours) { elements[place] = element }
            return .array(elements)
        default: return fields
        }
    }

    /// The fields as the API server has them; nil where it has none.
    static func taken(_ fields: JSONValue, from live: JSONValue?, at name: String = "") -> JSONValue? {
        if areHeld(fields, by: live, at: name) { return fields }
        switch (fields, live) {
        case (.object(let wanted), .object(let members)?) where !wholes.contains(name):
            var found: [String: JSONValue] = [:]
            for (member, value) in wanted {
                found[member] = taken(value, from: members[member], at: step(name, member))
            }
            return .object(found)
        case (.array(let wanted), .array(let elements)?):
            guard let key = keys[name] else { return live }
            return .array(
                elements.compactMap { element in
                    wanted.first { $0[key] == element[key] }.flatMap { taken($0, from: element, at: name) }
                })
        default: return live
        }
    }

    /// Where the elements of ours are; nil where one is missing, or where they are in another order.
    private static func places(of wanted: [JSONValue], in elements: [JSONValue], by key: String) -> [Int]? {
        var places: [Int] = []
        for element in wanted {
            guard let place = elements.firstIndex(where: { $0[key] == element[key] }), place >= places.last ?? 0 else {
                return nil
            }
            places.append(place)
        }
        return places
    }

    private static func step(_ name: String, _ member: String) -> String { amounts.contains(name) ? name : member }

    /// Whether the API server leaves it out.
    private static func isNothing(_ value: JSONValue, at name: String) -> Bool {
        switch value {
        case .null: true
        case .string(let text): text.isEmpty
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty && maps.contains(name)
        default: false
        }
    }

    private static func isSameAmount(_ one: JSONValue, _ other: JSONValue) -> Bool {
        guard let one = try? KubernetesJSON.decode(Quantity.self, from: one),
            let other = try? KubernetesJSON.decode(Quantity.self, from: other)
        else { return false }
        return one == other
    }
}
