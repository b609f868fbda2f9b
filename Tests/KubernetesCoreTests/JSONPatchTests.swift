import KubernetesCore
import Testing

/// RFC 6902, appendix A and beyond.
struct JSONPatchTests {
    struct Example: Sendable {
        var name: String
        var document: JSONValue
        var patch: JSONValue
        /// Nil where the patch must be refused.
        var result: JSONValue?
    }

    static let examples: [Example] = [
        Example(
            name: "A.1 add a member", document: ["foo": "bar"],
            patch: [["op": "add", "path": "/baz", "value": "qux"]], result: ["baz": "qux", "foo": "bar"]),
        Example(
            name: "A.2 add an element", document: ["foo": ["bar", "baz"]],
            patch: [["op": "add", "path": "/foo/1", "value": "qux"]], result: ["foo": ["bar", "qux", "baz"]]),
        Example(
            name: "A.3 remove a member", document: ["baz": "qux", "foo": "bar"],
            patch: [["op": "remove", "path": "/baz"]], result: ["foo": "bar"]),
        Example(
            name: "A.4 remove an element", document: ["foo": ["bar", "qux", "baz"]],
            patch: [["op": "remove", "path": "/foo/1"]], result: ["foo": ["bar", "baz"]]),
        Example(
            name: "A.5 replace", document: ["baz": "qux", "foo": "bar"],
            patch: [["op": "replace", "path": "/baz", "value": "boo"]], result: ["baz": "boo", "foo": "bar"]),
        Example(
            name: "A.6 move a value", document: ["foo": ["bar": "baz", "waldo": "fred"], "qux": ["corge": "grault"]],
            patch: [["op": "move", "from": "/foo/waldo", "path": "/qux/thud"]],
            result: ["foo": ["bar": "baz"], "qux": ["corge": "grault", "thud": "fred"]]),
        Example(
            name: "A.7 move an element", document: ["foo": ["all", "grass", "cows", "eat"]],
            patch: [["op": "move", "from": "/foo/1", "path": "/foo/3"]],
            result: ["foo": ["all", "cows", "eat", "grass"]]),
        Example(
            name: "A.8 test: success", document: ["baz": "qux", "foo": ["a", 2, "c"]],
            patch: [
                ["op": "test", "path": "/baz", "value": "qux"], ["op": "test", "path": "/foo/1", "value": 2],
            ], result: ["baz": "qux", "foo": ["a", 2, "c"]]),
        Example(
            name: "A.9 test: failure", document: ["baz": "qux"],
            patch: [["op": "test", "path": "/baz", "value": "bar"]]),
        Example(
            name: "A.10 add a nested object", document: ["foo": "bar"],
            patch: [["op": "add", "path": "/child", "value": ["grandchild": [:]]]],
            result: ["foo": "bar", "child": ["grandchild": [:]]]),
        Example(
            name: "A.11 unknown members of an operation", document: ["foo": "bar"],
            patch: [["op": "add", "path": "/baz", "value": "qux", "xyz": 123]], result: ["foo": "bar", "baz": "qux"]),
        Example(
            name: "A.12 add to a place that does not exist", document: ["foo": "bar"],
            patch: [["op": "add", "path": "/baz/bat", "value": "qux"]]),
        Example(
            name: "A.14 escapes", document: ["/": 9, "~1": 10],
            patch: [["op": "test", "path": "/~01", "value": 10]], result: ["/": 9, "~1": 10]),
        Example(
            name: "A.15 strings are no numbers", document: ["/": 9, "~1": 10],
            patch: [["op": "test", "path": "/~01", "value": "10"]]),
        Example(
            name: "A.16 append an array", document: ["foo": ["bar"]],
            patch: [["op": "add", "path": "/foo/-", "value": ["abc", "def"]]],
            result: ["foo": ["bar", ["abc", "def"]]]),
        Example(
            name: "the whole document", document: ["a": 1],
            patch: [["op": "replace", "path": "", "value": [1]], ["op": "add", "path": "/0", "value": 0]],
            result: [0, 1]),
        Example(
            name: "replace adds what is not there", document: ["a": [:]],
            patch: [["op": "replace", "path": "/a/b", "value": 1]], result: ["a": ["b": 1]]),
        Example(
            name: "replace no element that is not there", document: ["a": [1]],
            patch: [["op": "replace", "path": "/a/1", "value": 1]]),
        Example(
            name: "add behind the end", document: ["a": [1]], patch: [["op": "add", "path": "/a/2", "value": 1]]),
        Example(
            name: "leading zero", document: ["a": [1, 2]], patch: [["op": "remove", "path": "/a/01"]]),
        Example(name: "negative index", document: ["a": [1]], patch: [["op": "remove", "path": "/a/-1"]]),
        Example(
            name: "huge index", document: ["a": [1]], patch: [["op": "remove", "path": "/a/99999999999999999999"]]),
        Example(name: "remove nothing", document: ["a": 1], patch: [["op": "remove", "path": "/b"]]),
        Example(
            name: "move into itself", document: ["a": ["b": 1]],
            patch: [["op": "move", "from": "/a", "path": "/a/b"]]),
        Example(
            name: "copy", document: ["a": ["b": 1]],
            patch: [["op": "copy", "from": "/a", "path": "/a/c"]], result: ["a": ["b": 1, "c": ["b": 1]]]),
        Example(name: "copy of nothing", document: [:], patch: [["op": "copy", "from": "/a", "path": "/b"]]),
        Example(
            name: "copy of an element that is not there", document: ["a": []],
            patch: [["op": "copy", "from": "/a/0", "path": "/b"]]),
        Example(name: "no pointer", document: [:], patch: [["op": "add", "path": "a", "value": 1]]),
        Example(name: "bad escape", document: [:], patch: [["op": "add", "path": "/~2", "value": 1]]),
        Example(name: "no value", document: [:], patch: [["op": "add", "path": "/a"]]),
        Example(name: "no operation", document: [:], patch: [["path": "/a"]]),
        Example(
            name: "null is a value", document: ["a": 1],
            patch: [["op": "replace", "path": "/a", "value": .null], ["op": "test", "path": "/a", "value": .null]],
            result: ["a": .null]),
        Example(
            name: "all or nothing", document: ["a": 1],
            patch: [["op": "remove", "path": "/a"], ["op": "remove", "path": "/a"]]),
    ]

    @Test(arguments: examples)
    func example(_ example: Example) throws {
        guard let result = example.result else {
            let error = #expect(throws: PatchError.self) { try JSONPatch.apply(example.patch, to: example.document) }
            #expect(error?.code == 422)
            #expect(error?.message == "the server rejected our request due to an error in our request")
            return
        }
        #expect(try JSONPatch.apply(example.patch, to: example.document) == result)
    }

    @Test func bodiesThatAreNoPatch() {
        let notAList = #expect(throws: PatchError.self) { try JSONPatch.apply(["op": "add"], to: [:]) }
        #expect(notAList?.code == 400)
        #expect(
            notAList?.message
                == "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp")
        let operation: JSONValue = ["op": "test", "path": "", "value": [:]]
        #expect(throws: Never.self) {
            try JSONPatch.apply(.array(Array(repeating: operation, count: 10_000)), to: [:])
        }
        let tooMany = #expect(throws: PatchError.self) {
            try JSONPatch.apply(.array(Array(repeating: operation, count: 10_001)), to: [:])
        }
        #expect(tooMany?.code == 413)
    }
}
