extension BuiltinTypes {
    /// What `kubectl explain` says of types and their main fields; `*.` stands for every type.
    static let descriptions: [String: String] = {
        var descriptions: [String: String] = [:]
        for line in descriptionLines.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            if parts.count == 2 { descriptions[String(parts[0])] = parts[1].drop { $0 == " " }.description }
        }
        return descriptions
    }()

    private static let descriptionLines = """
        *.apiVersion        The group and version of the kind, such as v1 or apps/v1.
        *.kind              The name of the kind, in CamelCase.
        *.metadata          The object's name, namespace, labels and the like.
        *.spec              What is wanted.
        *.status            What was seen last. Written by the system.
        Binding             The assignment of a pod to a node.
        ClusterRole         Rules for all namespaces and for what lives in none.
        ClusterRoleBinding  Gives a ClusterRole to people and programs, in all namespaces.
        ConfigMap           Settings for programs, as texts and small files.
        ConfigMap.binaryData  Values that are no UTF-8, in base64.
        ConfigMap.data      Values as text, by key.
        ConfigMap.immutable  Whether the data can never change again.
        Container           One program that runs in a pod.
        Container.args      Arguments; $(NAME) stands for an environment variable.
        Container.command   The program and its first arguments, in place of the image's entry point.
        Container.env       Environment variables.
        Container.envFrom   ConfigMaps and Secrets whose keys become environment variables.
        Container.image     The image to run.
        Container.imagePullPolicy  When the image is fetched: Always, IfNotPresent or Never.
        Container.lifecycle  What is done after the start and before the end.
        Container.livenessProbe  How it is found out that the program must be started anew.
        Container.name      The container's name, an RFC 1123 label of its own in the pod.
        Container.ports     Ports on which the program listens.
        Container.readinessProbe  How it is found out that the program can take requests.
        Container.resources  What the program needs, and what it may use at most.
        Container.restartPolicy  For an init container, Always makes it a sidecar.
        Container.securityContext  Rights, user and capabilities of the program.
        Container.startupProbe  How it is found out that the program has started.
        Container.terminationMessagePath  The file whose content becomes the termination message.
        Container.volumeMounts  Where volumes appear in the container's file system.
        Container.workingDir  The directory in which the program starts.
        CronJob             Jobs by a schedule.
        CustomResourceDefinition  A kind that is added to the server.
        DaemonSet           One pod on each node.
        Deployment          Pods of one template, kept in number and renewed step by step.
        DeploymentSpec.replicas  How many pods there shall be.
        DeploymentSpec.selector  Which pods belong to it.
        DeploymentSpec.strategy  How old pods give way to new ones.
        DeploymentSpec.template  What the pods look like.
        Endpoints           Addresses behind a Service, in the older form.
        EndpointSlice       Some of the addresses behind a Service.
        EnvVar              An environment variable.
        EnvVar.name         The variable's name.
        EnvVar.value        The variable's value.
        EnvVar.valueFrom    Where the value comes from.
        Event               Something that happened to an object.
        Ingress             Which Service answers which host and path.
        Job                 Pods that run until enough of them have succeeded.
        JobSpec.backoffLimit  How many pods may fail.
        JobSpec.completions  How many pods must succeed.
        JobSpec.parallelism  How many pods run at once.
        Lease               A claim that must be renewed, such as a leader's.
        LimitRange          Bounds and defaults for what pods ask for in a namespace.
        Namespace           A room for names.
        NetworkPolicy       Which pods may talk to which.
        Node                A machine that runs pods.
        ObjectMeta          What every object has: its name, labels and history.
        ObjectMeta.annotations  Notes for tools.
        ObjectMeta.creationTimestamp  When the object was made.
        ObjectMeta.deletionTimestamp  When the object goes, once somebody has asked for it.
        ObjectMeta.finalizers  Who must let go of the object before it goes.
        ObjectMeta.generateName  The beginning of a name that the server completes.
        ObjectMeta.generation  Counts the changes of what is wanted.
        ObjectMeta.labels   Words by which objects are selected.
        ObjectMeta.managedFields  Who set which field.
        ObjectMeta.name     The name, one of its kind in the namespace.
        ObjectMeta.namespace  The namespace.
        ObjectMeta.ownerReferences  The objects with which this one goes.
        ObjectMeta.resourceVersion  The version of the object, for concurrent writes and watches.
        ObjectMeta.uid      The identity, never used again.
        PersistentVolume    Storage that is there.
        PersistentVolumeClaim  Storage that is asked for.
        Pod                 One or more containers that run together on a node.
        PodDisruptionBudget  How many pods may be away at once by choice.
        PodSpec             What a pod is made of.
        PodSpec.activeDeadlineSeconds  After how many seconds the pod is ended.
        PodSpec.affinity    Which nodes and neighbours the pod prefers or needs.
        PodSpec.automountServiceAccountToken  Whether the pod gets a token of its service account.
        PodSpec.containers  The programs, at least one.
        PodSpec.ephemeralContainers  Containers that were added to look into the running pod.
        PodSpec.imagePullSecrets  Secrets with which images are fetched.
        PodSpec.initContainers  Programs that must end, in order, before the containers start.
        PodSpec.nodeName    The node that runs the pod.
        PodSpec.nodeSelector  Labels that the node must have.
        PodSpec.priorityClassName  How important the pod is.
        PodSpec.restartPolicy  When containers are started anew: Always, OnFailure or Never.
        PodSpec.schedulerName  Who chooses the node.
        PodSpec.securityContext  User, groups and rights for all containers.
        PodSpec.serviceAccountName  As whom the pod talks to the API server.
        PodSpec.terminationGracePeriodSeconds  How long the programs may take to end.
        PodSpec.tolerations  Which taints of nodes the pod bears.
        PodSpec.volumes     Directories that containers can mount.
        PodStatus.conditions  What holds of the pod, such as Ready.
        PodStatus.containerStatuses  What became of the containers.
        PodStatus.phase     Pending, Running, Succeeded, Failed or Unknown.
        PodStatus.podIP     The pod's address.
        PodTemplate         What pods look like, to be used by others.
        PriorityClass       A name for how important pods are.
        ReplicaSet          Pods of one template, kept in number.
        ReplicationController  Pods of one template, kept in number; the forerunner of ReplicaSet.
        ResourceQuota       What a namespace may use in total.
        Role                Rules for one namespace.
        RoleBinding         Gives a role to people and programs in one namespace.
        Secret              Data that not everybody may read.
        Secret.data         Values in base64, by key.
        Secret.stringData   Values as text; only ever written.
        Secret.type         What the keys mean.
        Service             A stable name and address for a set of pods.
        ServiceAccount      An identity for programs in pods.
        ServiceSpec.clusterIP  The address in the cluster; None for a headless Service.
        ServiceSpec.ports   The ports on which it listens.
        ServiceSpec.selector  Labels of the pods behind it.
        ServiceSpec.type    ClusterIP, NodePort, LoadBalancer or ExternalName.
        StatefulSet         Pods with names and volumes of their own that stay.
        StorageClass        A kind of storage and who makes it.
        Volume              A directory that containers of a pod can mount.
        Volume.configMap    Files of a ConfigMap's values.
        Volume.emptyDir     An empty directory that lives as long as the pod.
        Volume.hostPath     A file or directory of the node.
        Volume.name         The volume's name in the pod.
        Volume.persistentVolumeClaim  Storage that a claim has got.
        Volume.projected    Several sources in one directory.
        Volume.secret       Files of a Secret's values.
        VolumeMount.mountPath  Where the volume appears.
        VolumeMount.name    Which volume.
        VolumeMount.readOnly  Whether it can't be written.
        VolumeMount.subPath  Which part of the volume.
        """
}
