/// What a list asks for.
public struct ListQuery: Sendable, Hashable {
    /// Which labels the objects have, such as `app=web,tier!=cache`.
    public var labelSelector: String?
    /// Which fields the objects have, such as `metadata.name=web`.
    public var fieldSelector: String?
    /// Objects a page; nil for all at once.
    public var limit: Int?
    /// Where the last page ended.
    public var continueToken: String?
    /// How fresh the answer must be; nil for the newest state.
    public var resourceVersion: ResourceVersion?
    /// How `resourceVersion` is meant.
    public var resourceVersionMatch: ResourceVersionMatch?

    /// Describes a list.
    public init(
        labelSelector: String? = nil, fieldSelector: String? = nil, limit: Int? = nil, continueToken: String? = nil,
        resourceVersion: ResourceVersion? = nil, resourceVersionMatch: ResourceVersionMatch? = nil
    ) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.limit = limit
        self.continueToken = continueToken
        self.resourceVersion = resourceVersion
        self.resourceVersionMatch = resourceVersionMatch
    }

    /// The query parameters, in a fixed order.
    public var items: [APIRequest.QueryItem] {
        var items: [APIRequest.QueryItem] = []
        if let labelSelector { items.append(.init("labelSelector", labelSelector)) }
        if let fieldSelector { items.append(.init("fieldSelector", fieldSelector)) }
        if let limit { items.append(.init("limit", String(limit))) }
        if let continueToken { items.append(.init("continue", continueToken)) }
        if let resourceVersion { items.append(.init("resourceVersion", resourceVersion.rawValue)) }
        if let resourceVersionMatch { items.append(.init("resourceVersionMatch", resourceVersionMatch.rawValue)) }
        return items
    }
}

/// How a list's or a watch's resourceVersion is meant.
public enum ResourceVersionMatch: String, Sendable, Hashable {
    case notOlderThan = "NotOlderThan"
    case exact = "Exact"
}

/// What a watch asks for; bookmarks are always allowed.
public struct WatchQuery: Sendable, Hashable {
    /// Which labels the objects have.
    public var labelSelector: String?
    /// Which fields the objects have.
    public var fieldSelector: String?
    /// After which version to begin; nil begins with synthetic events for what there is.
    public var resourceVersion: ResourceVersion?
    /// After how many seconds the server ends the watch.
    public var timeoutSeconds: Int?
    /// Whether to begin with all objects and a bookmark that says so (KEP-3157).
    public var sendInitialEvents: Bool

    /// Describes a watch.
    public init(
        labelSelector: String? = nil, fieldSelector: String? = nil, resourceVersion: ResourceVersion? = nil,
        timeoutSeconds: Int? = nil, sendInitialEvents: Bool = false
    ) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.resourceVersion = resourceVersion
        self.timeoutSeconds = timeoutSeconds
        self.sendInitialEvents = sendInitialEvents
    }

    /// The query parameters, in a fixed order.
    public var items: [APIRequest.QueryItem] {
        var items: [APIRequest.QueryItem] = [.init("watch", "true"), .init("allowWatchBookmarks", "true")]
        if let labelSelector { items.append(.init("labelSelector", labelSelector)) }
        if let fieldSelector { items.append(.init("fieldSelector", fieldSelector)) }
        if let resourceVersion { items.append(.init("resourceVersion", resourceVersion.rawValue)) }
        if sendInitialEvents {
            items.append(.init("sendInitialEvents", "true"))
            items.append(.init("resourceVersionMatch", ResourceVersionMatch.notOlderThan.rawValue))
        }
        if let timeoutSeconds { items.append(.init("timeoutSeconds", String(timeoutSeconds))) }
        return items
    }
}

/// What a deletion asks for: `metav1.DeleteOptions`.
public struct DeleteOptions: Sendable, Hashable, Codable {
    /// Seconds for a graceful end; nil for the kind's own.
    public var gracePeriodSeconds: Int64?
    /// What becomes of dependents: `Background`, `Foreground` or `Orphan`.
    public var propagationPolicy: String?
    /// What must be true of the object.
    public var preconditions: Preconditions?
    /// `["All"]` where the server only says what it would do.
    public var dryRun: [String]?

    /// What must be true of an object for it to be deleted.
    public struct Preconditions: Sendable, Hashable, Codable {
        /// The object's identity.
        public var uid: String?
        /// The object's version.
        public var resourceVersion: ResourceVersion?

        /// States what must be true.
        public init(uid: String? = nil, resourceVersion: ResourceVersion? = nil) {
            self.uid = uid
            self.resourceVersion = resourceVersion
        }
    }

    /// Describes a deletion.
    public init(
        gracePeriodSeconds: Int64? = nil, propagationPolicy: String? = nil, preconditions: Preconditions? = nil,
        dryRun: [String]? = nil
    ) {
        self.gracePeriodSeconds = gracePeriodSeconds
        self.propagationPolicy = propagationPolicy
        self.preconditions = preconditions
        self.dryRun = dryRun
    }
}

/// How an object is created, patched or applied.
public struct WriteOptions: Sendable, Hashable {
    /// Who owns the fields that are written, at most 128 characters; nil for the client's own name.
    public var fieldManager: String?
    /// What becomes of fields that the kind does not have, or that stand twice; nil for the server's choice, which
    /// is a warning.
    public var fieldValidation: FieldValidation?
    /// Whether the server only says what it would do.
    public var isDryRun: Bool

    /// What becomes of unknown and duplicate fields.
    public enum FieldValidation: String, Sendable, Hashable {
        case ignore = "Ignore"
        case warn = "Warn"
        case strict = "Strict"
    }

    /// Describes a write.
    public init(fieldManager: String? = nil, fieldValidation: FieldValidation? = nil, isDryRun: Bool = false) {
        self.fieldManager = fieldManager
        self.fieldValidation = fieldValidation
        self.isDryRun = isDryRun
    }

    /// The query parameters, in a fixed order.
    ///
    /// - Parameter other: The field manager where none is named here.
    public func items(fieldManager other: String) -> [APIRequest.QueryItem] {
        var items: [APIRequest.QueryItem] = [.init("fieldManager", fieldManager ?? other)]
        if isDryRun { items.append(.init("dryRun", "All")) }
        if let fieldValidation { items.append(.init("fieldValidation", fieldValidation.rawValue)) }
        return items
    }
}

/// The kinds of patch that an API server takes.
public enum PatchType: String, Sendable, Hashable {
    /// RFC 6902.
    case json = "application/json-patch+json"
    /// RFC 7386.
    case merge = "application/merge-patch+json"
    /// Kubernetes' own, for built-in kinds only.
    case strategicMerge = "application/strategic-merge-patch+json"
    /// Server-side apply.
    case apply = "application/apply-patch+yaml"
}
