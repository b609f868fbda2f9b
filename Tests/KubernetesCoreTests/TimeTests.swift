import Foundation
import KubernetesCore
import PropertyTesting
import Testing

/// RFC 3339 as `metav1.Time` and `metav1.MicroTime` use it.
struct TimeTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-01-02T03:04:05Z", 1_767_323_045), ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-01-02T04:04:05+01:00", 1_767_323_045), ("2026-01-01T21:34:05-05:30", 1_767_323_045),
            ("2026-01-02t03:04:05.999z", 1_767_323_045), ("1969-12-31T23:59:59Z", -1),
            ("1900-03-01T00:00:00Z", -2_203_891_200),
            ("0001-01-01T00:00:00Z", -62_135_596_800), ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] as [(String, Int64)])
    func reads(_ text: String, _ seconds: Int64) { #expect(Time(text)?.secondsSince1970 == seconds) }

    @Test(arguments: [
        "", "2026-01-02", "2026-01-02T03:04:05", "2026-13-02T03:04:05Z", "2026-00-02T03:04:05Z", "2026-02-30T00:00:00Z",
        "2025-02-29T00:00:00Z", "2026-01-00T03:04:05Z", "2026-01-02T24:04:05Z", "2026-01-02T03:60:05Z",
        "2026-01-02 03:04:05Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+1:00", "2026-01-02T03:04:05+25:00",
        "2026-01-02T03:04:05Zx", "２026-01-02T03:04:05Z", "2026-01-02T03:04:05+01:00Z", "2026-1-02T03:04:005Z",
    ])
    func refuses(_ text: String) {
        #expect(Time(text) == nil)
        #expect(MicroTime(text) == nil)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func writtenTimesAreReadBack(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let formatter = ISO8601DateFormatter()
        for _ in 0..<200 {
            let seconds = Int64.random(in: -62_135_596_800...253_402_300_799, using: &generator)
            let time = Time(Date(timeIntervalSince1970: Double(seconds)))
            #expect(time.secondsSince1970 == seconds)
            #expect(Time(time.description) == time, "seed \(seed): \(time)")
            if seconds > -12_219_292_800 {
                // Foundation's formatter changes to the Julian calendar before that.
                #expect(formatter.string(from: time.date) == time.description, "seed \(seed)")
            }
            let micros = Int64.random(in: -2_000_000_000_000_000...4_000_000_000_000_000, using: &generator)
            var micro = MicroTime(Date(timeIntervalSince1970: 0))
            micro.microsecondsSince1970 = micros
            #expect(MicroTime(micro.description) == micro, "seed \(seed): \(micro)")
        }
    }

    @Test func fractions() throws {
        #expect(MicroTime("2026-01-02T03:04:05Z")?.description == "2026-01-02T03:04:05.000000Z")
        #expect(MicroTime("2026-01-02T03:04:05.1234567Z")?.description == "2026-01-02T03:04:05.123456Z")
        #expect(MicroTime("1969-12-31T23:59:59.5Z")?.microsecondsSince1970 == -500_000)
        #expect(Time("2026-01-02T03:04:05.9Z")?.description == "2026-01-02T03:04:05Z")
    }

    @Test func extremeDatesDoNotTrap() {
        for interval in [Double.infinity, -.infinity, .nan, 1e300, -1e300, .greatestFiniteMagnitude] {
            _ = Time(Date(timeIntervalSince1970: interval)).description
            _ = MicroTime(Date(timeIntervalSince1970: interval)).description
        }
        var time = Time(.distantFuture)
        for seconds in [Int64.max, .min] {
            time.secondsSince1970 = seconds
            _ = time.description
        }
    }
}
