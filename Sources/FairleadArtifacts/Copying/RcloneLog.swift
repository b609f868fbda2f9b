import KubernetesCore

/// What rclone says while it works: how far it is, and what went wrong.
struct RcloneLog: Sendable, Hashable {
    /// How far a copy is.
    struct Progress: Sendable, Hashable {
        var bytes: Int64
        var total: Int64
        var bytesPerSecond: Double
        /// All that changes while anything goes on.
        var marks: [Int64]

        /// For people: `1.2 GiB of 3.4 GiB, 120.0 MiB/s, about 18 s left`.
        var text: String {
            let speed = ByteCount.text(Int64(bytesPerSecond))
            var text = "\(ByteCount.text(bytes)) of \(ByteCount.text(total)), \(speed)/s"
            if bytesPerSecond >= 1, total > bytes {
                text += ", about \(Int((Double(total - bytes) / bytesPerSecond).rounded(.up))) s left"
            }
            return text
        }
    }

    /// How many of its last words are kept.
    private static let limit = 5

    private(set) var progress: Progress?
    private(set) var errors: [String] = []

    /// Takes a line; returns whether it told of progress.
    mutating func take(_ line: String) -> Bool {
        guard let value = try? JSONParser.parse(line.utf8), let level = value["level"]?.stringValue else {
            // The last words come as plain text, a line or two.
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            let isDated = words.count == 3 && words[0].split(separator: "/").count == 3
            remember(isDated ? String(words[2]) : line)
            return false
        }
        if let stats = value["stats"] {
            func number(_ name: String) -> Int64 { stats[name]?.integerValue ?? 0 }
            progress = Progress(
                bytes: number("bytes"), total: number("totalBytes"),
                bytesPerSecond: max(0, min(1e15, stats["speed"]?.doubleValue ?? 0)),
                marks: ["bytes", "checks", "transfers", "deletes"].map(number))
            return true
        }
        if ["error", "critical", "fatal"].contains(level), let message = value["msg"]?.stringValue {
            let about = value["object"]?.stringValue.map { "\($0): " } ?? ""
            if !message.hasPrefix("Attempt ") { remember(about + message) }
        }
        return false
    }

    private mutating func remember(_ message: String) {
        let text = message.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        // The identity of a request is of use to nobody who reads this.
        let short = String(text[..<(text.firstRange(of: ", request id: ")?.lowerBound ?? text.endIndex)])
        guard !short.isEmpty, !errors.contains(short) else { return }
        errors.append(short)
        if errors.count > Self.limit { errors.removeFirst() }
    }

    /// What kind of failure this is.
    func reason(exitCode: Int32) -> ArtifactFailure.Reason {
        let text = errors.joined(separator: " ").lowercased()
        if Self.refusals.contains(where: text.contains) { return .denied }
        if exitCode == 3 || exitCode == 4 || Self.absences.contains(where: text.contains) { return .notFound }
        return .storeFailed
    }

    private static let refusals = [
        "accessdenied", "access denied", "invalidaccesskeyid", "signaturedoesnotmatch", "expiredtoken", "invalidtoken",
        "nocredentialproviders", "forbidden", "unauthorized", "status code: 401", "status code: 403", "401 ", "403 ",
        "authenticationfailed", "authentication failed", "unable to authenticate", "permission denied",
        "could not find default credentials",
    ]
    private static let absences = [
        "nosuchbucket", "nosuchkey", "status code: 404", "404 not found", "directory not found", "object not found",
        "file not found", "containernotfound", "no such file or directory", "bucket doesn't exist",
    ]
}

/// Bytes as people read them.
enum ByteCount {
    static func text(_ count: Int64) -> String {
        var value = Double(count)
        for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
            if value < 1024 || unit == "TiB" {
                return unit == "B" ? "\(count) B" : "\((value * 10).rounded() / 10) \(unit)"
            }
            value /= 1024
        }
        return "\(count) B"
    }
}
