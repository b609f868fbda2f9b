/// A file of code that travels with a run.
struct CodeFile: Sendable, Hashable {
    /// Its path in the folder.
    var path: String
    var bytes: [UInt8]
    var isExecutable: Bool
}
