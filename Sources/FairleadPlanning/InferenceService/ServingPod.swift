import FairleadAPI
import KubernetesCore

/// Builds the pod template of one component of a revision: a pure function of the revision and what the platform gives.
struct ServingPod {
    let builder: PodBuilder
    let service: String
    let revision: WantedRevision
    let component: ServiceComponent

    /// Where the server finds the model, as KServe's do.
    static let modelPath = "/mnt/models"
    /// How often a server that starts is asked whether it is ready, in seconds.
    static let startupPeriod: Int64 = 2
    /// For how long a server goes on as before when its pod is to end, while routers learn of it, in seconds.
    static let farewell: Int64 = 5
    /// After how long without a byte a fetch is tried again: all its tries end before most servers must be ready.
    static let stallSeconds: Int64 = 60
    /// The key of a script in the revision's ConfigMap.
    static let scriptKey = "script"

    var content: RevisionContent { revision.content }
    var limits: ServiceTimeouts { ServiceTimeouts(ready: content.ready, request: content.request) }
    var port: Int { content.port(of: component) }

    /// The template: metadata and spec.
    ///
    /// - Throws: ``TaskProblem`` that names what is wrong.
    func template() throws(TaskProblem) -> JSONValue {
        var draft = try draft()
        let spec = try spec(&draft)
        var pod: JSONValue = ["metadata": metadata, "spec": spec]
        if component == .predictor, let template = content.runtime?.podTemplate {
            pod = try builder.patched(pod, template, "podTemplate of runtime \"\(revision.runtime ?? "")\"")
        }
        try builder.patch(&pod, draft)
        addStartup(&pod)
        addFarewell(&pod)
        try draft.profile?.check(pod)
        try builder.settings.serviceAccounts.check(pod, in: builder.owner.namespace)
        return pod
    }

    private func draft() throws(TaskProblem) -> PodDraft {
        var container = content.container(of: component)
        try builder.checkSizes(container)
        let profile = try builder.settings.platform.profile(container.profile)
        if let image = container.image, let profile { container.image = profile.image(image) }
        let program = PodProgram(
            pod: component.objectName(of: revision.name), story: "InferenceService \"\(service)\"",
            place: Self.scriptKey, container: container, identity: [], role: component.rawValue)
        return PodDraft(program: program, attempt: PodAttempt(scope: Scope()), profile: profile)
    }

    private var metadata: JSONValue {
        var annotations: [String: JSONValue] = [:]
        if component == .predictor, let metrics = content.runtime?.metrics {
            annotations = [
                "prometheus.io/scrape": "true", "prometheus.io/path": .string(metrics.path ?? "/metrics"),
                "prometheus.io/port": .string(String(metrics.port ?? port)),
            ]
        }
        var metadata: JSONValue = ["labels": .object(builder.owner.labels.mapValues { .string($0) })]
        if !annotations.isEmpty { metadata["annotations"] = .object(annotations) }
        return metadata
    }

    private func spec(_ draft: inout PodDraft) throws(TaskProblem) -> JSONValue {
        var (main, others) = base(draft)
        if main["image"]?.stringValue?.isEmpty ?? true {
            throw TaskProblem(
                .invalidSpec, "\(component == .predictor ? "" : "\(component.rawValue).")image: is required")
        }
        // Packages are installed by the server's own Python, and its registry may need a Secret.
        draft.program.container.image = main["image"]?.stringValue
        draft.volumes.add(name: "work", ["emptyDir": [:]], at: PodBuilder.Folder.work)
        try builder.addCode(&draft)
        if draft.container.code != nil { main["workingDir"] = .string(draft.workingDirectory) }
        if component == .predictor { try addModel(&draft) }
        builder.mountFiles(&draft)
        addScript(&draft, &main)
        addEnvironment(draft, &main)
        addResources(&draft, &main)
        addServing(&main)
        let mounts = main["volumeMounts"]?.arrayValue ?? []
        var spec: JSONValue = [
            "automountServiceAccountToken": false, "enableServiceLinks": false,
            "terminationGracePeriodSeconds": .integer(
                max(30, limits.effectiveRequest.seconds + 10 + Self.farewell)),
            "securityContext": [
                "runAsNonRoot": true, "runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000,
                "seccompProfile": ["type": "RuntimeDefault"],
            ],
        ]
        var first: [JSONValue] = []
        if !draft.fetch.isEmpty {
            first.append(try draft.fetch.container("fetch", image: builder.ownImage(draft.program)))
        }
        if let packages = builder.packages(&draft, &main) { first.append(packages) }
        if !first.isEmpty { spec["initContainers"] = .array(first) }
        main["volumeMounts"] = .array(mounts + draft.volumes.mounts.filter { !mounts.contains($0) })
        others.insert(main, at: 0)
        spec["containers"] = .array(others)
        spec["volumes"] = .array(draft.volumes.volumes)
        if let account = draft.container.serviceAccount {
            spec["serviceAccountName"] = .string(account)
            spec["automountServiceAccountToken"] = true
        }
        let secrets = builder.pullSecrets(draft.container)
        if !secrets.isEmpty { spec["imagePullSecrets"] = .array(secrets.map { ["name": .string($0)] }) }
        return spec
    }

    /// The server's container as the runtime and the user have it, and the runtime's other containers.
    private func base(_ draft: PodDraft) -> (main: JSONValue, others: [JSONValue]) {
        var containers = component == .predictor ? content.runtime?.containers ?? [] : []
        let place = containers.firstIndex { $0["name"] == "kserve-container" } ?? 0
        var main: JSONValue = containers.indices.contains(place) ? containers.remove(at: place) : [:]
        for index in containers.indices { containers[index] = placed(containers[index], draft.profile) }
        main = placed(main, draft.profile)
        main["name"] = "main"
        if let image = draft.container.image { main["image"] = .string(image) }
        let own = (draft.container.args ?? []).map { JSONValue.string($0) }
        let isOwnProgram = draft.container.hasProgram
        if let command = draft.container.command { main["command"] = .array(command.map { .string($0) }) }
        let args = (isOwnProgram ? [] : main["args"]?.arrayValue ?? []) + own
        main["args"] = args.isEmpty ? nil : .array(args)
        if main["terminationMessagePolicy"] == nil { main["terminationMessagePolicy"] = "FallbackToLogsOnError" }
        return (main, containers)
    }

    /// A runtime's container with what KServe's runtimes leave open filled in, and its image from the platform's
    /// registry.
    private func placed(_ container: JSONValue, _ profile: Platform.Profile?) -> JSONValue {
        var container = container
        if let profile, let image = container["image"]?.stringValue {
            container["image"] = .string(profile.image(image))
        }
        if container["securityContext"] == nil {
            container["securityContext"] = ["allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]]]
        }
        for member in ["command", "args"] {
            guard let words = container[member]?.arrayValue else { continue }
            container[member] = .array(words.map(filled))
        }
        if let variables = container["env"]?.arrayValue {
            container["env"] = .array(
                variables.map { variable in
                    var variable = variable
                    if let value = variable["value"] { variable["value"] = filled(value) }
                    return variable
                })
        }
        return container
    }

    private func filled(_ value: JSONValue) -> JSONValue {
        guard let text = value.stringValue, text.contains("{{") else { return value }
        let fields = [".Name": service, ".Namespace": builder.owner.namespace]
        var rest = text[...]
        var filled = ""
        while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
            let field = rest[start.upperBound..<end.lowerBound].filter { $0 != " " }
            filled += rest[..<start.lowerBound]
            filled += fields[field] ?? String(rest[start.lowerBound..<end.upperBound])
            rest = rest[end.upperBound...]
        }
        return .string(filled + rest)
    }
}
