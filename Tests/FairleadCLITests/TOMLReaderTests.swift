import KubernetesCore
import Testing

@testable import FairleadCLI

@Suite("TOML")
struct TOMLReaderTests {
    @Test(
        "documents",
        arguments: [
            ("", "{}"), ("# nothing\n\n", "{}"), ("a = 1\r\nb = 2 # c\r\n", #"{"a": 1, "b": 2}"#),
            ("a.b = 1\na.c = 2", #"{"a": {"b": 1, "c": 2}}"#), (#""a b".'c.d' = true"#, #"{"a b": {"c.d": true}}"#),
            ("[x]\n[x.y]\nz = 1\n[a]", #"{"x": {"y": {"z": 1}}, "a": {}}"#),
            ("[x.y]\nz = 1\n[x]\nw = 2", #"{"x": {"y": {"z": 1}, "w": 2}}"#),
            ("[[p]]\nn = 1\n[[p]]\nn = 2\n[p.q]\nr = 3", #"{"p": [{"n": 1}, {"n": 2, "q": {"r": 3}}]}"#),
            ("a = [1, [2, 3], # x\n \"4\",\n]", #"{"a": [1, [2, 3], "4"]}"#),
            ("a = {b = 1, c.d = [ ], e = {}}", #"{"a": {"b": 1, "c": {"d": []}, "e": {}}}"#),
            (#"a = "q\"\u00e9\t\\""#, #"{"a": "q\"é\t\\"}"#), (#"a = 'C:\x'"#, #"{"a": "C:\\x"}"#),
            ("a = \"\"\"\none\\\n   two\n\"\"\"", #"{"a": "onetwo\n"}"#),
            ("a = '''\nit's ''ok'''''", #"{"a": "it's ''ok''"}"#),
            ("a = 0xFF\nb = 0o17\nc = 0b101\nd = -1_000\ne = +3", #"{"a": 255, "b": 15, "c": 5, "d": -1000, "e": 3}"#),
            ("a = 1.5\nb = 1e3\nc = -0.25E-2\nd = 1_0.0", #"{"a": 1.5, "b": 1000.0, "c": -0.0025, "d": 10.0}"#),
            (
                "a = 1979-05-27T07:32:00Z\nb = 1979-05-27 07:32:00\nc = 07:32:00",
                #"{"a": "1979-05-27T07:32:00Z", "b": "1979-05-27 07:32:00", "c": "07:32:00"}"#
            ),
            ("1234 = 1\n-x_ = 2", #"{"1234": 1, "-x_": 2}"#),
        ])
    func documents(text: String, json: String) throws {
        #expect(.object(try TOMLReader.read(text)) == (try JSONParser.parse(json)))
    }

    @Test(
        "mistakes are told with their line",
        arguments: [
            ("a = 1\na = 2", 2), ("a", 1), ("a =", 1), ("= 1", 1), ("a = b", 1), ("a = 1 b = 2", 1), ("[a", 1),
            ("[a]\nb = 1\n[a]", 3), ("a = 1\n[a]", 2), ("a = {b = 1}\na.c = 2", 2), ("a = [1, 2", 1), ("a = \"x", 1),
            ("a = 'x\ny'", 2), ("a = \"\\q\"", 1), ("a = \"\\ud800\"", 1), ("a = 01", 1), ("a = 1__0", 1),
            ("a = .5", 1), ("a = 5.", 1), ("a = inf", 1), ("a = nan", 1), ("a = 99999999999999999999", 1),
            ("a = [1 2]", 1), ("a = {b = 1", 1), ("[[a]]\n[a]", 2), ("a = True", 1),
        ])
    func mistakes(text: String, line: Int) {
        let failure = #expect(throws: TOMLReader.Failure.self) { try TOMLReader.read(text) }
        #expect(failure?.line == line)
    }

    @Test("nothing is deep enough to overflow the stack")
    func depth() {
        for text in [
            "a = " + String(repeating: "[", count: 100_000), "a = " + String(repeating: "{b = ", count: 100_000),
            String(repeating: "a.", count: 100_000) + "a = 1",
        ] {
            #expect(throws: TOMLReader.Failure.self) { try TOMLReader.read(text) }
        }
    }
}
