import Testing

/// What is told of a task that is a training job: each row is the task's lines, and the messages, exactly.
///
/// The pipeline around it is that of ``TaskValidatorTests``.
@Suite struct TrainingJobTaskValidatorTests {
    static let table: [(String, [String])] = [
        ("trainingJob: {spec: {command: [x]}}", []),
        ("trainingJob: {spec: {}}", ["trainingJob.spec: needs one of command, script, python"]),
        (
            "trainingJob: {name: A, spec: {command: [x]}}",
            [
                "trainingJob.name: \"A\" is no name of a Kubernetes object: lower-case letters, digits, \"-\" and \".\""
            ]
        ),
        (
            "trainingJob: {command: [x]}",
            [
                "trainingJob.spec: is required", "trainingJob.command: unknown field \"command\"",
            ]
        ),
        (
            "command: [x]\n  trainingJob: {spec: {}}",
            ["command: stands only in a task that runs a container, not beside trainingJob"]
        ),
        (
            """
            map: {over: params.countries}
              trainingJob:
                spec:
                  framework: pytorch
                  nodes: $(params.rows)
                  args: ["$(item)", "$(tasks.prep.results.row)"]
                  command: [x]
                  inputs: {set: tasks.prep.artifacts.set, all: tasks.each.artifacts.model}
                  elastic: {minNodes: $(params.rate), maxNodes: 4}
                  queue: $(params.quue)
                  retry: {max: 3, scope: Gang}
                  framwork: jax
            """,
            ["trainingJob.spec.framwork: unknown field \"framwork\"; did you mean \"framework\"?"]
        ),
        (
            """
            map: {over: params.countries}
              trainingJob:
                spec:
                  framework: pytorch
                  nodes: $(params.rows)
                  args: ["$(item)", "$(tasks.prep.results.row)"]
                  command: [x]
                  inputs: {set: tasks.prep.artifacts.set, all: tasks.each.artifacts.model}
                  elastic: {minNodes: $(params.rate), maxNodes: 4}
                  queue: $(params.quue)
                  retry: {max: 3, scope: Replica}
            """,
            [
                "trainingJob.spec.args[1]: task prep declares no result \"row\"; did you mean \"rows\"?",
                "trainingJob.spec.inputs.all: must be an artifact or a URI, not an array",
                "trainingJob.spec.elastic.minNodes: must be an integer, not a number",
                "trainingJob.spec.queue: unknown parameter \"quue\"",
            ]
        ),
        (
            "trainingJob: {spec: {framework: $(params.name), command: [x], roles: {chef: {nodes: 1}}}}", []
        ),
        (
            "trainingJob: {spec: {framework: pytorh, command: [x], script: echo}}",
            [
                "trainingJob.spec.framework: must be one of pytorch, tensorflow, jax, xgboost, lightgbm, mpi, deepspeed, horovod, paddle, none, not \"pytorh\"; did you mean \"pytorch\"?"
            ]
        ),
        (
            "trainingJob: {spec: {script: 'echo $(params.rows)'}}",
            [
                "trainingJob.spec.script: $(params.rows): nothing is replaced in a script; put it into env and use the variable"
            ]
        ),
        (
            "trainingJob: {spec: {nodes: 0, command: [x]}}",
            ["trainingJob.spec.nodes: must be at least 1, not 0"]
        ),
        (
            "trainingJob: {spec: {framework: jax, command: [x], script: echo, env: {PROCESS_ID: 1}}}",
            [
                "trainingJob.spec: takes only one of command, script, python, not command, script",
                "trainingJob.spec.env.PROCESS_ID: is set by Fairlead, so that the job's jax processes meet",
            ]
        ),
    ]

    @Test(arguments: table.indices)
    func tells(_ index: Int) throws {
        let (line, expected) = Self.table[index]
        try TaskValidatorTests().expect("- name: t\n  \(line)", expected)
    }
}
