import FairleadAPI
import Foundation
import KubernetesCore

@testable import FairleadPlanning

/// A cache and the runs that use it as values; every call of every run is a step of its own.
struct CacheModel {
    /// One item of a run, from the question to the end.
    struct Worker {
        enum Stage {
            case idle
            case asking(CacheLookup, CacheLookup.Step)
            case waiting
            case computing
            /// It has ended well, and writes what it computed; nil before the entry was read.
            case writing(CacheRecord.Write?)
            case ended
        }

        var request: CacheRequest
        var stage = Stage.idle
        var isDead = false
        /// The entry as a store showed it at some time.
        var known: CacheEntry?
    }

    private struct Stored {
        var uid: String
        var version: Int
        var object: JSONValue
    }

    var workers: [Worker] = []
    var runs: [String: PipelineRun] = [:]
    /// How often each key was computed.
    var computed: [String: Int] = [:]
    var now = Date(timeIntervalSince1970: 1_767_225_600)
    private var entries: [String: Stored] = [:]
    private var counter = 0

    init(workers count: Int, keys: Int, mode: CacheMode = .use, maxAge: FairleadDuration? = nil) {
        for index in 0..<count {
            var metadata = ObjectMeta(name: "run\(index)", namespace: "default", uid: "uid\(index)")
            metadata.creationTimestamp = Time(now)
            runs["run\(index)"] = PipelineRun(metadata: metadata, spec: PipelineRunSpec(pipeline: "p"))
            workers.append(
                Worker(
                    request: CacheRequest(
                        item: ItemID(task: 0), computation: "c\(index % keys)",
                        key: CacheKey(computation: "c\(index % keys)", commit: nil),
                        claimant: CacheClaimant(run: "run\(index)", runUID: "uid\(index)", task: "t"),
                        namespace: "default", maxAge: maxAge, notBefore: mode == .refresh ? now : nil)))
        }
    }

    var isOver: Bool {
        workers.allSatisfy { worker in
            if case .ended = worker.stage { true } else { worker.isDead }
        }
    }

    func entry(_ key: CacheKey) -> CacheEntry? {
        guard let stored = entries[key.name] else { return nil }
        var object = stored.object
        object[path: ["metadata", "uid"]] = .string(stored.uid)
        object[path: ["metadata", "resourceVersion"]] = .string(String(stored.version))
        return try? KubernetesJSON.decode(CacheEntry.self, from: object)
    }

    /// Makes one call of one worker.
    mutating func step(_ index: Int) {
        guard !workers[index].isDead else { return }
        let request = workers[index].request
        switch workers[index].stage {
        case .idle, .waiting:
            var lookup = CacheLookup(request, now: now)
            let step = lookup.begin(isKnown: workers[index].known != nil)
            workers[index].stage = .asking(lookup, step)
        case .asking(var lookup, let step):
            let next = perform(step, &lookup, request)
            if case .answer(let answer) = next {
                answered(index, answer)
            } else {
                workers[index].stage = .asking(lookup, next)
            }
        case .computing:
            computed[request.key.digest, default: 0] += 1
            workers[index].stage = .writing(nil)
        case .writing(nil):
            let record = CacheRecord(request: request, output: Self.output(request))
            workers[index].stage = .writing(record.write(over: entry(request.key), now: now))
        case .writing(let write?):
            if perform(write, request) { finish(index) } else { workers[index].stage = .writing(nil) }
        case .ended: break
        }
    }

    /// The controller of all workers dies and comes back: programs that run go on, everything else begins anew.
    mutating func restart() {
        for index in workers.indices {
            workers[index].known = nil
            switch workers[index].stage {
            case .asking, .waiting: workers[index].stage = .idle
            case .writing: workers[index].stage = .writing(nil)
            case .idle, .computing, .ended: break
            }
        }
    }

    /// A worker's run is deleted.
    mutating func kill(_ index: Int) {
        workers[index].isDead = true
        runs["run\(index)"] = nil
    }

    /// A worker's store catches up.
    mutating func look(_ index: Int) { workers[index].known = entry(workers[index].request.key) }

    static func output(_ request: CacheRequest) -> ItemOutput {
        ItemOutput(results: ["is": .string(request.computation)])
    }

    private mutating func answered(_ index: Int, _ answer: CacheLookup.Answer) {
        switch answer {
        case .compute: workers[index].stage = .computing
        case .wait: workers[index].stage = .waiting
        case .found(let output, _):
            workers[index].stage = output == Self.output(workers[index].request) ? .ended : .idle
            finish(index)
        }
    }

    private mutating func finish(_ index: Int) {
        workers[index].stage = .ended
        runs["run\(index)"]?.status.phase = .succeeded
    }

    private mutating func perform(
        _ step: CacheLookup.Step, _ lookup: inout CacheLookup, _ request: CacheRequest
    ) -> CacheLookup.Step {
        switch step {
        case .create(let object): return lookup.didCreate(create(object, request.key))
        case .read:
            let found = entry(request.key)
            return lookup.didRead(found, entries[request.key.name].flatMap { CacheEntry.output(of: $0.object) })
        case .readClaimant(let entry): return lookup.didReadClaimant(runs[entry.claimant.run])
        case .delete(let entry):
            let stored = entries[request.key.name]
            if stored?.uid == entry.metadata.uid,
                stored.map({ String($0.version) }) == entry.metadata.resourceVersion?.rawValue
            {
                entries[request.key.name] = nil
            }
            return lookup.didDelete()
        case .answer: return step
        }
    }

    private mutating func perform(_ write: CacheRecord.Write, _ request: CacheRequest) -> Bool {
        switch write {
        case .leave: return true
        case .create(let object): return create(object, request.key)
        case .patch(let change):
            guard let stored = entries[request.key.name],
                change[path: ["metadata", "uid"]]?.stringValue == stored.uid,
                change[path: ["metadata", "resourceVersion"]]?.stringValue == String(stored.version)
            else { return false }
            counter += 1
            let object = MergePatch.apply(change, to: stored.object)
            entries[request.key.name] = Stored(uid: stored.uid, version: counter, object: object)
            return true
        }
    }

    private mutating func create(_ object: JSONValue, _ key: CacheKey) -> Bool {
        guard entries[key.name] == nil else { return false }
        counter += 1
        entries[key.name] = Stored(uid: "entry\(counter)", version: counter, object: object)
        return true
    }
}
