import ArgumentParser
import Foundation
import Logging

/// What of the log is shown, and how.
struct LoggingOptions: ParsableArguments {
    /// From which weight on messages are shown.
    enum Level: String, CaseIterable, ExpressibleByArgument {
        case trace, debug, info, notice, warning, error, critical

        /// The same level as the logging library names it.
        var loggerLevel: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
    }

    @Option(help: "From which level on messages are shown; also FAIRLEAD_LOG_LEVEL.")
    var logLevel: Level?

    @Option(help: "How messages look.")
    var logFormat: LogLine.Format = .human

    /// A logger for a part of the program.
    ///
    /// - Parameters:
    ///   - label: The part.
    ///   - fallback: The level where neither option nor environment names one.
    func logger(_ label: String, _ fallback: Logger.Level) -> Logger {
        let level =
            Self.level(option: logLevel, environment: ProcessInfo.processInfo.environment)?.loggerLevel ?? fallback
        let format = logFormat
        return Logger(label: label) { LineLogHandler(label: $0, level: level, format: format) }
    }

    /// The level that was asked for; one that does not exist is not looked at.
    static func level(option: Level?, environment: [String: String]) -> Level? {
        option ?? environment["FAIRLEAD_LOG_LEVEL"].flatMap { Level(rawValue: $0.lowercased()) }
    }
}

extension LogLine.Format: ExpressibleByArgument {}
