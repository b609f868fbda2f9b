import KubernetesCore
import Testing

@testable import FairleadAPI

@Suite struct TrainingJobValidatorTests {
    /// Each row: fields of a spec beside an image and a command, and what is told, exactly.
    static let table: [(String, [String])] = [
        ("{}", []),
        ("{framework: pytorch, nodes: 4, processesPerNode: Auto, elastic: {minNodes: 2, maxNodes: 8}}", []),
        ("{framework: pytorch, nodes: 4, roles: {master: {}}}", []),
        ("{framework: tensorflow, nodes: 2, roles: {ps: {nodes: 2}, chief: {resources: {gpu: 1}}, evaluator: {}}}", []),
        ("{framework: mpi, nodes: 3, processesPerNode: '8', roles: {launcher: {resources: {cpu: 1}}}}", []),
        ("{retry: {scope: Gang, max: 10, rules: [{action: Fail, onReasons: [OOMKilled]}]}}", []),
        ("{nodeLoss: 2m, gang: None, queue: gold, priority: high, suspend: true, podRetention: All}", []),
        ("{progress: {pattern: 'loss=(?P<loss>[0-9.]+)'}, successPolicy: Leader, managedBy: acme.dev/x}", []),
        ("{framework: jax, env: {RANK: 3}, args: ['$$(HOSTNAME)', '$(1 + 1)']}", []),
        ("{inputs: {a: 's3://b/c', b: {model: churn@production}}, checkpoint: {every: 5m}}", []),
        (
            "{framework: PyTorch}",
            [
                "framework: must be one of pytorch, tensorflow, jax, xgboost, lightgbm, mpi, deepspeed, horovod, paddle, none, not \"PyTorch\"; did you mean \"pytorch\"?"
            ]
        ),
        ("{framwork: jax}", ["framwork: unknown field \"framwork\"; did you mean \"framework\"?"]),
        ("{nodes: 0}", ["nodes: must be at least 1, not 0"]),
        ("{nodes: 10001}", ["nodes: must be at most 10000, not 10001"]),
        ("{nodes: four}", ["nodes: must be an integer, not a string"]),
        (
            "{framework: tensorflow, nodes: 9999, roles: {ps: {nodes: 2}}}",
            [": has 10001 nodes with its roles; at most 10000 are allowed"]
        ),
        (
            "{framework: jax, roles: {worker: {nodes: 2}, chief: {}}}",
            ["roles.chief: framework jax has no role \"chief\": it has worker"]
        ),
        (
            "{framework: tensorflow, roles: {chef: {}}}",
            [
                "roles.chef: framework tensorflow has no role \"chef\": it has chief, worker, ps, evaluator; did you mean \"chief\"?"
            ]
        ),
        ("{roles: {ps: {}}}", ["roles.ps: framework none has no role \"ps\": it has worker"]),
        (
            "{framework: mpi, nodes: 2, roles: {launcher: {nodes: 2}, worker: {nodes: 3}}}",
            [
                "roles.launcher.nodes: must be 1, not 2: a job has one launcher",
                "roles.worker.nodes: is the same as spec.nodes; give one of them",
            ]
        ),
        (
            "{framework: tensorflow, roles: {ps: {retry: {max: 1}, results: [{name: a}], checkpoint: {}}}}",
            [
                "roles.ps.retry: belongs to the job, and not to one of its roles",
                "roles.ps.results: belongs to the job, and not to one of its roles",
                "roles.ps.checkpoint: belongs to the job, and not to one of its roles",
            ]
        ),
        (
            "{framework: tensorflow, roles: {ps: {mounts: {data: {claim: x}}, imag: y}}}",
            ["roles.ps.imag: unknown field \"imag\"; did you mean \"image\"?"]
        ),
        (
            "{framework: tensorflow, roles: {ps: {mounts: {data: {claim: x}}}}}",
            ["roles.ps.mounts.data: must be an absolute path without \"..\" and \":\", not \"data\""]
        ),
        (
            "{framework: jax, elastic: {minNodes: 1}}",
            [
                "elastic: framework jax has a fixed number of processes; elastic are pytorch, tensorflow, horovod"
            ]
        ),
        (
            "{framework: pytorch, elastic: {minNodes: 3, maxNodes: 2}}",
            ["elastic.minNodes: must be at most maxNodes (2), not 3"]
        ),
        (
            "{framework: pytorch, nodes: 2, elastic: {minNodes: 3}}",
            ["elastic.minNodes: must be at most nodes (2), not 3"]
        ),
        (
            "{framework: pytorch, nodes: 4, elastic: {maxNodes: 3}, retry: {scope: Gang}}",
            [
                "elastic.maxNodes: must be at least nodes (4), not 3",
                "retry.scope: must be Replica in an elastic job, which goes on without a lost one",
            ]
        ),
        ("{elastic: {minNodes: 0}}", ["elastic.minNodes: must be at least 1, not 0"]),
        ("{processesPerNode: 0}", ["processesPerNode: must be Auto or a whole number from 1, not \"0\""]),
        ("{processesPerNode: auto}", ["processesPerNode: must be Auto or a whole number from 1, not \"auto\""]),
        (
            "{framework: jax, processesPerNode: 2}",
            ["processesPerNode: framework jax is told of one process a node, not of 2"]
        ),
        (
            "{framework: pytorch, processesPerNode: 5000}",
            ["processesPerNode: must be Auto or from 1 to 1024, not 5000"]
        ),
        (
            "{framework: pytorch, env: {RANK: 1, MASTER_ADDR: x, PET_NNODES: 3, LOCAL_RANK: 0}}",
            [
                "env.MASTER_ADDR: is set by Fairlead, so that the job's pytorch processes meet",
                "env.PET_NNODES: is set by Fairlead, so that the job's pytorch processes meet",
                "env.RANK: is set by Fairlead, so that the job's pytorch processes meet",
            ]
        ),
        (
            "{framework: tensorflow, roles: {ps: {env: {TF_CONFIG: x}}}}",
            ["roles.ps.env.TF_CONFIG: is set by Fairlead, so that the job's tensorflow processes meet"]
        ),
        (
            "{args: [\"$(params.rows)\"], inputs: {a: tasks.prep.artifacts.set}}",
            [
                "args[0]: params.rows has no value here: a TrainingJob knows no params; \"$$(\" writes a literal \"$(\"",
                "inputs.a: \"tasks.prep.artifacts.set\": a TrainingJob knows no tasks; name a URI, or a model by {model: churn@production}",
            ]
        ),
        (
            "{overrides: [{target: {role: master}, pod: {}}, {target: {role: worker}, pod: {}}]}",
            ["overrides[0].target.role: framework none has no role \"master\": it has worker"]
        ),
        (
            "{gang: auto}",
            ["gang: must be one of Auto, PodGroup, Volcano, Coscheduling, None, not \"auto\"; did you mean \"Auto\"?"]
        ),
        ("{gang: no}", ["gang: must be a string, not the boolean false (quote y, n, yes, no, on, off)"]),
        ("{nodeLoss: 120}", ["nodeLoss: must be a string, not an integer"]),
        ("{retry: {scope: gang}}", ["retry.scope: must be one of Gang, Replica, not \"gang\"; did you mean \"Gang\"?"]),
        ("{activeDeadlineSeconds: 0}", ["activeDeadlineSeconds: must be at least 1, not 0"]),
        ("{managedBy: me}", ["managedBy: must be a name with its domain, such as fairlead.dev/controller, not \"me\""]),
        ("{suspend: 'yes'}", ["suspend: must be a boolean, not a string"]),
        (
            "{queue: Gold}",
            ["queue: \"Gold\" is no name of a Kubernetes object: lower-case letters, digits, \"-\" and \".\""]
        ),
    ]

    @Test(arguments: table.indices) func judges(_ index: Int) throws {
        let (fields, expected) = Self.table[index]
        var spec = try #require(try ManifestReader.read("x: \(fields)")[0]["x"])
        spec["image"] = "i"
        spec["command"] = ["x"]
        let paths = expected.map { $0.hasPrefix(":") ? "spec\($0)" : "spec.\($0)" }
        #expect(TrainingJobValidator.validate(json: spec).map(\.description) == paths)
        let object: JSONValue = [
            "apiVersion": "fairlead.dev/v1alpha1", "kind": "TrainingJob", "metadata": ["name": "churn"], "spec": spec,
        ]
        #expect(ManifestValidator.validate(object).map(\.description) == paths)
        let job = try KubernetesJSON.decode(TrainingJob.self, from: object)
        // Of an object as it is read nobody sees unknown fields: the API server has pruned them.
        guard expected.allSatisfy({ !$0.contains("unknown field") }) else { return }
        #expect(TrainingJobValidator.validate(job).isEmpty == expected.isEmpty)
    }

    @Test func aProgramAndAnImageAreNeededByEachRoleThatRuns() throws {
        #expect(
            TrainingJobValidator.validate(json: [:]).map(\.description) == [
                "spec: needs one of command, script, python", "spec.image: is required",
            ])
        let spec = try yaml(
            "{framework: mpi, image: i, roles: {launcher: {command: [mpirun]}, worker: {command: [sshd]}}}")
        #expect(TrainingJobValidator.validate(json: spec) == [])
    }

    @Test func aNameIsALabelsValue() throws {
        let long = TrainingJob(
            metadata: ObjectMeta(name: String(repeating: "a", count: 64)),
            spec: TrainingJobSpec(container: ContainerSpec(image: "i", command: ["x"])))
        #expect(
            TrainingJobValidator.validate(long).map(\.description) == [
                "metadata.name: must have at most 63 characters, not 64"
            ])
    }

    @Test func defaultsFollowTheFramework() throws {
        func spec(_ text: String) throws -> TrainingJobSpec {
            try KubernetesJSON.decode(TrainingJobSpec.self, from: try yaml(text))
        }
        let mpi = try spec("{framework: mpi, nodes: 3}")
        #expect(mpi.roleNames == ["launcher", "worker"])
        #expect(mpi.totalNodes == 4)
        #expect(mpi.leaderRole == "launcher")
        #expect(mpi.effectiveSuccessPolicy == .leader)
        let tensorflow = try spec(
            "{framework: tensorflow, nodes: 2, roles: {ps: {nodes: 2}, chief: {image: c}}, image: j}")
        #expect(tensorflow.roleNames == ["chief", "worker", "ps"])
        #expect(tensorflow.totalNodes == 5)
        #expect(tensorflow.container(of: "chief").image == "c")
        #expect(tensorflow.container(of: "ps").image == "j")
        let elastic = try spec("{framework: pytorch, elastic: {minNodes: 2, maxNodes: 8}}")
        #expect(elastic.nodes(of: "worker") == 8)
        #expect(elastic.workerRange == 2...8)
        #expect(elastic.retryScope == .replica)
        #expect(try spec("{}").retryScope == .gang)
        #expect(try spec("{}").effectiveSuccessPolicy == .allWorkers)
        #expect(try spec("{}").leaderRole == "worker")
    }
}
