import ControllerMachines
import KubernetesCore
import PropertyTesting

/// A collection on a server, as far as lists and watches show it: versions, a log that is compacted, pages whose
/// tokens expire.
struct ModelServer {
    struct Entry {
        var version: Int
        var event: WatchEvent<TestObject>
    }

    private(set) var objects: [ObjectKey: TestObject] = [:]
    private var log: [Entry] = []
    private var version = 10
    private var compacted = 0
    private var pages: [String: (version: Int, rest: [TestObject])] = [:]

    mutating func change(using random: inout SeededGenerator) {
        version += Int.random(in: 1...9, using: &random)
        let name = "o\(Int.random(in: 0..<20, using: &random))"
        var object = TestObject(name, value: version, version: version, uid: "uid-\(version)")
        if let old = objects[object.key] {
            object.metadata.uid = old.metadata.uid
            if random.chance(0.4) {
                objects[object.key] = nil
                log.append(Entry(version: version, event: .deleted(object)))
                return
            }
            log.append(Entry(version: version, event: .modified(object)))
        } else {
            log.append(Entry(version: version, event: .added(object)))
        }
        objects[object.key] = object
    }

    /// Forgets history and the tokens of pages.
    mutating func compact() {
        compacted = version
        log = []
        pages = [:]
    }

    mutating func list(_ query: ListQuery) throws(WatchFailure) -> (ListMeta, [TestObject]) {
        if let token = query.continueToken {
            guard let page = pages[token] else { throw .expired }
            return answer(page.version, page.rest, limit: query.limit)
        }
        if let wanted = query.resourceVersion.flatMap({ Int($0.rawValue) }), wanted > version { throw .expired }
        return answer(version, objects.values.sorted { $0.key < $1.key }, limit: query.limit)
    }

    private mutating func answer(_ version: Int, _ all: [TestObject], limit: Int?) -> (ListMeta, [TestObject]) {
        var meta = ListMeta(resourceVersion: ResourceVersion("\(version)"))
        guard let limit, all.count > limit else { return (meta, all) }
        let token = "t\(pages.count)-\(version)-\(all.count)"
        pages[token] = (version, Array(all.dropFirst(limit)))
        meta.continueToken = token
        return (meta, Array(all.prefix(limit)))
    }

    /// What came since a version, with a bookmark at the end.
    func watch(from version: Int) throws(WatchFailure) -> [WatchEvent<TestObject>] {
        if version < compacted { throw .expired }
        let bookmark = WatchEvent<TestObject>.bookmark(
            ResourceVersion("\(self.version)"), isInitialEventsEnd: false)
        return log.filter { $0.version > version }.map(\.event) + [bookmark]
    }

    /// All objects, and the bookmark that says so.
    func initialEvents() -> [WatchEvent<TestObject>] {
        objects.values.map { .added($0) } + [.bookmark(ResourceVersion("\(version)"), isInitialEventsEnd: true)]
    }
}
