// Made by scripts/chart.py from manifests/runtimes: never edit it.

extension ShippedRuntimes {
    /// The objects as YAML.
    static let manifests = #"""
        # A model of the transformers library by KServe's server; one that writes text also answers OpenAI's API under /openai/v1.
        apiVersion: fairlead.dev/v1alpha1
        kind: ClusterServingRuntime
        metadata:
          name: huggingface
        spec:
          supportedModelFormats:
            - name: huggingface
          protocolVersions: [v2, v1]
          grpcPort: 9000
          metrics: {}
          containers:
            - name: huggingface
              image: docker.io/kserve/huggingfaceserver:v0.15.2
              args:
                - --model_name=$(MODEL_NAME)
                - --model_dir=$(MODEL_PATH)
                - --http_port=$(PORT)
                - --grpc_port=9000
              resources:
                requests: {cpu: "1", memory: 2Gi}
        ---
        apiVersion: fairlead.dev/v1alpha1
        kind: ClusterServingRuntime
        metadata:
          name: lightgbm
        spec:
          supportedModelFormats:
            - name: lightgbm
          protocolVersions: [v2]
          grpcPort: 9000
          metrics: {port: 8082}
          containers:
            - name: mlserver
              image: docker.io/seldonio/mlserver:1.7.1-lightgbm
              env:
                - {name: MLSERVER_MODEL_NAME, value: $(MODEL_NAME)}
                - {name: MLSERVER_MODEL_URI, value: $(MODEL_PATH)}
                - {name: MLSERVER_MODEL_IMPLEMENTATION, value: mlserver_lightgbm.LightGBMModel}
                - {name: MLSERVER_HTTP_PORT, value: $(PORT)}
                - {name: MLSERVER_GRPC_PORT, value: "9000"}
                - {name: MLSERVER_METRICS_PORT, value: "8082"}
              resources:
                requests: {cpu: 100m, memory: 512Mi}
        ---
        apiVersion: fairlead.dev/v1alpha1
        kind: ClusterServingRuntime
        metadata:
          name: mlflow
        spec:
          supportedModelFormats:
            - name: mlflow
          protocolVersions: [v2]
          grpcPort: 9000
          metrics: {port: 8082}
          containers:
            - name: mlserver
              image: docker.io/seldonio/mlserver:1.7.1-mlflow
              env:
                - {name: MLSERVER_MODEL_NAME, value: $(MODEL_NAME)}
                - {name: MLSERVER_MODEL_URI, value: $(MODEL_PATH)}
                - {name: MLSERVER_MODEL_IMPLEMENTATION, value: mlserver_mlflow.MLflowRuntime}
                - {name: MLSERVER_HTTP_PORT, value: $(PORT)}
                - {name: MLSERVER_GRPC_PORT, value: "9000"}
                - {name: MLSERVER_METRICS_PORT, value: "8082"}
              resources:
                requests: {cpu: 100m, memory: 512Mi}
        ---
        # ONNX by Triton: a folder with model.onnx, a folder of a model of Triton's, or a whole repository of them.
        apiVersion: fairlead.dev/v1alpha1
        kind: ClusterServingRuntime
        metadata:
          name: onnx
        spec:
          supportedModelFormats:
            - name: onnx
          protocolVersions: [v2]
          grpcPort: 9000
          metrics: {port: 8002}
          containers:
            - name: triton
              image: nvcr.io/nvidia/tritonserver:25.06-py3
              command: [sh, -ec]
              args:
                - |
                  repository="$MODEL_PATH"
                  if [ -e "$MODEL_PATH/config.pbtxt" ]; then
                    repository="$HOME/repository"
                    mkdir -p "$repository"
                    ln -sfn "$MODEL_PATH" "$repository/$MODEL_NAME"
                  elif ls "$MODEL_PATH"/model.* > /dev/null 2>&1; then
                    repository="$HOME/repository"
                    mkdir -p "$repository/$MODEL_NAME"
                    ln -sfn "$MODEL_PATH" "$repository/$MODEL_NAME/1"
                  fi
                  exec tritonserver --model-repository="$repository" --http-port="$PORT" --grpc-port=9000 --metrics-port=8002 "$@"
                - triton
              readinessProbe:
                httpGet: {path: /v2/health/ready, port: http}
                periodSeconds: 5
                timeoutSeconds: 5
              resources:
                requests: {cpu: "1", memory: 2Gi}
        ---
        # TorchScript by Triton: a folder of a model of Triton's with its config.pbtxt, or a whole repository of them.
        apiVersion: fairlead.dev/v1alpha1
        kind: ClusterServingRuntime
        metadata:
          name: pytorch
        spec:
          supportedModelFormats:
            - name: pytorch
          protocolVersions: [v2]
          grpcPort: 9000
          metrics: {port: 8002}
          containers:
            - name: triton
              image: nvcr.io/nvidia/tritonserver:25.06-py3
              command: [sh, -ec]
              args:
                - |
                  repository="$MODEL_PATH"
                  if [ -e "$MODEL_PATH/config.pbtxt" ]; then
                    repository="$HOME/repository"
                    mkdir -p "$repository"
                    ln -sfn "$MODEL_PATH" "$repository/$MODEL_NAME"
                  elif ls "$MODEL_PATH"/model.* > /dev/null 2>&1; then
                    repository="$HOME/repository"
                    mkdir -p "$repository/$MODEL_NAME"
                    ln -sfn "$MODEL_PATH" "$repository/$MODEL_NAME/1"
                  fi
                  exec tritonserver --model-repository="$repository" --http-port="$PORT" --grpc-port=9000 --metrics-port=8002 "$@"
                - triton
              readinessProbe:
                httpGet: {path: /v2/health/ready, port: http}
                periodSeconds: 5
                timeoutSeconds: 5
              resources:
                requests: {cpu: "1", memory: 2Gi}
        ---
        apiVersion: fairlead.dev/v1alpha1
        kind: ClusterServingRuntime
        metadata:
          name: sklearn
        spec:
          supportedModelFormats:
            - name: sklearn
          protocolVersions: [v2]
          grpcPort: 9000
          metrics: {port: 8082}
          containers:
            - name: mlserver
              image: docker.io/seldonio/mlserver:1.7.1-sklearn
              env:
                - {name: MLSERVER_MODEL_NAME, value: $(MODEL_NAME)}
                - {name: MLSERVER_MODEL_URI, value: $(MODEL_PATH)}
                - {name: MLSERVER_MODEL_IMPLEMENTATION, value: mlserver_sklearn.SKLearnModel}
                - {name: MLSERVER_HTTP_PORT, value: $(PORT)}
                - {name: MLSERVER_GRPC_PORT, value: "9000"}
                - {name: MLSERVER_METRICS_PORT, value: "8082"}
              resources:
                requests: {cpu: 100m, memory: 512Mi}
        ---
        # A SavedModel, or a folder with one in a folder of its version's number.
        apiVersion: fairlead.dev/v1alpha1
        kind: ClusterServingRuntime
        metadata:
          name: tensorflow
        spec:
          supportedModelFormats:
            - name: tensorflow
          protocolVersions: [v1]
          grpcPort: 9000
          containers:
            - name: tensorflow
              image: docker.io/tensorflow/serving:2.19.0
              command: [sh, -ec]
              args:
                - |
                  models="$MODEL_PATH"
                  if [ -e "$MODEL_PATH/saved_model.pb" ]; then
                    models="$HOME/models"
                    mkdir -p "$models"
                    ln -sfn "$MODEL_PATH" "$models/1"
                  fi
                  exec tensorflow_model_server --model_name="$MODEL_NAME" --model_base_path="$models" --rest_api_port="$PORT" --port=9000 "$@"
                - tensorflow
              resources:
                requests: {cpu: "1", memory: 2Gi}
        ---
        # Whatever Triton has a backend for: a folder of a model of Triton's, or a whole repository of them.
        apiVersion: fairlead.dev/v1alpha1
        kind: ClusterServingRuntime
        metadata:
          name: triton
        spec:
          supportedModelFormats:
            - name: triton
            - name: tensorrt
            - {name: onnx, autoSelect: false}
            - {name: pytorch, autoSelect: false}
          protocolVersions: [v2]
          grpcPort: 9000
          metrics: {port: 8002}
          containers:
            - name: triton
              image: nvcr.io/nvidia/tritonserver:25.06-py3
              command: [sh, -ec]
              args:
                - |
                  repository="$MODEL_PATH"
                  if [ -e "$MODEL_PATH/config.pbtxt" ]; then
                    repository="$HOME/repository"
                    mkdir -p "$repository"
                    ln -sfn "$MODEL_PATH" "$repository/$MODEL_NAME"
                  elif ls "$MODEL_PATH"/model.* > /dev/null 2>&1; then
                    repository="$HOME/repository"
                    mkdir -p "$repository/$MODEL_NAME"
                    ln -sfn "$MODEL_PATH" "$repository/$MODEL_NAME/1"
                  fi
                  exec tritonserver --model-repository="$repository" --http-port="$PORT" --grpc-port=9000 --metrics-port=8002 "$@"
                - triton
              readinessProbe:
                httpGet: {path: /v2/health/ready, port: http}
                periodSeconds: 5
                timeoutSeconds: 5
              resources:
                requests: {cpu: "1", memory: 2Gi}
        ---
        # A large language model on a GPU, by OpenAI's API. On several GPUs it needs shared memory: `resources: {gpu: 4, shm: 16Gi}`.
        apiVersion: fairlead.dev/v1alpha1
        kind: ClusterServingRuntime
        metadata:
          name: vllm
        spec:
          supportedModelFormats:
            - name: vllm
            - {name: huggingface, autoSelect: false}
          protocolVersions: [openai]
          metrics: {}
          containers:
            - name: vllm
              image: docker.io/vllm/vllm-openai:v0.10.2
              args:
                - --model=$(MODEL_PATH)
                - --served-model-name=$(MODEL_NAME)
                - --host=0.0.0.0
                - --port=$(PORT)
              env:
                # PyTorch asks for the user's name, and the pod's user has none.
                - {name: USER, value: vllm}
                - {name: HF_HUB_OFFLINE, value: "1"}
              resources:
                requests: {cpu: "2", memory: 16Gi, nvidia.com/gpu: "1"}
                limits: {nvidia.com/gpu: "1"}
        ---
        apiVersion: fairlead.dev/v1alpha1
        kind: ClusterServingRuntime
        metadata:
          name: xgboost
        spec:
          supportedModelFormats:
            - name: xgboost
          protocolVersions: [v2]
          grpcPort: 9000
          metrics: {port: 8082}
          containers:
            - name: mlserver
              image: docker.io/seldonio/mlserver:1.7.1-xgboost
              env:
                - {name: MLSERVER_MODEL_NAME, value: $(MODEL_NAME)}
                - {name: MLSERVER_MODEL_URI, value: $(MODEL_PATH)}
                - {name: MLSERVER_MODEL_IMPLEMENTATION, value: mlserver_xgboost.XGBoostModel}
                - {name: MLSERVER_HTTP_PORT, value: $(PORT)}
                - {name: MLSERVER_GRPC_PORT, value: "9000"}
                - {name: MLSERVER_METRICS_PORT, value: "8082"}
              resources:
                requests: {cpu: 100m, memory: 512Mi}

        """#
}
