import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore

/// Prints the runs of a namespace, or of all.
struct RunLister: Sendable {
    let cluster: Cluster

    /// Prints a table, or the whole objects.
    func list(allNamespaces: Bool, _ format: ObjectFormat?) async throws {
        let namespace = allNamespaces ? nil : cluster.namespace
        if let format {
            let list = try await cluster.client.listAll(.pipelineRun, namespace: namespace)
            let items = list.items.map { item in
                // Items of a list do not say what they are.
                var item = item
                item["apiVersion"] = .string(ResourceType.pipelineRun.gvk.apiVersion)
                item["kind"] = .string(ResourceType.pipelineRun.gvk.kind)
                return item
            }
            try Output.write(format.text(list: items))
            return
        }
        let all = try await cluster.client.listAll(PipelineRun.self, namespace: namespace).items
        let runs = all.filter { !RunList.isNested($0) }
        guard !runs.isEmpty else {
            Output.note(allNamespaces ? "No runs found." : "No runs found in namespace \(cluster.namespace).")
            return
        }
        try Output.lines(RunList(runs: runs, hasNamespaces: allNamespaces, now: Date()).lines())
        let nested = all.count - runs.count
        if nested > 0 { Output.note("nested runs, which kubectl get pipelineruns lists too: \(nested)") }
    }
}
