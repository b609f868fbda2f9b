import KubernetesCore

extension ContainerSpec {
    /// All strings that may hold `$(…)`, with their paths.
    public func templateSites(at path: FieldPath = FieldPath()) -> [TemplateSite] {
        var sites: [TemplateSite] = []
        var copy = self
        copy.rewriteTemplates(at: path) { site in
            sites.append(site)
            return site.text
        }
        return sites
    }

    /// The references in these strings and in `inputs`; strings that cannot be parsed count for nothing.
    public var references: [Reference] {
        let inTemplates = templateSites().flatMap { (try? $0.template())?.references ?? [] }
        return inTemplates + inputs.values.compactMap(\.from).flatMap { Template.references(inValue: $0) }
    }

    /// This container with every `$(…)` replaced; `command`, `args` and `env` are escaped for the kubelet.
    ///
    /// - Parameters:
    ///   - scope: The values.
    ///   - path: Where the container stands, for messages.
    /// - Throws: `InvalidSpec` with every reference that leads nowhere.
    public func evaluated(in scope: Scope, at path: FieldPath = FieldPath()) throws(InvalidSpec) -> ContainerSpec {
        var problems: [InvalidField] = []
        var evaluated = self
        evaluated.rewriteTemplates(at: path) { site in
            do {
                let template = try site.template()
                return site.isExpandedByKubelet ? try template.kubeletText(in: scope) : try template.text(in: scope)
            } catch {
                problems.append(InvalidField(path: site.path.description, message: "\(error)"))
                return site.text
            }
        }
        if !problems.isEmpty { throw InvalidSpec(problems) }
        return evaluated
    }

    /// This container with every `$(…)` replaced for another object, in which `$(…)` is replaced once more: whatever was
    /// inserted, that reads exactly it.
    ///
    /// - Parameters:
    ///   - scope: The values; what an input refers to must be files.
    ///   - path: Where the container stands, for messages.
    /// - Throws: `InvalidSpec` with every reference that leads nowhere.
    func inserted(in scope: Scope, at path: FieldPath) throws(InvalidSpec) -> ContainerSpec {
        var problems: [InvalidField] = []
        var inserted = self
        inserted.rewriteTemplates(at: path) { site in
            do throws(ExpressionError) {
                return try site.template().text(in: scope)
            } catch {
                problems.append(InvalidField(path: site.path.description, message: "\(error)"))
                return site.text
            }
        }
        for (name, input) in inputs {
            guard let from = input.from else { continue }
            do throws(ExpressionError) {
                inserted.inputs[name]?.uri = try Self.place(from, in: scope)
                inserted.inputs[name]?.from = nil
            } catch {
                if input.optional == true {
                    inserted.inputs[name] = nil
                } else {
                    problems.append(InvalidField(path: path["inputs"][name].description, message: "\(error)"))
                }
            }
        }
        if !problems.isEmpty { throw InvalidSpec(problems.sorted { $0.path < $1.path }) }
        // A script stays as it is: which word is one is known now.
        inserted.rewriteTemplates(at: path) { $0.isScript ? $0.text : Template.escaped($0.text) }
        return inserted
    }

    private static func place(_ from: String, in scope: Scope) throws(ExpressionError) -> String {
        let value = try Template(value: from).evaluate(in: scope)
        if let uri = value.stringValue, uri.contains("://") { return uri }
        throw ExpressionError(
            value.isNull ? "\(from) was not written" : "\(from) is no URI but \(DecodingProblem.name(of: value))")
    }

    /// Passes every string that may hold `$(…)` through `rewrite`, in the order of the fields, maps by key.
    private mutating func rewriteTemplates(at path: FieldPath, _ rewrite: (TemplateSite) -> String) {
        func plain(_ text: String, _ place: FieldPath) -> String {
            rewrite(TemplateSite(path: place, text: text, isExpandedByKubelet: false, isScript: false))
        }
        image = image.map { plain($0, path["image"]) }
        rewriteProgram(at: path, rewrite)
        code?.rewriteTemplates { plain($0, path["code"][$1]) }
        if let list = packages?.list {
            packages?.list = list.enumerated().map { plain($1, path["packages"][$0]) }
        }
        if let index = packages?.index { packages?.index = plain(index, path["packages"]["index"]) }
        if let file = packages?.file { packages?.file = plain(file, path["packages"]["file"]) }
        for name in env.keys.sorted() {
            guard case .literal(.string(let text)) = env[name] else { continue }
            let site = TemplateSite(
                path: path["env"][name], text: text, isExpandedByKubelet: true, isScript: false)
            env[name] = .literal(.string(rewrite(site)))
        }
        for name in mounts.keys.sorted() {
            guard let subPath = mounts[name]?.subPath else { continue }
            mounts[name]?.subPath = plain(subPath, path["mounts"][name]["subPath"])
        }
        resources?.rewriteTemplates { plain($0, path["resources"][$1]) }
        for name in inputs.keys.sorted() {
            if let uri = inputs[name]?.uri { inputs[name]?.uri = plain(uri, path["inputs"][name]["uri"]) }
            if let place = inputs[name]?.path { inputs[name]?.path = plain(place, path["inputs"][name]["path"]) }
            if let model = inputs[name]?.model { inputs[name]?.model = plain(model, path["inputs"][name]["model"]) }
        }
        for index in artifacts.indices {
            let place = path["artifacts"][index]["register"]
            artifacts[index].register = artifacts[index].register.map { plain($0, place) }
        }
        if let uri = checkpoint?.uri { checkpoint?.uri = plain(uri, path["checkpoint"]["uri"]) }
        for index in overrides.indices {
            overrides[index].pod = Self.rewrite(overrides[index].pod, at: path["overrides"][index]["pod"], plain)
        }
    }

    private mutating func rewriteProgram(at path: FieldPath, _ rewrite: (TemplateSite) -> String) {
        let commandCount = command?.count ?? 0
        let scriptIndex = ShellCommand.scriptIndex(in: (command ?? []) + (args ?? []))
        func site(_ text: String, _ place: FieldPath, _ index: Int) -> TemplateSite {
            TemplateSite(path: place, text: text, isExpandedByKubelet: true, isScript: index == scriptIndex)
        }
        command = command?.enumerated().map { rewrite(site($1, path["command"][$0], $0)) }
        args = args?.enumerated().map { rewrite(site($1, path["args"][$0], commandCount + $0)) }
    }

    private static func rewrite(
        _ value: JSONValue, at path: FieldPath, _ plain: (String, FieldPath) -> String
    ) -> JSONValue {
        switch value {
        case .string(let text): .string(plain(text, path))
        case .array(let elements): .array(elements.enumerated().map { rewrite($1, at: path[$0], plain) })
        case .object(let members):
            .object(
                members.keys.sorted().reduce(into: [:]) { $0[$1] = rewrite(members[$1] ?? .null, at: path[$1], plain) })
        default: value
        }
    }
}

extension ResourceNeeds {
    fileprivate mutating func rewriteTemplates(_ rewrite: (String, String) -> String) {
        cpu = cpu.map { ScalarText(rewrite($0.text, "cpu")) }
        memory = memory.map { ScalarText(rewrite($0.text, "memory")) }
        gpu = gpu.map { ScalarText(rewrite($0.text, "gpu")) }
        gpuType = gpuType.map { rewrite($0, "gpuType") }
        shm = shm.map { ScalarText(rewrite($0.text, "shm")) }
        disk = disk.map { ScalarText(rewrite($0.text, "disk")) }
    }
}

extension CodeSource {
    fileprivate mutating func rewriteTemplates(_ rewrite: (String, String) -> String) {
        git = git.map { rewrite($0, "git") }
        ref = ref.map { rewrite($0, "ref") }
        path = path.map { rewrite($0, "path") }
        uri = uri.map { rewrite($0, "uri") }
    }
}
