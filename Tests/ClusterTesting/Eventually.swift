/// Something that did not come in time.
public struct NotInTime: Error, Sendable, CustomStringConvertible {
    /// What was waited for.
    public var what: String

    public var description: String { "not in time: \(what)" }
}

/// Waits until something is so.
///
/// - Throws: ``NotInTime`` after a minute, and what the condition throws.
public func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now.advanced(by: .seconds(60))
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw NotInTime(what: what)
}
