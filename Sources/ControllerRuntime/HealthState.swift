import KubernetesCore

/// What a probe asks for, as values.
public struct HealthState: Sendable, Hashable {
    /// One thing that must be well.
    public struct Check: Sendable, Hashable {
        /// Its name, such as `caches`.
        public var name: String
        /// What is wrong; nil where it is well.
        public var failure: String?

        /// States how a thing is.
        public init(_ name: String, failure: String? = nil) {
            self.name = name
            self.failure = failure
        }
    }

    /// All that must be well.
    public var checks: [Check]

    /// States how things are.
    public init(checks: [Check]) { self.checks = checks }

    /// Whether all is well.
    public var isHealthy: Bool { checks.allSatisfy { $0.failure == nil } }

    /// A line for each check, as Kubernetes' own probes print them.
    public var text: String {
        checks.map { check in check.failure.map { "[-]\(check.name) failed: \($0)" } ?? "[+]\(check.name) ok" }
            .joined(separator: "\n") + "\n"
    }
}

/// The checks behind a probe.
public struct HealthProbe: Sendable {
    private var checks: [(name: String, failure: @Sendable () -> String?)] = []

    /// A probe without checks, which is well.
    public init() {}

    /// Adds a check, which returns what is wrong or nil; it must not block.
    public mutating func add(_ name: String, _ failure: @escaping @Sendable () -> String?) {
        checks.append((name, failure))
    }

    /// Adds a check that holds once a gate is open.
    public mutating func add(_ name: String, _ readiness: Readiness) {
        add(name) { readiness.isOpen ? nil : "not ready yet" }
    }

    /// Adds a check that holds while the loop which renews a lease turns.
    public mutating func add(_ elector: LeaderElector) { add("election") { elector.failure } }

    /// Adds a check that holds while the timer of a controller's queue turns.
    public mutating func add(_ controller: Controller) {
        add("controller \(controller.name)") { controller.failure }
    }

    /// Adds a check that holds once a store is synced.
    public mutating func add<T>(_ store: Store<T>) {
        add("\(T.type)") { store.isSynced ? nil : "not listed yet" }
    }

    /// How things are now.
    public var state: HealthState {
        HealthState(checks: checks.map { HealthState.Check($0.name, failure: $0.failure()) })
    }
}
