import Foundation
import KubernetesCore
import Testing

extension EndToEndTests {
    /// Real models in MLServer from PyPI, asked by a client from PyPI that others wrote.
    @Suite(.serialized, .needsKubectl, .sharedCluster) struct ServedModelTests {
        private let cluster: LocalCluster

        init() throws { cluster = try SharedCluster.cluster }

        /// A run of one program in the image of a server, which brings NVIDIA's client for the protocol along.
        private func program(
            _ name: String, image: String, _ program: String, _ more: String = "results: []"
        ) throws -> String {
            let lines = program.split(separator: "\n", omittingEmptySubsequences: false).map { "          \($0)" }
            return """
                apiVersion: fairlead.dev/v1alpha1
                kind: PipelineRun
                metadata: {name: \(name)}
                spec:
                  pipelineSpec:
                    tasks:
                      - name: main
                        image: docker.io/seldonio/mlserver:\(image)
                        resources: {cpu: 50m, memory: 128Mi}
                        \(more)
                        python: |
                \(lines.joined(separator: "\n"))

                """
        }

        /// Speaks REST as tritonclient does, to the service's name in the cluster.
        private static let ask = """
            import numpy as np
            import tritonclient.http as http

            client = http.InferenceServerClient("iris.default.svc.cluster.local")
            assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("iris")
            assert client.get_server_metadata()["name"] and client.get_model_metadata("iris")["name"] == "iris"
            flowers = np.array([[5.1, 3.5, 1.4, 0.2], [6.3, 3.3, 6.0, 2.5]])
            tensor = http.InferInput("x", [2, 4], "FP64")
            tensor.set_data_from_numpy(flowers, binary_data=False)
            wanted = [http.InferRequestedOutput("predict", binary_data=False)]
            result = client.infer("iris", [tensor], outputs=wanted, request_id="42")
            assert result.as_numpy("predict").ravel().tolist() == [0, 2], result.get_response()
            try:
                client.infer("irises", [tensor], outputs=wanted)
                raise SystemExit("a model that is not there answered")
            except http.InferenceServerException as error:
                assert "irises" in error.message(), error
            print("passed")
            """

        /// Speaks gRPC, on HTTP/2 with prior knowledge, through the same port.
        private static let call = """
            import numpy as np
            import tritonclient.grpc as grpc

            client = grpc.InferenceServerClient("iris.default.svc.cluster.local:80")
            assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("iris")
            assert client.get_server_metadata().name and client.get_model_metadata("iris").name == "iris"
            flowers = np.array([[5.1, 3.5, 1.4, 0.2], [6.3, 3.3, 6.0, 2.5]])
            tensor = grpc.InferInput("x", [2, 4], "FP64")
            tensor.set_data_from_numpy(flowers)
            for _ in range(20):
                result = client.infer("iris", [tensor], request_id="42")
                assert result.as_numpy("predict").ravel().tolist() == [0, 2], result.get_response()
                assert result.get_response().id == "42"
            try:
                client.infer("irises", [tensor])
                raise SystemExit("a model that is not there answered")
            except grpc.InferenceServerException as error:
                assert error.status() == "StatusCode.NOT_FOUND", error
            print("passed")
            """

        @Test func sklearnIsServedByItsAliasToAStrangersClient() async throws {
            try await cluster.apply(try cluster.servingExample("sklearn"))
            let run = try await cluster.finished("iris-first", within: 300)
            #expect(run.phase == "Succeeded", "\(run)")
            let url = try #require(try await cluster.serves("iris", "iris:1", within: 120).url)
            let body =
                #"{"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP64", "data": [5.1, 3.5, 1.4, 0.2]}]}"#
            let answer = try await cluster.ask("\(url)/v2/models/iris/infer", body)
            #expect(answer.status == 200 && answer.body.contains(#""data":[0]"#), "\(answer)")
            try await cluster.apply(try program("stranger", image: "1.7.1-sklearn", Self.ask))
            let asked = try await cluster.finished("stranger", within: 120)
            let logs = try await cluster.fairlead("logs", "stranger")
            #expect(asked.phase == "Succeeded" && logs.output.contains("passed"), "\(asked)\n\(logs)")
            try await cluster.apply(try program("caller", image: "1.7.1-sklearn", Self.call))
            let called = try await cluster.finished("caller", within: 120)
            let words = try await cluster.fairlead("logs", "caller")
            #expect(called.phase == "Succeeded" && words.output.contains("passed"), "\(called)\n\(words)")

            // A transformer before the same model.
            try await cluster.apply(try cluster.servingExample("transformer"))
            let flowers = try #require(try await cluster.serves("flowers", within: 120).url)
            let named = try await cluster.ask(
                "\(flowers)/v2/models/flowers/infer", #"{"flowers": [{"sepal": [5.1, 3.5], "petal": [1.4, 0.2]}]}"#)
            #expect(named.status == 200 && named.body.contains("setosa"), "\(named)")
        }

        /// From a schedule to an answer: the second version is trained by the trigger, and takes over in steps.
        @Test func aScheduleEndsInAnAnswer() async throws {
            let chain = try cluster.servingExample(
                "chain",
                [
                    ("cron: \"0 3 * * *\"", "cron: \"* * * * *\""), ("every: 10m", "every: 5s"),
                    ("minRequests: 100", "minRequests: 20"),
                ])
            try await cluster.apply(chain)
            try await cluster.serves("screening", "screening:1", within: 300)
            let until = cluster.folder.appendingPathComponent("screening-is-over").path
            let row = (0..<30).map { "\($0)" }.joined(separator: ", ")
            let load = try await cluster.load(
                "screening", "--seconds", "600", "--rate", "30", "--connections", "4", "--until", until, "--body",
                #"{"inputs": [{"name": "x", "shape": [1, 30], "datatype": "FP64", "data": [\#(row)]}]}"#)
            try await eventually("the trigger's second run", within: 120, every: .seconds(1)) {
                let runs = try await cluster.kubectl(
                    "get", "pipelineruns", "-l", "fairlead.dev/trigger=screening-nightly", "-o", "name")
                return runs.output.split(separator: "\n").count >= 2
            }
            // A version that is newer still would begin the rollout again.
            let suspended = try await cluster.kubectl(
                "patch", "trigger", "screening-nightly", "--type", "merge", "-p", #"{"spec": {"suspend": true}}"#)
            #expect(suspended.code == 0, "\(suspended)")
            let second = try await cluster.service("screening", within: 240, "is at its second version") {
                $0.phase == "Ready" && ($0.only?.model ?? "screening:1") != "screening:1"
            }
            _ = try cluster.file("screening-is-over", "")
            let report = try await cluster.report(load)
            #expect(report.failed == 0 && report.requests > 0, "\(report)")
            let number = try #require(second.only?.model?.split(separator: ":").last)
            let lineage = try await cluster.fairlead("lineage", "screening:\(number)")
            #expect(lineage.output.contains("screening-nightly"), "\(lineage)")
            let alias = try await cluster.kubectl(
                "get", "model", "screening", "-o", "jsonpath={.status.aliases.production.version}")
            #expect(alias.output == number, "\(alias)")
        }

        private static let train = """
            import os
            import pathlib

            import xgboost
            from sklearn.datasets import load_breast_cancer

            features, labels = load_breast_cancer(return_X_y=True)
            model = xgboost.train(
                {"objective": "binary:logistic", "max_depth": 3, "nthread": 1}, xgboost.DMatrix(features, labels), 20)
            folder = pathlib.Path(os.environ["FAIRLEAD_OUTPUTS"], "model")
            folder.mkdir(parents=True)
            model.save_model(folder / "model.ubj")
            """

        @Test func xgboostIsServedFromItsPlace() async throws {
            try await cluster.apply(
                try program("trees", image: "1.7.1-xgboost", Self.train, "artifacts: [{name: model, type: model}]"))
            let trained = try await cluster.finished("trees", within: 300)
            let uri = try #require(trained[task: "main"]?.artifacts?["model"]?.uri, "\(trained)")
            try await cluster.apply(try cluster.servingExample("xgboost", [("s3://models/tumours/7", uri)]))
            let url = try #require(try await cluster.serves("tumours", within: 180).url)
            let row = (0..<30).map { "\($0)" }.joined(separator: ", ")
            let body = #"{"inputs": [{"name": "x", "shape": [1, 30], "datatype": "FP64", "data": [\#(row)]}]}"#
            let answer = try await cluster.ask("\(url)/v2/models/tumours/infer", body)
            #expect(answer.status == 200 && answer.body.contains(#""name":"predict""#), "\(answer)")
        }
    }
}
