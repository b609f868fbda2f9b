import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore

/// Prints the runs, training jobs and inference services of a namespace, or of all.
struct WorkloadLister: Sendable {
    let cluster: Cluster

    /// Prints tables, or the whole objects.
    func list(allNamespaces: Bool, _ format: ObjectFormat?) async throws {
        let namespace = allNamespaces ? nil : cluster.namespace
        if let format { return try await objects(namespace, format) }
        let all = try await cluster.client.listAll(PipelineRun.self, namespace: namespace).items
        let runs = all.filter { !RunList.isNested($0) }
        let jobs = try await cluster.trainingJobs(namespace: namespace)
        let ownJobs = jobs.filter { $0.metadata.controller?.kind != ResourceType.pipelineRun.gvk.kind }
        let services = try await cluster.inferenceServices(namespace: namespace)
        guard !runs.isEmpty || !ownJobs.isEmpty || !services.isEmpty else {
            let place = allNamespaces ? "" : " in namespace \(cluster.namespace)"
            return Output.note("No runs, training jobs or inference services found\(place).")
        }
        let now = Date()
        var tables: [[String]] = []
        if !runs.isEmpty { tables.append(RunList(runs: runs, hasNamespaces: allNamespaces, now: now).lines()) }
        if !ownJobs.isEmpty { tables.append(JobList(jobs: ownJobs, hasNamespaces: allNamespaces, now: now).lines()) }
        if !services.isEmpty {
            tables.append(ServiceList(services: services, hasNamespaces: allNamespaces, now: now).lines())
        }
        let lines = tables.joined(separator: [""])
        try Output.lines(Array(lines))
        let nested = all.count - runs.count + jobs.count - ownJobs.count
        if nested > 0 { Output.note("runs and jobs that are tasks, which kubectl lists too: \(nested)") }
    }

    private func objects(_ namespace: String?, _ format: ObjectFormat) async throws {
        var items: [JSONValue] = []
        for type in Workload.Kind.allCases.map(\.type) {
            do {
                items += try await cluster.client.listAll(type, namespace: namespace).items.map { item in
                    // Items of a list do not say what they are.
                    var item = item
                    item["apiVersion"] = .string(type.gvk.apiVersion)
                    item["kind"] = .string(type.gvk.kind)
                    return item
                }
            } catch let error as APIError where error.isNotFound && type != .pipelineRun {
                // A cluster that does not know the kind has none.
            }
        }
        try Output.write(format.text(list: items))
    }
}
