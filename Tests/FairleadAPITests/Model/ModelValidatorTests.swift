import FairleadAPI
import KubernetesCore
import Testing

/// What `fairlead validate` and the controller say about models.
@Suite struct ModelValidatorTests {
    private func problems(_ text: String) throws -> [String] {
        ManifestValidator.validate(try yaml(text)).map(\.description)
    }

    @Test func goodOnesPass() throws {
        #expect(
            try problems(
                """
                apiVersion: fairlead.dev/v1alpha1
                kind: Model
                metadata: {name: churn}
                spec:
                  owner: risk
                  aliases: {production: "7", staging: 6, candidate: None}
                  promote:
                  - from: candidate
                    to: production
                    when: production == null || candidate.metrics.auc > production.metrics.auc + 0.005
                    approve: Manual
                  approvals: {production: {"8": Approved}}
                """) == [])
        #expect(
            try problems(
                """
                apiVersion: fairlead.dev/v1alpha1
                kind: ModelVersion
                metadata: {name: churn-8}
                spec:
                  model: churn
                  version: 8
                  uri: s3://models/churn/8
                  digest: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
                  size: 1024
                  format: sklearn
                  signature: {inputs: [{name: x, datatype: FP32, shape: [-1, 4]}], outputs: []}
                  metrics: {auc: 0.93, f1: 1}
                  params: {rows: 5000}
                  lineage: {run: nightly-7, task: fit, inputs: [{name: d, uri: "s3://d"}], parents: ["churn:7"]}
                """) == [])
    }

    @Test(arguments: [
        ("{aliases: {Production: 7}}", "spec.aliases.Production: the alias must be lower-case letters, digits"),
        ("{aliases: {production: v7}}", "spec.aliases.production: must be the number of a version, such as \"7\", not"),
        ("{aliasses: {production: 7}}", "spec.aliasses: unknown field \"aliasses\"; did you mean \"aliases\"?"),
        ("{promote: [{from: a, to: a}]}", "spec.promote[0].to: must be another alias than \"a\", from which it is"),
        ("{promote: [{from: a}]}", "spec.promote[0].to: is required"),
        ("{promote: [{from: a, to: b, approve: manual}]}", "spec.promote[0].approve: must be one of Auto, Manual, not"),
        ("{promote: [{from: a, to: b, when: }]}", "spec.promote[0].when: must not be empty"),
        (
            "{promote: [{from: candidate, to: production, when: candidat.metrics.auc > 1}]}",
            "spec.promote[0].when: unknown name \"candidat\"; did you mean \"candidate\"?"
        ),
        (
            "{promote: [{from: a, to: b, when: a.metrics.x +}]}", "spec.promote[0].when: "
        ),
        ("{promote: [{from: a, to: b, when: '1 + 1'}]}", "spec.promote[0].when: must be true or false, not an integer"),
        (
            "{promote: [{from: a, to: production}], approvals: {prodution: {'8': Approved}}}",
            "spec.approvals.prodution: no rule in spec.promote promotes to \"prodution\"; did you mean \"production\"?"
        ),
        (
            "{promote: [{from: a, to: b}], approvals: {b: {x: Approved}}}",
            "spec.approvals.b.x: the key must be the number of a version"
        ),
        (
            "{promote: [{from: a, to: b}], approvals: {b: {'8': yes}}}",
            "spec.approvals.b.8: must be a string, not the boolean true"
        ),
    ])
    func badModelsAreTold(_ spec: String, _ message: String) throws {
        let problems = try problems(
            "{apiVersion: fairlead.dev/v1alpha1, kind: Model, metadata: {name: churn}, spec: \(spec)}")
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix(message) == true, "\(problems)")
    }

    @Test(arguments: [
        ("churn-8", "{version: 8, uri: s3://m/8}", "spec.model: is required"),
        ("churn-8", "{model: churn, version: 9, uri: s3://m/8}", "metadata.name: must be \"churn-9\", which its spec"),
        ("churn-8", "{model: churn, version: 08x, uri: s3://m/8}", "spec.version: must be the number of a version"),
        ("churn-8", "{model: churn, version: 8, uri: models/8}", "spec.uri: must be a URI such as s3://models/churn/7"),
        (
            "churn-8", "{model: churn, version: 8, uri: s3://m/8, digest: sha256:12}",
            "spec.digest: must be sha256: and 64 hexadecimal digits, not"
        ),
        ("churn-8", "{model: churn, version: 8, uri: s3://m/8, size: -1}", "spec.size: must be at least 0, not -1"),
        (
            "churn-8", "{model: churn, version: 8, uri: s3://m/8, metrics: {auc: high}}",
            "spec.metrics.auc: must be a number, not a string"
        ),
        (
            "churn-8", "{model: churn, version: 8, uri: s3://m/8, lineage: {parents: [churn]}}",
            "spec.lineage.parents[0]: \"churn\" names no alias and no version"
        ),
    ])
    func badVersionsAreTold(_ name: String, _ spec: String, _ message: String) throws {
        let problems = try problems(
            "{apiVersion: fairlead.dev/v1alpha1, kind: ModelVersion, metadata: {name: \(name)}, spec: \(spec)}")
        #expect(problems.contains { $0.hasPrefix(message) }, "\(problems)")
    }

    @Test func longNamesAreRefused() throws {
        let name = String(repeating: "a", count: 53)
        #expect(
            try problems("{apiVersion: fairlead.dev/v1alpha1, kind: Model, metadata: {name: \(name)}, spec: {}}")
                == ["metadata.name: must have at most 52 characters, not 53"])
    }
}
