extension ProtobufTypes {
    /// Budgets and evictions.
    static let policy = ProtobufNotation(
        apiVersion: "policy/v1",
        text: """
            Eviction kind: 1 metadata ObjectMeta, 2 deleteOptions DeleteOptions
            PodDisruptionBudget kind: 1 metadata ObjectMeta, 2 spec PodDisruptionBudgetSpec,
              3 status PodDisruptionBudgetStatus
            PodDisruptionBudgetSpec: 1 minAvailable intstr, 2 selector LabelSelector, 3 maxUnavailable intstr,
              4 unhealthyPodEvictionPolicy string?
            PodDisruptionBudgetStatus: 1 observedGeneration int64, 2 disruptedPods {time},
              3 disruptionsAllowed int32!, 4 currentHealthy int32!, 5 desiredHealthy int32!, 6 expectedPods int32!,
              7 conditions []Condition
            """)

    /// Priorities.
    static let scheduling = ProtobufNotation(
        apiVersion: "scheduling.k8s.io/v1",
        text: """
            PriorityClass kind: 1 metadata ObjectMeta, 2 value int32!, 3 globalDefault bool, 4 description string,
              5 preemptionPolicy string?
            """)

    /// Leases.
    static let coordination = ProtobufNotation(
        apiVersion: "coordination.k8s.io/v1",
        text: """
            Lease kind: 1 metadata ObjectMeta, 2 spec LeaseSpec
            LeaseSpec: 1 holderIdentity string?, 2 leaseDurationSeconds int32?, 3 acquireTime microtime,
              4 renewTime microtime, 5 leaseTransitions int32?, 6 strategy string?, 7 preferredHolder string?
            """)

    /// Storage classes.
    static let storage = ProtobufNotation(
        apiVersion: "storage.k8s.io/v1",
        text: """
            StorageClass kind: 1 metadata ObjectMeta, 2 provisioner string!, 3 parameters {string},
              4 reclaimPolicy string?, 5 mountOptions []string, 6 allowVolumeExpansion bool?,
              7 volumeBindingMode string?, 8 allowedTopologies []TopologySelectorTerm
            """)

    /// Events of their own group.
    static let events = ProtobufNotation(
        apiVersion: "events.k8s.io/v1",
        text: """
            Event kind: 1 metadata ObjectMeta, 2 eventTime microtime, 3 series EventSeries,
              4 reportingController string, 5 reportingInstance string, 6 action string, 7 reason string,
              8 regarding ObjectReference, 9 related ObjectReference, 10 note string, 11 type string,
              12 deprecatedSource EventSource, 13 deprecatedFirstTimestamp time, 14 deprecatedLastTimestamp time,
              15 deprecatedCount int32
            EventSeries: 1 count int32!, 2 lastObservedTime microtime
            """)

    /// Ingresses and policies.
    static let networking = ProtobufNotation(
        apiVersion: "networking.k8s.io/v1",
        text: """
            HTTPIngressPath: 1 path string, 2 backend IngressBackend, 3 pathType string?
            HTTPIngressRuleValue: 1 paths []HTTPIngressPath!
            IPBlock: 1 cidr string!, 2 except []string
            Ingress kind: 1 metadata ObjectMeta, 2 spec IngressSpec, 3 status IngressStatus
            IngressBackend: 3 resource TypedLocalObjectReference, 4 service IngressServiceBackend
            IngressClass kind: 1 metadata ObjectMeta, 2 spec IngressClassSpec
            IngressClassParametersReference: 1 apiGroup string?, 2 kind string!, 3 name string!, 4 scope string?,
              5 namespace string?
            IngressClassSpec: 1 controller string, 2 parameters IngressClassParametersReference
            IngressLoadBalancerIngress: 1 ip string, 2 hostname string, 4 ports []IngressPortStatus
            IngressLoadBalancerStatus: 1 ingress []IngressLoadBalancerIngress
            IngressPortStatus: 1 port int32!, 2 protocol string!, 3 error string?
            IngressRule: 1 host string, 2 - IngressRuleValue
            IngressRuleValue: 1 http HTTPIngressRuleValue
            IngressServiceBackend: 1 name string!, 2 port ServiceBackendPort
            IngressSpec: 1 defaultBackend IngressBackend, 2 tls []IngressTLS, 3 rules []IngressRule,
              4 ingressClassName string?
            IngressStatus: 1 loadBalancer IngressLoadBalancerStatus
            IngressTLS: 1 hosts []string, 2 secretName string
            NetworkPolicy kind: 1 metadata ObjectMeta, 2 spec NetworkPolicySpec
            NetworkPolicyEgressRule: 1 ports []NetworkPolicyPort, 2 to []NetworkPolicyPeer
            NetworkPolicyIngressRule: 1 ports []NetworkPolicyPort, 2 from []NetworkPolicyPeer
            NetworkPolicyPeer: 1 podSelector LabelSelector, 2 namespaceSelector LabelSelector, 3 ipBlock IPBlock
            NetworkPolicyPort: 1 protocol string?, 2 port intstr, 3 endPort int32?
            NetworkPolicySpec: 1 podSelector LabelSelector, 2 ingress []NetworkPolicyIngressRule,
              3 egress []NetworkPolicyEgressRule, 4 policyTypes []string
            ServiceBackendPort: 1 name string, 2 number int32
            """)

    /// Slices of endpoints.
    static let discovery = ProtobufNotation(
        apiVersion: "discovery.k8s.io/v1",
        text: """
            Endpoint: 1 addresses []string!, 2 conditions EndpointConditions, 3 hostname string?,
              4 targetRef ObjectReference, 5 deprecatedTopology {string}, 6 nodeName string?, 7 zone string?,
              8 hints EndpointHints
            EndpointConditions: 1 ready bool?, 2 serving bool?, 3 terminating bool?
            EndpointHints: 1 forZones []ForZone, 2 forNodes []ForNode
            EndpointPort: 1 name string?, 2 protocol string?, 3 port int32?, 4 appProtocol string?
            EndpointSlice kind: 1 metadata ObjectMeta, 2 endpoints []Endpoint!, 3 ports []EndpointPort!,
              4 addressType string!
            ForNode: 1 name string!
            ForZone: 1 name string!
            """)
}
