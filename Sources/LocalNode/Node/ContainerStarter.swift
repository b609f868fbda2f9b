import Foundation
import KubernetesClient
import KubernetesCore

/// Starts one run of one container: gathers what it needs, plans, and hands it to a shim.
struct ContainerStarter {
    let context: NodeContext
    let pod: PodManifest
    let address: String

    /// A started container.
    struct Started {
        var handle: ShimHandle
        var at: Time
    }

    /// Whether the container can start without a wait for its image's environment.
    func isReady(_ container: ContainerManifest) async -> Bool {
        guard case .success(let entry) = entry(for: container), needsPython(container, entry) else { return true }
        return await context.python.isReady(entry?.packages ?? [])
    }

    /// Starts a run.
    ///
    /// - Throws: ``ContainerPlan/Failure`` where the container has to wait.
    func start(
        _ container: ContainerManifest, run: Int, onEnd: @escaping @Sendable (ContainerExit?) -> Void
    ) async throws(ContainerPlan.Failure) -> Started {
        let entry = try self.entry(for: container).get()
        if needsPython(container, entry) {
            do {
                try await context.python.prepare(entry?.packages ?? []) { [context, pod] text in
                    context.events.tell(
                        NodeEvents.Event(
                            object: pod.key, uid: pod.metadata.uid, container: container.name,
                            isInit: pod.spec.initContainers?.contains { $0.name == container.name } == true,
                            reason: "Pulling", action: "Starting",
                            note: "Pulling image \"\(container.image ?? "")\": \(text)"))
                }
            } catch {
                throw ContainerPlan.Failure(reason: "ErrImagePull", message: error.message)
            }
        }
        do {
            let launch = try await launch(container, run: run, entry: entry)
            let directory = context.paths.run(pod.metadata.uid, container.name, run)
            let handle = try ShimHandle.start(
                directory, launch: launch, command: context.configuration.shimCommand, watcher: context.watcher,
                onEnd: onEnd)
            return Started(handle: handle, at: Time(Date()))
        } catch let failure as ContainerPlan.Failure {
            throw failure
        } catch let failure as ContainerEnvironment.Failure {
            throw ContainerPlan.Failure(reason: "CreateContainerConfigError", message: failure.message)
        } catch let failure as VolumeWriter.Failure {
            throw ContainerPlan.Failure(reason: "ContainerCreating", message: failure.message)
        } catch {
            throw ContainerPlan.Failure(reason: "CreateContainerError", message: "\(error)")
        }
    }

    /// Whether the container uses the environment that all `python:*` share: not where it makes or has its own.
    private func needsPython(_ container: ContainerManifest, _ entry: ImageCatalogue.Entry?) -> Bool {
        guard entry?.environment == .python else { return false }
        let makesOwn =
            container.name == "packages" && container.env?.contains { $0.name == "FAIRLEAD_PACKAGES" } == true
        let hasOwn = container.env?.contains {
            $0.name == "PATH" && $0.value?.hasPrefix("/fairlead/packages/venv/bin") == true
        }
        return !makesOwn && hasOwn != true
    }

    private func entry(
        for container: ContainerManifest
    ) -> Result<ImageCatalogue.Entry?, ContainerPlan.Failure> {
        let image = container.image ?? ""
        let catalogue = context.configuration.images
        if let entry = catalogue.entry(for: image) { return .success(entry) }
        guard catalogue.default == .host else {
            return .failure(
                ContainerPlan.Failure(
                    reason: "ImageNotInCatalogue",
                    message: "image \"\(image)\" is not in the image catalogue: add `- image: \"\(image)\"` to a "
                        + "file for fairlead local --images, or set default: Host there"))
        }
        return .success(nil)
    }

    private func launch(
        _ container: ContainerManifest, run: Int, entry: ImageCatalogue.Entry?
    ) async throws -> ShimLaunch {
        let reader = PodObjectReader(client: context.client)
        let objects = try await reader.read(for: pod)
        let facts = PodFacts(
            podIP: address, hostIP: NodeContext.hostIP, nodeName: context.configuration.name,
            allocatable: context.allocatable)
        let hasRun = pod.allContainers.contains { !context.paths.runs(pod.metadata.uid, $0.name).isEmpty }
        let writer = VolumeWriter(
            pod: pod, paths: context.paths, objects: objects, facts: facts, tokens: await reader.tokens(for: pod),
            hasRun: hasRun)
        var volumes: [String: String] = [:]
        let mounted = Set(pod.allContainers.flatMap { ($0.volumeMounts ?? []).map(\.name) })
        for volume in pod.spec.volumes ?? [] where mounted.contains(volume.name) {
            volumes[volume.name] = try writer.write(volume)
        }
        context.tokens.wrote(pod)
        let variables = try ContainerEnvironment.resolve(container, pod: pod, facts: facts, objects: objects)
        if entry == nil {
            context.events.tell(
                NodeEvents.Event(
                    object: pod.key, uid: pod.metadata.uid, container: container.name, isWarning: true,
                    reason: "ImageNotInCatalogue", action: "Starting",
                    note: "image \"\(container.image ?? "")\" is not in the image catalogue: its command runs with "
                        + "the programs of this host"))
        }
        try NodePaths.makeFolder(context.paths.pod(pod.metadata.uid))
        try context.hosts.keep(pod, address: address)
        return try ContainerPlan(
            pod: pod, container: container, run: run, paths: context.paths, host: context.host,
            configuration: context.configuration, entry: entry, volumes: volumes, variables: variables,
            address: address
        ).launch()
    }
}
