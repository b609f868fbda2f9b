import FairleadAPI
import KubernetesCore

@testable import FairleadCLI

/// An inference service at any stage.
enum ServiceFixture {
    /// A service from the JSON of its status; `S+12` stands for the time 12 seconds after its start.
    static func service(_ status: String, suspend: Bool = false) throws -> InferenceService {
        var text = """
            {"metadata": {"name": "churn", "namespace": "risk", "creationTimestamp": "S+0", "uid": "u3", "generation": 2},
             "spec": {"model": "churn@production", "suspend": \(suspend), "replicas": {"max": 10},
                      "rollout": {"steps": [10, 50], "every": "5m", "minRequests": 200,
                                  "checks": [{"metric": "errorRate", "max": 0.01},
                                             {"metric": "latencyP95", "maxLatency": "80ms", "against": "Stable"}]}},
             "status": \(status)}
            """
        for seconds in (0...120).reversed() {
            text = text.replacing("S+\(seconds)\"", with: "\(Time(try RunFixture.moment(Double(seconds))))\"")
        }
        return try KubernetesJSON.decode(InferenceService.self, from: text.utf8)
    }

    static let common = """
        "observedGeneration": 2, "url": "http://churn.risk.svc.cluster.local", "runtime": "sklearn",
        "format": "sklearn", "scale": "concurrency 8, 1-10"
        """

    static func ready() throws -> InferenceService {
        try service(
            """
            {\(common), "phase": "Ready", "replicas": "2/2", "traffic": "100", "model": "churn:7",
             "revisions": [{"name": "churn-1a2b3c4d", "model": "churn:7", "traffic": 100, "replicas": 2, "ready": 2,
                            "state": "Ready", "components": ["predictor"]}],
             "rollouts": [{"variant": "", "stable": "churn-1a2b3c4d", "step": 1, "weight": 100, "phase": "Succeeded"}]}
            """)
    }

    static func rolling() throws -> InferenceService {
        try service(
            """
            {\(common), "phase": "RollingOut", "replicas": "3/3", "traffic": "90/10", "model": "churn:7 churn:8",
             "revisions": [{"name": "churn-1a2b3c4d", "model": "churn:7", "traffic": 90, "replicas": 2, "ready": 2,
                            "state": "Ready"},
                           {"name": "churn-5e6f7a8b", "model": "churn:8", "traffic": 10, "replicas": 1, "ready": 1,
                            "state": "Ready"}],
             "rollouts": [{"variant": "", "stable": "churn-1a2b3c4d", "candidate": "churn-5e6f7a8b", "step": 0,
                           "weight": 10, "phase": "Progressing", "stepStartedAt": "S+10", "requests": 120}]}
            """)
    }

    static func rolledBack() throws -> InferenceService {
        try service(
            """
            {\(common), "phase": "Ready", "reason": "RolledBack", "replicas": "2/2", "traffic": "100",
             "model": "churn:7", "message": "churn:8 was rolled back",
             "revisions": [{"name": "churn-1a2b3c4d", "model": "churn:7", "traffic": 100, "replicas": 2, "ready": 2,
                            "state": "Ready"}],
             "rollouts": [{"variant": "", "stable": "churn-1a2b3c4d", "step": 0, "weight": 0, "phase": "RolledBack",
                           "failed": "churn-5e6f7a8b",
                           "message": "errorRate of churn-5e6f7a8b was 0.05 over 240 requests, more than 0.01"}]}
            """)
    }

    static func failing() throws -> InferenceService {
        try service(
            """
            {\(common), "phase": "Pending", "reason": "ModelLoading", "replicas": "0/1", "traffic": "",
             "model": "churn:7",
             "revisions": [{"name": "churn-1a2b3c4d", "variant": "a", "model": "churn:7", "traffic": 0, "replicas": 1,
                            "ready": 0, "state": "Loading", "reason": "ModelLoadFailed",
                            "message": "the server ended with exit code 1"}],
             "modelStatus": {"transitionStatus": "BlockedByFailedLoad",
                             "lastFailureInfo": {"location": "churn-1a2b3c4d-x-y", "reason": "ModelLoadFailed",
                                                 "message": "no module named sklearn\\n\\ttraceback", "exitCode": 1,
                                                 "time": "S+40"}}}
            """)
    }

    static func asleep() throws -> InferenceService {
        try service(
            """
            {\(common), "phase": "Sleeping", "replicas": "0/0", "traffic": "100", "model": "churn:7",
             "revisions": [{"name": "churn-1a2b3c4d", "model": "churn:7", "traffic": 100, "replicas": 0, "ready": 0,
                            "state": "Sleeping"},
                           {"name": "churn-99999999", "variant": "mirror", "model": "churn:8", "traffic": 0,
                            "mirror": 10, "replicas": 1, "ready": 1, "state": "Ready"}]}
            """)
    }

    /// A pod of the service.
    static func pod(
        _ name: String, revision: String = "churn-1a2b3c4d", component: String = "predictor", exitCode: Int? = nil,
        phase: String = "Running"
    ) throws -> PodView {
        let state =
            exitCode.map { #"{"terminated": {"exitCode": \#($0), "reason": "Error"}}"# } ?? #"{"running": {}}"#
        let text = """
            {"metadata": {"name": "\(name)", "namespace": "risk",
                          "labels": {"fairlead.dev/inferenceservice": "churn", "fairlead.dev/revision": "\(revision)",
                                     "fairlead.dev/component": "\(component)"}},
             "spec": {"nodeName": "n1", "containers": [{"name": "main"}]},
             "status": {"phase": "\(phase)",
                        "containerStatuses": [{"name": "main", "ready": false, "restartCount": 0, "image": "i",
                                               "imageID": "", "state": \(state)}]}}
            """
        return try KubernetesJSON.decode(PodView.self, from: text.utf8)
    }
}
