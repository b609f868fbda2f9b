public import FairleadAPI
import Foundation

/// What the pod of a program's next attempt is built from, beside the program.
public struct PodAttempt: Sendable {
    /// The values that the program's references lead to; `itemIndex` is set where the task is mapped.
    var scope: Scope
    /// Which attempt it is.
    var budget: AttemptBudget
    /// When the first attempt's pod was made.
    var firstCreated: Date?
    /// Lists that stand in ConfigMaps of the owner, by the reference that names them.
    var lists: [String: ResultLocation]
    /// What models that are inputs mean now, by the text that names them.
    var models: [String: ArtifactReference]
    /// The commits to which the owner has resolved its code, by ``PodCode/key(_:in:)``.
    var commits: [String: String]
    /// What it computes, nil where that is not cached.
    var computation: String?

    init(
        scope: Scope, budget: AttemptBudget, firstCreated: Date? = nil, lists: [String: ResultLocation] = [:],
        models: [String: ArtifactReference] = [:], commits: [String: String] = [:]
    ) {
        self.scope = scope
        self.budget = budget
        self.firstCreated = firstCreated
        self.lists = lists
        self.models = models
        self.commits = commits
    }

    /// A first attempt.
    public init(scope: Scope) {
        self.init(scope: scope, budget: AttemptBudget(after: nil, rules: []))
    }

    /// The item's index; 0 where the task is not mapped.
    var index: Int { scope.itemIndex ?? 0 }
}

/// Where a list of a mapped task stands, as JSON.
public struct ResultLocation: Sendable, Hashable {
    /// The ConfigMap.
    public var configMap: String
    /// The key in it.
    public var key: String

    /// Names a place.
    public init(configMap: String, key: String) {
        self.configMap = configMap
        self.key = key
    }
}
