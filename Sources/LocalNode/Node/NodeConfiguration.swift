/// What a ``LocalNode`` is told about its host and its cluster.
public struct NodeConfiguration: Sendable {
    /// A name that pods resolve to an address.
    public struct HostEntry: Sendable, Hashable {
        /// The address.
        public var address: String
        /// The names, the first of them canonical.
        public var names: [String]

        /// Gives names to an address.
        public init(address: String, names: [String]) {
            self.address = address
            self.names = names
        }
    }

    /// What the node is called where nobody names it.
    public static let defaultName = "local"

    /// The node's name.
    public var name: String
    /// Where pods, logs, virtual environments and claims are kept; made where it is absent.
    public var stateDirectory: String
    /// Which environments stand for images.
    public var images: ImageCatalogue
    /// The command line to which a run's directory is appended: `[fairlead, shim]`.
    public var shimCommand: [String]
    /// The program that stands for Fairlead's own image: an absolute path.
    public var program: String
    /// Variables that every container has unless it sets them itself, such as `KUBERNETES_SERVICE_HOST`.
    public var environment: [String: String]
    /// Names that pods of a namespace resolve beside their own.
    public var hosts: @Sendable (_ namespace: String) -> [HostEntry]
    /// How many pods run at the same time.
    public var maxPods: Int
    /// Whether bubblewrap is used where it works.
    public var usesSandbox: Bool
    /// How long a pod may run on when the node has crashed.
    public var orphanSeconds: Int
    /// How long containers may take to end when the node stops in order.
    public var shutdownGraceSeconds: Int64
    /// Labels of the node beside the usual ones.
    public var labels: [String: String]

    /// Describes a node.
    ///
    /// - Parameters:
    ///   - stateDirectory: An absolute path.
    ///   - shimCommand: What starts ``PodShim``.
    ///   - images: Which environments stand for images.
    public init(stateDirectory: String, shimCommand: [String], images: ImageCatalogue = .builtIn) {
        name = Self.defaultName
        self.stateDirectory = stateDirectory
        self.images = images
        self.shimCommand = shimCommand
        program = shimCommand.first ?? ""
        environment = [:]
        hosts = { _ in [] }
        maxPods = 250
        usesSandbox = true
        orphanSeconds = 60
        shutdownGraceSeconds = 5
        labels = [:]
    }
}
