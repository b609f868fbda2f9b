extension BuiltinTypes {
    /// Pods and what they are made of, but for volumes.
    static let pods = SchemaNotation(
        package: "io.k8s.api.core.v1",
        text: """
            Affinity: nodeAffinity NodeAffinity, podAffinity PodAffinity, podAntiAffinity PodAntiAffinity
            AppArmorProfile: localhostProfile string, type! string
            Binding kind: metadata ObjectMeta, target! ObjectReference
            Capabilities: add []string, drop []string
            ConfigMapEnvSource: name string, optional bool
            ConfigMapKeySelector~: key! string, name string, optional bool
            Container: args []string, command []string, env []EnvVar map(name) patch(name), envFrom []EnvFromSource,
              image string, imagePullPolicy string, lifecycle Lifecycle, livenessProbe Probe, name! string,
              ports []ContainerPort map(containerPort,protocol) patch(containerPort), readinessProbe Probe,
              resizePolicy []ContainerResizePolicy, resources ResourceRequirements ={}, restartPolicy string,
              restartPolicyRules []ContainerRestartRule, securityContext SecurityContext, startupProbe Probe,
              stdin bool, stdinOnce bool, terminationMessagePath string ="/dev/termination-log",
              terminationMessagePolicy string ="File", tty bool,
              volumeDevices []VolumeDevice map(devicePath) patch(devicePath),
              volumeMounts []VolumeMount map(mountPath) patch(mountPath), workingDir string
            ContainerExtendedResourceRequest: containerName! string, requestName! string, resourceName! string
            ContainerPort: containerPort! int32, hostIP string, hostPort int32, name string, protocol string ="TCP"
            ContainerResizePolicy: resourceName! string, restartPolicy! string
            ContainerRestartRule: action! string, exitCodes ContainerRestartRuleOnExitCodes
            ContainerRestartRuleOnExitCodes: operator! string, values []int32 set
            ContainerState: running ContainerStateRunning, terminated ContainerStateTerminated,
              waiting ContainerStateWaiting
            ContainerStateRunning: startedAt time
            ContainerStateTerminated: containerID string, exitCode! int32, finishedAt time, message string,
              reason string, signal int32, startedAt time
            ContainerStateWaiting: message string, reason string
            ContainerStatus: allocatedResources {quantity},
              allocatedResourcesStatus []ResourceStatus map(name) patch(name), containerID string, image! string,
              imageID! string, lastState ContainerState, name! string, ready! bool, resources ResourceRequirements,
              restartCount! int32, started bool, state ContainerState, stopSignal string, user ContainerUser,
              volumeMounts []VolumeMountStatus map(mountPath) patch(mountPath)
            ContainerUser: linux LinuxContainerUser
            EnvFromSource: configMapRef ConfigMapEnvSource, prefix string, secretRef SecretEnvSource
            EnvVar: name! string, value string, valueFrom EnvVarSource
            EnvVarSource: configMapKeyRef ConfigMapKeySelector, fieldRef ObjectFieldSelector,
              fileKeyRef FileKeySelector, resourceFieldRef ResourceFieldSelector, secretKeyRef SecretKeySelector
            EphemeralContainer: args []string, command []string, env []EnvVar map(name) patch(name),
              envFrom []EnvFromSource, image string, imagePullPolicy string, lifecycle Lifecycle,
              livenessProbe Probe, name! string,
              ports []ContainerPort map(containerPort,protocol) patch(containerPort), readinessProbe Probe,
              resizePolicy []ContainerResizePolicy, resources ResourceRequirements ={}, restartPolicy string,
              restartPolicyRules []ContainerRestartRule, securityContext SecurityContext, startupProbe Probe,
              stdin bool, stdinOnce bool, targetContainerName string,
              terminationMessagePath string ="/dev/termination-log", terminationMessagePolicy string ="File",
              tty bool, volumeDevices []VolumeDevice map(devicePath) patch(devicePath),
              volumeMounts []VolumeMount map(mountPath) patch(mountPath), workingDir string
            ExecAction: command []string
            FileKeySelector~: key! string, optional bool, path! string, volumeName! string
            GRPCAction: port! int32, service string
            HTTPGetAction: host string, httpHeaders []HTTPHeader, path string ="/", port! intstr,
              scheme string ="HTTP"
            HTTPHeader: name! string, value! string
            HostAlias: hostnames []string, ip! string
            HostIP: ip! string
            ImageVolumeStatus: imageRef! string
            Lifecycle: postStart LifecycleHandler, preStop LifecycleHandler, stopSignal string
            LifecycleHandler: exec ExecAction, httpGet HTTPGetAction, sleep SleepAction, tcpSocket TCPSocketAction
            LinuxContainerUser: gid! int64, supplementalGroups []int64, uid! int64
            LocalObjectReference~: name string
            NodeAffinity: preferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm,
              requiredDuringSchedulingIgnoredDuringExecution NodeSelector
            NodeAllocatableResourceClaimStatus: containers []string set, resourceClaimName! string,
              resources! {quantity}
            NodeSelector~: nodeSelectorTerms! []NodeSelectorTerm
            NodeSelectorRequirement: key! string, operator! string, values []string
            NodeSelectorTerm~: matchExpressions []NodeSelectorRequirement, matchFields []NodeSelectorRequirement
            ObjectFieldSelector~: apiVersion string ="v1", fieldPath! string
            ObjectReference~: apiVersion string, fieldPath string, kind string, name string, namespace string,
              resourceVersion string, uid string
            Pod kind: metadata ObjectMeta, spec PodSpec, status PodStatus ={}
            PodAffinity: preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm,
              requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm
            PodAffinityTerm: labelSelector LabelSelector, matchLabelKeys []string, mismatchLabelKeys []string,
              namespaceSelector LabelSelector, namespaces []string, topologyKey! string
            PodAntiAffinity: preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm,
              requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm
            PodCondition: lastProbeTime time, lastTransitionTime time, message string, observedGeneration int64,
              reason string, status! string, type! string
            PodDNSConfig: nameservers []string, options []PodDNSConfigOption, searches []string
            PodDNSConfigOption: name string, value string
            PodExtendedResourceClaimStatus: requestMappings! []ContainerExtendedResourceRequest,
              resourceClaimName! string
            PodIP: ip! string
            PodOS: name! string
            PodReadinessGate: conditionType! string
            PodResourceClaim: name! string, resourceClaimName string, resourceClaimTemplateName string
            PodResourceClaimStatus: name! string, resourceClaimName string
            PodSchedulingGate: name! string
            PodSchedulingGroup: podGroupName string
            PodSecurityContext: appArmorProfile AppArmorProfile, fsGroup int64, fsGroupChangePolicy string,
              runAsGroup int64, runAsNonRoot bool, runAsUser int64, seLinuxChangePolicy string,
              seLinuxOptions SELinuxOptions, seccompProfile SeccompProfile, supplementalGroups []int64,
              supplementalGroupsPolicy string, sysctls []Sysctl, windowsOptions WindowsSecurityContextOptions
            PodSpec: activeDeadlineSeconds int64, affinity Affinity, automountServiceAccountToken bool,
              containers! []Container map(name) patch(name), dnsConfig PodDNSConfig,
              dnsPolicy string ="ClusterFirst", enableServiceLinks bool,
              ephemeralContainers []EphemeralContainer map(name) patch(name),
              hostAliases []HostAlias map(ip) patch(ip), hostIPC bool, hostNetwork bool, hostPID bool,
              hostUsers bool, hostname string, hostnameOverride string,
              imagePullSecrets []LocalObjectReference map(name) patch(name),
              initContainers []Container map(name) patch(name), nodeName string, nodeSelector {string} whole,
              os PodOS, overhead {quantity}, preemptionPolicy string, priority int32, priorityClassName string,
              readinessGates []PodReadinessGate, resourceClaims []PodResourceClaim map(name) patch(name) retain,
              resources ResourceRequirements, restartPolicy string ="Always", runtimeClassName string,
              schedulerName string ="default-scheduler", schedulingGates []PodSchedulingGate map(name) patch(name),
              schedulingGroup PodSchedulingGroup, securityContext PodSecurityContext ={}, serviceAccount string,
              serviceAccountName string, setHostnameAsFQDN bool, shareProcessNamespace bool, subdomain string,
              terminationGracePeriodSeconds int64 =30, tolerations []Toleration,
              topologySpreadConstraints []TopologySpreadConstraint map(topologyKey,whenUnsatisfiable) patch(topologyKey),
              volumes []Volume map(name) patch(name) retain
            PodStatus: allocatedResources {quantity}, conditions []PodCondition map(type) patch(type),
              containerStatuses []ContainerStatus, ephemeralContainerStatuses []ContainerStatus,
              extendedResourceClaimStatus PodExtendedResourceClaimStatus, hostIP string, hostIPs []HostIP patch(ip),
              initContainerStatuses []ContainerStatus, message string,
              nodeAllocatableResourceClaimStatuses []NodeAllocatableResourceClaimStatus, nominatedNodeName string,
              observedGeneration int64, phase string, podIP string, podIPs []PodIP map(ip) patch(ip),
              qosClass string, reason string, resize string,
              resourceClaimStatuses []PodResourceClaimStatus map(name) patch(name) retain,
              resources ResourceRequirements, startTime time
            PodTemplate kind: metadata ObjectMeta, template PodTemplateSpec
            PodTemplateSpec: metadata ObjectMeta, spec PodSpec
            PreferredSchedulingTerm: preference! NodeSelectorTerm, weight! int32
            Probe: exec ExecAction, failureThreshold int32 =3, grpc GRPCAction, httpGet HTTPGetAction,
              initialDelaySeconds int32, periodSeconds int32 =10, successThreshold int32 =1,
              tcpSocket TCPSocketAction, terminationGracePeriodSeconds int64, timeoutSeconds int32 =1
            ResourceClaim: name! string, request string
            ResourceFieldSelector~: containerName string, divisor quantity, resource! string
            ResourceHealth: health string, message string, resourceID! string
            ResourceRequirements: claims []ResourceClaim map(name), limits {quantity}, requests {quantity}
            ResourceStatus: name! string, resources []ResourceHealth map(resourceID)
            SELinuxOptions: level string, role string, type string, user string
            SeccompProfile: localhostProfile string, type! string
            SecretEnvSource: name string, optional bool
            SecretKeySelector~: key! string, name string, optional bool
            SecurityContext: allowPrivilegeEscalation bool, appArmorProfile AppArmorProfile,
              capabilities Capabilities, privileged bool, procMount string, readOnlyRootFilesystem bool,
              runAsGroup int64, runAsNonRoot bool, runAsUser int64, seLinuxOptions SELinuxOptions,
              seccompProfile SeccompProfile, windowsOptions WindowsSecurityContextOptions
            SleepAction: seconds! int64
            Sysctl: name! string, value! string
            TCPSocketAction: host string, port! intstr
            Toleration: effect string, key string, operator string, tolerationSeconds int64, value string
            TopologySpreadConstraint: labelSelector LabelSelector, matchLabelKeys []string, maxSkew! int32,
              minDomains int32, nodeAffinityPolicy string, nodeTaintsPolicy string, topologyKey! string,
              whenUnsatisfiable! string
            TypedLocalObjectReference~: apiGroup string, kind! string, name! string
            VolumeDevice: devicePath! string, name! string
            VolumeMount: mountPath! string, mountPropagation string, name! string, readOnly bool,
              recursiveReadOnly string, subPath string, subPathExpr string
            VolumeMountStatus: mountPath! string, name! string, readOnly bool, recursiveReadOnly string,
              volumeStatus VolumeStatus
            VolumeStatus: image ImageVolumeStatus
            WeightedPodAffinityTerm: podAffinityTerm! PodAffinityTerm, weight! int32
            WindowsSecurityContextOptions: gmsaCredentialSpec string, gmsaCredentialSpecName string,
              hostProcess bool, runAsUserName string
            """)
}
