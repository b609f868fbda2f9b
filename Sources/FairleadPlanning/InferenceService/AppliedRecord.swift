import FairleadAPI
public import KubernetesCore

/// What a service's object was made with, which it carries as an annotation: whatever somebody changes of it is put back.
///
/// The object tells it itself, since a revision must stay what it was made as: the service's spec may be another by now,
/// and so may be the platform's profiles and our own image, none of which restarts a model that serves.
///
/// Guarantees: how many pods there are is no part of it. What the API server, or a webhook, makes of our own write counts
/// as made: it is never fought.
public enum AppliedRecord {
    /// The annotation; whoever takes it away has an object that is left as it is.
    public static let annotation = "fairlead.dev/applied"
    /// How long a record may be, in bytes; an object with a longer one is made without: annotations have 256 KiB.
    static let maxBytes = 128 << 10

    /// An object to be made, with its record.
    static func stamped(_ object: JSONValue) -> JSONValue {
        var fields: JSONValue = [:]
        for member in ["labels", "annotations"] {
            if let value = object[path: ["metadata", member]] { fields[path: ["metadata", member]] = value }
        }
        // What a ConfigMap of ours holds can't be changed.
        if var spec = object["spec"] {
            // Only the routers write it.
            spec["replicas"] = nil
            fields["spec"] = spec
        }
        let text = JSONWriter.string(fields)
        guard text.utf8.count <= maxBytes else { return object }
        var stamped = object
        stamped[path: ["metadata", "annotations", annotation]] = .string(text)
        return stamped
    }

    /// The patch that puts back what was changed of an object since it was made; nil where nothing was.
    ///
    /// Whoever changes the object before the patch arrives is looked at first: it names the version that was seen.
    ///
    /// - Parameters:
    ///   - metadata: The object's; the record, which may be long, is taken out, and what the object is called by its labels
    ///     is what it was made as.
    ///   - spec: The object's.
    static func repair(_ metadata: inout ObjectMeta, spec: JSONValue?) -> JSONValue? {
        guard let text = metadata.annotations.removeValue(forKey: annotation), var fields = fields(text) else {
            return nil
        }
        // Only the routers write it, whoever wrote the record.
        fields[path: ["spec", "replicas"]] = nil
        var live: JSONValue = [
            "metadata": [
                "labels": .object(metadata.labels.mapValues { .string($0) }),
                "annotations": .object(metadata.annotations.mapValues { .string($0) }),
            ]
        ]
        live["spec"] = spec
        // Whose revision it is must not depend on what somebody made of the label.
        for (label, value) in fields[path: ["metadata", "labels"]]?.objectValue ?? [:] {
            metadata.labels[label] = value.stringValue
        }
        guard let restored = OwnedFields.restored(fields, in: live),
            var change = MergePatch.difference(from: live, to: restored)
        else { return nil }
        change[path: ["metadata", "uid"]] = .string(metadata.uid)
        change[path: ["metadata", "resourceVersion"]] = metadata.resourceVersion.map { .string($0.rawValue) }
        return change
    }

    /// The patch that makes the record of an object what the API server made of our own write; nil where they are the
    /// same.
    ///
    /// - Parameter answer: What the API server answered to the write.
    public static func settlement(of answer: JSONValue) -> JSONValue? {
        let annotations = answer[path: ["metadata", "annotations"]]
        guard let text = annotations?[annotation]?.stringValue, let fields = fields(text),
            !OwnedFields.areHeld(fields, by: answer), let taken = OwnedFields.taken(fields, from: answer)
        else { return nil }
        var change: JSONValue = ["metadata": ["annotations": [annotation: .string(JSONWriter.string(taken))]]]
        change[path: ["metadata", "uid"]] = answer[path: ["metadata", "uid"]]
        return change
    }

    /// Whether an object that has no owner was made for a service of that name.
    public static func tells(_ metadata: ObjectMeta, service: String) -> Bool {
        guard let text = metadata.annotations[annotation], let labels = fields(text)?["metadata"]?["labels"] else {
            return false
        }
        return labels[FairleadLabel.inferenceService]?.stringValue == service
    }

    /// The fields that a patch changes, for people: the first three.
    static func names(of patch: JSONValue) -> String {
        var names: [String] = []
        func collect(_ value: JSONValue, _ path: String) {
            guard case .object(let members) = value else { return names.append(path) }
            for (member, value) in members.sorted(by: { $0.key < $1.key }) {
                collect(value, path.isEmpty ? member : "\(path).\(member)")
            }
        }
        collect(patch, "")
        names.removeAll { ["metadata.uid", "metadata.resourceVersion"].contains($0) }
        return names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and more" : "")
    }

    private static func fields(_ text: String) -> JSONValue? { try? JSONParser.parse(Array(text.utf8)) }
}
