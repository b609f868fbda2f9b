import Foundation
import NIOPosix
import Synchronization

/// Gives the `Authorization` header of each request; a token's file is read again as it ages.
final class Authorization: Sendable {
    private let credential: ClusterConfiguration.Credential
    private let cache: Mutex<TokenCache>

    init(_ credential: ClusterConfiguration.Credential, refreshInterval: Duration) {
        self.credential = credential
        cache = Mutex(TokenCache(refreshInterval: refreshInterval))
    }

    /// The header's value, nil where there is none.
    func headerValue() async throws -> String? {
        switch credential {
        case .none: return nil
        case .token(let token): return "Bearer \(token)"
        case .basic(let user, let password):
            return "Basic \(Data("\(user):\(password)".utf8).base64EncodedString())"
        case .tokenFile(let path):
            if let token = cache.withLock({ $0.token(at: .now) }) { return "Bearer \(token)" }
            return "Bearer \(try await read(path))"
        }
    }

    /// Makes the next request read the token's file again, since the server refused `header`.
    ///
    /// - Returns: Whether another token may come of it.
    func refuse(_ header: String?) -> Bool {
        guard case .tokenFile = credential, let header else { return false }
        cache.withLock { $0.refuse(String(header.dropFirst("Bearer ".count))) }
        return true
    }

    private func read(_ path: String) async throws -> String {
        // The file may lie on a slow volume, so it is not read on a thread that others wait for.
        let text = try await NIOThreadPool.singleton.runIfActive {
            (try? ConfigurationFile.read(path)).map { String(decoding: $0, as: UTF8.self) }
        }
        let token = text?.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let kept = cache.withLock({ $0.store(token, at: .now) }) else {
            throw TransportError(.other, "there is no token in \(path)")
        }
        return kept
    }
}

/// The token that was last read, and when.
struct TokenCache: Sendable {
    let refreshInterval: Duration
    private var token: String?
    private var readAt: ContinuousClock.Instant?

    init(refreshInterval: Duration) {
        self.refreshInterval = refreshInterval
    }

    /// The token, nil where it is to be read.
    func token(at now: ContinuousClock.Instant) -> String? {
        guard let readAt, now - readAt < refreshInterval else { return nil }
        return token
    }

    /// Keeps what was read and returns the token to use; where nothing was read, the last one serves on.
    mutating func store(_ read: String?, at now: ContinuousClock.Instant) -> String? {
        if let read, !read.isEmpty { token = read }
        readAt = now
        return token
    }

    /// Forgets when the token was read, unless another one was read meanwhile.
    mutating func refuse(_ refused: String) {
        if token == refused { readAt = nil }
    }
}
