import Testing

@testable import FairleadCLI

@Suite("What errors say")
struct ErrorMessageTests {
    private struct Plain: Error, CustomStringConvertible { var description: String { "it is broken" } }

    @Test("errors of ours and of others are sentences, not types")
    func sentences() {
        #expect(ErrorMessage.text(for: CommandError(.notFound, "there is none")) == "there is none")
        #expect(ErrorMessage.text(for: Plain()) == "it is broken")
        #expect(ErrorMessage.text(for: CancellationError()) == "interrupted")
        let error = DecodingError.keyNotFound(
            Key.items, DecodingError.Context(codingPath: [Key.spec], debugDescription: "x"))
        #expect(
            ErrorMessage.text(for: error)
                == "the API server's answer is not of the expected shape: spec.items is missing")
    }

    @Test("a name that is not there: the nearest one, else where to look, else that there is none at all")
    func missingNames() {
        func message(_ names: [String]) -> String {
            MissingName.message("run", "flihgts", among: names, namespace: "lab", list: "fairlead list -n lab")
        }
        #expect(message(["flights"]) == "there is no run \"flihgts\" in namespace lab; did you mean \"flights\"?")
        #expect(
            message(["x"]) == "there is no run \"flihgts\" in namespace lab; fairlead list -n lab tells which there are"
        )
        #expect(message([]) == "there is no run \"flihgts\" in namespace lab, and no other either")
    }

    private enum Key: String, CodingKey { case spec, items }
}
