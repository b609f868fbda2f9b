extension ContainerSpec {
    /// This container with everything that it leaves open taken from `defaults`.
    ///
    /// Maps merge by key; `packages` add up; the objects `resources`, `retry` and `timeouts` merge by field; lists
    /// are taken whole. The program (`command`, `script`, `python` with `args`) is one thing: a container that names
    /// its own inherits nothing of the other.
    public func merged(over defaults: ContainerSpec?) -> ContainerSpec {
        guard let defaults else { return self }
        var merged = self
        merged.image = image ?? defaults.image
        if !hasProgram {
            merged.command = defaults.command
            merged.script = defaults.script
            merged.python = defaults.python
            merged.args = args ?? defaults.args
        }
        merged.packages = Packages.sum(defaults.packages, packages)
        merged.code = code ?? defaults.code
        merged.env = defaults.env.merging(env) { _, own in own }
        merged.files = defaults.files.merging(files) { _, own in own }
        merged.mounts = defaults.mounts.merging(mounts) { _, own in own }
        merged.resources = resources?.merged(over: defaults.resources) ?? defaults.resources
        merged.spot = spot ?? defaults.spot
        merged.serviceAccount = serviceAccount ?? defaults.serviceAccount
        merged.pullSecrets = pullSecrets.isEmpty ? defaults.pullSecrets : pullSecrets
        merged.profile = profile ?? defaults.profile
        merged.inputs = defaults.inputs.merging(inputs) { _, own in own }
        merged.results = results.isEmpty ? defaults.results : results
        merged.artifacts = artifacts.isEmpty ? defaults.artifacts : artifacts
        merged.checkpoint = checkpoint ?? defaults.checkpoint
        merged.retry = retry?.merged(over: defaults.retry) ?? defaults.retry
        merged.timeouts = timeouts?.merged(over: defaults.timeouts) ?? defaults.timeouts
        merged.logs = logs ?? defaults.logs
        merged.overrides = defaults.overrides + overrides
        return merged
    }

    /// Whether one of `command`, `script` and `python` is given.
    public var hasProgram: Bool { command != nil || script != nil || python != nil }
}
