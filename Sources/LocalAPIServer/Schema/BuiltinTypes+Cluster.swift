extension BuiltinTypes {
    /// Leases.
    static let coordination = SchemaNotation(
        package: "io.k8s.api.coordination.v1",
        text: """
            Lease kind: metadata ObjectMeta, spec LeaseSpec ={}
            LeaseSpec: acquireTime microtime, holderIdentity string, leaseDurationSeconds int32,
              leaseTransitions int32, preferredHolder string, renewTime microtime, strategy string
            """)

    /// Events of the newer group.
    static let events = SchemaNotation(
        package: "io.k8s.api.events.v1",
        text: """
            Event kind: action string, deprecatedCount int32, deprecatedFirstTimestamp time,
              deprecatedLastTimestamp time, deprecatedSource EventSource, eventTime! microtime, metadata ObjectMeta,
              note string, reason string, regarding ObjectReference, related ObjectReference,
              reportingController string, reportingInstance string, series EventSeries, type string
            EventSeries: count! int32, lastObservedTime! microtime
            """)

    /// Roles and their bindings.
    static let accessControl = SchemaNotation(
        package: "io.k8s.api.rbac.v1",
        text: """
            AggregationRule: clusterRoleSelectors []LabelSelector
            ClusterRole kind: aggregationRule AggregationRule, metadata ObjectMeta, rules []PolicyRule
            ClusterRoleBinding kind: metadata ObjectMeta, roleRef! RoleRef, subjects []Subject
            PolicyRule: apiGroups []string, nonResourceURLs []string, resourceNames []string, resources []string,
              verbs! []string
            Role kind: metadata ObjectMeta, rules []PolicyRule
            RoleBinding kind: metadata ObjectMeta, roleRef! RoleRef, subjects []Subject
            RoleRef~: apiGroup! string ="rbac.authorization.k8s.io", kind! string, name! string
            Subject~: apiGroup string, kind! string, name! string, namespace string
            """)

    /// Classes of volumes.
    static let storage = SchemaNotation(
        package: "io.k8s.api.storage.v1",
        text: """
            StorageClass kind: allowVolumeExpansion bool, allowedTopologies []TopologySelectorTerm,
              metadata ObjectMeta, mountOptions []string, parameters {string}, provisioner! string,
              reclaimPolicy string ="Delete", volumeBindingMode string ="Immediate"
            """)

    /// The scale subresource.
    static let autoscaling = SchemaNotation(
        package: "io.k8s.api.autoscaling.v1",
        text: """
            Scale kind: metadata ObjectMeta, spec ScaleSpec ={}, status ScaleStatus ={}
            ScaleSpec: replicas int32
            ScaleStatus: replicas! int32, selector string
            """)
}
