import FairleadAPI
import KubernetesCore
import Testing

/// What is told of conditions, maps and kinds of work: each row is a list of tasks, and the messages, exactly.
///
/// The pipeline has the parameters `rows` (integer), `rate` (number), `name` (string), `ok` (boolean), `countries`
/// (array of strings), `grid` (array of anything) and `cfg` (object); `prep` writes the results `rows` (integer), `ok`
/// (boolean), `parts` (array) and the artifact `set`; `each` is mapped over `countries` and writes `auc` (number) and
/// the artifact `model`.
@Suite struct TaskValidatorTests {
    static let base = """
        params:
        - {name: rows, type: integer, default: 1}
        - {name: rate, type: number, default: 1}
        - {name: name, default: x}
        - {name: ok, type: boolean, default: true}
        - {name: countries, type: array, items: string, default: [de]}
        - {name: grid, type: array, default: []}
        - {name: cfg, type: object, default: {}}
        defaults: {image: i}
        """
    static let tasks = """
        tasks:
        - name: prep
          command: [x]
          results: [{name: rows, type: integer}, {name: ok, type: boolean}, {name: parts, type: array}]
          artifacts: [{name: set}]
        - name: each
          map: {over: params.countries}
          command: [x]
          args: ["$(item)", "$(itemIndex)"]
          results: [{name: auc, type: number}]
          artifacts: [{name: model, register: churn}]
        """

    static let conditions: [(String, [String])] = [
        ("when: tasks.prep.results.rows > 100", []),
        ("when: tasks.prep.results.rows > 100.5 && params.ok", []),
        ("when: tasks.prep.results.rows == null || tasks.prep.results.rows > 3", []),
        ("when: tasks.each.results.auc.exists(a, a > 0.9) && size(tasks.each.artifacts.model) > 1", []),
        ("when: tasks.prep.status == 'Succeeded'", []),
        ("when: \"params.countries.all(c, c.startsWith('d'))\"", []),
        ("when: params.cfg.deep.er > 3", []),
        ("when: 'duration(\"7d\") > days(3)'", []),
        ("when: params.rate / params.rows > 0.5", []),
        ("when: tasks.prep.artifacts.set.startsWith('s3://') && tasks.prep.artifacts.set != ''", []),
        ("when: tasks.prep.artifacts.set.size > 3", []),
        ("when: params.rows", ["when: must be true or false, not an integer"]),
        (
            "when: $(params.rows) > 3",
            [
                "when: Syntax error: token recognition error at: '$'; an expression takes its values by their paths, "
                    + "without $( and )"
            ]
        ),
        ("when: params.name", ["when: must be true or false, not a string"]),
        ("when: tasks.each.results.auc", ["when: must be true or false, not an array"]),
        ("when: tasks.prep.results.row > 3", ["when: task prep declares no result \"row\"; did you mean \"rows\"?"]),
        ("when: tasks.perp.results.rows > 3", ["when: unknown task \"perp\"; did you mean \"prep\"?"]),
        ("when: params.row > 3", ["when: unknown parameter \"row\"; did you mean \"rows\"?"]),
        ("when: param.rows > 3", ["when: unknown name \"param\"; did you mean \"params\"?"]),
        ("when: item == 'x'", ["when: item stands only in a task with map"]),
        ("when: trigger.date > 'x'", ["when: trigger stands only in a Trigger's template"]),
        ("when: run.status == 'Failed'", ["when: run.status stands only in finally"]),
        ("when: true", ["when: must be a string, not the boolean true (quote y, n, yes, no, on, off)"]),
        (
            "when: ''",
            ["when: must not be empty: YAML takes a leading \"!\" for a tag, so quote the expression"]
        ),
        (
            "when: tasks.prep.results.parts > 3",
            ["when: found no matching overload for '_>_' applied to '(list(dyn), int)' (at character 26)"]
        ),
        (
            "when: tasks.data-prep.results.ok",
            [
                "when: unknown name \"prep\"; a hyphen is a minus sign in CEL: write tasks['data-prep'] (at character 12)"
            ]
        ),
    ]

    /// A task that runs a container, with one more field.
    @Test(arguments: conditions.indices)
    func tellsConditions(_ index: Int) throws {
        let (line, expected) = Self.conditions[index]
        try expect("- name: t\n  command: [x]\n  \(line)", expected)
    }

    static let maps: [(String, [String])] = [
        ("map: {over: params.countries, parallelism: 10, maxFailed: 1}", []),
        ("map: {over: tasks.prep.results.parts, maxFailed: 1%}", []),
        ("map: {over: tasks.each.artifacts.model}", []),
        ("map: {over: [a, b]}\n  args: ['$(item)']", []),
        ("map: {over: [{c: 1}, {c: 2}]}\n  args: ['$(item.c)']", []),
        ("map: {over: [{c: 1}, {c: 2}]}\n  args: ['$(item.d)']", ["args[0]: item has no member \"d\""]),
        ("map: {over: '$(params.countries.filter(c, c != \"x\"))'}\n  args: ['$(item.size())']", []),
        ("map: {over: {country: params.countries, set: [1, 2]}}\n  args: ['$(item.country)/$(item.set + 1)']", []),
        (
            "map: {over: {country: params.countries, set: [1, 2]}}\n  args: ['$(item.contry)']",
            ["args[0]: item has no member \"contry\"; did you mean \"country\"?"]
        ),
        ("map: {over: params.countries}\n  args: ['$(item.x)']", ["args[0]: item is a string and has no members"]),
        ("map: {over: params.grid}\n  args: ['$(item.x)', '$(item[0])', '$(itemIndex)']", []),
        ("map: {over: {count: 20000}}\n  args: ['$(item + 1)']", []),
        ("map: {count: params.rows}", []),
        ("map: {count: '$(params.rows * 2)'}", []),
        ("map: {count: tasks.prep.results.rows}", []),
        ("map: {over: params.rows}", ["map.over: must be an array, not an integer"]),
        ("map: {over: params.contries}", ["map.over: unknown parameter \"contries\"; did you mean \"countries\"?"]),
        (
            "map: {over: countries}",
            [
                "map.over: unknown scope \"countries\"; write a reference to a list such as params.countries, or a list"
            ]
        ),
        ("map: {over: {a: params.rows}}", ["map.over.a: must be an array, not an integer"]),
        ("map: {over: {}}", ["map.over: needs at least one list"]),
        ("map: {over: {a-b: [1]}}", ["map.over.a-b: must match [a-zA-Z_][a-zA-Z0-9_]*, not \"a-b\""]),
        ("map: {over: {n: [1]}}", ["map.over.false: \"false\" cannot be a name (quote y, n, yes, no, on, off)"]),
        ("map: {over: [DE, NO]}", ["map.over[1]: must be a string, not the boolean false (NO without quotes?)"]),
        (
            "map: {over: item}",
            ["map.over: item has no value here: it is asked once for the whole task, before there are items"]
        ),
        (
            "map: {count: 3}\n  when: itemIndex % 2 == 0",
            ["when: itemIndex has no value here: it is asked once for the whole task, before there are items"]
        ),
        ("map: {}", ["map: needs one of over, count"]),
        ("map: {over: [1], count: 3}", ["map: takes only one of over, count"]),
        ("map: {count: -1}", ["map.count: must be at least 0, not -1"]),
        ("map: {count: 100001}", ["map.count: must be at most 100000, not 100001"]),
        ("map: {count: params.rate}", ["map.count: must be an integer, not a number"]),
        ("map: {count: 1.5}", ["map.count: must be an integer or a string, not a number"]),
        ("map: {count: 3, parallelism: 0}", ["map.parallelism: must be at least 1, not 0"]),
        (
            "map: {count: 3, maxFailed: many}",
            ["map.maxFailed: must be a number of items, or a share such as \"1%\", not \"many\""]
        ),
        (
            "map: {count: 3, maxFail: 1}",
            ["map.maxFail: unknown field \"maxFail\"; did you mean \"maxFailed\"?"]
        ),
        ("map: {count: 3}\n  cache: {maxAge: 0s}", ["cache.maxAge: must be longer than 0"]),
        ("args: ['$(item)']", ["args[0]: item stands only in a task with map"]),
        ("args: ['$(itemIndex + 1)']", ["args[0]: itemIndex stands only in a task with map"]),
    ]

    @Test(arguments: maps.indices)
    func tellsMaps(_ index: Int) throws {
        let (line, expected) = Self.maps[index]
        try expect("- name: t\n  command: [x]\n  \(line)", expected)
    }

    static let works: [(String, [String])] = [
        ("check: {that: tasks.prep.results.ok, message: \"bad: $(tasks.prep.results.rows)\"}", []),
        ("check: {that: tasks.prep.results.rows}", ["check.that: must be true or false, not an integer"]),
        ("check: {message: x}", ["check.that: is required"]),
        ("check: {that: params.ok, message: $(params.okay)}", ["check.message: unknown parameter \"okay\""]),
        (
            "check: {that: params.ok}\n  map: {count: 3}",
            ["map: stands only in a task that runs a container, a pipeline or a TrainingJob"]
        ),
        ("check: {that: params.ok}\n  cache: {}", ["cache: stands only in a task that runs a container"]),
        (
            "check: {that: params.ok}\n  image: x",
            ["image: stands only in a task that runs a container, not beside check"]
        ),
        ("check: {that: params.ok}\n  approval: {}", [": takes only one of check, approval"]),
        ("pipeline: {name: other, params: {a: $(params.rows), b: [\"x$(params.name)\", 3]}}", []),
        ("pipeline: {name: other, params: {a: $(item)}}\n  map: {over: params.countries}", []),
        ("pipeline: {name: other, params: {a: $(item)}}", ["pipeline.params.a: item stands only in a task with map"]),
        (
            "pipeline: {name: Other}",
            ["pipeline.name: \"Other\" is no name of a Kubernetes object: lower-case letters, digits, \"-\" and \".\""]
        ),
        (
            "pipeline: {name: o, params: {a-b: 1}}",
            ["pipeline.params.a-b: must match [a-zA-Z_][a-zA-Z0-9_]*, not \"a-b\""]
        ),
        ("pipeline: {}", ["pipeline.name: is required"]),
        ("approval: {}", []),
        ("approval: {message: \"Promote $(params.name)?\", timeout: 24h, onTimeout: Skip}", []),
        ("approval: {onTimeout: Fail}", ["approval.onTimeout: needs a timeout beside it"]),
        (
            "approval: {timeout: 1h, onTimeout: Reject}",
            ["approval.onTimeout: must be one of Fail, Skip, Approve, not \"Reject\""]
        ),
        (
            "model: {name: churn, from: tasks.prep.artifacts.set, format: sklearn, metrics: {auc: params.rate, loss: 3}, alias: candidate}",
            []
        ),
        ("model: {name: churn, from: s3://x/y}", []),
        (
            "model: {name: churn, from: tasks.prep.artifacts.sets}",
            ["model.from: task prep declares no artifact \"sets\"; did you mean \"set\"?"]
        ),
        (
            "model: {name: churn, from: tasks.prep.results.rows}",
            ["model.from: must be an artifact or a URI, not an integer"]
        ),
        (
            "model: {name: churn, from: tasks.each.artifacts.model}",
            ["model.from: must be an artifact or a URI, not an array"]
        ),
        ("model: {name: churn, from: 'tasks.each.artifacts.model[0]'}", []),
        (
            "model: {name: churn, from: model.pkl}",
            ["model.from: unknown scope \"model\"; write a reference such as tasks.fit.artifacts.model, or a URI"]
        ),
        (
            "model: {name: churn, from: s3://x/y, metrics: {auc: tasks.prep.results.ok}}",
            ["model.metrics.auc: must be a number, not a boolean"]
        ),
        (
            "model: {name: churn, from: s3://x/y, metrics: {auc: tasks.each.results.auc}}",
            ["model.metrics.auc: must be a number, not an array"]
        ),
        (
            "model: {name: churn, from: s3://x/y, metrics: {auc: true}}",
            ["model.metrics.auc: must be a string, not the boolean true (quote y, n, yes, no, on, off)"]
        ),
        ("command: [x]\n  retry: {scope: Gang}", ["retry.scope: belongs to a TrainingJob"]),
        ("tuningJob: {spec: {}}", ["tuningJob: tuningJob is not supported yet"]),
        ("inferenceService: {name: x, spec: {model: 'churn:7'}}", []),
        (
            "inferenceService: {name: 'churn-$(tasks.prep.results.rows)', spec: {model: 'churn:$(tasks.prep.results.rows)'}}",
            []
        ),
        ("inferenceService: {name: x, spec: {python: 'print($(nope))', image: x, args: ['$$(MODEL_NAME)']}}", []),
        (
            "inferenceService: {name: X, spec: {model: 'churn:7', replicas: {min: 3, max: 2}}}",
            [
                "inferenceService.name: must be lower-case letters, digits and \"-\", and begin and end with one of the first two",
                "inferenceService.spec.replicas.min: must be at most max (2), not 3",
            ]
        ),
        (
            "inferenceService: {name: x, spec: {model: '$(tasks.prep.results.nope)'}}",
            ["inferenceService.spec.model: task prep declares no result \"nope\""]
        ),
        (
            "inferenceService: {name: x, spec: {model: 'churn:7'}}\n  map: {count: 2}",
            ["map: stands only in a task that runs a container, a pipeline or a TrainingJob"]
        ),
        ("approval: {}\n  runWhen: AllDone\n  dependsOn: [prep]", []),
        (
            "approval: {}\n  runWhen: AnySucceeded",
            ["runWhen: AnySucceeded never holds of a task that comes after none"]
        ),
        ("approval: {message: $(tasks.prep.status)}\n  runWhen: AnySucceeded", []),
        (
            "approval: {}\n  runWhen: Always",
            ["runWhen: must be one of AllSucceeded, NoneFailed, AnySucceeded, AllDone, not \"Always\""]
        ),
    ]

    @Test(arguments: works.indices)
    func tellsWorks(_ index: Int) throws {
        let (line, expected) = Self.works[index]
        try expect("- name: t\n  \(line)", expected)
    }

    static let containers: [(String, [String])] = [
        (
            "map: {count: 3}\n  args: []\n  env: {A: '$(item)'}",
            []
        ),
        ("code: {git: https://git.example.com/a/b, ref: main, path: train}", []),
        ("code: {uri: s3://code/x.tar.gz}", []),
        ("code: {git: https://x/y, uri: s3://a/b}", ["code: takes only one of git, uri"]),
        ("code: {ref: main}", ["code: needs one of git, uri"]),
        (
            "code: {git: --upload-pack=x}",
            ["code.git: must be a repository such as https://git.example.com/team/code, not \"--upload-pack=x\""]
        ),
        ("code: {git: https://x/y, ref: -b}", ["code.ref: must be a branch, a tag or a commit, not \"-b\""]),
        ("code: {git: https://x/y, path: ../z}", ["code.path: must be a path inside the folder, not \"../z\""]),
        ("code: {uri: folder}", ["code.uri: must be a URI such as s3://bucket/folder, not \"folder\""]),
        ("code: {uri: s3://a/b, ref: x}", ["code.ref: stands only beside git"]),
        ("checkpoint: {uri: s3://ckpt/$(run.name), every: 5m, keep: 2}", []),
        ("checkpoint: {uri: ckpt}", ["checkpoint.uri: must be a URI such as s3://bucket/folder, not \"ckpt\""]),
        ("checkpoint: {keep: 101}", ["checkpoint.keep: must be from 1 to 100, not 101"]),
        ("profile: gpu\n  spot: true\n  resources: {gpu: 1, gpuType: a100}", []),
        ("packages: {file: requirements.txt, index: https://pypi.example.com/simple}", []),
        (
            "packages: {file: /etc/requirements.txt}",
            ["packages.file: must be a path inside the folder, not \"/etc/requirements.txt\""]
        ),
        ("inputs: {m: {model: churn@production, optional: true}}", []),
        (
            "inputs: {m: {model: churn}}",
            ["inputs.m.model: \"churn\" names no alias and no version: write churn@production or churn:7"]
        ),
        ("inputs: {m: {uri: ../x}}", ["inputs.m.uri: must be a URI such as s3://bucket/folder, not \"../x\""]),
        ("inputs: {m: {uri: s3://a/../x}}", ["inputs.m.uri: must not lead upwards by \"..\""]),
        ("inputs: {a: tasks.each.artifacts.model, b: tasks.each.results.auc, c: params.cfg}", []),
        (
            "artifacts: [{name: m, register: Churn}]",
            [
                "artifacts[0].register: \"Churn\" is no name of a Kubernetes object: lower-case letters, digits, \"-\" and \".\""
            ]
        ),
        (
            "env: {V: $(params.rows-params.rate)}",
            ["env.V: unknown parameter \"rows-params\"; a minus sign needs spaces around it"]
        ),
        ("env: {V: $(params.rows - params.rate)}", []),
        (
            "env: {V: '$(params.rows + params.name)'}",
            ["env.V: found no matching overload for '_+_' applied to '(int, string)' in \"params.rows + params.name\""]
        ),
        (
            "env: {V: '$(HOME)'}",
            ["env.V: unknown scope \"HOME\"; \"$$(HOME)\" writes a literal \"$(HOME)\" (at character 3)"]
        ),
        (
            "env: {V: '$(tasks.prep.results.rows[0])'}",
            ["env.V: tasks.prep.results.rows is an integer and has no elements"]
        ),
        ("env: {V: $(params.countries.x)}", ["env.V: params.countries is an array and has no members"]),
    ]

    @Test(arguments: containers.indices)
    func tellsContainers(_ index: Int) throws {
        let (line, expected) = Self.containers[index]
        try expect("- name: t\n  command: [x]\n  \(line)", expected)
    }

    static let pipelines: [(String, [String])] = [
        ("concurrency: {group: $(params.name), max: 1, policy: Queue}", []),
        ("concurrency: {max: 0}", ["spec.concurrency.max: must be at least 1, not 0"]),
        (
            "concurrency: {group: $(tasks.prep.results.rows)}",
            ["spec.concurrency.group: no task has run here: only params and run have values"]
        ),
        (
            "concurrency: {policy: Wait}",
            ["spec.concurrency.policy: must be one of Queue, Forbid, Replace, not \"Wait\""]
        ),
        ("notifications: [{events: [Failed, Late], webhook: {secret: hooks, key: url}, format: Slack}]", []),
        (
            "notifications: [{events: [], webhook: {secret: hooks, key: url}}]",
            ["spec.notifications[0].events: needs at least one of Failed, Late, Succeeded, Stopped, ApprovalNeeded"]
        ),
        (
            "notifications: [{events: [Failed, Failed], webhook: {secret: hooks, key: url}}]",
            ["spec.notifications[0].events[1]: stands twice"]
        ),
        (
            "notifications: [{events: [Failed], webhook: {secret: hooks}}]",
            ["spec.notifications[0].webhook.key: is required"]
        ),
        (
            "results: [{name: all, value: tasks.each.results.auc}, {name: one, value: '$(tasks.each.results.auc[0])'}, {name: best, value: '$(tasks.each.results.auc.size())'}]",
            []
        ),
        (
            "results: [{name: r, value: tasks.each.results.acu}]",
            ["spec.results[0].value: task each declares no result \"acu\"; did you mean \"auc\"?"]
        ),
        ("finally: [{name: z, when: run.status == 'Failed' && tasks.prep.status != 'Skipped', command: [x]}]", []),
    ]

    @Test(arguments: pipelines.indices)
    func tellsPipelines(_ index: Int) throws {
        let (line, expected) = Self.pipelines[index]
        let spec = try yaml("\(Self.base)\n\(line)\n\(Self.tasks)")
        #expect(PipelineValidator.validate(json: spec).map(\.description) == expected, "\(line)")
    }

    /// Every field that reads another task's outcome makes an edge.
    @Test(arguments: [
        "when: tasks.t.status == 'Succeeded'", "map: {over: tasks.t.results.list}",
        "map: {over: {a: tasks.t.results.list}}",
        "map: {count: tasks.t.results.size}", "env: {V: \"$(size(tasks.t.results.list))\"}",
        "inputs: {i: tasks.t.artifacts.m}",
    ])
    func everyFieldMakesAnEdge(_ line: String) throws {
        let spec = try yaml(
            """
            defaults: {image: i}
            tasks:
            - {name: t, command: [x], dependsOn: [u], results: [{name: list, type: array}, {name: size, type: integer}], artifacts: [{name: m}]}
            - name: u
              command: [x]
              \(line)
            """)
        let expected = "spec.tasks: the tasks form a cycle: t -> u -> t"
        #expect(PipelineValidator.validate(json: spec).map(\.description) == [expected])
    }

    @Test(arguments: [
        "check: {that: tasks.t.results.size > 3}", "check: {that: 'true', message: $(tasks.t.status)}",
        "pipeline: {name: o, params: {a: [$(tasks.t.results.size)]}}", "approval: {message: $(tasks.t.status)}",
        "model: {name: m, from: tasks.t.artifacts.m}",
        "model: {name: m, from: s3://x/y, metrics: {a: tasks.t.results.size}}",
    ])
    func everyKindOfWorkMakesAnEdge(_ line: String) throws {
        let spec = try yaml(
            """
            defaults: {image: i}
            tasks:
            - {name: t, command: [x], dependsOn: [u], results: [{name: size, type: integer}], artifacts: [{name: m}]}
            - name: u
              \(line)
            """)
        let expected = "spec.tasks: the tasks form a cycle: t -> u -> t"
        #expect(PipelineValidator.validate(json: spec).map(\.description) == [expected])
    }

    /// Types are known of tasks whose names CEL can't write as members, too.
    @Test(arguments: [
        ("tasks['data-prep'].results.rows > 3 && tasks.b.results.ok", nil as String?),
        ("tasks['data-prep'].results.rows > tasks['2nd'].results.rows", nil),
        ("tasks['data-prep'].artifacts['a-b'].endsWith('.csv')", nil),
        ("tasks['data-prep'].results.rows", "must be true or false, not an integer"),
        (
            "tasks['data-prep'].results.rows > 'x'",
            "found no matching overload for '_>_' applied to '(int, string)' (at character 33)"
        ),
        ("tasks['data-perp'].results.rows > 3", "unknown task \"data-perp\"; did you mean \"data-prep\"?"),
    ])
    func namesWithHyphens(_ when: String, _ message: String?) throws {
        let spec = try yaml(
            """
            defaults: {image: i, command: [x]}
            tasks:
            - {name: data-prep, results: [{name: rows, type: integer}], artifacts: [{name: a-b}]}
            - {name: 2nd, results: [{name: rows, type: number}]}
            - {name: b, results: [{name: ok, type: boolean}]}
            - {name: c, when: "\(when)"}
            """)
        let expected = message.map { ["spec.tasks[3].when: \($0)"] } ?? []
        #expect(PipelineValidator.validate(json: spec).map(\.description) == expected)
    }

    @Test func aPipelineDoesNotRunItself() throws {
        let spec = try yaml("tasks: [{name: a, pipeline: {name: churn}}]")
        let object: JSONValue = [
            "apiVersion": "fairlead.dev/v1alpha1", "kind": "Pipeline", "metadata": ["name": "churn"], "spec": spec,
        ]
        let expected = ["spec.tasks[0].pipeline.name: a pipeline cannot run itself"]
        #expect(ManifestValidator.validate(object).map(\.description) == expected)
        #expect(PipelineValidator.validate(try KubernetesJSON.decode(Pipeline.self, from: object)).count == 1)
        #expect(PipelineValidator.validate(json: spec, named: "other") == [])
    }

    func expect(_ task: String, _ expected: [String]) throws {
        let spec = try yaml("\(Self.base)\n\(Self.tasks)\n\(task)")
        let paths = expected.map { $0.hasPrefix(":") ? "spec.tasks[2]\($0)" : "spec.tasks[2].\($0)" }
        #expect(PipelineValidator.validate(json: spec).map(\.description) == paths, "\(task)")
    }
}
