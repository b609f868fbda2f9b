import KubernetesCore
import Testing

/// Lines of a watch.
struct WatchEventTests {
    private func read(_ line: String) throws -> WatchEvent<JSONValue> {
        try KubernetesJSON.decode(WatchEvent<JSONValue>.self, from: Array(line.utf8))
    }

    @Test func objects() throws {
        let object: JSONValue = ["kind": "Pod", "metadata": ["name": "a"], "n": 1]
        for (type, expected) in [("ADDED", 0), ("MODIFIED", 1), ("DELETED", 2)] {
            let event = try read(#"{"type":"\#(type)","object":\#(JSONWriter.string(object))}"#)
            switch event {
            case .added(let read): #expect(expected == 0 && read == object)
            case .modified(let read): #expect(expected == 1 && read == object)
            case .deleted(let read): #expect(expected == 2 && read == object)
            default: Issue.record("\(event)")
            }
        }
    }

    @Test func bookmarks() throws {
        let plain = try read(
            #"{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"12","creationTimestamp":null}}}"#
        )
        guard case .bookmark("12", isInitialEventsEnd: false) = plain else {
            Issue.record("\(plain)")
            return
        }
        let end = try read(
            #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"12","annotations":{"k8s.io/initial-events-end":"true"}}}}"#
        )
        guard case .bookmark("12", isInitialEventsEnd: true) = end else {
            Issue.record("\(end)")
            return
        }
    }

    @Test func errors() throws {
        let event = try read(
            #"{"type":"ERROR","object":{"kind":"Status","status":"Failure","reason":"Expired","message":"too old","code":410}}"#
        )
        guard case .error(let status) = event else {
            Issue.record("\(event)")
            return
        }
        #expect(status.code == 410 && status.reason == "Expired")
    }

    @Test(arguments: [
        #"{"type":"NEW","object":{}}"#, #"{"object":{}}"#, #"{"type":"ADDED"}"#, #"{"type":"BOOKMARK","object":{}}"#,
        "{",
        "[]", "",
    ])
    func malformed(_ line: String) {
        #expect(throws: (any Error).self) { try read(line) }
    }
}
