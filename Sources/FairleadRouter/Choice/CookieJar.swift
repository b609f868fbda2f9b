import NIOHTTP1

/// The cookie by which a user is known.
enum CookieJar {
    /// The value of a cookie among a request's; nil where it is not there or empty.
    static func value(of name: String, in headers: HTTPHeaders) -> Substring? {
        guard headers.contains(name: "cookie") else { return nil }
        for field in headers["cookie"] {
            for pair in field.split(separator: ";") {
                let pair = pair.drop { $0 == " " }
                guard pair.utf8.count > name.utf8.count + 1, pair.hasPrefix(name) else { continue }
                let rest = pair.dropFirst(name.count)
                if rest.first == "=" { return rest.dropFirst() }
            }
        }
        return nil
    }

    /// The field that gives a user a cookie.
    ///
    /// - Parameter path: Below which it counts; ends in no slash.
    static func field(_ name: String, value: String, path: some StringProtocol) -> String {
        "\(name)=\(value); Path=\(path)/; HttpOnly; SameSite=Lax"
    }

    /// A value for a user who has none: 128 bits of chance.
    static func makeValue() -> String {
        let parts = [UInt64.random(in: .min ... .max), .random(in: .min ... .max)]
        return parts.map { String($0 | 1 << 63, radix: 16) }.joined()
    }
}
