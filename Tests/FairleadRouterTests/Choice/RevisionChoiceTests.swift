import KubernetesCore
import PropertyTesting
import Testing

@testable import FairleadRouter

struct RevisionChoiceTests {
    /// In turn, shares are exact: at most a handful of requests off, at any time.
    @Test(arguments: [[100], [50, 50], [95, 5], [99, 1], [34, 33, 33], [10, 0, 20, 70], [1, 1, 1, 97]])
    func sharesAreExact(_ weights: [Int]) {
        let choice = RevisionChoice(Self.revisions(weights), service: Self.service)
        var counts = [Int](repeating: 0, count: weights.count)
        for turn in 1...10_000 as ClosedRange<UInt64> {
            guard let index = choice.inTurn(turn) else { return #expect(Bool(false), "nobody's turn") }
            counts[index] += 1
            for (count, weight) in zip(counts, weights) {
                #expect(abs(Double(count) - Double(turn) * Double(weight) / 100) < 6)
            }
        }
        for (count, weight) in zip(counts, weights) { #expect(abs(count - weight * 100) <= 5) }
    }

    @Test func usersAreSpreadEvenly() {
        let choice = RevisionChoice(Self.revisions([50, 50], tracks: ["a", "b"]), service: Self.service)
        let first = Self.users.count { choice.lasting(user: $0) == 0 }
        #expect(abs(first - 5000) <= 200)
    }

    /// Step by step, users go over to the candidate and none comes back; about as many as its weight says.
    @Test func whoIsOnTheCanaryStays() {
        var onCanary: Set<UInt64> = []
        for weight in [0, 5, 25, 50, 90, 100] {
            let choice = RevisionChoice(Self.revisions([100 - weight, weight]), service: Self.service)
            let now = Set(Self.users.filter { choice.lasting(user: $0) == 1 })
            #expect(onCanary.isSubset(of: now))
            #expect(abs(now.count - weight * 100) <= 200)
            onCanary = now
        }
    }

    /// A canary inside of a variant takes nobody from another variant, and gives nobody to it.
    @Test func aCanaryStaysInItsVariant() {
        let before = RevisionChoice(Self.revisions([50, 50], tracks: ["a", "b"]), service: Self.service)
        let during = RevisionChoice(Self.revisions([40, 50, 10], tracks: ["a", "b", "a"]), service: Self.service)
        for user in Self.users {
            #expect((before.lasting(user: user) == 1) == (during.lasting(user: user) == 1))
        }
        #expect(abs(Self.users.count { during.lasting(user: $0) == 2 } - 1000) <= 150)
        #expect(during.siblings(of: 0) == [2])
        #expect(during.siblings(of: 1).isEmpty)
    }

    /// A third variant takes its share from the others, and moves nobody between them.
    @Test func noMoreUsersMoveThanMust() {
        let before = RevisionChoice(Self.revisions([50, 50], tracks: ["a", "b"]), service: Self.service)
        let after = RevisionChoice(Self.revisions([45, 45, 10], tracks: ["a", "b", "c"]), service: Self.service)
        var moved = 0
        for user in Self.users where before.lasting(user: user) != after.lasting(user: user) {
            #expect(after.lasting(user: user) == 2)
            moved += 1
        }
        #expect(abs(moved - 1000) <= 150)
    }

    /// The first to meet a canary are others each time.
    @Test func canariesMeetOtherUsersEachTime() {
        let first = RevisionChoice(Self.revisions([90, 10], names: ["x", "y"]), service: Self.service)
        let second = RevisionChoice(Self.revisions([90, 10], names: ["y", "z"]), service: Self.service)
        let both = Self.users.count { first.lasting(user: $0) == 1 && second.lasting(user: $0) == 1 }
        #expect(both < 300)
    }

    @Test func nobodyHasAWeight() {
        let choice = RevisionChoice(Self.revisions([0, 0]), service: Self.service)
        #expect(choice.inTurn(3) == nil)
        #expect(choice.lasting(user: 3) == nil)
    }

    /// Routers of other builds and other machines must agree for ever.
    @Test func hashesStayWhatTheyAre() {
        #expect(Spread.hash("") == Spread.hash("", salt: 0))
        #expect(Spread.hash("user-1") == Spread.hash("xuser-1".dropFirst()))
        #expect(Spread.hash("user-1") != Spread.hash("user-2"))
    }
}

extension RevisionChoiceTests {
    static let service = ObjectKey(namespace: "risk", name: "churn")
    static let users = (0..<10_000).map { Spread.hash("user-\($0)") }

    static func revisions(_ weights: [Int], tracks: [String]? = nil, names: [String]? = nil) -> [RevisionRoute] {
        weights.enumerated().map { index, weight in
            RevisionRoute(
                name: names?[index] ?? "churn-\(index)", track: tracks?[index] ?? "", weight: weight, mirror: 0,
                isAsleep: false, entry: .none, bounds: AdmissionBounds())
        }
    }
}
