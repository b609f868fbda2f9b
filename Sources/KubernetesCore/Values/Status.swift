/// What an API server answers in place of an object: `metav1.Status`.
public struct Status: Sendable, Hashable, Codable, Error, JSONReadable {
    /// `Success` or `Failure`.
    public var status: String?
    /// For people.
    public var message: String?
    /// For programs; the values are an open set.
    public var reason: String?
    /// The HTTP status.
    public var code: Int?
    /// What the answer is about.
    public var details: Details?

    /// What a `Status` is about.
    public struct Details: Sendable, Hashable, Codable {
        /// The object's name.
        public var name: String?
        /// The group of its kind.
        public var group: String?
        /// The collection, or the kind where validation failed.
        public var kind: String?
        /// The object's identity.
        public var uid: String?
        /// Each thing that was wrong.
        public var causes: [Cause]?
        /// When to ask again.
        public var retryAfterSeconds: Int?

        /// Describes what a `Status` is about.
        public init(
            name: String? = nil, group: String? = nil, kind: String? = nil, uid: String? = nil, causes: [Cause]? = nil,
            retryAfterSeconds: Int? = nil
        ) {
            self.name = name
            self.group = group
            self.kind = kind
            self.uid = uid
            self.causes = causes
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    /// One thing that was wrong.
    public struct Cause: Sendable, Hashable, Codable {
        /// For programs, such as `FieldValueInvalid`.
        public var reason: String?
        /// For people.
        public var message: String?
        /// The field's path, such as `spec.tasks[0].name`.
        public var field: String?

        /// Describes one thing that was wrong.
        public init(reason: String?, message: String?, field: String?) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    /// Describes a failure.
    public init(code: Int, reason: String, message: String, details: Details? = nil) {
        status = "Failure"
        self.message = message
        self.reason = reason
        self.code = code
        self.details = details
    }
}
