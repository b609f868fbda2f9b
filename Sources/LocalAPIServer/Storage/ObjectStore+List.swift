import KubernetesCore

/// A page of a collection as it was at one revision.
struct ObjectPage: Sendable {
    var images: [ObjectImage]
    /// Where the next page begins; nil at the end.
    var last: ObjectKey?
    /// How many objects stand behind the page, whatever the selectors say.
    var remaining: Int
}

extension ObjectStore {
    /// The objects after a key as they were at a revision.
    ///
    /// - Parameters:
    ///   - collection: The collection.
    ///   - namespace: One namespace, nil for all.
    ///   - revision: The moment; nil for now.
    ///   - start: The key behind which the page begins.
    ///   - limit: How many objects the page may hold; nil for all.
    ///   - matches: Whether an object is selected.
    /// - Returns: The page; nil where the moment is too long ago.
    func page(
        of collection: String, namespace: String?, at revision: Int64?, after start: ObjectKey?, limit: Int?,
        matches: (ObjectAttributes) -> Bool
    ) -> ObjectPage? {
        let stored = self.collection(collection)
        guard let revision, revision < self.revision else {
            return currentPage(of: stored, namespace: namespace, after: start, limit: limit, matches: matches)
        }
        guard let undone = undone(of: collection, after: revision) else { return nil }
        if undone.isEmpty {
            return currentPage(of: stored, namespace: namespace, after: start, limit: limit, matches: matches)
        }
        let live = stored.keys(namespace: namespace, after: start)
        let restored = undone.keys.filter { key in
            (namespace == nil || key.namespace == namespace) && start.map { $0 < key } ?? true && stored[key] == nil
        }
        let keys = restored.isEmpty ? live : (live + restored).sorted()
        var page = ObjectPage(images: [], last: nil, remaining: 0)
        for key in keys {
            let image: ObjectImage? =
                if let before = undone[key] { before } else { stored[key]?.image }
            guard let image else { continue }
            if page.last != nil {
                page.remaining += 1
            } else if matches(image.attributes) {
                page.images.append(image)
                if page.images.count == limit { page.last = key }
            }
        }
        if page.remaining == 0 { page.last = nil }
        return page
    }

    private func currentPage(
        of stored: StoredCollection, namespace: String?, after start: ObjectKey?, limit: Int?,
        matches: (ObjectAttributes) -> Bool
    ) -> ObjectPage {
        var page = ObjectPage(images: [], last: nil, remaining: 0)
        stored.visit(namespace: namespace, after: start) { object in
            if page.last != nil {
                page.remaining += 1
                return true
            }
            if matches(object.image.attributes) {
                page.images.append(object.image)
                if page.images.count == limit { page.last = object.key }
            }
            return true
        }
        if page.remaining == 0 { page.last = nil }
        return page
    }

    /// What the objects that changed since a revision were at that revision; nil where that is forgotten.
    private func undone(of collection: String, after revision: Int64) -> [ObjectKey: ObjectImage?]? {
        guard let changes = self.collection(collection).history.changes(after: revision) else { return nil }
        var before: [ObjectKey: ObjectImage?] = [:]
        for change in changes where before[change.key] == nil { before[change.key] = .some(change.previous) }
        for change in unpublishedChanges(of: collection)
        where change.revision > revision && before[change.key] == nil {
            before[change.key] = .some(change.previous)
        }
        return before
    }
}
