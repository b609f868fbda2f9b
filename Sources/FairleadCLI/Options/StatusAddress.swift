import ArgumentParser
import ControllerRuntime

/// Where probes or metrics are served: `:8080`, `127.0.0.1:8080`, or nowhere.
struct StatusAddress: Sendable, Hashable, ExpressibleByArgument {
    /// nil for nowhere.
    var address: BindAddress?

    init(_ address: BindAddress?) { self.address = address }

    init?(argument: String) {
        if argument.isEmpty || argument == "0" {
            address = nil
        } else {
            guard let address = BindAddress(argument) else { return nil }
            self.address = address
        }
    }

    var defaultValueDescription: String { address?.description ?? "0" }
}
