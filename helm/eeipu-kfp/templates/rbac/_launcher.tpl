{{- /* Where runs of "EEIPU tune" make their experiments. With Kubeflow Pipelines for many users that
is beside each run; otherwise in the namespace of all runs, or the first one that is watched. */}}
{{- define "eeipu-kfp.launchNamespaces" -}}
{{- $watched := list }}
{{- if ne .Values.scope "Cluster" }}
{{- $watched = include "eeipu-kfp.namespaces" . | fromJsonArray }}
{{- end }}
{{- if .Values.kfp.multiUser -}}
{{ $watched | toJson }}
{{- else if or (eq .Values.scope "Cluster") (has .Values.kfp.namespace $watched) -}}
{{ list .Values.kfp.namespace | toJson }}
{{- else -}}
{{ list (first $watched) | toJson }}
{{- end }}
{{- end }}

{{- /* A role in a namespace, and the binding to it of those who run the tasks of "EEIPU tune". */}}
{{- define "eeipu-kfp.launcherGrant" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  {{- include "eeipu-kfp.rbacMetadata" . | nindent 2 }}
rules:
{{ .rules }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  {{- include "eeipu-kfp.rbacMetadata" . | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ .name }}
subjects:
{{- $account := .root.Values.tunePipeline.serviceAccount | default (ternary "default-editor" "pipeline-runner" .root.Values.kfp.multiUser) }}
{{- range .subjects }}
- kind: ServiceAccount
  name: {{ $account }}
  namespace: {{ .namespace }}
{{- end }}
{{- end }}
