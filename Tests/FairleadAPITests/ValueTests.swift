import CEL
import KubernetesCore
import Testing

@testable import FairleadAPI

@Suite struct ValueTests {
    @Test(arguments: [
        ("90s", 90_000), ("15m", 900_000), ("2h", 7_200_000), ("7d", 604_800_000), ("1h30m", 5_400_000),
        ("250ms", 250), ("1.5h", 5_400_000), ("0s", 0), ("1w", 604_800_000), ("1d12h", 129_600_000),
    ])
    func durations(_ text: String, _ milliseconds: Int64) {
        #expect(FairleadDuration(text)?.duration == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", "90", "s", "-5s", "1 h", "5x", "1..5h", ".5h", "5.h", "999999999999d", "1e5s", "h1", "５s", "nan", "infs",
        String(repeating: "1s", count: 40),
    ])
    func noDurations(_ text: String) { #expect(FairleadDuration(text) == nil) }

    @Test(arguments: [
        (0, "0s"), (45, "45s"), (312, "5m12s"), (5400, "1h30m"), (3600, "1h"), (183_600, "2d3h"), (90_061, "1d1h"),
    ])
    func durationsForPeople(_ seconds: Int64, _ text: String) {
        #expect(FairleadDuration.format(.seconds(seconds)) == text)
    }

    @Test(arguments: [
        ("2", true), ("500m", true), ("1.5", true), ("4Gi", true), ("1e3", true), ("1E", true), ("1E6", true),
        ("+1", true), (".5", true), ("5.", true), ("", false), ("-1", false), ("4gb", false), ("4GB", false),
        ("1 Gi", false), ("Gi", false), (".", false), ("1e", false), ("0x10", false), ("1Ki2", false),
    ])
    func quantities(_ text: String, _ isValid: Bool) { #expect(QuantityText.isValid(text) == isValid) }

    @Test(arguments: [
        ("dependOn", "dependsOn" as String?), ("depends_on", "dependsOn"), ("scirpt", "script"), ("comand", "command"),
        ("zzz", nil), ("", nil), ("ENV", "env"),
    ])
    func nearestNames(_ name: String, _ expected: String?) {
        #expect(
            NearestName.find(
                name,
                among: PipelineTask.CodingKeys.allCases.map(\.rawValue)
                    + ContainerSpec.CodingKeys.allCases.map(\.rawValue)) == expected)
    }

    @Test(arguments: [
        ("^[a-z]+$", "abc", true), ("^[a-z]+$", "abC", false), ("b", "abc", true), ("^(a|bc)*$", "abcbca", true),
        ("^(a|bc)*$", "ab", false), ("^a{2,3}$", "aa", true), ("^a{2,3}$", "aaaa", false),
        ("^\\d{4}-\\d\\d$", "2026-01", true),
        ("^a{2}$", "aa", true), ("^a{2,}$", "aaaaa", true), ("^[^x-z]$", "y", false),
        ("^\\w+\\.csv$", "set_1.csv", true),
        ("^s3://[a-z0-9.-]+/", "s3://b-1/x", true), ("^$", "", true), ("^$", "x", false), ("", "anything", true),
        ("a.c", "a\nc", false), ("^(?:ab?)+?$", "aab", true), ("^[]]$", "]", true), ("^[\\d-]$", "-", true),
        ("a{,3}", "a{,3}", true), ("^é$", "é", true),
    ])
    func patterns(_ pattern: String, _ text: String, _ matches: Bool) throws {
        #expect(try LinearPattern(pattern).matches(text) == matches)
    }

    @Test(arguments: ["(", ")", "[a", "*a", "a{3,2}", "\\", "(?=a)", "\\1", "[z-a]", "((a{1000}){1000})", "a{1001}"])
    func noPatterns(_ pattern: String) {
        #expect(throws: LinearPattern.SyntaxError.self) { try LinearPattern(pattern) }
    }

    /// A backtracking engine would not come back from this one.
    @Test func patternsAreLinear() throws {
        #expect(try !LinearPattern("^(a+)+$").matches(String(repeating: "a", count: 5000) + "b"))
    }

    @Test func backoffGrowsToItsCap() throws {
        let backoff = RetrySpec.Backoff(duration: FairleadDuration("10s"), factor: 2, cap: FairleadDuration("1m"))
        #expect((1...5).map { backoff.delay(afterFailures: $0) } == [10, 20, 40, 60, 60].map { .seconds($0) })
        #expect(RetrySpec.Backoff().delay(afterFailures: .max) == .seconds(300))
        #expect(RetrySpec.Backoff().delay(afterFailures: 0) == .seconds(10))
    }
}
