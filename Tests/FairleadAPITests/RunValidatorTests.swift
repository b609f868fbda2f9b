import FairleadAPI
import KubernetesCore
import Testing

/// What is told of a run together with its pipeline.
@Suite struct RunValidatorTests {
    static let pipeline = """
        pipelineSpec:
          params:
          - {name: rows, type: integer, default: 5000, minimum: 100}
          - {name: countries, type: array, items: string}
          - {name: rate, type: number, default: 0.5, maximum: 1}
          - {name: day, default: "2026-01-01", pattern: '^\\d{4}-\\d\\d-\\d\\d$'}
          - {name: mode, default: fast, enum: [fast, slow]}
          - {name: cfg, type: object, default: {}}
          - {name: dry, type: boolean, default: false}
          tasks:
          - {name: prep, image: i, command: [x]}
          - {name: gate, approval: {}}
        """

    static let table: [(String, [String])] = [
        (
            "params: {countries: [de, fr], rows: 100, rate: 1, day: '2026-02-03', mode: slow, cfg: {a: 1}, dry: true}",
            []
        ),
        ("params: {}", ["spec.params.countries: is required: the pipeline's parameter countries has no default"]),
        ("params: {countries: [], row: 1}", ["spec.params.row: unknown parameter \"row\"; did you mean \"rows\"?"]),
        ("params: {countries: [], rows: 99}", ["spec.params.rows: must be at least 100, not 99"]),
        ("params: {countries: [], rows: 100.5}", ["spec.params.rows: must be an integer, not 100.5"]),
        (
            "params: {countries: [], rows: '200'}",
            ["spec.params.rows: must be an integer, not the string \"200\" (leave out the quotes)"]
        ),
        ("params: {countries: [], rate: 1.5}", ["spec.params.rate: must be at most 1, not 1.5"]),
        (
            "params: {countries: [de, NO]}",
            ["spec.params.countries[1]: must be a string, not the boolean false (NO without quotes?)"]
        ),
        ("params: {countries: de}", ["spec.params.countries: must be an array, not a string"]),
        (
            "params: {countries: [], day: today}",
            ["spec.params.day: must match ^\\d{4}-\\d\\d-\\d\\d$, not \"today\""]
        ),
        (
            "params: {countries: [], mode: fas}",
            ["spec.params.mode: must be one of fast, slow, not \"fas\"; did you mean \"fast\"?"]
        ),
        ("params: {countries: [], cfg: [1]}", ["spec.params.cfg: must be an object, not an array"]),
        (
            "params: {countries: [], dry: 'yes'}",
            ["spec.params.dry: must be a boolean, not a string"]
        ),
        ("{params: {countries: []}, approvals: {gate: Approved}, cache: Refresh, queue: team-a, profile: gpu}", []),
        ("{params: {countries: []}, cache: Off}", []),
        (
            "{params: {countries: []}, approvals: {gat: Approved}}",
            ["spec.approvals.gat: unknown approval \"gat\"; did you mean \"gate\"?"]
        ),
        (
            "{params: {countries: []}, approvals: {y: Approved}}",
            ["spec.approvals.true: unknown approval \"true\" (quote y, n, yes, no, on, off)"]
        ),
        (
            "{params: {countries: []}, approvals: {gate: Approve}}",
            ["spec.approvals.gate: must be one of Approved, Rejected, not \"Approve\"; did you mean \"Approved\"?"]
        ),
        (
            "{params: {countries: []}, approvals: {gate: yes}}",
            ["spec.approvals.gate: must be a string, not the boolean true (quote y, n, yes, no, on, off)"]
        ),
        ("{resumeFrom: {run: churn-1, rerun: [prep]}}", []),
        (
            "{resumeFrom: {run: churn-1, rerun: [perp]}}",
            ["spec.resumeFrom.rerun[0]: unknown task \"perp\"; did you mean \"prep\"?"]
        ),
        ("{params: {rows: 1}, resumeFrom: {run: churn-1}}", ["spec.params.rows: must be at least 100, not 1"]),
        ("{params: {countries: []}, resumeFrom: {}}", ["spec.resumeFrom.run: is required"]),
        (
            "{params: {countries: []}, cache: Yes}",
            ["spec.cache: must be a string, not the boolean true (quote y, n, yes, no, on, off)"]
        ),
        ("{params: {countries: []}, shutdown: Terminate, podRetention: All, activeDeadlineSeconds: 60}", []),
        (
            "{params: {countries: []}, activeDeadlineSeconds: 0}",
            ["spec.activeDeadlineSeconds: must be at least 1, not 0"]
        ),
        (
            "{params: {countries: []}, queue: Team A}",
            ["spec.queue: \"Team A\" is no name of a Kubernetes object: lower-case letters, digits, \"-\" and \".\""]
        ),
    ]

    @Test(arguments: table.indices)
    func tells(_ index: Int) throws {
        let (text, expected) = Self.table[index]
        var spec = try yaml(text)
        spec["pipelineSpec"] = try yaml(Self.pipeline)["pipelineSpec"]
        #expect(RunValidator.validate(json: spec).map(\.description) == expected, "\(text)")
    }
}
