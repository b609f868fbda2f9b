extension BuiltinTypes {
    /// Ingresses and network policies.
    static let networking = SchemaNotation(
        package: "io.k8s.api.networking.v1",
        text: """
            HTTPIngressPath: backend! IngressBackend, path string, pathType! string
            HTTPIngressRuleValue: paths! []HTTPIngressPath
            IPBlock: cidr! string, except []string
            Ingress kind: metadata ObjectMeta, spec IngressSpec, status IngressStatus ={}
            IngressBackend: resource TypedLocalObjectReference, service IngressServiceBackend
            IngressLoadBalancerIngress: hostname string, ip string, ports []IngressPortStatus
            IngressLoadBalancerStatus: ingress []IngressLoadBalancerIngress
            IngressPortStatus: error string, port! int32, protocol! string
            IngressRule: host string, http HTTPIngressRuleValue
            IngressServiceBackend: name! string, port ServiceBackendPort
            IngressSpec: defaultBackend IngressBackend, ingressClassName string, rules []IngressRule,
              tls []IngressTLS
            IngressStatus: loadBalancer IngressLoadBalancerStatus ={}
            IngressTLS: hosts []string, secretName string
            NetworkPolicy kind: metadata ObjectMeta, spec NetworkPolicySpec
            NetworkPolicyEgressRule: ports []NetworkPolicyPort, to []NetworkPolicyPeer
            NetworkPolicyIngressRule: from []NetworkPolicyPeer, ports []NetworkPolicyPort
            NetworkPolicyPeer: ipBlock IPBlock, namespaceSelector LabelSelector, podSelector LabelSelector
            NetworkPolicyPort: endPort int32, port intstr, protocol string ="TCP"
            NetworkPolicySpec: egress []NetworkPolicyEgressRule, ingress []NetworkPolicyIngressRule,
              podSelector LabelSelector ={}, policyTypes []string
            ServiceBackendPort~: name string, number int32
            """)

    /// Endpoint slices.
    static let discovery = SchemaNotation(
        package: "io.k8s.api.discovery.v1",
        text: """
            Endpoint: addresses! []string set, conditions EndpointConditions ={}, deprecatedTopology {string},
              hints EndpointHints, hostname string, nodeName string, targetRef ObjectReference, zone string
            EndpointConditions: ready bool, serving bool, terminating bool
            EndpointHints: forNodes []ForNode, forZones []ForZone
            EndpointPort~: appProtocol string, name string ="", port int32, protocol string ="TCP"
            EndpointSlice kind: addressType! string, endpoints! []Endpoint, metadata ObjectMeta,
              ports []EndpointPort
            ForNode: name! string
            ForZone: name! string
            """)
}
