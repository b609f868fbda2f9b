import ControllerRuntime
import Foundation
import KubernetesCore
import Logging
import Testing

@testable import FairleadCLI

@Suite("The log")
struct LogLineTests {
    private func line(_ message: String, _ metadata: [String: String] = [:]) -> LogLine {
        LogLine(
            time: Date(timeIntervalSince1970: 1_700_000_000.25), level: "warning", label: "controller",
            message: message, metadata: metadata)
    }

    @Test("a record is one line of JSON, with the object's key")
    func json() throws {
        let metadata = [
            "kind": "PipelineRun", "namespace": "team", "name": "a", "uid": "u1", "error": "one\ntwo \"x\"",
        ]
        let text = line("reconcile\nfailed", metadata).text(.json)
        #expect(!text.contains("\n"))
        let object = try JSONParser.parse(Array(text.utf8))
        #expect(
            object == [
                "time": "2023-11-14T22:13:20.250000Z", "level": "warning", "logger": "controller",
                "message": "reconcile\nfailed", "kind": "PipelineRun", "namespace": "team", "name": "a", "uid": "u1",
                "error": "one\ntwo \"x\"",
            ])
    }

    @Test("a record is one line for people")
    func human() {
        #expect(
            line("reconcile\r\nfailed\n", ["name": "a", "error": "one\ntwo", "empty": ""]).text(.human)
                == "2023-11-14T22:13:20Z warning controller: reconcile; failed empty=\"\" error=\"one\\ntwo\" name=a")
    }

    @Test("the level comes from the option, then from the environment")
    func level() {
        #expect(LoggingOptions.level(option: .debug, environment: ["FAIRLEAD_LOG_LEVEL": "error"]) == .debug)
        #expect(LoggingOptions.level(option: nil, environment: ["FAIRLEAD_LOG_LEVEL": "ERROR"]) == .error)
        #expect(LoggingOptions.level(option: nil, environment: ["FAIRLEAD_LOG_LEVEL": "loud"]) == nil)
        #expect(LoggingOptions.level(option: nil, environment: [:]) == nil)
    }

    @Test("addresses of probes and metrics may be nowhere")
    func addresses() {
        #expect(StatusAddress(argument: "") == StatusAddress(nil))
        #expect(StatusAddress(argument: "0") == StatusAddress(nil))
        #expect(StatusAddress(argument: ":8080") == StatusAddress(BindAddress(port: 8080)))
        #expect(StatusAddress(argument: "8080") == nil)
    }
}
