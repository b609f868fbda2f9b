// Made by scripts/chart.py from charts/fairlead: never edit it.

/// The objects of the chart with its defaults, as YAML, without the CustomResourceDefinitions.
enum ChartObjects {
    /// Those that come before the definitions.
    static let beforeDefinitions = #"""
        apiVersion: v1
        kind: Namespace
        metadata:
          name: fairlead-system
          labels:
            pod-security.kubernetes.io/enforce: restricted
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata:
          name: fairlead-controller
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
            app.kubernetes.io/component: controller
        spec:
          # Also with one replica a drain goes on.
          maxUnavailable: 1
          unhealthyPodEvictionPolicy: AlwaysAllow
          selector:
            matchLabels:
              app.kubernetes.io/name: fairlead
              app.kubernetes.io/instance: fairlead
              app.kubernetes.io/component: controller
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata:
          name: fairlead-router
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
            app.kubernetes.io/component: router
        spec:
          # Also with one replica a drain goes on.
          maxUnavailable: 1
          unhealthyPodEvictionPolicy: AlwaysAllow
          selector:
            matchLabels:
              app.kubernetes.io/name: fairlead
              app.kubernetes.io/instance: fairlead
              app.kubernetes.io/component: router
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: fairlead-router
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
            app.kubernetes.io/component: router
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: fairlead
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl

        """#

    /// Those that come after them.
    static let afterDefinitions = rights + "---\n" + workloads

    /// What runs, and how it is reached.
    static let workloads = #"""
        # To this name the names of all InferenceServices lead.
        apiVersion: v1
        kind: Service
        metadata:
          name: fairlead-router
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
            app.kubernetes.io/component: router
        spec:
          ports:
            - name: http
              port: 80
              targetPort: http
          selector:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/component: router
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: fairlead-router-metrics
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
            app.kubernetes.io/component: router
        spec:
          # One address for each replica: each counts for itself.
          clusterIP: None
          ports:
            - name: metrics
              port: 8082
              targetPort: metrics
          selector:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/component: router
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: fairlead-metrics
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
            app.kubernetes.io/component: controller
        spec:
          # One address for each replica: each counts for itself.
          clusterIP: None
          ports:
            - name: metrics
              port: 8080
              targetPort: metrics
          selector:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/component: controller
        ---
        # Where training jobs push their metrics: each replica takes them.
        apiVersion: v1
        kind: Service
        metadata:
          name: fairlead-progress
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
            app.kubernetes.io/component: controller
        spec:
          ports:
            - name: progress
              port: 10443
              targetPort: progress
          selector:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/component: controller
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: fairlead-controller
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
            app.kubernetes.io/component: controller
        spec:
          replicas: 2
          selector:
            matchLabels:
              app.kubernetes.io/name: fairlead
              app.kubernetes.io/instance: fairlead
              app.kubernetes.io/component: controller
          template:
            metadata:
              labels:
                app.kubernetes.io/name: fairlead
                app.kubernetes.io/instance: fairlead
                app.kubernetes.io/component: controller
            spec:
              serviceAccountName: fairlead
              enableServiceLinks: false
              securityContext:
                runAsNonRoot: true
                runAsUser: 65532
                runAsGroup: 65532
                seccompProfile:
                  type: RuntimeDefault
              # The controller gives itself 25 seconds to end what is under way and to hand over its lease.
              terminationGracePeriodSeconds: 40
              containers:
                - name: controller
                  image: "fairlead:0.1.0"
                  imagePullPolicy: IfNotPresent
                  args:
                    - controller
                    - --leader-elect
                    - --lease-namespace=fairlead-system
                    - --health-address=:8081
                    - --metrics-address=:8080
                    - --log-format=json
                    - --log-level=info
                    - --image=fairlead:0.1.0
                    - --router-host=fairlead-router.fairlead-system.svc.cluster.local
                    - --domain=cluster.local
                    - --progress-address=:10443
                    - --progress-url=https://fairlead-progress.fairlead-system.svc:10443
                  ports:
                    - name: metrics
                      containerPort: 8080
                    - name: health
                      containerPort: 8081
                    - name: progress
                      containerPort: 10443
                  livenessProbe:
                    httpGet: {path: /livez, port: health}
                    periodSeconds: 10
                    timeoutSeconds: 5
                    failureThreshold: 6
                  # Who stands by is ready too, so that an update goes on; filling the caches takes a while in a large cluster.
                  readinessProbe:
                    httpGet: {path: /readyz, port: health}
                    periodSeconds: 5
                    timeoutSeconds: 5
                  securityContext:
                    allowPrivilegeEscalation: false
                    readOnlyRootFilesystem: true
                    capabilities:
                      drop: [ALL]
                  resources:
                    limits:
                      memory: 512Mi
                    requests:
                      cpu: 100m
                      memory: 128Mi
              affinity:
                podAntiAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution:
                    - weight: 100
                      podAffinityTerm:
                        topologyKey: kubernetes.io/hostname
                        labelSelector:
                          matchLabels:
                            app.kubernetes.io/name: fairlead
                            app.kubernetes.io/instance: fairlead
                            app.kubernetes.io/component: controller
                    - weight: 50
                      podAffinityTerm:
                        topologyKey: topology.kubernetes.io/zone
                        labelSelector:
                          matchLabels:
                            app.kubernetes.io/name: fairlead
                            app.kubernetes.io/instance: fairlead
                            app.kubernetes.io/component: controller
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: fairlead-router
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
            app.kubernetes.io/component: router
        spec:
          replicas: 2
          strategy:
            rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
          selector:
            matchLabels:
              app.kubernetes.io/name: fairlead
              app.kubernetes.io/instance: fairlead
              app.kubernetes.io/component: router
          template:
            metadata:
              labels:
                app.kubernetes.io/name: fairlead
                app.kubernetes.io/instance: fairlead
                app.kubernetes.io/component: router
            spec:
              serviceAccountName: fairlead-router
              enableServiceLinks: false
              securityContext:
                runAsNonRoot: true
                runAsUser: 65532
                runAsGroup: 65532
                seccompProfile:
                  type: RuntimeDefault
              # It ends as soon as no request is under way.
              terminationGracePeriodSeconds: 330
              containers:
                - name: router
                  image: "fairlead:0.1.0"
                  imagePullPolicy: IfNotPresent
                  args:
                    - router
                    - --listen=:8080
                    - --health-address=:8081
                    - --metrics-address=:8082
                    - --domain=cluster.local
                    - --report-namespace=fairlead-system
                    - --log-format=json
                    - --log-level=info
                  ports:
                    - name: http
                      containerPort: 8080
                    - name: health
                      containerPort: 8081
                    - name: metrics
                      containerPort: 8082
                  livenessProbe:
                    httpGet: {path: /livez, port: health}
                    periodSeconds: 10
                    timeoutSeconds: 5
                    failureThreshold: 6
                  # It is ready when it knows all services, and no more once it drains.
                  readinessProbe:
                    httpGet: {path: /readyz, port: health}
                    periodSeconds: 2
                    timeoutSeconds: 2
                    failureThreshold: 1
                  securityContext:
                    allowPrivilegeEscalation: false
                    readOnlyRootFilesystem: true
                    capabilities:
                      drop: [ALL]
                  resources:
                    limits:
                      memory: 1Gi
                    requests:
                      cpu: 250m
                      memory: 128Mi
              affinity:
                podAntiAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution:
                    - weight: 100
                      podAffinityTerm:
                        topologyKey: kubernetes.io/hostname
                        labelSelector:
                          matchLabels:
                            app.kubernetes.io/name: fairlead
                            app.kubernetes.io/instance: fairlead
                            app.kubernetes.io/component: router
                    - weight: 50
                      podAffinityTerm:
                        topologyKey: topology.kubernetes.io/zone
                        labelSelector:
                          matchLabels:
                            app.kubernetes.io/name: fairlead
                            app.kubernetes.io/instance: fairlead
                            app.kubernetes.io/component: router

        """#
}
