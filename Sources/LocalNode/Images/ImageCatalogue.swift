import Foundation
import KubernetesCore
import Yams

/// Which environment of this host stands for an image.
public struct ImageCatalogue: Sendable, Hashable {
    /// What an image is run in.
    public enum Environment: String, Sendable, Hashable, Codable {
        /// The host's own programs.
        case host = "Host"
        /// The host's Python 3 in a virtual environment.
        case python = "Python"
        /// This very program: what stands for Fairlead's own image.
        case fairlead = "Fairlead"
    }

    /// What becomes of an image that no entry names.
    public enum Default: String, Sendable, Hashable, Codable {
        /// It runs on the host, with an event that says so.
        case host = "Host"
        /// It waits, with a message that says what to add.
        case refuse = "Refuse"
    }

    /// One line of the catalogue.
    public struct Entry: Sendable, Hashable, Codable {
        /// A pattern in which `*` stands for any text: `python:*`.
        public var image: String
        /// What the image is run in; the host where it is left out.
        public var environment: Environment?
        /// What the Python environment has installed, as pip takes it; made once and kept.
        public var packages: [String]?
        /// Variables that the image sets.
        public var env: [String: String]?
        /// Variables that tell the program the address to listen at: the pod's own.
        public var bind: [String]?
        /// The image's entry point: what a container without `command` starts.
        public var command: [String]?
        /// The entry point's arguments where a container has neither `command` nor `args`.
        public var args: [String]?

        /// Describes an image.
        public init(
            image: String, environment: Environment? = nil, packages: [String]? = nil, env: [String: String]? = nil,
            bind: [String]? = nil, command: [String]? = nil, args: [String]? = nil
        ) {
            self.image = image
            self.environment = environment
            self.packages = packages
            self.env = env
            self.bind = bind
            self.command = command
            self.args = args
        }
    }

    /// A file that is no catalogue.
    public struct InvalidCatalogue: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong, and where.
        public var message: String

        public var description: String { message }
    }

    private struct File: Decodable {
        var `default`: Default?
        var images: [Entry]?
    }

    /// The lines, of which the first that matches counts.
    public var entries: [Entry]
    /// What becomes of all other images.
    public var `default`: Default

    /// A catalogue of those lines.
    public init(entries: [Entry] = [], default: Default = .host) {
        self.entries = entries
        self.default = `default`
    }

    /// What every node knows: Python, MLServer, Fairlead's own image, and the images that stand for a bare system.
    public static let builtIn = ImageCatalogue(
        entries: [
            Entry(
                image: "python:*", environment: .python, env: ["LANG": "C.UTF-8"],
                bind: ["MLSERVER_HOST", "UVICORN_HOST", "FLASK_RUN_HOST"], args: ["python3"]),
            Entry(image: "fairlead:*", environment: .fairlead),
            Entry(image: "busybox:*", args: ["sh"]),
            Entry(image: "alpine:*", args: ["sh"]),
            Entry(image: "debian:*", args: ["bash"]),
            Entry(image: "ubuntu:*", args: ["bash"]),
            Entry(image: "bash:*", args: ["bash"]),
        ] + modelServers)

    /// MLServer's images: each tag's runtimes from the package index, the plain tag with all of them.
    private static let modelServers: [Entry] = {
        let runtimes = ["sklearn", "xgboost", "lightgbm", "mlflow"]
        let numerics = [
            "joblib==1.5.2", "numpy==2.3.5", "pandas==2.3.3", "scikit-learn==1.7.2", "scipy==1.16.3",
        ]
        func entry(_ tag: String, _ runtimes: [String]) -> Entry {
            Entry(
                image: "seldonio/mlserver:\(tag)", environment: .python,
                // Newer event loops don't start in MLServer's workers; what a model was made with must be what reads it.
                packages: ["mlserver==1.7.1", "uvloop<0.22"] + runtimes.map { "mlserver-\($0)==1.7.1" } + numerics,
                env: ["LANG": "C.UTF-8", "MLSERVER_MODELS_DIR": "/mnt/models", "MLSERVER_PARALLEL_WORKERS": "0"],
                bind: ["MLSERVER_HOST"],
                args: ["sh", "-c", "exec mlserver start \"$MLSERVER_MODELS_DIR\""])
        }
        return runtimes.map { entry("*-\($0)", [$0]) } + [entry("*-slim", []), entry("*", runtimes)]
    }()

    /// Adds a file's lines before those that are there.
    ///
    /// - Parameters:
    ///   - yaml: `default: Host|Refuse` and `images: [{image, environment, packages, env, bind, command, args}]`.
    ///   - name: The file's name, for messages.
    /// - Throws: ``InvalidCatalogue``.
    public mutating func add(yaml: String, name: String) throws(InvalidCatalogue) {
        let file: File
        do {
            file = try YAMLDecoder().decode(File.self, from: yaml)
        } catch {
            throw InvalidCatalogue(message: "\(name): \(error)")
        }
        entries = (file.images ?? []) + entries
        if let other = file.default { self.default = other }
    }

    /// The line that describes an image, nil where there is none.
    ///
    /// The names that a registry adds are left out of the comparison: `docker.io/library/python` is `python:latest`.
    public func entry(for image: String) -> Entry? {
        let name = Self.familiar(image)
        return entries.first { entry in
            Self.matches(entry.image, name) || Self.matches(entry.image, image)
                || Self.matches(Self.familiar(entry.image), name)
        }
    }

    /// The image's name without the default registry, and with its tag.
    static func familiar(_ image: String) -> String {
        var name = image[...]
        for prefix in ["docker.io/", "index.docker.io/"] where name.hasPrefix(prefix) {
            name = name.dropFirst(prefix.count)
        }
        if name.hasPrefix("library/") { name = name.dropFirst("library/".count) }
        if let digest = name.firstIndex(of: "@") { name = name[..<digest] }
        let base = name.split(separator: "/").last ?? ""
        return base.contains(":") || base.hasSuffix("*") ? String(name) : "\(name):latest"
    }

    /// Whether a text fits a pattern in which `*` stands for any text.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 1, let first = parts.first, let last = parts.last else { return pattern == text }
        guard text.hasPrefix(first) else { return false }
        var rest = text.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.range(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}
