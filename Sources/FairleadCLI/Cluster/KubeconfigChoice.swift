/// Decides which kubeconfig a command reads.
enum KubeconfigChoice {
    /// Where `fairlead local` writes its own, from the folder where it is started.
    static let local = ".fairlead/kubeconfig"

    /// The path of the kubeconfig to read; nil where the usual rules find one.
    ///
    /// - Parameters:
    ///   - option: What the command line names.
    ///   - environment: The process's environment; `KUBECONFIG` is left to the usual rules.
    ///   - directory: The working directory; the local cluster's kubeconfig is looked for in it and above.
    ///   - exists: Whether there is a file.
    static func path(
        option: String?, environment: [String: String], directory: String, exists: (String) -> Bool
    ) -> String? {
        if let option { return option }
        if environment["KUBECONFIG"]?.isEmpty == false { return nil }
        var folders = directory.split(separator: "/").map(String.init)
        while true {
            let path = "/" + (folders + [local]).joined(separator: "/")
            if exists(path) { return path }
            if folders.popLast() == nil { return nil }
        }
    }
}
