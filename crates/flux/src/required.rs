//! The fields that an object must have, or the API server refuses it.

use infragen_syntax::Node;

use crate::kinds::*;

/// The required fields of `spec`, by kind: those of the custom resource definitions of Flux 2.9 that have
/// been required since each kind's `v1`.
pub const REQUIRED: &[(&Kind, &[&str])] = &[
    (KUSTOMIZATION, &["interval", "prune", "sourceRef"]),
    (HELM_RELEASE, &["interval"]),
    (OCI_REPOSITORY, &["interval", "url"]),
    (GIT_REPOSITORY, &["interval", "url"]),
    (BUCKET, &["bucketName", "endpoint", "interval"]),
    (HELM_REPOSITORY, &["url"]),
    (IMAGE_REPOSITORY, &["image"]),
    (IMAGE_POLICY, &["imageRepositoryRef", "policy"]),
    (IMAGE_UPDATE_AUTOMATION, &["interval", "sourceRef"]),
    (ALERT, &["eventSources", "providerRef"]),
    (PROVIDER, &["type"]),
    (RECEIVER, &["resources", "type"]),
];

/// The required fields of `spec` that an object lacks.
pub(crate) fn missing(root: Node<'_>, kind: &crate::GroupKind) -> Vec<&'static str> {
    let Some((_, required)) = REQUIRED.iter().find(|(known, _)| *kind == **known) else {
        return Vec::new();
    };
    let spec = root.get("spec");
    let absent = |field: &&&str| spec.and_then(|spec| spec.get(field)).is_none();
    required.iter().filter(absent).copied().collect()
}
