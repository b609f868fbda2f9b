extension ProtobufTypes {
    /// Roles and their bindings.
    static let rbac = ProtobufNotation(
        apiVersion: "rbac.authorization.k8s.io/v1",
        text: """
            AggregationRule: 1 clusterRoleSelectors []LabelSelector
            ClusterRole kind: 1 metadata ObjectMeta, 2 rules []PolicyRule!, 3 aggregationRule AggregationRule
            ClusterRoleBinding kind: 1 metadata ObjectMeta, 2 subjects []Subject, 3 roleRef RoleRef
            PolicyRule: 1 verbs []string!, 2 apiGroups []string, 3 resources []string, 4 resourceNames []string,
              5 nonResourceURLs []string
            Role kind: 1 metadata ObjectMeta, 2 rules []PolicyRule!
            RoleBinding kind: 1 metadata ObjectMeta, 2 subjects []Subject, 3 roleRef RoleRef
            RoleRef: 1 apiGroup string!, 2 kind string!, 3 name string!
            Subject: 1 kind string!, 2 apiGroup string, 3 name string!, 4 namespace string
            """)

    /// Who one is.
    static let authentication = ProtobufNotation(
        apiVersion: "authentication.k8s.io/v1",
        text: """
            BoundObjectReference: 1 kind string, 2 apiVersion string, 3 name string, 4 uid string
            SelfSubjectReview kind: 1 metadata ObjectMeta, 2 status SelfSubjectReviewStatus
            SelfSubjectReviewStatus: 1 userInfo UserInfo
            TokenRequest kind: 1 metadata ObjectMeta, 2 spec TokenRequestSpec, 3 status TokenRequestStatus
            TokenRequestSpec: 1 audiences []string!, 3 boundObjectRef BoundObjectReference, 4 expirationSeconds int64?
            TokenRequestStatus: 1 token string!, 2 expirationTimestamp time
            TokenReview kind: 1 metadata ObjectMeta, 2 spec TokenReviewSpec, 3 status TokenReviewStatus
            TokenReviewSpec: 1 token string, 2 audiences []string
            TokenReviewStatus: 1 authenticated bool, 2 user UserInfo, 3 error string, 4 audiences []string
            UserInfo: 1 username string, 2 uid string, 3 groups []string, 4 extra {strings}
            """)

    /// What one may do.
    static let authorization = ProtobufNotation(
        apiVersion: "authorization.k8s.io/v1",
        text: """
            FieldSelectorAttributes: 1 rawSelector string, 2 requirements []FieldSelectorRequirement
            LabelSelectorAttributes: 1 rawSelector string, 2 requirements []LabelSelectorRequirement
            LocalSubjectAccessReview kind: 1 metadata ObjectMeta, 2 spec SubjectAccessReviewSpec,
              3 status SubjectAccessReviewStatus
            NonResourceAttributes: 1 path string, 2 verb string
            NonResourceRule: 1 verbs []string!, 2 nonResourceURLs []string
            ResourceAttributes: 1 namespace string, 2 verb string, 3 group string, 4 version string,
              5 resource string, 6 subresource string, 7 name string, 8 fieldSelector FieldSelectorAttributes,
              9 labelSelector LabelSelectorAttributes
            ResourceRule: 1 verbs []string!, 2 apiGroups []string, 3 resources []string, 4 resourceNames []string
            SelfSubjectAccessReview kind: 1 metadata ObjectMeta, 2 spec SelfSubjectAccessReviewSpec,
              3 status SubjectAccessReviewStatus
            SelfSubjectAccessReviewSpec: 1 resourceAttributes ResourceAttributes,
              2 nonResourceAttributes NonResourceAttributes
            SelfSubjectRulesReview kind: 1 metadata ObjectMeta, 2 spec SelfSubjectRulesReviewSpec,
              3 status SubjectRulesReviewStatus
            SelfSubjectRulesReviewSpec: 1 namespace string
            SubjectAccessReview kind: 1 metadata ObjectMeta, 2 spec SubjectAccessReviewSpec,
              3 status SubjectAccessReviewStatus
            SubjectAccessReviewSpec: 1 resourceAttributes ResourceAttributes,
              2 nonResourceAttributes NonResourceAttributes, 3 user string, 4 groups []string, 5 extra {strings},
              6 uid string
            SubjectAccessReviewStatus: 1 allowed bool!, 2 reason string, 3 evaluationError string, 4 denied bool
            SubjectRulesReviewStatus: 1 resourceRules []ResourceRule!, 2 nonResourceRules []NonResourceRule!,
              3 incomplete bool!, 4 evaluationError string
            """)
}
