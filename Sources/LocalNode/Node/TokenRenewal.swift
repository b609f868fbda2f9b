import Foundation
import KubernetesCore
import Logging

/// Renews the tokens in pods' volumes before they end.
struct TokenRenewal {
    let context: NodeContext

    /// The shortest life of a token is ten minutes, of which two are left when it is renewed.
    private static let interval = Duration.seconds(10)

    func run() async {
        while (try? await Task.sleep(for: Self.interval)) != nil {
            for pod in context.tokens.due(Date()) { await renew(pod) }
        }
    }

    private func renew(_ pod: PodManifest) async {
        let facts = PodFacts(
            podIP: pod.status.podIP ?? "", hostIP: NodeContext.hostIP, nodeName: context.configuration.name,
            allocatable: context.allocatable)
        let tokens = await PodObjectReader(client: context.client).tokens(for: pod)
        do {
            guard !tokens.isEmpty else { throw VolumeWriter.Failure(message: "the cluster gave no token") }
            try VolumeWriter(pod: pod, paths: context.paths, objects: PodObjects(), facts: facts, tokens: tokens)
                .renewTokens()
            context.tokens.wrote(pod)
        } catch {
            context.logger.warning(
                "a token was not renewed", metadata: ["pod": "\(pod.key)", "error": "\(error)"])
            context.tokens.failed(pod)
        }
    }
}
