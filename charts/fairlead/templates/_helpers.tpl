{{- define "fairlead.labels" -}}
app.kubernetes.io/name: fairlead
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: fairlead
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "fairlead.controllerSelector" -}}
app.kubernetes.io/name: fairlead
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: controller
{{- end }}

{{- define "fairlead.routerSelector" -}}
app.kubernetes.io/name: fairlead
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: router
{{- end }}

{{- define "fairlead.controllerAccount" -}}
{{ .Values.serviceAccount.name | default .Release.Name }}
{{- end }}

{{- /* Which metrics are this release's: others export the general ones too. */ -}}
{{- define "fairlead.series" -}}
job="{{ .Release.Name }}-metrics",namespace="{{ .Release.Namespace }}"
{{- end }}

{{- /* Whether jobs can push metrics. */ -}}
{{- define "fairlead.progress" -}}
{{- if and .Values.progress.enabled (not .Values.namespaces) }}true{{ end -}}
{{- end }}

{{- define "fairlead.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- /* What Pod Security's level `restricted` asks for, and more. */ -}}
{{- define "fairlead.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "fairlead.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "fairlead.placement" -}}
{{- if .Values.nodeSelector }}
nodeSelector:
  {{- toYaml .Values.nodeSelector | nindent 2 }}
{{- end }}
{{- if .Values.tolerations }}
tolerations:
  {{- toYaml .Values.tolerations | nindent 2 }}
{{- end }}
{{- if .Values.priorityClassName }}
priorityClassName: {{ .Values.priorityClassName }}
{{- end }}
{{- end }}

{{- /* What the controller does and nothing else; docs/rbac.md has the reason of each rule. */ -}}
{{- define "fairlead.controllerRules" -}}
- apiGroups: [fairlead.dev]
  resources: [pipelines]
  verbs: [list, watch]
- apiGroups: [fairlead.dev]
  resources: [pipelineruns]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [fairlead.dev]
  resources: [pipelines/status, pipelineruns/status]
  verbs: [patch]
- apiGroups: [fairlead.dev]
  resources: [connections, clusterconnections, clusterprofiles]
  verbs: [list, watch]
- apiGroups: [fairlead.dev]
  resources: [connections/status, clusterconnections/status, clusterprofiles/status]
  verbs: [patch]
- apiGroups: [fairlead.dev]
  resources: [models]
  verbs: [get, list, watch, create]
- apiGroups: [fairlead.dev]
  resources: [modelversions]
  verbs: [list, watch, create, patch]
- apiGroups: [fairlead.dev]
  resources: [models/status, modelversions/status]
  verbs: [patch]
- apiGroups: [fairlead.dev]
  resources: [triggers]
  verbs: [list, watch]
- apiGroups: [fairlead.dev]
  resources: [triggers/status]
  verbs: [patch]
- apiGroups: [fairlead.dev]
  resources: [triggers/finalizers]
  verbs: [update]
- apiGroups: [fairlead.dev]
  resources: [pipelineruns/finalizers]
  verbs: [update]
- apiGroups: [fairlead.dev]
  resources: [trainingjobs]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [fairlead.dev]
  resources: [trainingjobs/status]
  verbs: [patch]
- apiGroups: [fairlead.dev]
  resources: [trainingjobs/finalizers]
  verbs: [update]
- apiGroups: [fairlead.dev]
  resources: [inferenceservices]
  verbs: [get, list, watch, create, patch]
- apiGroups: [fairlead.dev]
  resources: [inferenceservices/status, servingruntimes/status]
  verbs: [patch]
- apiGroups: [fairlead.dev]
  resources: [inferenceservices/finalizers]
  verbs: [update]
- apiGroups: [fairlead.dev]
  resources: [servingruntimes]
  verbs: [list, watch]
{{- if not .Values.namespaces }}
- apiGroups: [fairlead.dev]
  resources: [clusterservingruntimes]
  verbs: [list, watch, create, patch]
- apiGroups: [fairlead.dev]
  resources: [clusterservingruntimes/status]
  verbs: [patch]
{{- end }}
# Made, kept as they were made and deleted, and never scaled: that is the routers'.
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [gateway.networking.k8s.io]
  resources: [httproutes]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch, create, patch, delete]
# A key that is made and never read.
- apiGroups: [""]
  resources: [secrets]
  verbs: [create]
- apiGroups: [scheduling.k8s.io]
  resources: [podgroups, workloads]
  verbs: [get, create]
- apiGroups: [scheduling.volcano.sh, scheduling.x-k8s.io]
  resources: [podgroups]
  verbs: [get, create]
- apiGroups: [kueue.x-k8s.io]
  resources: [workloads]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [kueue.x-k8s.io]
  resources: [workloads/status]
  verbs: [patch]
{{- if not .Values.namespaces }}
- apiGroups: [kueue.x-k8s.io]
  resources: [resourceflavors, workloadpriorityclasses]
  verbs: [get]
- apiGroups: [scheduling.k8s.io]
  resources: [priorityclasses]
  verbs: [get]
{{- end }}
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, create, patch, delete, deletecollection]
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
{{- if include "fairlead.progress" . }}
- apiGroups: [authentication.k8s.io]
  resources: [tokenreviews]
  verbs: [create]
{{- end }}
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{- define "fairlead.uninstallRules" -}}
- apiGroups: [""]
  resources: [pods]
  verbs: [list, patch]
- apiGroups: [fairlead.dev]
  resources: [modelversions]
  verbs: [list, patch]
{{- end }}

{{- define "fairlead.uninstallHook" -}}
helm.sh/hook: pre-delete
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{- /* What a router does and nothing else; docs/rbac.md has the reason of each rule. */ -}}
{{- define "fairlead.routerRules" -}}
- apiGroups: [fairlead.dev]
  resources: [inferenceservices]
  verbs: [list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [list, watch]
- apiGroups: [apps]
  resources: [deployments/scale]
  verbs: [get, patch]
- apiGroups: [metrics.k8s.io]
  resources: [pods]
  verbs: [list]
{{- end }}
