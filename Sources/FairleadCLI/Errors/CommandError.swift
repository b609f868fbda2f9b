/// Why a command could not do what was asked, in words for people.
struct CommandError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, as a closed set.
    enum Code: String, Sendable, Hashable {
        /// What was given cannot be used.
        case invalidInput
        /// What was named is not there.
        case notFound
        /// What was asked for stands against how things are.
        case conflict
        /// Something outside could not be reached or used.
        case unavailable
    }

    var code: Code
    /// One sentence, with what to do.
    var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    var description: String { message }
}
