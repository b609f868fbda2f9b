import FairleadAPI
import Testing

/// `churn@production`, `churn:7`, and what is said about everything else.
@Suite struct ModelReferenceTests {
    @Test(arguments: [
        ("churn@production", ModelReference(model: "churn", .alias("production"))),
        ("churn:7", ModelReference(model: "churn", .version(7))),
        ("llama-3.1-8b@pre-prod", ModelReference(model: "llama-3.1-8b", .alias("pre-prod"))),
        ("a:9999999999", ModelReference(model: "a", .version(9_999_999_999))),
    ])
    func reads(_ text: String, _ expected: ModelReference) throws {
        let reference = try ModelReference(parsing: text)
        #expect(reference == expected)
        #expect(reference.description == text)
    }

    @Test(arguments: [
        ("", "must name a registered model: write churn@production or churn:7"),
        ("churn", #""churn" names no alias and no version: write churn@production or churn:7"#),
        ("s3://models/churn", #""s3://models/churn" is a URI and no registered model: give it as uri"#),
        ("churn@7", #""7" is a version and no alias: write churn:7 (at character 7)"#),
        (
            "churn:production",
            #"the version must be the number of a version, such as "7", not "production"; "#
                + "an alias is written churn@production (at character 7)"
        ),
        (
            "churn:07",
            #"the version must be the number of a version, such as "7", not "07" (at character 7)"#
        ),
        ("churn:", #"the version must be the number of a version, such as "7", not "" (at character 7)"#),
        ("churn@", "the alias must not be empty (at character 7)"),
        ("@production", "the model's name must not be empty"),
        (
            "Churn@production",
            #"the model's name "Churn" is no name of a Kubernetes object: lower-case letters, digits, "-" and ".""#
        ),
        (
            "churn@Production",
            #"the alias must be lower-case letters, digits and "-", and begin and end with one of the first two"#
                + " (at character 7)"
        ),
    ])
    func refuses(_ text: String, _ message: String) {
        let error = #expect(throws: ExpressionError.self) { _ = try ModelReference(parsing: text) }
        #expect(error?.description == message)
    }

    @Test func namesOfVersionsReadBack() {
        for (model, number) in [("churn", 1 as Int64), ("llama-3", 12), ("a.b-1", 9_999_999_999)] {
            let parts = ModelName.parts(of: ModelName.version(model, number))
            #expect(parts?.model == model)
            #expect(parts?.number == number)
        }
        for name in ["churn", "churn-", "churn-07", "-7", "churn-0", "churn-x", "churn-12345678901"] {
            #expect(ModelName.parts(of: name) == nil, "\(name)")
        }
    }
}
