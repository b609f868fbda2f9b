extension BuiltinTypes {
    /// The workloads.
    static let apps = SchemaNotation(
        package: "io.k8s.api.apps.v1",
        text: """
            ControllerRevision kind: data any, metadata ObjectMeta, revision! int64
            DaemonSet kind: metadata ObjectMeta, spec DaemonSetSpec, status DaemonSetStatus ={}
            DaemonSetCondition: lastTransitionTime time, message string, reason string, status! string, type! string
            DaemonSetSpec: minReadySeconds int32, revisionHistoryLimit int32 =10, selector! LabelSelector,
              template! PodTemplateSpec, updateStrategy DaemonSetUpdateStrategy ={}
            DaemonSetStatus: collisionCount int32, conditions []DaemonSetCondition map(type) patch(type),
              currentNumberScheduled! int32, desiredNumberScheduled! int32, numberAvailable int32,
              numberMisscheduled! int32, numberReady! int32, numberUnavailable int32, observedGeneration int64,
              updatedNumberScheduled int32
            DaemonSetUpdateStrategy: rollingUpdate RollingUpdateDaemonSet, type string ="RollingUpdate"
            Deployment kind: metadata ObjectMeta, spec DeploymentSpec, status DeploymentStatus ={}
            DeploymentCondition: lastTransitionTime time, lastUpdateTime time, message string, reason string,
              status! string, type! string
            DeploymentSpec: minReadySeconds int32, paused bool, progressDeadlineSeconds int32 =600,
              replicas int32 =1, revisionHistoryLimit int32 =10, selector! LabelSelector,
              strategy DeploymentStrategy retain ={}, template! PodTemplateSpec
            DeploymentStatus: availableReplicas int32, collisionCount int32,
              conditions []DeploymentCondition map(type) patch(type), observedGeneration int64, readyReplicas int32,
              replicas int32, terminatingReplicas int32, unavailableReplicas int32, updatedReplicas int32
            DeploymentStrategy: rollingUpdate RollingUpdateDeployment, type string ="RollingUpdate"
            ReplicaSet kind: metadata ObjectMeta, spec ReplicaSetSpec, status ReplicaSetStatus ={}
            ReplicaSetCondition: lastTransitionTime time, message string, reason string, status! string,
              type! string
            ReplicaSetSpec: minReadySeconds int32, replicas int32 =1, selector! LabelSelector,
              template PodTemplateSpec
            ReplicaSetStatus: availableReplicas int32, conditions []ReplicaSetCondition map(type) patch(type),
              fullyLabeledReplicas int32, observedGeneration int64, readyReplicas int32, replicas! int32,
              terminatingReplicas int32
            RollingUpdateDaemonSet: maxSurge intstr =0, maxUnavailable intstr =1
            RollingUpdateDeployment: maxSurge intstr ="25%", maxUnavailable intstr ="25%"
            RollingUpdateStatefulSetStrategy: maxUnavailable intstr, partition int32 =0
            StatefulSet kind: metadata ObjectMeta, spec StatefulSetSpec, status StatefulSetStatus ={}
            StatefulSetCondition: lastTransitionTime time, message string, reason string, status! string,
              type! string
            StatefulSetOrdinals: start int32
            StatefulSetPersistentVolumeClaimRetentionPolicy: whenDeleted string ="Retain",
              whenScaled string ="Retain"
            StatefulSetSpec: minReadySeconds int32, ordinals StatefulSetOrdinals,
              persistentVolumeClaimRetentionPolicy StatefulSetPersistentVolumeClaimRetentionPolicy ={},
              podManagementPolicy string ="OrderedReady", replicas int32 =1, revisionHistoryLimit int32 =10,
              selector! LabelSelector, serviceName string, template! PodTemplateSpec,
              updateStrategy StatefulSetUpdateStrategy ={}, volumeClaimTemplates []PersistentVolumeClaim
            StatefulSetStatus: availableReplicas int32, collisionCount int32,
              conditions []StatefulSetCondition map(type) patch(type), currentReplicas int32,
              currentRevision string, observedGeneration int64, readyReplicas int32, replicas! int32,
              updateRevision string, updatedReplicas int32
            StatefulSetUpdateStrategy: rollingUpdate RollingUpdateStatefulSetStrategy, type string ="RollingUpdate"
            """)
}
