{{- define "eeipu-kfp.tokenFolder" -}}
/var/run/secrets/kubeflow/pipelines
{{- end }}

{{- define "eeipu-kfp.env" -}}
- name: EEIPU_NAMESPACES
{{- if eq .Values.scope "Cluster" }}
  value: ""
{{- else if .Values.watchNamespaces }}
  value: {{ include "eeipu-kfp.namespaces" . | fromJsonArray | join "," }}
{{- else }}
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
{{- end }}
- name: EEIPU_OWN_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: EEIPU_KFP_URL
  value: {{ .Values.kfp.url | quote }}
- name: EEIPU_MLMD_ADDRESS
  value: {{ .Values.kfp.metadataAddress | quote }}
- name: EEIPU_KFP_NAMESPACE
  value: {{ ternary "" .Values.kfp.namespace .Values.kfp.multiUser | quote }}
- name: EEIPU_KFP_TOKEN_PATH
  value: {{ ternary (printf "%s/token" (include "eeipu-kfp.tokenFolder" .)) "" .Values.kfp.multiUser | quote }}
{{- with .Values.s3 }}
- name: EEIPU_S3_ENDPOINT
  value: {{ .endpoint | quote }}
- name: EEIPU_S3_BUCKET
  value: {{ .bucket | quote }}
- name: EEIPU_S3_PREFIX
  value: {{ .prefix | quote }}
- name: EEIPU_S3_REGION
  value: {{ .region | quote }}
- name: EEIPU_S3_SCHEME
  value: {{ .scheme | quote }}
{{- with .existingSecret }}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef:
      name: {{ .name }}
      key: {{ .accessKeyKey }}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .name }}
      key: {{ .secretKeyKey }}
{{- end }}
{{- end }}
- name: EEIPU_WORKERS
  value: {{ .Values.workers | quote }}
- name: EEIPU_LOG_FORMAT
  value: {{ .Values.logFormat }}
- name: EEIPU_UI
  value: {{ .Values.ui.enabled | quote }}
- name: EEIPU_UI_PIPELINES_URL
  value: {{ .Values.ui.pipelinesUrl | quote }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}
