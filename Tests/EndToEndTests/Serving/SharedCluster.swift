import Testing

/// One local cluster for all tests of a suite, which give their objects names of their own.
struct SharedCluster: SuiteTrait, TestScoping {
    @TaskLocal private static var current: LocalCluster?

    /// The cluster of the suite that runs.
    static var cluster: LocalCluster {
        get throws { try #require(current, "the suite has no .sharedCluster") }
    }

    @concurrent func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await LocalCluster.with { cluster in
            try await Self.$current.withValue(cluster) { try await function() }
        }
    }
}

extension Trait where Self == SharedCluster {
    /// One local cluster for all tests of the suite.
    static var sharedCluster: Self { SharedCluster() }
}
