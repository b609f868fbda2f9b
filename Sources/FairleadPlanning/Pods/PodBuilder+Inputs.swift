import FairleadAPI
import KubernetesCore

/// What an input of a program stands for.
private enum InputValue {
    /// Files.
    case files(ArtifactReference)
    /// The files of a mapped task's items, null for failed ones.
    case items([String?])
    /// A value, of which a JSON file is made.
    case value(JSONValue)
    /// A JSON file that stands in a ConfigMap of the owner.
    case list(ResultLocation)
}

extension PodBuilder {
    /// Brings the inputs to where the program finds them: what is mounted is read in place, the rest is fetched.
    func addInputs(_ draft: inout PodDraft) throws(TaskProblem) {
        for (number, input) in draft.container.inputs.sorted(by: { $0.key < $1.key }).enumerated() {
            let value: InputValue
            do throws(TaskProblem) {
                value = try self.value(of: input.value, draft)
            } catch {
                if input.value.optional == true { continue }
                throw TaskProblem(error.reason, "input \"\(input.key)\": \(error.message)")
            }
            do throws(TaskProblem) {
                try add(value, input.key, input.value, number, &draft)
            } catch {
                throw TaskProblem(error.reason, "input \"\(input.key)\": \(error.message)")
            }
        }
    }

    private func value(of input: InputSource, _ draft: PodDraft) throws(TaskProblem) -> InputValue {
        if let uri = input.uri { return .files(ArtifactReference(uri: uri)) }
        if let model = input.model {
            if let files = draft.attempt.models[model] { return .files(files) }
            throw TaskProblem(.expressionFailed, "there is no model \(model)")
        }
        guard let from = input.from else { throw TaskProblem(.invalidSpec, "names neither a reference nor a URI") }
        do throws(ExpressionError) {
            let template = try Template(value: from)
            let reference = template.reference
            let name = reference?.taskName ?? ""
            let isArtifact = reference?.memberName(at: 1) == "artifacts"
            let member = reference?.steps.count == 3 ? reference?.memberName(at: 2) ?? "" : ""
            if !isArtifact, let list = draft.attempt.lists["tasks.\(name).results.\(member)"] { return .list(list) }
            let value = try template.evaluate(in: draft.attempt.scope)
            switch value {
            case .null where isArtifact: throw ExpressionError("\(from) was not written")
            case .array(let uris) where isArtifact: return .items(uris.map(\.stringValue))
            case .string(let uri) where uri.contains("://"):
                let artifact = isArtifact ? draft.attempt.scope.tasks[name]?.artifacts[member] : nil
                return .files(artifact ?? ArtifactReference(uri: uri))
            default: return .value(value)
            }
        } catch {
            throw TaskProblem(.expressionFailed, "\(error)")
        }
    }

    private func add(
        _ value: InputValue, _ name: String, _ input: InputSource, _ number: Int, _ draft: inout PodDraft
    ) throws(TaskProblem) {
        let path = input.path ?? "\(Folder.inputs)/\(name)"
        var entry: JSONValue = ["name": .string(name), "path": .string("\(Folder.inputs)/\(name)")]
        switch value {
        case .list(let list):
            let items: JSONValue = [["key": .string(list.key), "path": "list"]]
            draft.volumes.add(
                name: "input-\(number)", ["configMap": ["name": .string(list.configMap), "items": items]], at: path,
                subPath: "list", readOnly: true)
            return
        case .files(let files):
            let place = try StoragePlace(files.uri)
            if let volume = place.volume(isWritten: false) {
                draft.volumes.add(
                    name: "input-\(number)", volume, at: path, subPath: place.subPath, readOnly: true)
                return
            }
            try draft.fetch.remotes.add(files.uri, settings.platform)
            entry["uri"] = .string(files.uri)
            if let digest = files.digest { entry["digest"] = .string(digest) }
        case .items(let uris):
            try reach(uris.compactMap(\.self), "items-\(number)", &draft)
            entry["uris"] = .array(uris.map { $0.map { .string($0) } ?? .null })
        case .value(let value): entry["json"] = value
        }
        if input.optional == true { entry["optional"] = true }
        draft.fetch.append(entry, to: "inputs")
        let volume = draft.volumes.add(name: "inputs", ["emptyDir": [:]])
        draft.fetch.mount(volume, at: Folder.inputs)
        draft.volumes.mountOnce(volume, at: Folder.inputs)
        if let path = input.path { draft.volumes.mountOnce(volume, at: path, subPath: name) }
    }

    /// Makes URIs reachable for `fetch`: the folder that those of a mounted store share is mounted.
    func reach(_ uris: [String], _ volume: String, _ draft: inout PodDraft) throws(TaskProblem) {
        guard let first = uris.first else { return }
        let folder = Self.commonFolder(uris)
        let place = try StoragePlace(folder)
        guard let source = place.volume(isWritten: false) else {
            for uri in uris { try draft.fetch.remotes.add(uri, settings.platform) }
            return
        }
        let name = draft.volumes.add(name: volume, source)
        let root = "\(Folder.stores)/\(volume)"
        draft.fetch.mount(name, at: root, subPath: place.subPath, readOnly: true)
        draft.fetch.remotes.add(uris.count == 1 ? first : "\(folder)/", mountedAt: uris.count == 1 ? root : "\(root)/")
    }

    /// The longest folder in which all of some URIs lie; a single one stands for itself.
    static func commonFolder(_ uris: [String]) -> String {
        guard var common = uris.first?.split(separator: "/", omittingEmptySubsequences: false) else { return "" }
        guard uris.count > 1 else { return common.joined(separator: "/") }
        common.removeLast()
        for uri in uris.dropFirst() {
            let parts = uri.split(separator: "/", omittingEmptySubsequences: false)
            let shared = zip(common, parts).prefix { $0 == $1 }.count
            common.removeSubrange(min(shared, common.count)...)
        }
        return common.joined(separator: "/")
    }
}
