extension BuiltinTypes {
    /// Jobs.
    static let batch = SchemaNotation(
        package: "io.k8s.api.batch.v1",
        text: """
            CronJob kind: metadata ObjectMeta, spec CronJobSpec, status CronJobStatus ={}
            CronJobSpec: concurrencyPolicy string ="Allow", failedJobsHistoryLimit int32 =1,
              jobTemplate! JobTemplateSpec, schedule! string, startingDeadlineSeconds int64,
              successfulJobsHistoryLimit int32 =3, suspend bool =false, timeZone string
            CronJobStatus: active []ObjectReference, lastScheduleTime time, lastSuccessfulTime time
            Job kind: metadata ObjectMeta, spec JobSpec, status JobStatus ={}
            JobCondition: lastProbeTime time, lastTransitionTime time, message string, reason string,
              status! string, type! string
            JobSpec: activeDeadlineSeconds int64, backoffLimit int32, backoffLimitPerIndex int32,
              completionMode string ="NonIndexed", completions int32, managedBy string, manualSelector bool,
              maxFailedIndexes int32, parallelism int32, podFailurePolicy PodFailurePolicy,
              podReplacementPolicy string, selector LabelSelector, successPolicy SuccessPolicy, suspend bool =false,
              template! PodTemplateSpec, ttlSecondsAfterFinished int32
            JobStatus: active int32, completedIndexes string, completionTime time,
              conditions []JobCondition patch(type), failed int32, failedIndexes string, ready int32,
              startTime time, succeeded int32, terminating int32, uncountedTerminatedPods UncountedTerminatedPods
            JobTemplateSpec: metadata ObjectMeta, spec JobSpec
            PodFailurePolicy: rules! []PodFailurePolicyRule
            PodFailurePolicyOnExitCodesRequirement: containerName string, operator! string, values! []int32 set
            PodFailurePolicyOnPodConditionsPattern: status string, type! string
            PodFailurePolicyRule: action! string, onExitCodes PodFailurePolicyOnExitCodesRequirement,
              onPodConditions []PodFailurePolicyOnPodConditionsPattern
            SuccessPolicy: rules! []SuccessPolicyRule
            SuccessPolicyRule: succeededCount int32, succeededIndexes string
            UncountedTerminatedPods: failed []string set, succeeded []string set
            """)

    /// Disruption budgets.
    static let policy = SchemaNotation(
        package: "io.k8s.api.policy.v1",
        text: """
            Eviction kind: deleteOptions DeleteOptions, metadata ObjectMeta
            PodDisruptionBudget kind: metadata ObjectMeta, spec PodDisruptionBudgetSpec,
              status PodDisruptionBudgetStatus ={}
            PodDisruptionBudgetSpec: maxUnavailable intstr, minAvailable intstr, selector LabelSelector replace,
              unhealthyPodEvictionPolicy string
            PodDisruptionBudgetStatus: conditions []Condition map(type) patch(type), currentHealthy! int32,
              desiredHealthy! int32, disruptedPods {time}, disruptionsAllowed! int32, expectedPods! int32,
              observedGeneration int64
            """)

    /// Priorities.
    static let scheduling = SchemaNotation(
        package: "io.k8s.api.scheduling.v1",
        text: """
            PriorityClass kind: description string, globalDefault bool, metadata ObjectMeta,
              preemptionPolicy string ="PreemptLowerPriority", value! int32
            """)
}
