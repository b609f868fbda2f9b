import FairleadAPI
import KubernetesCore

extension ServingPod {
    /// Brings the model to where the server finds it: what is mounted is read in place, the rest is fetched.
    func addModel(_ draft: inout PodDraft) throws(TaskProblem) {
        guard let model = content.model else { return }
        if model.uri.hasPrefix("oci://") {
            // KServe's images of models have them in this folder.
            let image: JSONValue = ["reference": .string(String(model.uri.dropFirst("oci://".count)))]
            draft.volumes.add(
                name: "model", ["image": image], at: Self.modelPath, subPath: "models", readOnly: true)
            return
        }
        do throws(TaskProblem) {
            let place = try StoragePlace(model.uri)
            if let volume = place.volume(isWritten: false) {
                let name = draft.volumes.add(
                    name: "model", volume, at: Self.modelPath, subPath: place.subPath, readOnly: true)
                check(model, in: name, subPath: place.subPath, &draft)
                return
            }
            try draft.fetch.remotes.add(model.uri, builder.settings.platform)
        } catch {
            throw TaskProblem(error.reason, "model: \(error.message)")
        }
        // The folder of the volume is mounted, and not the volume, so that a fetch may write beside it.
        let volume = draft.volumes.add(name: "model", ["emptyDir": [:]])
        draft.fetch.mount(volume, at: "/mnt")
        var entry: JSONValue = [
            "name": "model", "uri": .string(model.uri), "path": .string(Self.modelPath), "inFolder": true,
        ]
        if let digest = model.digest { entry["digest"] = .string(digest) }
        draft.fetch.append(entry, to: "inputs")
        draft.fetch.plan["stallSeconds"] = .integer(Self.stallSeconds)
        draft.volumes.mountOnce(volume, at: Self.modelPath, subPath: "models", readOnly: true)
    }

    /// Has files that are read in place compared with what was registered, before the server starts.
    private func check(_ model: ResolvedModel, in volume: String, subPath: String?, _ draft: inout PodDraft) {
        guard let digest = model.digest else { return }
        draft.fetch.mount(volume, at: Self.modelPath, subPath: subPath, readOnly: true)
        let entry: JSONValue = [
            "name": "model", "uri": .string(model.uri), "path": .string(Self.modelPath), "inPlace": true,
            "digest": .string(digest),
        ]
        draft.fetch.append(entry, to: "inputs")
    }

    /// A script of the user's, which the revision's ConfigMap holds.
    func addScript(_ draft: inout PodDraft, _ main: inout JSONValue) {
        let container = draft.container
        guard container.script != nil || container.python != nil else { return }
        let file = "\(PodBuilder.Folder.spec)/script"
        let command = container.script.map { PodBuilder.interpreter(of: $0) } ?? ["python", "-u"]
        main["command"] = .array((command + [file]).map { .string($0) })
        let items: JSONValue = [["key": .string(Self.scriptKey), "path": "script", "mode": 0o555]]
        draft.volumes.add(
            name: "spec", ["configMap": ["name": .string(draft.program.pod), "items": items]],
            at: PodBuilder.Folder.spec, readOnly: true)
        if main["workingDir"] == nil { main["workingDir"] = .string(PodBuilder.Folder.work) }
    }

    /// Ours first, so that `$(MODEL_NAME)` may stand in the others; then the runtime's, then the user's.
    func addEnvironment(_ draft: PodDraft, _ main: inout JSONValue) {
        var variables: [JSONValue] = []
        func set(_ variable: JSONValue) {
            if let place = variables.firstIndex(where: { $0["name"] == variable["name"] }) {
                variables[place] = variable
            } else {
                variables.append(variable)
            }
        }
        func set(_ name: String, _ value: String) { set(["name": .string(name), "value": .string(value)]) }
        set("MODEL_NAME", service)
        if component == .predictor, content.model != nil { set("MODEL_PATH", Self.modelPath) }
        set("PORT", String(port))
        if component != .predictor {
            set("PREDICTOR_HOST", "\(revision.name).\(builder.owner.namespace):\(content.port(of: .predictor))")
            set("PREDICTOR_PROTOCOL", content.protocol.rawValue)
        }
        for variable in main["env"]?.arrayValue ?? [] { set(variable) }
        for (name, value) in draft.container.env.sorted(by: { $0.key < $1.key }) {
            set(builder.variable(name, value))
        }
        if !variables.contains(where: { $0["name"] == "HOME" }) { set("HOME", PodBuilder.Folder.work) }
        main["env"] = .array(variables)
    }

    /// What the user asks for, then what the runtime does, then the profile: each of them for whole resources.
    func addResources(_ draft: inout PodDraft, _ main: inout JSONValue) {
        let own = draft.container.resources
        var resources = main["resources"] ?? [:]
        if resources[path: ["requests"]] == nil, resources[path: ["limits"]] == nil {
            draft.program.container.resources =
                own?.merged(over: draft.profile?.spec.resources)
                ?? draft.profile?.spec.resources
        }
        let wanted = builder.resources(&draft)
        let names = ["requests", "limits"].flatMap { (wanted?[$0]?.objectValue ?? [:]).keys }
        for list in ["requests", "limits"] {
            var quantities = resources[list]?.objectValue ?? [:]
            for name in names { quantities[name] = wanted?[list]?[name] }
            resources[list] = quantities.isEmpty ? nil : .object(quantities)
        }
        main["resources"] = resources == [:] ? nil : resources
    }

    /// The ports, and what tells that the model is loaded.
    func addServing(_ main: inout JSONValue) {
        if main["ports"]?.arrayValue?.isEmpty ?? true {
            var ports: [JSONValue] = [["containerPort": .integer(Int64(port)), "name": "http", "protocol": "TCP"]]
            if let grpc = content.grpcPort(of: component) {
                ports.append(["containerPort": .integer(Int64(grpc)), "name": "grpc", "protocol": "TCP"])
            }
            main["ports"] = .array(ports)
        }
        if main["readinessProbe"] == nil {
            main["readinessProbe"] = [
                "periodSeconds": 5, "timeoutSeconds": 5, "failureThreshold": 3,
            ]
            let (member, handler) = readiness
            main[path: ["readinessProbe", member]] = handler
        }
    }

    private var readiness: (String, JSONValue) {
        let number = JSONValue.integer(Int64(port))
        guard component == .predictor else { return ("tcpSocket", ["port": number]) }
        let path =
            switch content.protocol {
            case .v2: "/v2/models/\(service)/ready"
            case .v1: "/v1/models/\(service)"
            case .openai: "/health"
            }
        return ("httpGet", ["path": .string(path), "port": number])
    }

    /// Asks often until the model is loaded, in the way in which it is asked later; after `timeouts.ready` the server
    /// is started again.
    func addStartup(_ pod: inout JSONValue) {
        guard var containers = pod[path: ["spec", "containers"]]?.arrayValue,
            let place = containers.firstIndex(where: { $0["name"] == "main" }),
            containers[place]["startupProbe"] == nil, var probe = containers[place]["readinessProbe"]
        else { return }
        for member in ["initialDelaySeconds", "successThreshold"] { probe[member] = nil }
        probe["periodSeconds"] = .integer(Self.startupPeriod)
        probe["failureThreshold"] = .integer(max(1, limits.effectiveReady.seconds / Self.startupPeriod))
        containers[place]["startupProbe"] = probe
        pod[path: ["spec", "containers"]] = .array(containers)
    }

    /// Lets all containers go on for a moment when the pod is to end, whoever added them: but for those that have a way
    /// of their own, and where the pod's time to end is shorter, for Kubernetes takes neither.
    ///
    /// The kubelet does it: images of servers may have no shell. Kubernetes 1.29 leaves it out, unless its feature gate
    /// `PodLifecycleSleepAction` is on.
    func addFarewell(_ pod: inout JSONValue) {
        let grace = pod[path: ["spec", "terminationGracePeriodSeconds"]]?.integerValue ?? 30
        guard grace >= Self.farewell, var containers = pod[path: ["spec", "containers"]]?.arrayValue else { return }
        let preStop = ["lifecycle", "preStop"]
        for index in containers.indices where containers[index][path: preStop]?.isNull ?? true {
            containers[index][path: preStop] = ["sleep": ["seconds": .integer(Self.farewell)]]
        }
        pod[path: ["spec", "containers"]] = .array(containers)
    }
}
