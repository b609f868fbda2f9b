/// A finished run whose outcomes are taken over.
public struct ResumeFrom: Sendable, Hashable, Codable {
    /// The run's name.
    public var run: String
    /// Tasks that run again, with all that come after them.
    public var rerun: [String]

    /// Names a run.
    public init(run: String, rerun: [String] = []) {
        self.run = run
        self.rerun = rerun
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case run, rerun }
}
