extension BuiltinTypes {
    /// The other kinds of the core group.
    static let core = SchemaNotation(
        package: "io.k8s.api.core.v1",
        text: """
            AttachedVolume: devicePath! string, name! string
            ClientIPConfig: timeoutSeconds int32
            ComponentCondition: error string, message string, status! string, type! string
            ComponentStatus kind: conditions []ComponentCondition map(type) patch(type), metadata ObjectMeta
            ConfigMap kind: binaryData {bytes}, data {string}, immutable bool, metadata ObjectMeta
            ConfigMapNodeConfigSource: kubeletConfigKey! string, name! string, namespace! string,
              resourceVersion string, uid string
            ContainerImage: names []string, sizeBytes int64
            DaemonEndpoint: Port! int32
            EndpointAddress~: hostname string, ip! string, nodeName string, targetRef ObjectReference
            EndpointPort~: appProtocol string, name string, port! int32, protocol string ="TCP"
            EndpointSubset: addresses []EndpointAddress, notReadyAddresses []EndpointAddress, ports []EndpointPort
            Endpoints kind: metadata ObjectMeta, subsets []EndpointSubset
            Event kind: action string, count int32, eventTime microtime, firstTimestamp time,
              involvedObject! ObjectReference, lastTimestamp time, message string, metadata! ObjectMeta,
              reason string, related ObjectReference, reportingComponent string, reportingInstance string,
              series EventSeries, source EventSource, type string
            EventSeries: count int32, lastObservedTime microtime
            EventSource: component string, host string
            LimitRange kind: metadata ObjectMeta, spec LimitRangeSpec
            LimitRangeItem: default {quantity}, defaultRequest {quantity}, max {quantity},
              maxLimitRequestRatio {quantity}, min {quantity}, type! string
            LimitRangeSpec: limits! []LimitRangeItem
            LoadBalancerIngress: hostname string, ip string, ipMode string, ports []PortStatus
            LoadBalancerStatus: ingress []LoadBalancerIngress
            Namespace kind: metadata ObjectMeta, spec NamespaceSpec ={}, status NamespaceStatus ={}
            NamespaceCondition: lastTransitionTime time, message string, reason string, status! string, type! string
            NamespaceSpec: finalizers []string
            NamespaceStatus: conditions []NamespaceCondition map(type) patch(type), phase string
            Node kind: metadata ObjectMeta, spec NodeSpec ={}, status NodeStatus ={}
            NodeAddress: address! string, type! string
            NodeCondition: lastHeartbeatTime time, lastTransitionTime time, message string, reason string,
              status! string, type! string
            NodeConfigSource: configMap ConfigMapNodeConfigSource
            NodeConfigStatus: active NodeConfigSource, assigned NodeConfigSource, error string,
              lastKnownGood NodeConfigSource
            NodeDaemonEndpoints: kubeletEndpoint DaemonEndpoint
            NodeFeatures: supplementalGroupsPolicy bool
            NodeRuntimeHandler: features NodeRuntimeHandlerFeatures, name string
            NodeRuntimeHandlerFeatures: recursiveReadOnlyMounts bool, userNamespaces bool
            NodeSpec: configSource NodeConfigSource, externalID string, podCIDR string, podCIDRs []string set merge,
              providerID string, taints []Taint, unschedulable bool
            NodeStatus: addresses []NodeAddress map(type) patch(type), allocatable {quantity}, capacity {quantity},
              conditions []NodeCondition map(type) patch(type), config NodeConfigStatus,
              daemonEndpoints NodeDaemonEndpoints, declaredFeatures []string, features NodeFeatures,
              images []ContainerImage, nodeInfo NodeSystemInfo, phase string, runtimeHandlers []NodeRuntimeHandler,
              volumesAttached []AttachedVolume, volumesInUse []string
            NodeSwapStatus: capacity int64
            NodeSystemInfo: architecture! string, bootID! string, containerRuntimeVersion! string,
              kernelVersion! string, kubeProxyVersion! string, kubeletVersion! string, machineID! string,
              operatingSystem! string, osImage! string, swap NodeSwapStatus, systemUUID! string
            PortStatus: error string, port! int32, protocol! string
            ReplicationController kind: metadata ObjectMeta, spec ReplicationControllerSpec,
              status ReplicationControllerStatus ={}
            ReplicationControllerCondition: lastTransitionTime time, message string, reason string, status! string,
              type! string
            ReplicationControllerSpec: minReadySeconds int32, replicas int32 =1, selector {string} whole,
              template PodTemplateSpec
            ReplicationControllerStatus: availableReplicas int32,
              conditions []ReplicationControllerCondition map(type) patch(type), fullyLabeledReplicas int32,
              observedGeneration int64, readyReplicas int32, replicas! int32
            ResourceQuota kind: metadata ObjectMeta, spec ResourceQuotaSpec, status ResourceQuotaStatus ={}
            ResourceQuotaSpec: hard {quantity}, scopeSelector ScopeSelector, scopes []string
            ResourceQuotaStatus: hard {quantity}, used {quantity}
            ScopeSelector~: matchExpressions []ScopedResourceSelectorRequirement
            ScopedResourceSelectorRequirement: operator! string, scopeName! string, values []string
            Secret kind: data {bytes}, immutable bool, metadata ObjectMeta, stringData {string},
              type string ="Opaque"
            SecretReference~: name string, namespace string
            Service kind: metadata ObjectMeta, spec ServiceSpec, status ServiceStatus ={}
            ServiceAccount kind: automountServiceAccountToken bool, imagePullSecrets []LocalObjectReference,
              metadata ObjectMeta, secrets []ObjectReference map(name) patch(name)
            ServicePort: appProtocol string, name string, nodePort int32, port! int32, protocol string ="TCP",
              targetPort intstr
            ServiceSpec: allocateLoadBalancerNodePorts bool, clusterIP string, clusterIPs []string,
              externalIPs []string, externalName string, externalTrafficPolicy string, healthCheckNodePort int32,
              internalTrafficPolicy string, ipFamilies []string, ipFamilyPolicy string, loadBalancerClass string,
              loadBalancerIP string, loadBalancerSourceRanges []string,
              ports []ServicePort map(port,protocol) patch(port), publishNotReadyAddresses bool,
              selector {string} whole, sessionAffinity string ="None", sessionAffinityConfig SessionAffinityConfig,
              trafficDistribution string, type string ="ClusterIP"
            ServiceStatus: conditions []Condition map(type) patch(type), loadBalancer LoadBalancerStatus ={}
            SessionAffinityConfig: clientIP ClientIPConfig
            Taint: effect! string, key! string, timeAdded time, value string
            """)
}
