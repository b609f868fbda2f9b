import FairleadAPI
import KubernetesCore

/// The service accounts that the administrator lets objects name for their pods.
public struct AllowedServiceAccounts: Sendable, Hashable {
    /// A name, or `namespace/name`; `*` in either stands for any characters.
    private struct Pattern: Sendable, Hashable {
        var namespace: String
        var name: String
    }

    /// How each was written; empty for all.
    public let texts: [String]
    private let patterns: [Pattern]

    /// Every service account of the pod's namespace.
    public static let all = AllowedServiceAccounts(checked: [])

    private init(checked texts: [String]) {
        self.texts = texts
        patterns = texts.map { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            return parts.count == 2
                ? Pattern(namespace: String(parts[0]), name: String(parts[1])) : Pattern(namespace: "*", name: text)
        }
    }

    /// Reads `name`, `namespace/name` and patterns of them such as `team-*/deployer`.
    ///
    /// - Parameter texts: Them; none for every service account.
    /// - Returns: nil where one of them can match nothing.
    public init?(_ texts: [String]) {
        for text in texts {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count <= 2, parts.allSatisfy(Self.isPattern) else { return nil }
        }
        self.init(checked: texts)
    }

    /// Whether pods of a namespace may have a service account.
    public func allows(_ name: String, in namespace: String) -> Bool {
        patterns.isEmpty
            || patterns.contains { pattern in
                Self.matches(name, pattern.name) && Self.matches(namespace, pattern.namespace)
            }
    }

    /// Judges a pod with all patches in it; one that names no account, or `default`, may always be made.
    ///
    /// - Throws: ``TaskProblem`` that names the field.
    func check(_ pod: JSONValue, in namespace: String) throws(TaskProblem) {
        // A pod has the older field for its account where it has not the newer one.
        for field in ["serviceAccountName", "serviceAccount"] {
            guard let name = pod["spec"]?[field]?.stringValue, !name.isEmpty, name != "default",
                !allows(name, in: namespace)
            else { continue }
            throw TaskProblem(
                .invalidSpec,
                "serviceAccount: \"\(name)\" is none that pods of namespace \"\(namespace)\" may have; "
                    + "the administrator allows \(texts.joined(separator: ", "))")
        }
    }

    private static func isPattern(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-.*".utf8.contains($0) }
    }

    /// Whether a text is what a pattern says, in time that grows with their lengths' product.
    private static func matches(_ text: String, _ pattern: String) -> Bool {
        let (text, pattern) = (Array(text.utf8), Array(pattern.utf8))
        var reached = [true] + Array(repeating: false, count: text.count)
        for letter in pattern {
            if letter == UInt8(ascii: "*") {
                let first = reached.firstIndex(of: true) ?? reached.endIndex
                for index in reached.indices where index >= first { reached[index] = true }
            } else {
                reached = [false] + zip(reached, text).map { isReached, other in isReached && other == letter }
            }
        }
        return reached.last == true
    }
}
