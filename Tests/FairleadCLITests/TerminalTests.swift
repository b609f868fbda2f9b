import Foundation
import KubernetesCore
import Testing

@testable import FairleadCLI

@Suite("What looks on")
struct TerminalTests {
    @Test(
        "colours and drawing in place only where a terminal can and the user wants",
        arguments: [
            (true, [:], true, true), (false, [:], false, false), (true, ["NO_COLOR": "1"], true, false),
            (true, ["NO_COLOR": ""], true, true), (true, ["TERM": "dumb"], false, false),
        ] as [(Bool, [String: String], Bool, Bool)])
    func abilities(isTerminal: Bool, environment: [String: String], isInteractive: Bool, hasColor: Bool) {
        let terminal = Terminal(isTerminal: isTerminal, size: (100, 30), environment: environment)
        #expect(terminal.isInteractive == isInteractive)
        #expect(terminal.hasColor == hasColor)
    }

    @Test("the size is the terminal's, else the environment's, else the usual one; never nothing")
    func sizes() {
        func size(_ own: (Int, Int)?, _ environment: [String: String]) -> [Int] {
            let terminal = Terminal(isTerminal: true, size: own, environment: environment)
            return [terminal.width, terminal.height]
        }
        #expect(size((100, 30), ["COLUMNS": "50"]) == [100, 30])
        #expect(size(nil, ["COLUMNS": "50", "LINES": "9"]) == [50, 9])
        #expect(size(nil, ["COLUMNS": "x"]) == [80, 24])
        #expect(size((0, 0), [:]) == [20, 5])
    }

    @Test("a line is never wider than its width, in colours or not")
    func lineWidths() {
        var line = StyledLine("one ", .good)
        line.append("two\nthree", .bad)
        #expect(line.text() == "one two three")
        for width in 1...20 {
            let plain = line.text(width: width)
            #expect(plain.count <= width)
            let colored = line.text(width: width, hasColor: true)
            #expect(colored.replacing(/\u{1B}\[[0-9]*m/, with: "") == plain)
        }
        #expect(line.text(width: 6) == "one t…")
    }

    @Test("tables align their columns and leave nothing at the end of a line")
    func tables() {
        var table = TextTable(["A", "LONG", "C"])
        table.add(["first", "", "x"])
        table.add(["1", "2", ""])
        #expect(table.lines == ["A       LONG   C", "first          x", "1       2"])
    }

    @Test(
        "ages as kubectl writes them",
        arguments: [
            (-5, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (600, "10m"), (3 * 3600 - 1, "179m"),
            (3 * 3600, "3h"), (3 * 3600 + 60, "3h1m"), (8 * 3600 + 60, "8h"), (47 * 3600, "47h"), (48 * 3600, "2d"),
            (50 * 3600, "2d2h"), (8 * 86_400, "8d"), (729 * 86_400, "729d"), (731 * 86_400, "2y1d"),
        ] as [(Int64, String)])
    func ages(seconds: Int64, text: String) {
        #expect(Age.text(seconds: seconds) == text)
    }

    @Test("a message of the log for people and for programs")
    func logLines() throws {
        let line = LogLine(
            time: try RunFixture.moment(0), level: "warning", label: "node", message: "no \"luck\"",
            metadata: ["pod": "a/b", "error": "two words"])
        #expect(
            line.text(.human)
                == "2026-03-01T10:00:00Z warning node: no \"luck\" error=\"two words\" pod=a/b")
        let object = try JSONParser.parse(line.text(.json))
        #expect(object["message"] == "no \"luck\"")
        #expect(object["pod"] == "a/b")
        #expect(object["time"] == "2026-03-01T10:00:00.000000Z")
    }
}
