// Made by scripts/chart.py from charts/fairlead: never edit it.

extension ChartObjects {
    /// Who may do what.
    static let rights = #"""
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
          - apiGroups: [fairlead.dev]
            resources: [inferenceservices]
            verbs: [get, list, watch, create, patch]
          - apiGroups: [fairlead.dev]
            resources: [inferenceservices/status, servingruntimes/status]
            verbs: [patch]
          - apiGroups: [fairlead.dev]
            resources: [inferenceservices/finalizers]
            verbs: [update]
          - apiGroups: [fairlead.dev]
            resources: [servingruntimes]
            verbs: [list, watch]
          - apiGroups: [fairlead.dev]
            resources: [clusterservingruntimes]
            verbs: [list, watch, create, patch]
          - apiGroups: [fairlead.dev]
            resources: [clusterservingruntimes/status]
            verbs: [patch]
          # Made, kept as they were made and deleted, and never scaled: that is the routers'.
          - apiGroups: [apps]
            resources: [deployments]
            verbs: [get, list, watch, create, patch, delete]
          - apiGroups: [policy]
            resources: [poddisruptionbudgets]
            verbs: [get, list, watch, create, patch, delete]
          - apiGroups: [gateway.networking.k8s.io]
            resources: [httproutes]
            verbs: [get, list, watch, create, patch, delete]
          - apiGroups: [""]
            resources: [services]
            verbs: [get, list, watch, create, patch, delete]
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
            resources: [connections, inferenceservices, models, modelversions, pipelines, pipelineruns, servingruntimes, trainingjobs, triggers]
            verbs: [get, list, watch]
          # Only for those who have the role in the whole cluster.
          - apiGroups: [fairlead.dev]
            resources: [clusterconnections, clusterprofiles, clusterservingruntimes]
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
            resources: [connections, inferenceservices, models, modelversions, pipelines, pipelineruns, servingruntimes, trainingjobs, triggers]
            verbs: [create, update, patch, delete, deletecollection]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata:
          name: fairlead-router
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
            app.kubernetes.io/component: router
        rules:
          - apiGroups: [fairlead.dev]
            resources: [inferenceservices]
            verbs: [list, watch]
          - apiGroups: [discovery.k8s.io]
            resources: [endpointslices]
            verbs: [list, watch]
          - apiGroups: [apps]
            resources: [deployments]
            verbs: [list, watch]
          - apiGroups: [apps]
            resources: [deployments/scale]
            verbs: [get, patch]
          - apiGroups: [metrics.k8s.io]
            resources: [pods]
            verbs: [list]
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
        kind: ClusterRoleBinding
        metadata:
          name: fairlead-router
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
            app.kubernetes.io/component: router
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: ClusterRole
          name: fairlead-router
        subjects:
          - kind: ServiceAccount
            name: fairlead-router
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
        kind: Role
        metadata:
          name: fairlead-router-reports
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
            app.kubernetes.io/component: router
        rules:
          # The routers' reports, of which each has one.
          - apiGroups: [""]
            resources: [configmaps]
            verbs: [get, list, watch, create, patch, delete]
          # A create can't be bound to a name.
          - apiGroups: [coordination.k8s.io]
            resources: [leases]
            verbs: [create]
          - apiGroups: [coordination.k8s.io]
            resources: [leases]
            resourceNames: [fairlead-router]
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
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata:
          name: fairlead-router-reports
          namespace: fairlead-system
          labels:
            app.kubernetes.io/name: fairlead
            app.kubernetes.io/instance: fairlead
            app.kubernetes.io/version: "0.1.0"
            app.kubernetes.io/part-of: fairlead
            app.kubernetes.io/managed-by: kubectl
            app.kubernetes.io/component: router
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: Role
          name: fairlead-router-reports
        subjects:
          - kind: ServiceAccount
            name: fairlead-router
            namespace: fairlead-system

        """#
}
