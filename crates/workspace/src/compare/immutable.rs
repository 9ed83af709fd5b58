//! Fields that the API server does not let anybody change.
//!
//! Source: the update validation of Kubernetes 1.34 [kubernetes:pkg/apis/*/validation/validation.go]; for a
//! HelmRelease, when helm-controller moves a release
//! [helm-controller:internal/action/diff.go, docs/spec/v2/helmreleases.md].

use infragen_flux::GroupKind;
use infragen_kustomize::Value;

use super::fields::Difference;

/// What a change of a field that is fixed comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fixed {
    /// The API server refuses it.
    Refused,
    /// The controller of the object takes down what it made, and makes it anew.
    MadeAnew,
}

/// Fields of a kind that are fixed.
struct Row {
    group: &'static str,
    kind: &'static str,
    /// The fields: each with all that is in it.
    below: &'static [&'static str],
    /// Keys directly in it that may change all the same.
    but: &'static [&'static str],
    /// What a change comes to.
    fixed: Fixed,
}

const fn row(group: &'static str, kind: &'static str, below: &'static [&'static str]) -> Row {
    Row {
        group,
        kind,
        below,
        but: &[],
        fixed: Fixed::Refused,
    }
}

const ROWS: &[Row] = &[
    row("apps", "Deployment", &["spec", "selector"]),
    row("apps", "DaemonSet", &["spec", "selector"]),
    row("apps", "ReplicaSet", &["spec", "selector"]),
    Row {
        but: &[
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
        ],
        ..row("apps", "StatefulSet", &["spec"])
    },
    row("batch", "Job", &["spec", "template"]),
    row("batch", "Job", &["spec", "selector"]),
    row("batch", "Job", &["spec", "completionMode"]),
    row("batch", "Job", &["spec", "podFailurePolicy"]),
    Row {
        but: &["resources", "volumeAttributesClassName"],
        ..row("", "PersistentVolumeClaim", &["spec"])
    },
    Row {
        but: &[
            "accessModes",
            "capacity",
            "claimRef",
            "mountOptions",
            "nodeAffinity",
            "persistentVolumeReclaimPolicy",
            "storageClassName",
            "volumeAttributesClassName",
        ],
        ..row("", "PersistentVolume", &["spec"])
    },
    row("", "Secret", &["type"]),
    row("rbac.authorization.k8s.io", "RoleBinding", &["roleRef"]),
    row(
        "rbac.authorization.k8s.io",
        "ClusterRoleBinding",
        &["roleRef"],
    ),
    row("storage.k8s.io", "StorageClass", &["provisioner"]),
    row("storage.k8s.io", "StorageClass", &["parameters"]),
    row("storage.k8s.io", "StorageClass", &["reclaimPolicy"]),
    row("storage.k8s.io", "StorageClass", &["volumeBindingMode"]),
    row("networking.k8s.io", "IngressClass", &["spec", "controller"]),
    row("scheduling.k8s.io", "PriorityClass", &["value"]),
    row("scheduling.k8s.io", "PriorityClass", &["preemptionPolicy"]),
    row("node.k8s.io", "RuntimeClass", &["handler"]),
    row(
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        &["spec", "scope"],
    ),
    Row {
        fixed: Fixed::MadeAnew,
        ..row(
            "helm.toolkit.fluxcd.io",
            "HelmRelease",
            &["spec", "releaseName"],
        )
    },
    Row {
        fixed: Fixed::MadeAnew,
        ..row(
            "helm.toolkit.fluxcd.io",
            "HelmRelease",
            &["spec", "targetNamespace"],
        )
    },
    Row {
        fixed: Fixed::MadeAnew,
        ..row(
            "helm.toolkit.fluxcd.io",
            "HelmRelease",
            &["spec", "storageNamespace"],
        )
    },
];

/// What a difference comes to, where its field is fixed; `before` is the whole object.
pub(crate) fn fixed(kind: &GroupKind, before: &Value, difference: &Difference) -> Option<Fixed> {
    let path = &difference.path;
    let in_core = |name| kind.group.is_empty() && kind.kind == name;
    if in_core("Service") {
        // Left out, it stays what the API server gave.
        let is_address = path.key(0) == Some("spec")
            && path
                .key(1)
                .is_some_and(|key| matches!(key, "clusterIP" | "clusterIPs"));
        return (is_address && difference.after.is_some()).then_some(Fixed::Refused);
    }
    if in_core("Secret") || in_core("ConfigMap") {
        let sealed = before.get("immutable").and_then(Value::as_str) == Some("true");
        let is_data = path
            .key(0)
            .is_some_and(|key| matches!(key, "data" | "binaryData" | "stringData" | "immutable"));
        if sealed && is_data {
            return Some(Fixed::Refused);
        }
    }
    let mut rows = ROWS
        .iter()
        .filter(|row| row.kind == kind.kind && row.group == kind.group && path.is_below(row.below));
    let row = rows.find(|row| {
        let key = path.key(row.below.len());
        !key.is_some_and(|key| row.but.contains(&key))
    })?;
    Some(row.fixed)
}

#[cfg(test)]
mod tests {
    use infragen_flux::GroupKind;
    use infragen_kustomize::read_through_json;

    use super::{Fixed, fixed};
    use crate::compare::fields::differences;

    fn refused(api: &str, kind: &str, before: &str, after: &str) -> Vec<String> {
        let kind = GroupKind::new(api, kind);
        let (before, after) = (
            read_through_json(before).unwrap(),
            read_through_json(after).unwrap(),
        );
        differences(&before, &after)
            .iter()
            .filter_map(|difference| {
                let fixed = fixed(&kind, &before, difference)?;
                let how = if fixed == Fixed::Refused { "" } else { " anew" };
                Some(format!("{}{how}", difference.path))
            })
            .collect()
    }

    #[test]
    fn fields_that_are_fixed_are_known() {
        for (api, kind, before, after, expected) in [
            (
                "apps/v1",
                "Deployment",
                "spec: {replicas: 1, selector: {matchLabels: {app: a}}}",
                "spec: {replicas: 2, selector: {matchLabels: {app: b}}}",
                "spec.selector.matchLabels.app",
            ),
            (
                "apps/v1",
                "StatefulSet",
                "spec: {replicas: 1, serviceName: a, template: {a: b}, volumeClaimTemplates: [{spec: {a: b}}]}",
                "spec: {replicas: 2, serviceName: b, template: {a: c}, volumeClaimTemplates: [{spec: {a: c}}]}",
                "spec.serviceName, spec.volumeClaimTemplates[0].spec.a",
            ),
            (
                "batch/v1",
                "Job",
                "spec: {template: {a: b}, backoffLimit: 1}",
                "spec: {template: {a: c}, backoffLimit: 2}",
                "spec.template.a",
            ),
            (
                "v1",
                "PersistentVolumeClaim",
                "spec: {resources: {requests: {storage: 1Gi}}, storageClassName: a}",
                "spec: {resources: {requests: {storage: 2Gi}}, storageClassName: b}",
                "spec.storageClassName",
            ),
            (
                "v1",
                "Service",
                "spec: {clusterIP: 1.2.3.4, type: a}",
                "spec: {clusterIP: None, type: b}",
                "spec.clusterIP",
            ),
            (
                "v1",
                "Service",
                "spec: {clusterIP: 1.2.3.4}",
                "spec: {}",
                "",
            ),
            (
                "v1",
                "Secret",
                "{immutable: true, data: {a: b}}",
                "{immutable: true, data: {a: c}}",
                "data.a",
            ),
            (
                "v1",
                "ConfigMap",
                "{immutable: true, data: {a: b}}",
                "{data: {a: c}}",
                "data.a, immutable",
            ),
            (
                "v1",
                "ConfigMap",
                "{data: {a: b}}",
                "{immutable: true, data: {a: c}}",
                "",
            ),
            (
                "v1",
                "Secret",
                "{type: a, data: {a: b}}",
                "{type: b, data: {a: c}}",
                "type",
            ),
            (
                "rbac.authorization.k8s.io/v1",
                "RoleBinding",
                "{roleRef: {name: a}, subjects: [{name: a}]}",
                "{roleRef: {name: b}, subjects: [{name: b}]}",
                "roleRef.name",
            ),
            (
                "storage.k8s.io/v1",
                "StorageClass",
                "{parameters: {a: b}, allowVolumeExpansion: false}",
                "{parameters: {a: c}, allowVolumeExpansion: true}",
                "parameters.a",
            ),
            (
                "helm.toolkit.fluxcd.io/v2",
                "HelmRelease",
                "spec: {targetNamespace: a, values: {targetNamespace: a}}",
                "spec: {targetNamespace: b, values: {targetNamespace: b}}",
                "spec.targetNamespace anew",
            ),
            // Of another group, it is another kind.
            (
                "serving.knative.dev/v1",
                "Service",
                "spec: {clusterIP: a}",
                "spec: {clusterIP: b}",
                "",
            ),
        ] {
            let mut found = refused(api, kind, before, after);
            found.sort();
            assert_eq!(found.join(", "), expected, "{kind}: {before}");
        }
    }
}
