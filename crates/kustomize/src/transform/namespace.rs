//! `namespace`.

use rustc_hash::FxHashMap;

use super::refuse;
use crate::context::Context;
use crate::error::{BuildError, ErrorKind};
use crate::field_spec::{FieldSpec, Make, change};
use crate::id::Id;
use crate::origin::How;
use crate::resource::Resource;
use crate::spec::Text;
use crate::value::{ScalarKind, Value};

/// What the transformer is told.
pub(crate) struct NamespaceSettings<'a> {
    /// The namespace.
    pub namespace: &'a Text,
    /// The fields, beside `metadata.namespace`.
    pub fields: &'a [FieldSpec],
    /// Whether a namespace that is there stays.
    pub unset_only: bool,
    /// Which subjects of role bindings follow.
    pub subjects: Subjects,
}

/// Which subjects of a RoleBinding or ClusterRoleBinding get the namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subjects {
    /// Those called `default`.
    Default,
    /// All service accounts.
    ServiceAccounts,
    /// None.
    None,
}

/// Puts objects into a namespace.
pub(crate) fn apply_namespace(
    settings: &NamespaceSettings<'_>,
    resources: &mut [Resource],
    context: &mut Context<'_>,
) {
    for resource in resources.iter_mut() {
        resource.remember_id();
        put(settings, resource, context);
    }
    report_conflicts(settings, resources, context);
}

/// Puts one object into a namespace.
pub(super) fn put(
    settings: &NamespaceSettings<'_>,
    resource: &mut Resource,
    context: &mut Context<'_>,
) {
    let gvk = resource.gvk();
    let binding = matches!(gvk.kind.as_str(), "RoleBinding" | "ClusterRoleBinding");
    let metadata = FieldSpec {
        path: "metadata/namespace".into(),
        create: true,
        ..FieldSpec::default()
    };
    let own = (!gvk.is_cluster_scoped()).then_some(&metadata);
    let others = settings.fields.iter().filter(|field| {
        let only_core = field.path == "metadata/name" && resource.api_version() != "v1";
        let subject = binding && field.path == "subjects/namespace" && is_binding(&field.kind);
        field.selects(&gvk) && field.path != metadata.path && !only_core && !subject
    });
    let fields: Vec<&FieldSpec> = own.into_iter().chain(others).collect();
    for field in fields {
        let set = &mut |value: &Value| set(settings, value, context);
        match change(&resource.value, field, Make::Scalar, set) {
            Ok(Some(changed)) => resource.value = changed,
            Ok(None) => {}
            Err(why) => refuse(context, settings.namespace.range, resource, field, &why),
        }
    }
    if binding {
        put_subjects(settings, resource, context);
    }
}

fn is_binding(kind: &str) -> bool {
    matches!(kind, "RoleBinding" | "ClusterRoleBinding")
}

fn set(
    settings: &NamespaceSettings<'_>,
    value: &Value,
    context: &Context<'_>,
) -> Result<Option<Value>, String> {
    let Value::Scalar(before) = value else {
        return Err("it is no scalar".to_owned());
    };
    if settings.unset_only && !value.is_null() && !before.text.is_empty() {
        return Ok(None);
    }
    let text = &settings.namespace.value;
    if !context.loader.traced() && before.kind == ScalarKind::String && before.text == *text {
        return Ok(None);
    }
    Ok(Some(context.scalar(
        text.clone(),
        ScalarKind::String,
        How::Transformer,
        settings.namespace.range,
        Some(value),
    )))
}

/// Lets the subjects of a binding follow.
fn put_subjects(
    settings: &NamespaceSettings<'_>,
    resource: &mut Resource,
    context: &mut Context<'_>,
) {
    let (key, wanted) = match settings.subjects {
        Subjects::Default => ("name", "default"),
        Subjects::ServiceAccounts => ("kind", "ServiceAccount"),
        Subjects::None => return,
    };
    let Some(subjects) = resource.value.get("subjects") else {
        return;
    };
    let Some(items) = subjects.as_list() else {
        if !subjects.is_null() {
            let field = FieldSpec {
                path: "subjects".into(),
                ..FieldSpec::default()
            };
            let range = settings.namespace.range;
            refuse(context, range, resource, &field, "it is no list");
        }
        return;
    };
    let odd = |item: &Value| match item {
        Value::Map(subject) => subject
            .get(key)
            .is_some_and(|value| value.as_scalar().is_none()),
        _ => !item.is_null(),
    };
    if items.iter().any(odd) {
        let field = FieldSpec {
            path: "subjects".into(),
            ..FieldSpec::default()
        };
        let range = settings.namespace.range;
        refuse(context, range, resource, &field, "an item is no subject");
        return;
    }
    let mut changed = items.to_vec();
    for item in &mut changed {
        if item.get(key).and_then(Value::as_str) != Some(wanted) {
            continue;
        }
        let missing = Value::null();
        let before = item.get("namespace").unwrap_or(&missing);
        if let (Ok(Some(namespace)), Some(map)) =
            (set(settings, before, context), item.as_map_mut())
        {
            map.insert("namespace", namespace);
        }
    }
    if let Some(map) = resource.value.as_map_mut() {
        map.insert("subjects", Value::from(changed));
    }
}

/// Objects that became one by their new namespace.
fn report_conflicts(
    settings: &NamespaceSettings<'_>,
    resources: &[Resource],
    context: &mut Context<'_>,
) {
    let mut seen: FxHashMap<Id, usize> = FxHashMap::default();
    for (index, resource) in resources.iter().enumerate() {
        let id = resource.id().normal();
        if let Some(first) = seen.insert(id, index) {
            let message = format!(
                "{} {} is there twice once both are in namespace {}",
                resource.kind(),
                resource.name(),
                settings.namespace.value
            );
            let place = context.place(settings.namespace.range);
            context.push(
                BuildError::new(ErrorKind::DuplicateId, place, message)
                    .with_related(resources[first].place.clone(), "one")
                    .with_related(resource.place.clone(), "the other"),
            );
        }
    }
}
