import FairleadAPI
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

@testable import FairleadPlanning

/// What each framework reads in the pods of a job, by programs that read it as the frameworks do.
@Suite(.enabled(if: Python.isThere, "there is no python3")) struct ContractTests {
    /// What the pod of one member reads.
    private struct Reading: Decodable {
        var size: Int
        var rank: Int?
        var step: Int?
        var least: Int?
        var hosts: [String]
        var port: Int
        var task: Task?
        var workers: Int?
        var servers: Int?
        var trainers: Int?

        struct Task: Decodable, Equatable {
            var role: String
            var index: Int

            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                role = try container.decode(String.self)
                index = try container.decode(Int.self)
            }
        }
    }

    /// What all members read, in the order of their ranks; every host that one of them names is a member's.
    private func readings(_ fixture: JobFixture, _ reader: String) throws -> [Reading] {
        let members = fixture.fixed.members
        let environments = try members.map { JSONValue.object(try fixture.environment($0).mapValues { .string($0) }) }
        let program = "import json, sys\n\(reader)\nprint(json.dumps([read(e) for e in json.load(sys.stdin)]))"
        let output = try Python.run(program, JSONWriter.string(.array(environments)))
        let readings = try JSONDecoder().decode([Reading].self, from: Data(output.utf8))
        for (member, reading) in zip(members, readings) {
            #expect(reading.size == readings[0].size)
            #expect(reading.port == readings[0].port)
            for host in reading.hosts where host != JobFixture.address(member) { try resolve(host, fixture) }
            let ports = try fixture.pod(member).container("main")?["ports"]?.arrayValue ?? []
            #expect(ports.map { $0["containerPort"] } == [.integer(Int64(reading.port))])
        }
        return readings
    }

    /// A name is that of a pod: its host in the job's Service.
    private func resolve(_ name: String, _ fixture: JobFixture) throws {
        let parts = name.split(separator: ".").map(String.init)
        let service = fixture.pods.service()
        #expect(.string(parts[1]) == service[path: ["metadata", "name"]], "\(name)")
        #expect(parts.count == 2 || parts.dropFirst(2) == ["team", "svc"], "\(name)")
        let hosts = try fixture.fixed.members.map { try fixture.pod($0)[path: ["spec", "hostname"]] }
        #expect(hosts.contains(.string(parts[0])), "\(name)")
    }

    /// Jobs of random sizes, as a description of each and its fixture.
    private func jobs(
        _ framework: String, roles: [String] = [], seed: UInt64 = .random(in: 0..<1_000_000)
    ) throws -> [(text: String, fixture: JobFixture)] {
        var generator = SeededGenerator(seed: seed)
        return try (0..<4).map { _ in
            let nodes = Int.random(in: 1...6, using: &generator)
            var text = "{framework: \(framework), image: trainer, command: [train], nodes: \(nodes)"
            if generator.chance(0.5) {
                text += ", processesPerNode: \(Int.random(in: 1...4, using: &generator))"
            } else if generator.chance(0.5) {
                text += ", resources: {gpu: \(Int.random(in: 1...8, using: &generator))}"
            }
            let named = roles.filter { _ in generator.chance(0.5) }.map { role in
                "\(role): {nodes: \(["ps"].contains(role) ? Int.random(in: 1...3, using: &generator) : 1)}"
            }
            text += ", roles: {\(named.joined(separator: ", "))}}"
            let name = String(repeating: "j", count: Int.random(in: 1...63, using: &generator))
            return ("seed \(seed): \(text)", try JobFixture(text, name: name))
        }
    }

    @Test func torch() throws {
        for (text, fixture) in try jobs("pytorch", roles: ["master"]) {
            let readings = try readings(fixture, ContractReaders.torch)
            #expect(readings.map(\.rank) == Array(0..<readings.count), "\(text)")
            // As in Kubeflow's first version, GPUs alone make no processes that torchrun does not start.
            let count = if case .count(let count)? = fixture.fixed.spec.processesPerNode { count } else { 1 }
            #expect(readings[0].size == readings.count * count, "\(text)")
        }
    }

    @Test func torchrun() throws {
        for (text, fixture) in try jobs("pytorch", roles: ["master"]) {
            let readings = try readings(fixture, ContractReaders.torchrun)
            let ranks = readings.flatMap { reading in (0..<(reading.step ?? 0)).map { (reading.rank ?? 0) + $0 } }
            #expect(ranks == Array(0..<readings[0].size), "\(text)")
        }
    }

    @Test func elasticTorchrun() throws {
        let fixture = try JobFixture(
            """
            {framework: pytorch, image: trainer, command: [torchrun, train.py], nodes: 3,
             elastic: {minNodes: 2, maxNodes: 5}, env: {PET_MAX_RESTARTS: 7}}
            """)
        for reading in try readings(fixture, ContractReaders.torchrun) {
            #expect(reading.least == 2)
            #expect(reading.size == 5)
            #expect(reading.hosts == ["resnet-worker-0.resnet-nodes"])
        }
        #expect(try fixture.environment(fixture.fixed.leader)["PET_MAX_RESTARTS"] == "7")
    }

    @Test func tensorflow() throws {
        for (text, fixture) in try jobs("tensorflow", roles: ["chief", "ps"]) where fixture.layout.size > 1 {
            let readings = try readings(fixture, ContractReaders.tensorflow)
            #expect(readings.map { $0.rank ?? -1 }.sorted() == Array(0..<readings.count), "\(text)")
            #expect(readings[0].size == readings.count, "\(text)")
            for (member, reading) in zip(fixture.fixed.members, readings) {
                #expect(reading.task?.role == member.role, "\(text)")
                #expect(reading.task?.index == member.index, "\(text)")
            }
        }
    }

    @Test func tensorflowEvaluator() throws {
        let fixture = try JobFixture(
            "{framework: tensorflow, image: trainer, command: [train], nodes: 2, roles: {chief: {}, evaluator: {}}}")
        let readings = try readings(fixture, ContractReaders.tensorflow)
        #expect(readings.map(\.rank) == [0, 1, 2, nil])
        #expect(readings.map(\.size) == [3, 3, 3, 3])
    }

    /// Each worker knows itself and the servers.
    @Test func tensorflowElastic() throws {
        let fixture = try JobFixture(
            """
            {framework: tensorflow, image: trainer, command: [train], nodes: 2, elastic: {minNodes: 1, maxNodes: 4},
             roles: {ps: {nodes: 2}}}
            """)
        let last = try #require(fixture.fixed.member("worker", 3))
        let config = try JSONParser.parse(try #require(try fixture.environment(last)["TF_CONFIG"]))
        #expect(config[path: ["cluster", "worker"]] == ["3": "resnet-worker-3.resnet-nodes.team.svc:2222"])
        #expect(config[path: ["cluster", "ps"]]?.arrayValue?.count == 2)
        #expect(config["task"] == ["type": "worker", "index": 3])
    }

    /// TensorFlow would wait for others.
    @Test func tensorflowAlone() throws {
        let fixture = try JobFixture("{framework: tensorflow, image: trainer, command: [train]}")
        #expect(try fixture.environment(fixture.fixed.leader)["TF_CONFIG"] == nil)
    }

    @Test(arguments: ["jax", "xgboost", "lightgbm"]) func collective(_ framework: String) throws {
        let readers = [
            "jax": ContractReaders.jax, "xgboost": ContractReaders.xgboost, "lightgbm": ContractReaders.lightgbm,
        ]
        for (text, fixture) in try jobs(framework) {
            let readings = try readings(fixture, try #require(readers[framework]))
            #expect(readings.map(\.rank) == Array(0..<readings.count), "\(text)")
            #expect(readings[0].size == readings.count, "\(text)")
            if let workers = readings[0].workers {
                #expect(workers == readings.count * fixture.fixed.processes, "\(text)")
            }
        }
    }

    @Test func paddle() throws {
        for (text, fixture) in try jobs("paddle", roles: ["ps"]) {
            let readings = try readings(fixture, ContractReaders.paddle)
            let serving = zip(fixture.fixed.members, readings).filter { $1.hosts == [JobFixture.address($0)] }
            #expect(serving.count == 1, "\(text)")
            #expect(readings[0].size == readings.count, "\(text)")
            let servers = fixture.fixed.spec.nodes(of: "ps")
            #expect(readings.reduce(0) { $0 + ($1.servers ?? 0) } == servers, "\(text)")
            #expect(serving.first?.0.role == (servers > 0 ? "ps" : "worker"), "\(text)")
        }
    }
}
