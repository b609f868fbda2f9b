import KubernetesCore
import Testing

/// Label and field selectors, with the answers that a Kubernetes 1.36 API server gave.
struct SelectorTests {
    private static let objects: [String: [String: String]] = [
        "a": ["app": "x", "tier": "1"], "b": ["app": "y"], "c": ["app": "x"], "d": [:],
        "e": ["app": "", "example.com/tier": "2"],
    ]

    @Test(arguments: [
        ("", "abcde"), ("app=x", "ac"), ("app==x", "ac"), ("app!=x", "bde"), ("app", "abce"), ("!app", "d"),
        ("app in (x,y)", "abc"), ("app notin (x,y)", "de"), ("app in (x),tier", "a"), ("app=x,tier!=1", "c"),
        ("app=", "e"), ("app in ()", "e"), ("tier>0", "a"), ("tier<1", ""), ("example.com/tier=2", "e"),
        ("  app = x  ", "ac"), ("x=", ""), ("in", ""), ("app in (,x)", "ace"), ("app in (x,)", "ace"),
    ])
    func selectsByLabels(_ text: String, _ expected: String) throws {
        let selector = try LabelSelector(parsing: text)
        let selected = Self.objects.filter { selector.matches($0.value) }.keys.sorted().joined()
        #expect(selected == expected)
    }

    @Test(arguments: [
        ("app=x,", "found '', expected: identifier after ','"),
        ("=x", "found '=', expected: !, identifier, or 'end of string'"),
        ("app=x=y", "found '=', expected: ',' or 'end of string'"),
        ("app in x", "unable to parse requirement: found 'x' expected: '('"),
        ("app!x", "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"),
        ("!", "unable to parse requirement: found '', expected: identifier"),
        ("app notin", "unable to parse requirement: found '' expected: '('"),
        ("a===b", "unable to parse requirement: found '=', expected: identifier"),
        (
            "tier>x",
            "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must "
                + "be an integer"
        ),
    ])
    func refusesAsKubernetesDoes(_ text: String, _ message: String) {
        let error = #expect(throws: LabelSelector.ParseError.self) { try LabelSelector(parsing: text) }
        #expect(error?.message == message)
    }

    @Test(arguments: ["a/b/c=d", "app=-x", "app=x;tier=1", "app=\(String(repeating: "v", count: 64))"])
    func refusesWhatIsNoLabel(_ text: String) {
        #expect(throws: LabelSelector.ParseError.self) { try LabelSelector(parsing: text) }
    }

    @Test func readsTheStructuredForm() {
        let selector = LabelSelector([
            "matchLabels": ["app": "x"], "matchExpressions": [["key": "tier", "operator": "DoesNotExist"]],
        ])
        #expect(Self.objects.filter { selector?.matches($0.value) == true }.keys.sorted() == ["c"])
        #expect(LabelSelector(["matchExpressions": [["key": "a", "operator": "Like"]]]) == nil)
    }

    @Test func selectsByFields() throws {
        let fields = ["metadata.name": "web", "status.phase": "Running", "note": "a,b=c"]
        func matches(_ text: String) throws -> Bool {
            try FieldSelector(parsing: text).matches { fields[$0] ?? "" }
        }
        #expect(try matches("metadata.name=web"))
        #expect(try matches("metadata.name==web,status.phase!=Pending"))
        #expect(try matches(#"note=a\,b\=c"#))
        #expect(try matches("spec.nodeName="))
        #expect(try matches(""))
        #expect(try !matches("metadata.name!=web"))
        #expect(throws: FieldSelector.ParseError.self) { try FieldSelector(parsing: #"a=\x"#) }
        let error = #expect(throws: FieldSelector.ParseError.self) { try FieldSelector(parsing: "metadata.name") }
        #expect(error?.message == "invalid selector: 'metadata.name'; can't understand 'metadata.name'")
    }
}
