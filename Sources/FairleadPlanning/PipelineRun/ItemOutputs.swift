public import FairleadAPI
public import KubernetesCore

/// Where what the items of a mapped task wrote is kept: in chunks while the map goes on, at its end in one ConfigMap a
/// result.
public enum ItemOutputs {
    /// How many items share a chunk.
    public static let chunkSize = 500

    /// A part of a chunk to be written.
    public struct Chunk: Sendable, Hashable {
        /// The ConfigMap's name.
        public var name: String
        /// Whether no earlier item of it stands in the status, so that it is likely not there yet.
        public var isFirst: Bool
        /// The whole ConfigMap with these items alone, for a chunk that does not exist.
        public var configMap: JSONValue
    }

    /// A list to be written.
    public struct List: Sendable, Hashable {
        /// The ConfigMap's name.
        public var name: String
        /// The whole ConfigMap.
        public var configMap: JSONValue
    }

    /// The chunks that hold what items wrote.
    static func chunks(of items: [ItemID], _ table: RunTable, run: PipelineRun) -> [Chunk] {
        var data: [ItemID: [String: JSONValue]] = [:]
        for id in items where table.shape.tasks[id.task].isMapped {
            guard let output = table.entries[id.task].values[id.item],
                let document = try? KubernetesJSON.value(of: output)
            else { continue }
            let chunk = ItemID(task: id.task, item: id.item / chunkSize)
            data[chunk, default: [:]][String(id.item)] = .string(JSONWriter.string(document))
        }
        return data.sorted { $0.key < $1.key }.map { chunk, data in
            let task = table.shape.tasks[chunk.task].name
            let name = chunkName(run: run.metadata, task: task, chunk: chunk.item)
            let written = writtenChunks(of: run.status.tasks.first { $0.name == task })
            return Chunk(
                name: name, isFirst: !written.contains(chunk.item),
                configMap: configMap(name, task: task, run: run.metadata, data))
        }
    }

    /// The chunks of each mapped task that holds something, by the run's status.
    public static func writtenChunks(run: PipelineRun, fixed: FixedRun) -> [(task: String, chunks: [Int])] {
        fixed.tasks.filter { $0.map != nil }.compactMap { task in
            let status = run.status.tasks.first { $0.name == task.name }
            let chunks = task.makesOutputs || hidesFailures(status) ? writtenChunks(of: status) : []
            return chunks.isEmpty ? nil : (task.name, chunks.sorted())
        }
    }

    private static func writtenChunks(of status: TaskStatus?) -> Set<Int> {
        if hidesFailures(status), let total = status?.map?.total, total > 0 {
            return Set(0...((total - 1) / chunkSize))
        }
        let ranges = IndexRanges(parsing: status?.map?.completedIndexes ?? "").ranges
        return Set(ranges.flatMap { ($0.lowerBound / chunkSize)...($0.upperBound / chunkSize) })
    }

    private static func hidesFailures(_ status: TaskStatus?) -> Bool {
        status?.map?.failedIndexes?.hasSuffix(IndexRanges.more) ?? false
    }

    /// The lists of an ended task: its results, and the URIs of its files.
    static func lists(of index: Int, _ table: RunTable, run: PipelineRun) -> [List] {
        let task = table.shape.tasks[index].name
        let entry = table.entries[index]
        let files = entry.fileLists.mapValues { JSONValue.array($0.map { $0.map { .string($0.uri) } ?? .null }) }
        let all = entry.lists.map { (ListKind.results, $0, $1) } + files.map { (ListKind.artifacts, $0, $1) }
        return all.sorted { ($0.0.rawValue, $0.1) < ($1.0.rawValue, $1.1) }.map { kind, name, values in
            let location = listLocation(run: run.metadata, task: task, kind, name)
            let data: [String: JSONValue] = [location.key: .string(JSONWriter.string(values))]
            return List(
                name: location.configMap,
                configMap: configMap(location.configMap, task: task, run: run.metadata, data))
        }
    }

    /// What a list holds.
    public enum ListKind: String, Sendable, CaseIterable { case results, artifacts }

    /// The name of the ConfigMap that holds a chunk of items.
    public static func chunkName(run: ObjectMeta, task: String, chunk: Int) -> String {
        PodNaming.name(run: run.name, task: task, unique: "\(run.uid)/\(task)/items/\(chunk)")
    }

    /// Where a mapped task's list of a result, or of the URIs of an artifact, is kept.
    public static func listLocation(
        run: ObjectMeta, task: String, _ kind: ListKind, _ name: String
    ) -> ResultLocation {
        ResultLocation(
            configMap: PodNaming.name(run: run.name, task: task, unique: "\(run.uid)/\(task)/\(kind)/\(name)"),
            key: name)
    }

    /// Reads a chunk.
    public static func read(_ configMap: JSONValue) -> [Int: ItemOutput] {
        var outputs: [Int: ItemOutput] = [:]
        for (key, value) in configMap["data"]?.objectValue ?? [:] {
            guard let item = Int(key), let text = value.stringValue,
                let output = try? KubernetesJSON.decode(ItemOutput.self, from: text.utf8)
            else { continue }
            outputs[item] = output
        }
        return outputs
    }

    private static func configMap(
        _ name: String, task: String, run: ObjectMeta, _ data: [String: JSONValue]
    ) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
                "name": .string(name), "namespace": .string(run.namespace ?? "default"),
                "labels": [
                    FairleadLabel.managedBy: .string(FairleadLabel.managedByValue),
                    FairleadLabel.run: .string(run.name), FairleadLabel.task: .string(task),
                ],
                "ownerReferences": [OwnerReference(controller: .pipelineRun, metadata: run).json],
            ],
            "data": .object(data),
        ]
    }
}

extension PipelineTask {
    /// Whether the task's items may write results or files.
    var makesOutputs: Bool {
        switch work {
        case .pipeline: true
        default: program.map { !$0.results.isEmpty || !$0.artifacts.isEmpty } ?? false
        }
    }
}
