import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

@Suite("Reports of routers")
struct ReportSumTests {
    private static let start = Date(timeIntervalSince1970: 1_767_225_600)

    private static func time(_ seconds: Double) -> MicroTime { MicroTime(start.addingTimeInterval(seconds)) }

    private static func report(
        _ router: String, started: Double, at: Double, requests: UInt64, inFlight: Int = 0
    ) -> RouterReport {
        RouterReport(
            router: router, started: time(started), at: time(at),
            services: [
                "a/b": ServiceReport(revisions: ["r": RevisionReport(inFlight: inFlight, requests: requests)])
            ])
    }

    private static let key = ReportSum.Key(service: "a/b", revision: "r")

    @Test("a report reads back as it was written, with the buckets that counted something and no others")
    func coding() throws {
        var revision = RevisionReport(inFlight: 2, waiting: 1, requests: 40, errors: 3)
        for _ in 0..<40 { revision.buckets.add(.milliseconds(1)) }
        let report = RouterReport(
            router: "x", started: Self.time(0), at: Self.time(1.5),
            services: ["risk/churn": ServiceReport(revisions: ["churn-1a2b3c4d": revision])])
        let text = String(decoding: try KubernetesJSON.encode(report), as: UTF8.self)
        #expect(text.contains(#""buckets":{"13":40}"#))
        #expect(text.contains(#""started":"2026-01-01T00:00:00.000000Z""#))
        #expect(try KubernetesJSON.decode(RouterReport.self, from: text.utf8) == report)
        let record = try KubernetesJSON.decode(
            RouterReportRecord.self,
            from: JSONWriter.bytes(["metadata": ["name": "n"], "data": ["report.json": .string(text)]]))
        #expect(record.report == report)
        let broken = try KubernetesJSON.decode(
            RouterReportRecord.self, from: JSONWriter.bytes(["metadata": ["name": "n"]]))
        #expect(broken.report == nil)
    }

    @Test("a revision that a router counts from nothing again is counted on, from the first request")
    func restarts() {
        var sum = ReportSum()
        sum.fold(Self.report("x", started: 0, at: 1, requests: 100))
        sum.fold(Self.report("x", started: 0, at: 2, requests: 0))
        sum.fold(Self.report("x", started: 0, at: 3, requests: 120))
        #expect(sum.total(Self.key).requests == 220)
        sum.fold(Self.report("x", started: 0, at: 4, requests: 7))
        sum.fold(Self.report("x", started: 0, at: 5, requests: 9))
        #expect(sum.total(Self.key).requests == 229)
    }

    @Test("a router that starts anew or comes back is counted on, and none of its requests twice")
    func sums() {
        var sum = ReportSum()
        sum.begin(with: Self.report("old", started: -100, at: -1, requests: 1000, inFlight: 3))
        #expect(sum.total(Self.key).requests == 0)
        #expect(sum.concurrency(Self.key) == 3)
        sum.fold(Self.report("old", started: -100, at: 1, requests: 1010))
        sum.fold(Self.report("old", started: -100, at: 1, requests: 1010))
        #expect(sum.total(Self.key).requests == 10)
        // What comes late changes nothing.
        sum.fold(Self.report("old", started: -100, at: 0, requests: 1005))
        sum.fold(Self.report("old", started: -100, at: 2, requests: 1011))
        #expect(sum.total(Self.key).requests == 11)
        sum.fold(Self.report("old", started: 3, at: 4, requests: 5, inFlight: 7))
        sum.fold(Self.report("new", started: 3, at: 4, requests: 2, inFlight: 1))
        #expect(sum.total(Self.key).requests == 18)
        #expect(sum.concurrency(Self.key) == 8)
        sum.remove(router: "old")
        #expect(sum.concurrency(Self.key) == 1)
        sum.fold(Self.report("old", started: 3, at: 9, requests: 6))
        #expect(sum.total(Self.key).requests == 19)
        // A revision that is left out for a while goes on from where it was.
        var quiet = Self.report("old", started: 3, at: 10, requests: 0)
        quiet.services = [:]
        sum.fold(quiet)
        sum.fold(Self.report("old", started: 3, at: 11, requests: 9))
        #expect(sum.total(Self.key).requests == 22)
    }

    @Test("a reader that sees any of the reports, in order, counts what the last ones say", arguments: 0..<50)
    func anyReports(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var sum = ReportSum()
        var counters: [String: (started: Double, requests: UInt64, seen: UInt64)] = [:]
        var expected: UInt64 = 0
        for step in 0..<300 {
            let name = "r\(generator.next() % 4)"
            var router = counters[name] ?? (Double(step), 0, 0)
            if generator.chance(0.05) { router = (Double(step) + 0.5, 0, 0) }
            router.requests += generator.next() % 10
            if generator.chance(0.5) {
                sum.fold(
                    Self.report(name, started: router.started, at: Double(step) + 1, requests: router.requests))
                expected += router.requests - router.seen
                router.seen = router.requests
            }
            if generator.chance(0.05) { sum.remove(router: name) }
            counters[name] = router
            #expect(sum.total(Self.key).requests == expected, "seed \(seed), step \(step)")
        }
    }

    @Test("a quantile is known to a fifth of its value, alone and summed over routers", arguments: 0..<30)
    func quantiles(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var times: [Double] = []
        var parts = [LatencyHistogram](repeating: LatencyHistogram(), count: 3)
        for _ in 0..<2000 {
            let seconds = 0.0002 * exp2(generator.unit() * 16)
            times.append(seconds)
            parts[Int(generator.next() % 3)].add(.seconds(seconds))
        }
        times.sort()
        var all = LatencyHistogram()
        for part in parts { all.add(part) }
        #expect(all.total == 2000)
        for share in [0.01, 0.5, 0.9, 0.95, 0.99, 1] {
            let exact = times[min(1999, Int((share * 2000).rounded(.up)) - 1)]
            let told = try #require(all.quantile(share)) / .seconds(1)
            #expect(abs(told / exact - 1) < 0.2, "seed \(seed): \(share) is \(exact), told as \(told)")
        }
        #expect(all.since(parts[0]).total == parts[1].total + parts[2].total)
        #expect(LatencyHistogram().quantile(0.5) == nil)
    }

    @Test("every time has a bucket, in order, and the bounds are those of the scale")
    func buckets() {
        #expect(LatencyHistogram.bucket(of: .zero) == 0)
        #expect(LatencyHistogram.bucket(of: .seconds(-5)) == 0)
        #expect(LatencyHistogram.bucket(of: .microseconds(250)) == 5)
        #expect(LatencyHistogram.bucket(of: .seconds(1_000_000)) == 95)
        for bucket in 1..<95 {
            let inside = LatencyHistogram.lowerBound(ofBucket: bucket) * 1.01
            #expect(LatencyHistogram.bucket(of: .seconds(inside)) == bucket)
        }
    }

    @Test("shares of tracks sum to 100, and follow their weights", arguments: 0..<200)
    func shares(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var tracks: [TrackShare] = []
        for track in 0..<Int(1 + generator.next() % 5) {
            let step = Int(generator.next() % 101)
            let weights = generator.chance(0.2) ? [:] : ["s\(track)": 100 - step, "c\(track)": step]
            tracks.append(TrackShare(percent: Int(generator.next() % 101), weights: weights))
        }
        let combined = TrackShare.combine(tracks)
        let exact = tracks.filter { !$0.weights.isEmpty }.reduce(0) { $0 + $1.percent }
        #expect(combined.values.reduce(0, +) == (exact > 0 ? 100 : 0), "seed \(seed)")
        for track in tracks where exact > 0 {
            for (revision, weight) in track.weights {
                let share = Double(track.percent * weight) / Double(exact)
                let got = combined[revision] ?? 0
                #expect((got > 0) == (share > 0), "seed \(seed): \(revision) has \(share), gets \(got)")
                #expect(abs(Double(got) - share) < 3, "seed \(seed): \(revision) has \(share), gets \(got)")
            }
        }
    }

    @Test("the shares that people write come out as they wrote them")
    func plainShares() {
        #expect(
            TrackShare.combine([
                TrackShare(percent: 50, weights: ["a": 100]), TrackShare(percent: 50, weights: ["b": 90, "c": 10]),
            ]) == ["a": 50, "b": 45, "c": 5])
        #expect(TrackShare.combine([TrackShare(percent: 100, weights: ["a": 95, "b": 5])]) == ["a": 95, "b": 5])
        #expect(
            TrackShare.combine([TrackShare(percent: 70, weights: [:]), TrackShare(percent: 30, weights: ["b": 100])])
                == ["b": 100])
    }
}
