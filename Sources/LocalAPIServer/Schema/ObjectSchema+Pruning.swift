public import KubernetesCore

/// What makes an object fit its schema: members that it does not know go, defaults come.
extension ObjectSchema {
    /// The paths of members that the schema does not know, sorted, as strict field validation names them.
    ///
    /// - Parameter object: A whole object: apiVersion, kind and metadata are always known.
    public func unknownFields(in object: JSONValue) -> [String] {
        var paths: [String] = []
        collectUnknown(in: object, path: "", isResource: true, into: &paths)
        return paths.sorted()
    }

    /// Removes the members that the schema does not know.
    ///
    /// - Parameter object: A whole object.
    public func prune(_ object: inout JSONValue) {
        if let pruned = pruned(object, isResource: true) { object = pruned }
    }

    /// Fills in the defaults of members that are absent, and removes nulls where null is no value.
    ///
    /// - Parameter object: A whole object.
    public func applyDefaults(_ object: inout JSONValue) {
        if let defaulted = defaulted(object, isResource: true) { object = defaulted }
    }

    /// The schema of a member, and whether the member is known at all.
    private func lookUp(_ name: String, isResource: Bool) -> (schema: ObjectSchema?, isKnown: Bool) {
        if isResource {
            switch name {
            case "apiVersion", "kind": return (nil, true)
            case "metadata": return (BuiltinSchemas.objectMeta, true)
            default: break
            }
        }
        if let schema = self.properties[name] ?? self.additionalProperties { return (schema.resolved, true) }
        return (nil, self.preservesUnknownFields)
    }

    private func collectUnknown(in value: JSONValue, path: String, isResource: Bool, into paths: inout [String]) {
        switch value {
        case .object(let members):
            for (name, member) in members {
                let (schema, isKnown) = lookUp(name, isResource: isResource)
                if let schema {
                    schema.collectUnknown(
                        in: member, path: path.field(name), isResource: schema.isEmbeddedResource, into: &paths)
                } else if !isKnown {
                    paths.append(path.field(name))
                }
            }
        case .array(let elements):
            guard let items = self.items?.resolved else { return }
            for (index, element) in elements.enumerated() {
                items.collectUnknown(
                    in: element, path: path.index(index), isResource: items.isEmbeddedResource, into: &paths)
            }
        default: return
        }
    }

    /// The value without unknown members; nil where there are none, so that nothing is copied.
    private func pruned(_ value: JSONValue, isResource: Bool) -> JSONValue? {
        switch value {
        case .object(let members):
            var changed: [String: JSONValue]?
            for (name, member) in members {
                let (schema, isKnown) = lookUp(name, isResource: isResource)
                if let schema {
                    if let pruned = schema.pruned(member, isResource: schema.isEmbeddedResource) {
                        changed = changed ?? members
                        changed?[name] = pruned
                    }
                } else if !isKnown {
                    changed = changed ?? members
                    changed?[name] = nil
                }
            }
            return changed.map { .object($0) }
        case .array(let elements):
            guard let items = self.items?.resolved else { return nil }
            return Self.mapped(elements) { items.pruned($0, isResource: items.isEmbeddedResource) }
        default: return nil
        }
    }

    /// The value with its defaults; nil where nothing changes.
    private func defaulted(_ value: JSONValue, isResource: Bool) -> JSONValue? {
        switch value {
        case .object(let members): return defaulted(members, isResource: isResource).map { .object($0) }
        case .array(let elements):
            guard let items = self.items else { return nil }
            return Self.mapped(elements) { items.defaulted($0, isResource: items.isEmbeddedResource) }
        default: return nil
        }
    }

    private func defaulted(_ members: [String: JSONValue], isResource: Bool) -> [String: JSONValue]? {
        var changed: [String: JSONValue]?
        for (name, member) in members {
            guard !isResource || (name != "metadata" && name != "kind" && name != "apiVersion"),
                let schema = self.properties[name] ?? self.additionalProperties
            else { continue }
            if member.isNull {
                guard !schema.isNullable, self.properties[name] != nil else { continue }
                changed = changed ?? members
                changed?[name] = nil
            } else if let defaulted = schema.defaulted(member, isResource: schema.isEmbeddedResource) {
                changed = changed ?? members
                changed?[name] = defaulted
            }
        }
        guard hasDefaults else { return changed }
        for (name, schema) in self.properties {
            guard let value = schema.defaultValue, (changed ?? members)[name] == nil else { continue }
            changed = changed ?? members
            changed?[name] = schema.defaulted(value, isResource: schema.isEmbeddedResource) ?? value
        }
        return changed
    }

    private static func mapped(_ elements: [JSONValue], _ change: (JSONValue) -> JSONValue?) -> JSONValue? {
        var changed: [JSONValue]?
        for (index, element) in elements.enumerated() {
            guard let new = change(element) else { continue }
            changed = changed ?? elements
            changed?[index] = new
        }
        return changed.map { .array($0) }
    }
}
