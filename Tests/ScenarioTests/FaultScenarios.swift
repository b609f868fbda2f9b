import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import PropertyTesting
import Synchronization
import Testing

/// The same with everything going wrong: nothing is lost, nothing that finished runs twice, nothing leaks.
@Suite(.serialized) struct FaultScenarios {
    /// No task's program ended well twice.
    private func expectNoRepetition(_ cluster: TestCluster, seed: UInt64) async throws {
        let repeated = cluster.kubelet.ends.filter { $0.value > 1 }
        #expect(repeated.isEmpty, "seed \(seed): ran again: \(repeated)")
        let attempts = Dictionary(grouping: cluster.kubelet.ends.keys) { key in
            String(key.name.split(separator: "-").dropLast().joined(separator: "-"))
        }
        #expect(attempts.values.allSatisfy { $0.count == 1 }, "seed \(seed): \(attempts)")
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func requestsAndWatchesFailByChance(seed: UInt64) async throws {
        let cluster = try await TestCluster()
        let chance = Mutex(SeededGenerator(seed: seed))
        cluster.faults.decide { request in
            chance.withLock { generator in
                guard generator.chance(0.2) else { return nil }
                let watches: [FaultyTransport.Fault] = [
                    .cutAfter(bytes: Int(generator.next() % 8192)), .endAfter(bytes: Int(generator.next() % 8192)),
                    .split(bytes: 1 + Int(generator.next() % 64)), .refuse(status: 410, reason: "Expired"),
                    .duplicate,
                ]
                let calls: [FaultyTransport.Fault] = [
                    .refuse(status: 429, reason: "TooManyRequests"), .refuse(status: 500, reason: "InternalError"),
                    .refuse(status: 409, reason: "Conflict"), .noConnection, .loseAnswer, .sendTwice,
                ]
                let isWatch = request.query("watch") == "true"
                if request.method == .get, !isWatch { return .refuse(status: 503, reason: "ServiceUnavailable") }
                return (isWatch ? watches : calls).randomElement(using: &generator)
            }
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Manifests.fan("stormy", count: 20))
                let run = try await cluster.finished("stormy")
                #expect(run.status.phase == .succeeded, "seed \(seed): \(run.status)")
                try await cluster.released()
            }
        }
        try await expectNoRepetition(cluster, seed: seed)
    }

    @Test(arguments: [11, 12, 13, 14, 15, 16] as [UInt64])
    func theControllerIsKilledAtAnyRequest(seed: UInt64) async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.create(Manifests.fan("killed", count: 12))
            var generator = SeededGenerator(seed: seed)
            for _ in 0..<6 {
                // The controller dies at its n-th write: that one may or may not have reached the server.
                let left = Mutex(Int(generator.next() % 12))
                let isLost = generator.chance(0.5)
                cluster.faults.decide { request in
                    guard request.method != .get else { return nil }
                    return left.withLock { left in
                        left -= 1
                        if left > 0 { return nil }
                        return left == 0 && isLost ? .loseAnswer : .noConnection
                    }
                }
                try await cluster.withController {
                    try await cluster.eventually("the controller has died or is done") {
                        if left.withLock({ $0 <= 0 }) { return true }
                        return try await cluster.pipelineRun("killed").status.phase?.isTerminal == true
                    }
                }
            }
            cluster.faults.heal()
            try await cluster.withController {
                let run = try await cluster.finished("killed")
                #expect(run.status.phase == .succeeded, "seed \(seed): \(run.status)")
                #expect(run.status.tasks.allSatisfy { $0.attempts == 1 }, "seed \(seed)")
                try await cluster.released()
            }
        }
        try await expectNoRepetition(cluster, seed: seed)
    }

    /// Either parity: which of two writes meets the conflict must not matter.
    @Test(arguments: [0, 1]) func everySecondWriteConflicts(first: Int) async throws {
        let cluster = try await TestCluster()
        let count = Atomic(first)
        cluster.faults.decide { request in
            guard request.method == .patch else { return nil }
            let isSecond = count.add(1, ordering: .relaxed).newValue.isMultiple(of: 2)
            return isSecond ? .refuse(status: 409, reason: "Conflict") : nil
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Manifests.fan("contended", count: 8))
                let run = try await cluster.finished("contended")
                #expect(run.status.phase == .succeeded, "\(run.status)")
                try await cluster.released()
            }
        }
        try await expectNoRepetition(cluster, seed: 0)
    }

    /// A conflict is no proof that the run is gone.
    @Test func aRefusedDeletionIsTriedAgain() async throws {
        let cluster = try await TestCluster()
        let refused = Atomic(0)
        cluster.faults.decide { request in
            guard request.method == .delete, request.path.hasSuffix("/pipelineruns/brief") else { return nil }
            let isFirst = refused.add(1, ordering: .relaxed).newValue == 1
            return isFirst ? .refuse(status: 409, reason: "Conflict") : nil
        }
        try await cluster.run {
            try await cluster.withController {
                let yaml = Manifests.fan("brief", count: 1).replacingOccurrences(
                    of: "spec:\n", with: "spec:\n  ttlSecondsAfterFinished: 1\n")
                try await cluster.create(yaml)
                try await cluster.eventually("the run is deleted") {
                    do {
                        _ = try await cluster.pipelineRun("brief")
                        return false
                    } catch let error as APIError where error.isNotFound {
                        return true
                    }
                }
            }
        }
        #expect(refused.load(ordering: .relaxed) >= 2)
    }

    @Test func twoControllersAtOnceDoNoHarm() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.withController {
                try await cluster.withController {
                    try await cluster.create(Manifests.fan("shared", count: 10))
                    let run = try await cluster.finished("shared")
                    #expect(run.status.phase == .succeeded, "\(run.status)")
                    try await cluster.released()
                }
            }
        }
        try await expectNoRepetition(cluster, seed: 0)
    }
}
