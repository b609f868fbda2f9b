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
    static let afterDefinitions = #"""
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata:
          name: fairlead-controller
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
        rules:
          - apiGroups: [fairlead.dev]
            resources: [pipelines]
            verbs: [list, watch]
          - apiGroups: [fairlead.dev]
            resources: [pipelineruns]
            verbs: [get, list, watch, create, patch, delete]
          - apiGroups: [fairlead.dev]
            resources: [pipelines/status, pipelineruns/status]
            verbs: [patch]
          - apiGroups: [fairlead.dev]
            resources: [connections, clusterconnections, clusterprofiles]
            verbs: [list, watch]
          - apiGroups: [fairlead.dev]
            resources: [connections/status, clusterconnections/status, clusterprofiles/status]
            verbs: [patch]
          - apiGroups: [fairlead.dev]
            resources: [models]
            verbs: [get, list, watch, create]
          - apiGroups: [fairlead.dev]
            resources: [modelversions]
            verbs: [list, watch, create, patch]
          - apiGroups: [fairlead.dev]
            resources: [models/status, modelversions/status]
            verbs: [patch]
          - apiGroups: [fairlead.dev]
            resources: [triggers]
            verbs: [list, watch]
          - apiGroups: [fairlead.dev]
            resources: [triggers/status]
            verbs: [patch]
          - apiGroups: [fairlead.dev]
            resources: [triggers/finalizers]
            verbs: [update]
          - apiGroups: [fairlead.dev]
            resources: [pipelineruns/finalizers]
            verbs: [update]
          - apiGroups: [fairlead.dev]
            resources: [trainingjobs]
            verbs: [get, list, watch, create, patch, delete]
          - apiGroups: [fairlead.dev]
            resources: [trainingjobs/status]
            verbs: [patch]
          - apiGroups: [fairlead.dev]
            resources: [trainingjobs/finalizers]
            verbs: [update]
          - apiGroups: [""]
            resources: [services]
            verbs: [get, create]
          # A key that is made and never read.
          - apiGroups: [""]
            resources: [secrets]
            verbs: [create]
          - apiGroups: [scheduling.k8s.io]
            resources: [podgroups, workloads]
            verbs: [get, create]
          - apiGroups: [scheduling.volcano.sh, scheduling.x-k8s.io]
            resources: [podgroups]
            verbs: [get, create]
          - apiGroups: [kueue.x-k8s.io]
            resources: [workloads]
            verbs: [get, list, watch, create, patch, delete]
          - apiGroups: [kueue.x-k8s.io]
            resources: [workloads/status]
            verbs: [patch]
          - apiGroups: [kueue.x-k8s.io]
            resources: [resourceflavors, workloadpriorityclasses]
            verbs: [get]
          - apiGroups: [scheduling.k8s.io]
            resources: [priorityclasses]
            verbs: [get]
          - apiGroups: [""]
            resources: [pods]
            verbs: [get, list, watch, create, patch, delete, deletecollection]
          - apiGroups: [""]
            resources: [pods/log]
            verbs: [get]
          - apiGroups: [authentication.k8s.io]
            resources: [tokenreviews]
            verbs: [create]
          - apiGroups: [""]
            resources: [configmaps]
            verbs: [get, list, watch, create, patch, delete]
          - apiGroups: [events.k8s.io]
            resources: [events]
            verbs: [create, patch]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata:
          name: fairlead-view
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
            rbac.authorization.k8s.io/aggregate-to-view: "true"
        rules:
          - apiGroups: [fairlead.dev]
            resources: [connections, models, modelversions, pipelines, pipelineruns, trainingjobs, triggers]
            verbs: [get, list, watch]
          # Only for those who have the role in the whole cluster.
          - apiGroups: [fairlead.dev]
            resources: [clusterconnections, clusterprofiles]
            verbs: [get, list, watch]
        ---
        # Whoever may create a run or a job may create pods with any service account of that namespace: as with Deployments and Jobs.
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata:
          name: fairlead-edit
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
            rbac.authorization.k8s.io/aggregate-to-edit: "true"
            rbac.authorization.k8s.io/aggregate-to-admin: "true"
        rules:
          - apiGroups: [fairlead.dev]
            resources: [connections, models, modelversions, pipelines, pipelineruns, trainingjobs, triggers]
            verbs: [create, update, patch, delete, deletecollection]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata:
          name: fairlead-controller
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: ClusterRole
          name: fairlead-controller
        subjects:
          - kind: ServiceAccount
            name: fairlead
            namespace: fairlead-system
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata:
          name: fairlead-leader-election
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
        rules:
          # A create can't be bound to a name.
          - apiGroups: [coordination.k8s.io]
            resources: [leases]
            verbs: [create]
          - apiGroups: [coordination.k8s.io]
            resources: [leases]
            resourceNames: [fairlead-controller]
            verbs: [get, patch]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata:
          name: fairlead-progress
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
        rules:
          # The certificates of the server to which jobs push; a create can't be bound to a name.
          - apiGroups: [""]
            resources: [secrets]
            verbs: [create]
          - apiGroups: [""]
            resources: [secrets]
            resourceNames: [fairlead-progress-tls]
            verbs: [get, patch]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata:
          name: fairlead-leader-election
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: Role
          name: fairlead-leader-election
        subjects:
          - kind: ServiceAccount
            name: fairlead
            namespace: fairlead-system
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata:
          name: fairlead-progress
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: Role
          name: fairlead-progress
        subjects:
          - kind: ServiceAccount
            name: fairlead
            namespace: fairlead-system
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

        """#
}
