extension BuiltinTypes {
    /// The types that all kinds share.
    static let meta = SchemaNotation(
        package: "io.k8s.apimachinery.pkg.apis.meta.v1",
        text: """
            Condition: lastTransitionTime! time, message! string, observedGeneration int64, reason! string,
              status! string, type! string
            DeleteOptions kind: dryRun []string, gracePeriodSeconds int64,
              ignoreStoreReadErrorWithClusterBreakingPotential bool, orphanDependents bool,
              preconditions Preconditions, propagationPolicy string
            LabelSelector~: matchExpressions []LabelSelectorRequirement, matchLabels {string}
            LabelSelectorRequirement: key! string, operator! string, values []string
            ListMeta: continue string, remainingItemCount int64, resourceVersion string, selfLink string,
              shardInfo ShardInfo
            ManagedFieldsEntry: apiVersion string, fieldsType string, fieldsV1 any, manager string,
              operation string, subresource string, time time
            ObjectMeta: annotations {string}, creationTimestamp time, deletionGracePeriodSeconds int64,
              deletionTimestamp time, finalizers []string set merge, generateName string, generation int64,
              labels {string}, managedFields []ManagedFieldsEntry, name string, namespace string,
              ownerReferences []OwnerReference map(uid) patch(uid), resourceVersion string, selfLink string,
              uid string
            OwnerReference~: apiVersion! string, blockOwnerDeletion bool, controller bool, kind! string,
              name! string, uid! string
            Preconditions: resourceVersion string, uid string
            """)
}
