//! Which types have no namespace, as the Kubernetes 1.21.2 that kustomize carries knows them. What is not
//! here has one: custom types, and built-in ones that are newer.

/// Whether kustomize is certain that a type has no namespace.
pub(crate) fn is_cluster_scoped(group: &str, version: &str, kind: &str) -> bool {
    match kind {
        "APIService" => matches!(
            (group, version),
            ("apiregistration.k8s.io", "v1" | "v1beta1")
        ),
        "CSIDriver" => matches!((group, version), ("storage.k8s.io", "v1" | "v1beta1")),
        "CSINode" => matches!((group, version), ("storage.k8s.io", "v1" | "v1beta1")),
        "CertificateSigningRequest" => {
            matches!((group, version), ("certificates.k8s.io", "v1" | "v1beta1"))
        }
        "ClusterRole" => matches!(
            (group, version),
            ("rbac.authorization.k8s.io", "v1" | "v1beta1")
        ),
        "ClusterRoleBinding" => matches!(
            (group, version),
            ("rbac.authorization.k8s.io", "v1" | "v1beta1")
        ),
        "ComponentStatus" => matches!((group, version), ("", "v1")),
        "CustomResourceDefinition" => {
            matches!((group, version), ("apiextensions.k8s.io", "v1" | "v1beta1"))
        }
        "FlowSchema" => matches!(
            (group, version),
            ("flowcontrol.apiserver.k8s.io", "v1beta1")
        ),
        "IngressClass" => matches!((group, version), ("networking.k8s.io", "v1" | "v1beta1")),
        "MutatingWebhookConfiguration" => matches!(
            (group, version),
            ("admissionregistration.k8s.io", "v1" | "v1beta1")
        ),
        "Namespace" => matches!((group, version), ("", "v1")),
        "Node" => matches!((group, version), ("", "v1")),
        "NodeProxyOptions" => matches!((group, version), ("", "v1")),
        "PersistentVolume" => matches!((group, version), ("", "v1")),
        "PodSecurityPolicy" => matches!((group, version), ("policy", "v1beta1")),
        "PriorityClass" => matches!((group, version), ("scheduling.k8s.io", "v1" | "v1beta1")),
        "PriorityLevelConfiguration" => matches!(
            (group, version),
            ("flowcontrol.apiserver.k8s.io", "v1beta1")
        ),
        "RuntimeClass" => matches!((group, version), ("node.k8s.io", "v1" | "v1beta1")),
        "StorageClass" => matches!((group, version), ("storage.k8s.io", "v1" | "v1beta1")),
        "ValidatingWebhookConfiguration" => matches!(
            (group, version),
            ("admissionregistration.k8s.io", "v1" | "v1beta1")
        ),
        "VolumeAttachment" => matches!((group, version), ("storage.k8s.io", "v1" | "v1beta1")),
        _ => false,
    }
}
