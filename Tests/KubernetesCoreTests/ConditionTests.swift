import Foundation
import KubernetesCore
import Testing

/// Expected values: the rules of `metav1.Condition` and of `meta.SetStatusCondition`.
@Suite struct ConditionTests {
    private func condition(_ status: Condition.Status, _ reason: String, _ message: String, at second: Double)
        -> Condition
    {
        Condition(
            type: "Ready", status: status, reason: reason, message: message, observedGeneration: Int64(second),
            lastTransitionTime: Time(Date(timeIntervalSince1970: second)))
    }

    @Test func theTransitionTimeMovesWithTheStatusAlone() {
        var conditions = [Condition(type: "Other", status: .unknown, reason: "A", lastTransitionTime: Time(Date()))]
        conditions.set(condition(.isFalse, "Broken", "one", at: 10))
        conditions.set(condition(.isFalse, "StillBroken", "two", at: 20))
        #expect(conditions[type: "Ready"]?.lastTransitionTime.secondsSince1970 == 10)
        #expect(conditions[type: "Ready"]?.reason == "StillBroken")
        #expect(conditions[type: "Ready"]?.message == "two")
        #expect(conditions[type: "Ready"]?.observedGeneration == 20)
        conditions.set(condition(.isTrue, "Mended", "", at: 30))
        #expect(conditions[type: "Ready"]?.lastTransitionTime.secondsSince1970 == 30)
        #expect(conditions.map(\.type) == ["Other", "Ready"])
    }

    /// A server refuses a longer message, and with it the whole status.
    @Test(arguments: ["x", "é", "🛶"]) func aMessageFits(character: String) {
        let message = String(repeating: character, count: 40_000)
        let kept = condition(.isFalse, "TooLong", message, at: 0).message
        #expect(kept.utf8.count <= 32_768)
        #expect(kept.utf8.count > 32_700)
        #expect(kept.hasSuffix("…"))
        let short = String(repeating: "x", count: 32_768)
        #expect(condition(.isFalse, "Fits", short, at: 0).message == short)
    }
}
