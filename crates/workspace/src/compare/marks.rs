//! What an object itself says about how Flux deals with it, by a label or an annotation.
//!
//! Source: what kustomize-controller leaves out when it applies and when it deletes
//! [kustomize-controller:internal/controller/kustomization_controller.go apply, deleteObjects; pkg:ssa/manager_apply.go
//! shouldSkipApply].

use infragen_kustomize::Resource;

use super::deletions::Kept;

/// Why a change of an object does not get into the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftAlone {
    /// `kustomize.toolkit.fluxcd.io/reconcile: disabled` on it.
    ReconcileDisabled,
    /// `kustomize.toolkit.fluxcd.io/ssa: Ignore` on it.
    SsaIgnore,
    /// `kustomize.toolkit.fluxcd.io/ssa: IfNotPresent` on it, and it is there.
    IfNotPresent,
}

/// Why Flux does not apply an object; `is_there` tells whether the cluster has it already.
pub(super) fn left_alone(object: &Resource, is_there: bool) -> Option<LeftAlone> {
    if marked(object, "kustomize.toolkit.fluxcd.io/reconcile", "disabled") {
        Some(LeftAlone::ReconcileDisabled)
    } else if marked(object, SSA, "Ignore") {
        Some(LeftAlone::SsaIgnore)
    } else if is_there && marked(object, SSA, "IfNotPresent") {
        Some(LeftAlone::IfNotPresent)
    } else {
        None
    }
}

/// Why Flux does not delete an object that it applies no more.
pub(super) fn protected(object: &Resource) -> Option<Kept> {
    if marked(object, "kustomize.toolkit.fluxcd.io/prune", "disabled") {
        return Some(Kept::PruneDisabled);
    }
    match left_alone(object, false)? {
        LeftAlone::ReconcileDisabled => Some(Kept::ReconcileDisabled),
        LeftAlone::SsaIgnore => Some(Kept::SsaIgnore),
        LeftAlone::IfNotPresent => None,
    }
}

/// Whether Flux deletes an object and makes it anew where it cannot be changed.
pub(super) fn forced(object: &Resource) -> bool {
    marked(object, "kustomize.toolkit.fluxcd.io/force", "enabled")
}

const SSA: &str = "kustomize.toolkit.fluxcd.io/ssa";

/// Whether a label or annotation has a value, in any case.
fn marked(object: &Resource, key: &str, value: &str) -> bool {
    [object.labels(), object.annotations()]
        .into_iter()
        .flatten()
        .filter_map(|map| map.get(key)?.as_str())
        .any(|own| own.eq_ignore_ascii_case(value))
}
