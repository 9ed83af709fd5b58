//! The order in which objects come out.

use crate::context::Context;
use crate::error::ErrorKind;
use crate::id::Gvk;
use crate::resource::Resource;
use crate::spec::SortOptions;

/// The kinds that come first, unless the file says otherwise: what others need.
const FIRST: &[&str] = &[
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// The kinds that come last.
const LAST: &[&str] = &[
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// Sorts objects as `sortOptions` says; where there are none, only if `by_default`.
pub(crate) fn sort(
    options: Option<&SortOptions>,
    by_default: bool,
    resources: &mut [Resource],
    context: &mut Context<'_>,
) {
    let Some(options) = options else {
        if by_default {
            sort_by(FIRST, LAST, resources);
        }
        return;
    };
    match (options.order.value.as_str(), &options.legacy) {
        ("fifo", None) => {}
        ("fifo", Some(_)) => {
            let message = "`legacySortOptions` mean nothing where the order is fifo";
            context.report(ErrorKind::WrongValue, options.range, message);
        }
        ("legacy", None) => sort_by(FIRST, LAST, resources),
        ("legacy", Some((first, last))) => {
            let first: Vec<&str> = first.iter().map(|kind| kind.as_str()).collect();
            let last: Vec<&str> = last.iter().map(|kind| kind.as_str()).collect();
            sort_by(&first, &last, resources);
        }
        _ => {
            let message = "the order must be legacy or fifo";
            context.report(ErrorKind::WrongValue, options.order.range, message);
        }
    }
}

fn sort_by(first: &[&str], last: &[&str], resources: &mut [Resource]) {
    resources.sort_by_cached_key(|resource| {
        let gvk = resource.gvk();
        let or = |text: &str, or: &'static str| match text {
            "" => or.to_owned(),
            text => text.to_owned(),
        };
        let id = format!(
            "{gvk}|{}|{}",
            or(resource.namespace(), "~X"),
            or(resource.name(), "~N")
        );
        let place = place(first, last, &gvk.kind);
        (place, type_key(&gvk, place != 0), id)
    });
}

/// The place of a kind in the default order: negative, if it is among the first.
pub(crate) fn place_of_kind(kind: &str) -> isize {
    place(FIRST, LAST, kind)
}

/// The place of a kind; of one that is listed twice the later counts.
fn place(first: &[&str], last: &[&str], kind: &str) -> isize {
    let first_place = first.iter().rposition(|listed| *listed == kind);
    let last_place = last.iter().rposition(|listed| *listed == kind);
    match (first_place, last_place) {
        (_, Some(at)) => 1 + at as isize,
        (Some(at), None) => at as isize - first.len() as isize,
        (None, None) => 0,
    }
}

/// Types by group, version and kind. A Namespace of the core group comes before those of other groups, if the
/// kind has a `place` of its own.
fn type_key(gvk: &Gvk, place: bool) -> (bool, String) {
    let or = |text: &str, or: &'static str| match text {
        "" => or.to_owned(),
        text => text.to_owned(),
    };
    let core_namespace = place && gvk.kind == "Namespace" && gvk.group.is_empty();
    let key = format!(
        "{}_{}_{}",
        or(&gvk.group, "~G"),
        or(&gvk.version, "~V"),
        or(&gvk.kind, "~K")
    );
    (!core_namespace, key)
}
