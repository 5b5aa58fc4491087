{{- /* A role and the controller's binding to it: in a namespace, or everywhere where that is empty. */}}
{{- define "eeipu-kfp.grant" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ ternary "Role" "ClusterRole" (ne .namespace "") }}
metadata:
  {{- include "eeipu-kfp.rbacMetadata" . | nindent 2 }}
rules:
{{ .rules }}
---
{{ include "eeipu-kfp.binding" (merge (dict "kind" (ternary "Role" "ClusterRole" (ne .namespace "")) "role" .name) .) }}
{{- end }}

{{- /* The controller's binding to a role that exists. */}}
{{- define "eeipu-kfp.binding" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ ternary "RoleBinding" "ClusterRoleBinding" (ne .namespace "") }}
metadata:
  {{- include "eeipu-kfp.rbacMetadata" . | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ .kind }}
  name: {{ .role }}
subjects:
- kind: ServiceAccount
  name: {{ .root.Chart.Name }}
  namespace: {{ .root.Release.Namespace }}
{{- end }}

{{- define "eeipu-kfp.rbacMetadata" -}}
name: {{ .name }}
{{- with .namespace }}
namespace: {{ . }}
{{- end }}
labels:
  {{- include "eeipu-kfp.labels" .root | nindent 2 }}
{{- end }}

{{- /* Where experiments are; one empty name stands for everywhere. */}}
{{- define "eeipu-kfp.experimentNamespaces" -}}
{{- if eq .Values.scope "Cluster" -}}
{{ list "" | toJson }}
{{- else -}}
{{ include "eeipu-kfp.namespaces" . }}
{{- end }}
{{- end }}

{{- /* Where the stages of their trials run. */}}
{{- define "eeipu-kfp.runNamespaces" -}}
{{- if .Values.kfp.multiUser -}}
{{ include "eeipu-kfp.experimentNamespaces" . }}
{{- else -}}
{{ list .Values.kfp.namespace | toJson }}
{{- end }}
{{- end }}
