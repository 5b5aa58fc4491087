{{- /* A binding of the controller to a role: in a namespace, or everywhere where none is given. */}}
{{- define "eeipu-kfp.binding" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ ternary "RoleBinding" "ClusterRoleBinding" (ne .namespace "") }}
metadata:
  name: {{ .name }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "eeipu-kfp.labels" .root | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ .kind }}
  name: {{ .role }}
subjects:
- kind: ServiceAccount
  name: {{ .root.Chart.Name }}
  namespace: {{ .root.Release.Namespace }}
{{- end }}
