/// What makes a user's requests go to the same revision: one of the two.
public struct StickySpec: Sendable, Hashable, Codable {
    /// A header that names the user.
    public var header: String?
    /// A cookie, which is set where a request has none.
    public var cookie: String?

    /// Names a header or a cookie.
    public init(header: String? = nil, cookie: String? = nil) {
        self.header = header
        self.cookie = cookie
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case header, cookie }
}
