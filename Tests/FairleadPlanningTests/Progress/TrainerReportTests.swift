import FairleadPlanning
import KubernetesCore
import Testing

/// Kubeflow Trainer's contract: what is accepted, and what is refused by which field.
@Suite struct TrainerReportTests {
    @Test func whatItsCallbackSends() throws {
        let body = """
            {"trainerStatus": {"lastUpdatedTime": "2026-01-02T03:04:05.123456+00:00", "progressPercentage": 42,
             "estimatedRemainingSeconds": 120, "metrics": [{"name": "loss", "value": "0.123"},
             {"name": "current_step", "value": "7"}, {"name": "grad", "value": "nan"}, {"name": "best", "value": "a"}]}}
            """
        let report = try TrainerReport(Array(body.utf8), job: "j")
        let values: [String: Double?] = [
            "progress": 42, "remainingSeconds": 120, "loss": 0.123, "current_step": 7, "grad": nil,
        ]
        #expect(report.reading?.values == values)
        #expect(report.document == (try JSONParser.parse(body)))
        #expect(report.warnings == ["trainerStatus.metrics[3]: \"best\" is no number and is not kept"])
        #expect(try TrainerReport(Array("{}".utf8), job: "j").reading == nil)
        #expect(try TrainerReport(Array(#"{"trainerStatus": null}"#.utf8), job: "j").document == .object([:]))
    }

    private static let refused: [(body: String, fields: [String])] = [
        ("invalid payload", [""]),
        ("[]", [""]),
        (#"{"trainerStatus": 3}"#, ["trainerStatus"]),
        (#"{"trainerStatus": {}}"#, ["trainerStatus.lastUpdatedTime"]),
        (#"{"trainerStatus": {"lastUpdatedTime": "today"}}"#, ["trainerStatus.lastUpdatedTime"]),
        (
            #"{"trainerStatus": {"progressPercentage": 101, "lastUpdatedTime": "2026-01-02T03:04:05Z"}}"#,
            ["trainerStatus.progressPercentage"]
        ),
        (
            #"{"trainerStatus": {"estimatedRemainingSeconds": -1, "progressPercentage": "4"}}"#,
            [
                "trainerStatus.progressPercentage", "trainerStatus.estimatedRemainingSeconds",
                "trainerStatus.lastUpdatedTime",
            ]
        ),
        (
            #"{"trainerStatus": {"metrics": [{"name": ""}, {"name": "a", "value": 3}], "lastUpdatedTime": "2026-01-02T03:04:05Z"}}"#,
            ["trainerStatus.metrics[0].name", "trainerStatus.metrics[1].value"]
        ),
        (
            #"{"trainerStatus": {"metrics": {}, "lastUpdatedTime": "2026-01-02T03:04:05Z"}}"#,
            ["trainerStatus.metrics"]
        ),
    ]

    @Test(arguments: refused) func whatIsRefused(body: String, fields: [String]) {
        do {
            _ = try TrainerReport(Array(body.utf8), job: "j")
            Issue.record("taken")
        } catch {
            #expect(error.code == 422)
            #expect(error.reason == "Invalid")
            #expect(error.details?.causes?.map { $0.field ?? "" } == fields)
            #expect(error.message?.hasPrefix("TrainJob.trainer.kubeflow.org \"j\" is invalid: ") == true)
        }
    }

    @Test func manyMetricsAreAcceptedAndSomeKept() throws {
        func body(_ count: Int) -> [UInt8] {
            let metrics = (0..<count).map { #"{"name": "m\#($0)", "value": "1"}"# }.joined(separator: ",")
            return Array(
                #"{"trainerStatus": {"metrics": [\#(metrics)], "lastUpdatedTime": "2026-01-02T03:04:05Z"}}"#.utf8)
        }
        let report = try TrainerReport(body(256), job: "j")
        #expect(report.reading?.values.count == 64)
        #expect(report.warnings.count == 192)
        #expect(throws: Status.self) { try TrainerReport(body(257), job: "j") }
    }

    @Test func pathsAndAudiences() {
        let job = ObjectKey(namespace: "team", name: "train")
        let path = "/apis/trainer.kubeflow.org/v1alpha1/namespaces/team/trainjobs/train/status"
        #expect(ProgressEndpoint.path(job) == path)
        #expect(ProgressEndpoint.audience(job) == String(path.dropFirst("/apis/".count)))
        #expect(ProgressEndpoint.job(ofPath: path) == job)
        for other in [
            path + "/", "/", path.replacingOccurrences("team", "a/b"), path.replacingOccurrences("/train/", "//"),
        ] {
            #expect(ProgressEndpoint.job(ofPath: other) == nil)
        }
        let endpoint = ProgressEndpoint(
            url: "https://fairlead-progress.fairlead.svc:10443", certificateAuthority: "pem")
        let folder = "/var/run/secrets/kubeflow/trainer"
        #expect(
            endpoint.environment(job).map { "\($0.name)=\($0.value)" } == [
                "KUBEFLOW_TRAINER_SERVER_URL=https://fairlead-progress.fairlead.svc:10443\(path)",
                "KUBEFLOW_TRAINER_SERVER_CA_CERT=\(folder)/ca.crt", "KUBEFLOW_TRAINER_SERVER_TOKEN=\(folder)/token",
            ])
        #expect(ProgressEndpoint.mount["mountPath"]?.stringValue == folder)
        let sources = ProgressEndpoint.volume(job, configMap: "train-spec")[path: ["projected", "sources"]]
        #expect(sources?[0]?["serviceAccountToken"]?["audience"]?.stringValue == ProgressEndpoint.audience(job))
        #expect(sources?[1]?["configMap"]?["name"] == "train-spec")
    }
}

extension String {
    fileprivate func replacingOccurrences(_ text: String, _ other: String) -> String { replacing(text, with: other) }
}
