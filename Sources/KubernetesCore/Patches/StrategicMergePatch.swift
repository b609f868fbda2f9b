/// Kubernetes' strategic merge patch: a merge patch in which lists may merge element by element.
///
/// Which lists do, and by which member, is said by the schema. Directives in the patch: `$patch` (`delete` or
/// `replace`), `$retainKeys`, `$deleteFromPrimitiveList/<list>`, `$setElementOrder/<list>`.
public enum StrategicMergePatch {
    static let directive = "$patch"
    static let retainKeys = "$retainKeys"
    static let deletePrefix = "$deleteFromPrimitiveList/"
    static let orderPrefix = "$setElementOrder/"

    /// The object after the patch.
    ///
    /// - Parameters:
    ///   - patch: The patch.
    ///   - target: The object.
    ///   - schema: The schema of the object; nil where nothing is known, so that lists are replaced.
    /// - Throws: ``PatchError``.
    public static func apply<Schema: MergeSchema>(
        _ patch: JSONValue, to target: JSONValue, schema: Schema?
    ) throws(PatchError) -> JSONValue {
        switch patch {
        case .object(let changes):
            return .object(try merge(changes, into: target.objectValue ?? [:], schema: schema))
        case .null: return target
        default: throw .wrongShape(patch, wanted: "map[string]interface {}")
        }
    }

    private static func merge<Schema: MergeSchema>(
        _ patch: [String: JSONValue], into original: [String: JSONValue], schema: Schema?
    ) throws(PatchError) -> [String: JSONValue] {
        var patch = patch
        if let marker = patch.removeValue(forKey: directive) {
            switch marker {
            case "replace": return withoutDirectives(.object(patch)).objectValue ?? [:]
            case "delete": return [:]
            default: throw unknownDirective(marker, in: patch)
            }
        }
        var result = original
        try retainKeys(in: &patch, of: &result)
        try mergeOrderedLists(in: &patch, into: &result, schema: schema)
        for (key, change) in patch {
            if key.hasPrefix(deletePrefix) {
                try deletePrimitives(change, from: String(key.dropFirst(deletePrefix.count)), in: &result)
                continue
            }
            switch (result[key], change) {
            case (_, .null):
                result[key] = nil
            case (.object(let members)?, .object(let changes)):
                let child = schema?.child(key)
                result[key] =
                    child?.patchStrategy.contains("replace") == true
                    ? withoutDirectives(change) : .object(try merge(changes, into: members, schema: child))
            case (.array(let elements)?, .array(let changes)):
                result[key] = .array(try merge(changes, into: elements, list: schema?.child(key)))
            case (nil, _):
                result[key] = plain(change)
            default:
                result[key] = plain(change)
            }
        }
        return result
    }

    /// `$retainKeys`: members that the list does not name go; the patch may set no other.
    private static func retainKeys(
        in patch: inout [String: JSONValue], of original: inout [String: JSONValue]
    ) throws(PatchError) {
        guard let value = patch.removeValue(forKey: retainKeys) else { return }
        guard case .array(let names) = value else { throw .badRequest("invalid patch format of retainKeys") }
        let kept = Set(names.compactMap(\.stringValue))
        for (key, change) in patch where !change.isNull && !kept.contains(key) {
            if key.hasPrefix(deletePrefix) || key.hasPrefix(orderPrefix) { continue }
            throw .unprocessable("patch content doesn't match retainKeys list: \(key)")
        }
        original = original.filter { kept.contains($0.key) }
    }

    private static func deletePrimitives(
        _ values: JSONValue, from key: String, in original: inout [String: JSONValue]
    ) throws(PatchError) {
        guard case .array(let removed) = values else { throw .badRequest("invalid patch format of primitive list") }
        guard case .array(let elements)? = original[key] else { return }
        let unwanted = Set(removed)
        original[key] = .array(elements.filter { !unwanted.contains($0) })
    }

    /// `$setElementOrder/<list>`: the list is merged, then put in that order.
    private static func mergeOrderedLists<Schema: MergeSchema>(
        in patch: inout [String: JSONValue], into original: inout [String: JSONValue], schema: Schema?
    ) throws(PatchError) {
        for directiveKey in patch.keys where directiveKey.hasPrefix(orderPrefix) {
            guard let value = patch.removeValue(forKey: directiveKey) else { continue }
            guard case .array(let order) = value else {
                throw .badRequest("invalid patch format of setElementOrder list")
            }
            let key = String(directiveKey.dropFirst(orderPrefix.count))
            let list = schema?.child(key)
            let before = original[key]?.arrayValue
            let changes = patch[key]?.arrayValue
            let merging = ListMerge(mergeKey: list?.patchMergeKey)
            if let changes, !merging.follows(order: order, changes) {
                throw .unclassified(
                    "The order in patch list:\n\(goText(.array(changes)))\n doesn't match $setElementOrder list:\n"
                        + "\(goText(.array(order)))\n")
            }
            let merged: [JSONValue]
            switch (before, changes) {
            case (nil, nil): continue
            case (let before?, nil): merged = before
            case (nil, let changes?): merged = plain(.array(changes)).arrayValue ?? []
            case (let before?, let changes?): merged = try merge(changes, into: before, list: list)
            }
            original[key] = .array(try merging.sorted(merged, by: order, then: before ?? []))
            patch[key] = nil
        }
    }

    private static func merge<Schema: MergeSchema>(
        _ patch: [JSONValue], into original: [JSONValue], list: Schema?
    ) throws(PatchError) -> [JSONValue] {
        guard list?.patchStrategy.contains("merge") == true else {
            return withoutDirectives(.array(patch)).arrayValue ?? []
        }
        guard let first = original.first ?? patch.first else { return original }
        guard case .object = first else {
            var seen: Set<JSONValue> = []
            let merged = (original + patch).filter { seen.insert($0).inserted }
            return try ListMerge(mergeKey: nil).sorted(merged, by: patch, then: original)
        }
        guard let mergeKey = list?.patchMergeKey else {
            throw .unclassified("cannot merge lists without merge key")
        }
        var remaining = original
        guard let changes = try withoutSpecialElements(patch, mergeKey: mergeKey, in: &remaining) else {
            return withoutDirectives(.array(patch)).arrayValue ?? []
        }
        var merged = remaining
        for change in changes {
            guard case .object(let members) = change, let value = members[mergeKey] else {
                throw noMergeKey(mergeKey, in: change)
            }
            if let index = merged.firstIndex(where: { $0[mergeKey] == value }) {
                merged[index] = .object(
                    try merge(members, into: merged[index].objectValue ?? [:], schema: list?.listElement))
            } else {
                merged.append(plain(change))
            }
        }
        return try ListMerge(mergeKey: mergeKey).sorted(merged, by: changes, then: remaining)
    }

    /// Obeys the `$patch` elements of a list; nil where one says that the list is replaced.
    private static func withoutSpecialElements(
        _ patch: [JSONValue], mergeKey: String, in original: inout [JSONValue]
    ) throws(PatchError) -> [JSONValue]? {
        var changes: [JSONValue] = []
        var isReplaced = false
        for element in patch {
            guard let marker = element[directive] else {
                changes.append(element)
                continue
            }
            switch marker {
            case "replace": isReplaced = true
            case "delete":
                guard let value = element[mergeKey] else { throw noMergeKey(mergeKey, in: element) }
                original.removeAll { $0[mergeKey] == value }
            case "merge": throw .unclassified("merging lists cannot yet be specified in the patch")
            default: throw unknownDirective(marker, in: element.objectValue ?? [:])
            }
        }
        return isReplaced ? nil : changes
    }

    /// New content without nulls and directives.
    private static func plain(_ value: JSONValue) -> JSONValue { cleaned(value, keepingNulls: false) }

    /// Content that takes the place of other content, without directives.
    private static func withoutDirectives(_ value: JSONValue) -> JSONValue { cleaned(value, keepingNulls: true) }

    private static func cleaned(_ value: JSONValue, keepingNulls: Bool) -> JSONValue {
        switch value {
        case .object(let members):
            var result: [String: JSONValue] = [:]
            for (key, member) in members where (keepingNulls || !member.isNull) && !isDirective(key) {
                result[key] = cleaned(member, keepingNulls: keepingNulls)
            }
            return .object(result)
        case .array(let elements):
            return .array(elements.filter { $0[directive] == nil }.map { cleaned($0, keepingNulls: keepingNulls) })
        default:
            return value
        }
    }

    private static func isDirective(_ key: String) -> Bool {
        key == directive || key == retainKeys || key.hasPrefix(deletePrefix) || key.hasPrefix(orderPrefix)
    }

    static func noMergeKey(_ mergeKey: String, in element: JSONValue) -> PatchError {
        .unclassified("map: \(goText(element)) does not contain declared merge key: \(mergeKey)")
    }

    private static func unknownDirective(_ marker: JSONValue, in patch: [String: JSONValue]) -> PatchError {
        .unclassified("unknown patch type: \(goText(marker)) in map: \(goText(.object(patch)))")
    }

    /// A value as Go's `%v` prints it, since error messages contain it.
    static func goText(_ value: JSONValue) -> String {
        switch value {
        case .null: "<nil>"
        case .string(let text): text
        case .array(let elements): "[\(elements.map(goText).joined(separator: " "))]"
        case .object(let members):
            "map[\(members.sorted { $0.key < $1.key }.map { "\($0.key):\(goText($0.value))" }.joined(separator: " "))]"
        default: JSONWriter.string(value)
        }
    }
}
