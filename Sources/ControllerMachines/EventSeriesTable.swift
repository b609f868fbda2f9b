public import Foundation
public import KubernetesCore

/// Turns what happens into as few events as tell it: repetitions within six minutes become one event with a series.
///
/// The rules are those of Kubernetes' events.k8s.io recorder: the second of a kind makes the series, later ones are
/// only counted and written when the series ends or every half hour. Other than there, another note makes another event,
/// for what a reader is told of two revisions must not become one's alone; beyond ten notes they count as equal.
/// `now` is any monotonic time, which decides; `date` is only told to others, for the host's clock may be set.
public struct EventSeriesTable: Sendable {
    /// A request to write.
    public enum Write: Sendable, Hashable {
        /// Make an event.
        case create(ObjectKey, JSONValue)
        /// Merge-patch an event's series; where the event is gone, make it anew from `whole`.
        case patch(ObjectKey, JSONValue, whole: JSONValue)

        /// The event.
        public var key: ObjectKey {
            switch self {
            case .create(let key, _), .patch(let key, _, _): key
            }
        }
    }

    private struct Key: Hashable, Sendable {
        var type: EventNote.Kind
        var reason: String
        var action: String
        var regarding: ObjectReference
        var related: ObjectReference?
        /// Nil for those beyond the notes that are told apart.
        var note: String?

        var kind: Key {
            var kind = self
            kind.note = nil
            return kind
        }
    }

    private struct Entry: Sendable {
        var key: ObjectKey
        var event: JSONValue
        var count = 1
        var writtenCount = 1
        var lastSeen: Duration
        var lastWritten: Duration
        var lastDate: Date
    }

    private static let maxNoteBytes = 1024
    private static let maxNameBytes = 128
    /// How many notes of one kind of event are told apart at a time.
    private static let maxNotes = 10
    private let controller: String
    private let instance: String
    private let capacity: Int
    private let window = Duration.seconds(6 * 60)
    private let refresh = Duration.seconds(30 * 60)
    private var entries: [Key: Entry] = [:]
    /// How many notes each kind of event has, by its key without one.
    private var notes: [Key: Int] = [:]

    /// An empty table.
    ///
    /// - Parameters:
    ///   - controller: Who reports, such as `example.dev/controller`.
    ///   - instance: Which of its instances.
    ///   - capacity: How many different events are remembered.
    public init(controller: String, instance: String, capacity: Int = 4096) {
        self.controller = controller
        self.instance = instance
        self.capacity = max(1, capacity)
    }

    /// How many different events are remembered.
    public var count: Int { entries.count }

    /// Takes what happened.
    ///
    /// - Parameters:
    ///   - note: What happened.
    ///   - now: When, by a clock that nobody sets.
    ///   - date: When, for others.
    ///   - nonce: Random; makes the event's name.
    /// - Returns: What to write now; nil where it is only counted.
    public mutating func record(_ note: EventNote, now: Duration, date: Date, nonce: UInt64) -> Write? {
        let key = key(of: note)
        if var entry = entries[key], now - entry.lastSeen < window {
            entry.count = entry.count == .max ? .max : entry.count + 1
            entry.lastSeen = now
            entry.lastDate = date
            let isFirstRepetition = entry.writtenCount == 1
            let write = isFirstRepetition ? Self.write(&entry, now: now) : nil
            entries[key] = entry
            return write
        }
        if entries.count >= capacity { shrink() }
        let address = address(note, nonce: nonce)
        let event = event(note, address, date: date)
        if entries[key] == nil { notes[key.kind, default: 0] += 1 }
        entries[key] = Entry(key: address, event: event, lastSeen: now, lastWritten: now, lastDate: date)
        return .create(address, event)
    }

    /// Returns the series to write that ended or were not written for long, and forgets what ended.
    public mutating func flush(now: Duration) -> [Write] {
        var writes: [Write] = []
        for (key, var entry) in entries {
            let hasEnded = now - entry.lastSeen >= window
            let isDue = hasEnded || now - entry.lastWritten >= refresh
            guard isDue else { continue }
            if entry.count > entry.writtenCount { writes.append(Self.write(&entry, now: now)) }
            entries[key] = entry
            if hasEnded { forget(key) }
        }
        return writes
    }

    /// Returns every series that is not written in full, for the end of the process.
    public mutating func finish(now: Duration) -> [Write] {
        var writes: [Write] = []
        for var entry in entries.values where entry.count > entry.writtenCount {
            writes.append(Self.write(&entry, now: now))
        }
        (entries, notes) = ([:], [:])
        return writes
    }

    private static func write(_ entry: inout Entry, now: Duration) -> Write {
        let series: JSONValue = [
            "count": .integer(Int64(entry.count)),
            "lastObservedTime": .string(MicroTime(entry.lastDate).description),
        ]
        entry.writtenCount = entry.count
        entry.lastWritten = now
        entry.event["series"] = series
        return .patch(entry.key, ["series": series], whole: entry.event)
    }

    /// Drops the quarter that was not seen for longest; a later repetition makes a new event.
    private mutating func shrink() {
        let oldest = entries.sorted { $0.value.lastSeen < $1.value.lastSeen }
        for (key, _) in oldest.prefix(max(1, capacity / 4)) { forget(key) }
    }

    /// What makes events equal to this one.
    private func key(of note: EventNote) -> Key {
        var key = Key(
            type: note.type, reason: note.reason, action: note.action, regarding: note.regarding, related: note.related,
            note: note.note)
        if entries[key] == nil, notes[key.kind, default: 0] >= Self.maxNotes { key.note = nil }
        return key
    }

    private mutating func forget(_ key: Key) {
        guard entries.removeValue(forKey: key) != nil, let count = notes[key.kind] else { return }
        notes[key.kind] = count > 1 ? count - 1 : nil
    }

    private func address(_ note: EventNote, nonce: UInt64) -> ObjectKey {
        let digits = String(nonce, radix: 16)
        let suffix = String(repeating: "0", count: 16 - digits.count) + digits
        let name = (note.regarding.name ?? "unknown").lowercased().utf8Prefix(230, ellipsis: "")
        return ObjectKey(namespace: note.regarding.namespace ?? "default", name: "\(name).\(suffix)")
    }

    private func event(_ note: EventNote, _ address: ObjectKey, date: Date) -> JSONValue {
        var event: JSONValue = [
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": ["name": .string(address.name), "namespace": .string(address.namespace ?? "default")],
            "eventTime": .string(MicroTime(date).description),
            "type": .string(note.type.rawValue),
            "reason": .string(note.reason.utf8Prefix(Self.maxNameBytes, ellipsis: "")),
            "action": .string(note.action.utf8Prefix(Self.maxNameBytes, ellipsis: "")),
            "note": .string(note.note.utf8Prefix(Self.maxNoteBytes, ellipsis: "…")),
            "reportingController": .string(controller),
            "reportingInstance": .string(instance.utf8Prefix(Self.maxNameBytes, ellipsis: "")),
            "regarding": Self.json(note.regarding),
        ]
        if let related = note.related { event["related"] = Self.json(related) }
        return event
    }

    private static func json(_ reference: ObjectReference) -> JSONValue {
        let members = [
            "apiVersion": reference.apiVersion, "kind": reference.kind, "namespace": reference.namespace,
            "name": reference.name, "uid": reference.uid, "fieldPath": reference.fieldPath,
        ]
        return .object(members.compactMapValues { $0.map(JSONValue.string) })
    }
}

extension String {
    /// The beginning of the text that fits into a number of UTF-8 bytes, cut between characters.
    func utf8Prefix(_ limit: Int, ellipsis: String) -> String {
        guard utf8.count > limit else { return self }
        var remaining = limit - ellipsis.utf8.count
        var end = startIndex
        while end < endIndex {
            remaining -= self[end].utf8.count
            if remaining < 0 { break }
            end = index(after: end)
        }
        return self[..<end] + ellipsis
    }
}
