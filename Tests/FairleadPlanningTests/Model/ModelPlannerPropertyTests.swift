import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

/// What holds of a registry whatever happens to it, and wherever its controller is cut off.
@Suite struct ModelPlannerPropertyTests {
    private static let aliases = ["candidate", "staging", "production"]

    private static func change(_ state: inout RegistryState, _ number: inout Int64, _ random: inout SeededGenerator) {
        let some = number > 0 ? Int64.random(in: 1...number, using: &random) : 1
        let alias = aliases.randomElement(using: &random) ?? ""
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1, 2:
            number += 1
            let wanted = random.chance(0.6) ? alias : nil
            state.register(number, metrics: ["auc": random.unit()], alias: wanted, isMarked: random.chance(0.8))
        case 3: state.edit { $0.aliases[alias] = ScalarText(random.chance(0.2) ? "None" : String(some)) }
        case 4: state.edit { $0.aliases[alias] = nil }
        case 5:
            let decision: ApprovalDecision = random.chance(0.5) ? .approved : .rejected
            state.edit { $0.approvals["production", default: [:]][String(some)] = decision }
        case 6: state.delete(some)
        default:
            state.edit { spec in
                spec.promote = [
                    PromotionRule(from: "candidate", to: "staging"),
                    PromotionRule(from: "staging", to: "production", approve: random.chance(0.5) ? .manual : .auto),
                ]
                if random.chance(0.2) { spec.promote.removeFirst() }
            }
        }
    }

    /// What must hold between any two writes.
    private static func check(_ state: RegistryState, from before: RegistryState, _ seed: UInt64) {
        for (alias, version) in state.aliases
        where before.aliases[alias] != nil || before.versions["churn-\(version)"] != nil {
            #expect(state.versions["churn-\(version)"] != nil, "seed \(seed): \(alias) points at nothing")
        }
        let last = state.model?.status.lastNumber ?? 0
        #expect(last >= before.model?.status.lastNumber ?? 0, "seed \(seed)")
        let gone = Set(before.versions.keys).subtracting(state.versions.keys)
        for name in gone {
            #expect((ModelName.parts(of: name)?.number ?? 0) <= last, "seed \(seed): \(name) went unnoted")
        }
    }

    @Test(arguments: 1...24 as ClosedRange<UInt64>)
    func everyChangeComesToRestAndNothingInUseGoes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var state = RegistryState(ModelSpec(promote: [PromotionRule(from: "x", to: "production")]))
        var number: Int64 = 0
        for _ in 0..<24 {
            Self.change(&state, &number, &random)
            // Cut off after any write, begun again from what is.
            for _ in 0..<20 {
                let actions = state.plan.actions
                if actions.isEmpty { break }
                for action in actions.prefix(Int.random(in: 1...actions.count, using: &random)) {
                    let before = state
                    state.perform(action)
                    Self.check(state, from: before, seed)
                }
                if random.chance(0.3) { Self.change(&state, &number, &random) }
            }
            state.settle()
            #expect(state.isAtRest, "seed \(seed): no end")
            for (alias, pin) in state.model?.spec.value?.aliases ?? [:] {
                guard let version = state.versions["churn-\(pin.text)"], !version.metadata.isBeingDeleted else {
                    continue
                }
                #expect(state.aliases[alias] == pin.text, "seed \(seed): a pin wins")
            }
            for version in state.versions.values where version.metadata.isBeingDeleted {
                #expect(
                    version.status.conditions[type: "InUse"]?.status == .isTrue,
                    "seed \(seed): \(version.metadata.name)")
            }
        }
    }

    /// Where it is cut off makes no difference for where everything ends.
    @Test(arguments: 1...24 as ClosedRange<UInt64>)
    func aCutMakesNoDifference(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var state = RegistryState(ModelSpec(promote: [PromotionRule(from: "x", to: "production")]))
        var number: Int64 = 0
        for _ in 0..<Int.random(in: 1...24, using: &random) { Self.change(&state, &number, &random) }
        var whole = state
        whole.settle()
        #expect(whole.isAtRest, "seed \(seed)")
        for _ in 0..<20 {
            let actions = state.plan.actions
            if actions.isEmpty { break }
            for action in actions.prefix(Int.random(in: 1...actions.count, using: &random)) { state.perform(action) }
        }
        state.settle()
        #expect(state.isAtRest, "seed \(seed)")
        #expect(state.aliases == whole.aliases, "seed \(seed)")
        #expect(state.versions.keys.sorted() == whole.versions.keys.sorted(), "seed \(seed)")
        #expect(state.versions.mapValues(\.status.phase) == whole.versions.mapValues(\.status.phase), "seed \(seed)")
        #expect(
            state.model?.status.pending.map(\.version) == whole.model?.status.pending.map(\.version), "seed \(seed)")
    }
}
