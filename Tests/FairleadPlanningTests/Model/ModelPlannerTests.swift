import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

/// Where aliases point: pins before requests before rules, and what people decide.
@Suite struct ModelPlannerTests {
    private static let rule = PromotionRule(
        from: "candidate", to: "production",
        when: "production == null || candidate.metrics.auc > production.metrics.auc + 0.005")

    private func state(_ spec: ModelSpec, _ versions: [(auc: Double, alias: String?)]) -> RegistryState {
        var state = RegistryState(spec)
        for (index, version) in versions.enumerated() {
            state.register(Int64(index + 1), metrics: ["auc": version.auc], alias: version.alias)
        }
        state.settle()
        #expect(state.isAtRest)
        return state
    }

    @Test func versionsAreCountedAndRequestsHonouredInOrder() {
        var state = state(ModelSpec(), [(0.9, "candidate"), (0.8, "candidate"), (0.7, nil)])
        let status = state.model?.status
        #expect(status?.latest == "3")
        #expect(status?.versions == 3)
        #expect(status?.lastNumber == 3)
        #expect(status?.phase == .ready)
        #expect(status?.conditions[type: "Ready"]?.status == .isTrue)
        #expect(status?.aliases["candidate"]?.version == "2")
        #expect(status?.aliases["candidate"]?.previous == "1")
        #expect(status?.aliases["candidate"]?.by == "pipelinerun/run-2")
        #expect(state.versions["churn-2"]?.status.aliases == "candidate")
        #expect(state.versions["churn-2"]?.status.metrics == "auc=0.8")
        #expect(state.versions["churn-1"]?.status.aliases == nil)
        #expect(state.events.filter { $0.hasPrefix("VersionRegistered") }.count == 3)
        #expect(state.events.contains("AliasRequested: candidate: 1 -> 2, by pipelinerun/run-2"))
        // One that comes late has the lower number, and does not go back.
        state.register(9, alias: "candidate")
        state.settle()
        state.register(8, alias: "candidate")
        state.settle()
        #expect(state.aliases["candidate"] == "9")
        // A request is honoured once: what was moved since stays.
        state.edit { $0.aliases = ["candidate": "1"] }
        state.settle()
        state.edit { $0.aliases = [:] }
        state.settle()
        #expect(state.aliases == ["candidate": "1"])
    }

    @Test func aRequestIsHeardWhereAHigherNumberCameFirst() {
        var state = state(ModelSpec(), [(0.9, nil)])
        state.register(7)
        state.settle()
        state.register(2, alias: "candidate")
        state.settle()
        #expect(state.aliases == ["candidate": "2"])
        #expect(state.model?.status.lastNumber == 7)
    }

    @Test func aPinWinsOverEverything() {
        var state = state(
            ModelSpec(aliases: ["production": "1"], promote: [PromotionRule(from: "candidate", to: "production")]),
            [(0.9, nil), (0.95, "candidate"), (0.97, "production")])
        #expect(state.aliases == ["production": "1", "candidate": "2"])
        #expect(state.model?.status.aliases["production"]?.by == "spec.aliases")
        state.edit { $0.aliases["production"] = "9" }
        state.settle()
        #expect(state.aliases["production"] == "1", "a pin of nothing leaves the alias where it is")
        #expect(state.model?.status.phase == .invalid)
        #expect(state.model?.status.message == "spec.aliases.production: there is no version 9; the newest is 3")
        state.edit { $0.aliases["production"] = "None" }
        state.settle()
        #expect(state.aliases["production"] == nil)
        #expect(state.events.last == "AliasPinned: production: 1 -> nowhere, by spec.aliases")
        state.edit { $0.aliases = [:] }
        state.settle()
        #expect(state.aliases["production"] == "2", "without a pin the rule decides")
        #expect(state.model?.status.aliases["production"]?.by == "spec.promote[0]")
    }

    @Test func aRuleNeverGoesBack() {
        var state = state(
            ModelSpec(promote: [PromotionRule(from: "candidate", to: "production")]),
            [(0.9, "candidate"), (0.9, "candidate")])
        #expect(state.aliases["production"] == "2")
        state.edit { $0.aliases = ["candidate": "1"] }
        state.settle()
        #expect(state.aliases == ["candidate": "1", "production": "2"])
    }

    @Test func rulesThatChaseEachOtherComeToRest() {
        let spec = ModelSpec(promote: [
            PromotionRule(from: "a", to: "b"), PromotionRule(from: "c", to: "b"), PromotionRule(from: "b", to: "a"),
            PromotionRule(from: "b", to: "c"),
        ])
        let state = state(spec, [(0, "a"), (0, "b"), (0, "c")])
        #expect(state.aliases == ["a": "3", "b": "3", "c": "3"])
    }

    @Test func aDecisionIsAwaitedOnceAndTaken() {
        let rule = PromotionRule(from: "candidate", to: "production", approve: .manual)
        var state = state(ModelSpec(promote: [rule]), [(0.9, "candidate")])
        let since = state.model?.status.pending.first?.since
        #expect(
            state.model?.status.pending == [
                PendingPromotion(from: "candidate", to: "production", version: "1", since: since)
            ])
        #expect(since != nil)
        #expect(state.aliases == ["candidate": "1"])
        #expect(state.model?.status.message == "version 1 waits for a decision to become production")
        #expect(
            state.events.contains(
                "ApprovalNeeded: version 1 waits for a decision to become production: kubectl patch model churn "
                    + #"--type merge -p '{"spec":{"approvals":{"production":{"1":"Approved"}}}}'"#))
        state.register(2, alias: "candidate")
        state.settle()
        #expect(state.model?.status.pending.map(\.version) == ["2"], "a newer one takes its place")
        state.edit { $0.approvals = ["production": ["2": .rejected]] }
        state.settle()
        #expect(state.phase(2) == .rejected)
        #expect(state.versions["churn-2"]?.status.reason == .rejected)
        #expect(state.model?.status.pending == [])
        #expect(state.aliases == ["candidate": "2"])
        state.edit { $0.approvals = [:] }
        state.settle()
        #expect(state.phase(2) == .rejected, "a refusal stays until somebody approves")
        #expect(state.model?.status.pending == [])
        state.edit { $0.approvals = ["production": ["2": .approved]] }
        state.settle()
        #expect(state.phase(2) == .ready)
        #expect(state.aliases == ["candidate": "2", "production": "2"])
        #expect(state.events.filter { $0.hasPrefix("ApprovalNeeded") }.count == 2)
        #expect(state.events.filter { $0.hasPrefix("VersionRejected") }.count == 1)
    }

    @Test func aVersionInUseWaitsForItsDeletion() {
        var state = state(ModelSpec(), [(0.9, nil), (0.9, "production")])
        state.delete(2)
        state.settle()
        #expect(state.versions["churn-2"] != nil)
        let message = state.versions["churn-2"]?.status.message ?? ""
        #expect(message.hasPrefix("deletion waits, since alias production points at it"), "\(message)")
        #expect(state.versions["churn-2"]?.status.conditions[type: "InUse"]?.status == .isTrue)
        #expect(state.events.filter { $0.hasPrefix("DeletionWaits") }.count == 1)
        #expect(state.model?.status.latest == "1")
        state.edit { $0.aliases = ["production": "1"] }
        state.settle()
        #expect(state.versions["churn-2"] == nil)
        #expect(state.aliases == ["production": "1"])
        #expect(state.model?.status.lastNumber == 2, "the number is never given again")
    }

    @Test func aServiceThatServesAVersionKeepsIt() {
        var state = state(ModelSpec(), [(0.9, nil)])
        state.followers = [
            ModelFollower(name: "inferenceservice/x", selector: .version(1), outcome: .finished(1))
        ]
        state.delete(1)
        state.settle()
        #expect(state.versions["churn-1"]?.status.message?.contains("inferenceservice/x serves it") == true)
        state.followers = []
        state.settle()
        #expect(state.versions.isEmpty)
    }

    @Test func anAliasIsInEffectOnceItsServicesHaveFinished() {
        func follower(_ outcome: ModelFollower.Outcome) -> [ModelFollower] {
            [ModelFollower(name: "inferenceservice/x", selector: .alias("production"), outcome: outcome)]
        }
        var state = state(ModelSpec(), [(0.9, "production")])
        state.followers = follower(.finished(1))
        state.register(2, alias: "production")
        state.settle()
        #expect(state.aliases["production"] == "1")
        #expect(state.model?.status.aliases["production"]?.target == "2")
        state.delete(2)
        state.settle()
        #expect(state.versions["churn-2"] != nil, "what is being rolled out is in use")
        state.followers = follower(.rolledBack(2, message: "errorRate 0.2"))
        state.settle()
        #expect(state.aliases["production"] == "1")
        #expect(state.model?.status.aliases["production"]?.target == nil)
        #expect(state.versions["churn-2"] == nil, "nothing keeps it any more")
        state.register(3, alias: "production")
        state.settle()
        state.followers = follower(.rolledBack(3, message: "errorRate 0.2"))
        state.settle()
        #expect(state.phase(3) == .rejected)
        #expect(
            state.versions["churn-3"]?.status.message == "inferenceservice/x rolled it back: errorRate 0.2")
        state.register(4, alias: "production")
        state.settle()
        state.followers = follower(.finished(4))
        state.settle()
        #expect(state.aliases["production"] == "4")
        #expect(state.model?.status.aliases["production"]?.previous == "1")
    }

    /// A pin, like an old approval, does not try for ever what services took back.
    @Test func whatARolloutTookBackIsTriedAgainOnlyWhenAsked() {
        func follower(_ outcome: ModelFollower.Outcome) -> [ModelFollower] {
            [ModelFollower(name: "inferenceservice/x", selector: .alias("production"), outcome: outcome)]
        }
        let rule = PromotionRule(from: "candidate", to: "production")
        var state = state(ModelSpec(promote: [rule]), [(0.9, "production"), (0.9, nil)])
        state.followers = follower(.finished(1))
        state.edit { $0.aliases = ["production": "2"] }
        for attempt in 1...2 {
            state.settle()
            #expect(state.model?.status.aliases["production"]?.target == "2", "attempt \(attempt)")
            state.followers = follower(.underWay)
            state.settle()
            state.followers = follower(.rolledBack(2, message: "errorRate 0.2"))
            state.settle()
            // The service follows the alias back.
            state.followers = follower(.finished(1))
            state.settle()
            #expect(state.isAtRest)
            #expect(state.aliases["production"] == "1")
            #expect(state.model?.status.aliases["production"]?.target == nil)
            #expect(state.phase(2) == .rejected)
            let message = state.model?.status.message ?? ""
            #expect(message.contains("version 2 is rejected: inferenceservice/x rolled it back"), "\(message)")
            #expect(message.contains("spec.approvals.production.2"))
            if attempt == 1 { state.edit { $0.approvals = ["production": ["2": .approved]] } }
        }
    }

    @Test func conditionsAreJudged() {
        var state = state(ModelSpec(promote: [Self.rule]), [(0.9, "candidate")])
        #expect(state.aliases["production"] == "1", "nothing is in production yet")
        state.register(2, metrics: ["auc": 0.904], alias: "candidate")
        state.settle()
        #expect(state.aliases == ["candidate": "2", "production": "1"])
        state.register(3, metrics: ["auc": 0.906], alias: "candidate")
        state.settle()
        #expect(state.aliases == ["candidate": "3", "production": "3"])
        state.register(4, metrics: ["loss": 0.1], alias: "candidate")
        state.settle()
        #expect(state.aliases["production"] == "3")
        #expect(state.model?.status.reason == .expressionFailed)
        #expect(state.model?.status.message?.hasPrefix("spec.promote[0].when: ") == true)
        #expect(state.model?.status.message?.contains("auc") == true)
        state.edit { $0.promote[0].when = "candidate.version > aliases.production.version" }
        state.settle()
        #expect(state.aliases["production"] == "4")
        #expect(state.model?.status.phase == .ready)
    }

    @Test func aSpecThatCannotBeUsedFreezesTheModel() {
        var state = state(ModelSpec(), [(0.9, "candidate")])
        state.edit { $0.promote = [PromotionRule(from: "candidate", to: "candidate")] }
        state.register(2, alias: "candidate")
        state.delete(2)
        state.settle()
        #expect(state.model?.status.phase == .invalid)
        #expect(state.model?.status.reason == .invalidSpec)
        #expect(state.aliases == ["candidate": "1"])
        #expect(state.versions["churn-2"] != nil, "its number is not noted yet")
        state.edit { $0.promote = [] }
        state.settle()
        #expect(state.versions["churn-2"] == nil)
        #expect(state.model?.status.lastNumber == 2)
    }

    @Test func aVersionMadeByHandIsAdopted() {
        var state = RegistryState()
        state.register(5, isMarked: false)
        state.settle()
        let metadata = state.versions["churn-5"]?.metadata
        #expect(metadata?.finalizers == [FairleadLabel.registryFinalizer])
        #expect(metadata?.labels[FairleadLabel.model] == "churn")
        #expect(metadata?.ownerReferences.map(\.uid) == ["model-1"])
        #expect(state.model?.status.latest == "5")
    }

    /// A slip in a name costs none of the numbers below it.
    @Test func aNameThatDoesNotFitTakesNoNumber() {
        var state = state(ModelSpec(), [(0.9, nil), (0.9, nil)])
        state.register(9, isMarked: false)
        state.versions["churn-900"] = state.versions.removeValue(forKey: "churn-9")
        state.versions["churn-900"]?.metadata.name = "churn-900"
        state.settle()
        #expect(state.phase(900) == .invalid)
        #expect(state.model?.status.lastNumber == 2)
        #expect(state.model?.status.latest == "2")
        // Whoever holds it by hand does not hold it for ever.
        state.versions["churn-900"]?.metadata.finalizers = [FairleadLabel.registryFinalizer]
        state.delete(900)
        state.settle()
        #expect(state.versions["churn-900"] == nil)
        // What was given stays given, whatever somebody makes of it.
        state.register(3)
        state.versions["churn-3"]?.metadata.generation = 2
        state.settle()
        #expect(state.phase(3) == .invalid)
        #expect(state.model?.status.lastNumber == 3)
    }

    @Test func aVersionThatWasChangedIsNoLongerUsed() {
        var state = state(ModelSpec(), [(0.9, "production")])
        state.versions["churn-1"]?.metadata.generation = 2
        state.settle()
        #expect(state.phase(1) == .invalid)
        #expect(state.versions["churn-1"]?.status.message?.contains("a version never changes") == true)
        #expect(state.model?.status.message?.contains("version 1 can't be used any more") == true)
        state.delete(1)
        state.settle()
        #expect(state.versions["churn-1"] != nil, "an alias points at it all the same")
    }

    @Test func withoutAModelVersionsSayWhatTheyLackAndMayGo() {
        var state = RegistryState(nil)
        state.register(1)
        state.register(2)
        state.delete(2)
        state.settle()
        #expect(state.versions.keys.sorted() == ["churn-1"])
        #expect(state.versions["churn-1"]?.status.message == "spec.model: there is no Model \"churn\" here")
        state.model = RegistryState().model
        state.settle()
        #expect(state.phase(1) == .ready)
        state.model?.metadata.deletionTimestamp = Time(state.now)
        state.delete(1)
        state.settle()
        #expect(state.versions.isEmpty, "a model takes its versions along")
    }
}
