//! `replicas`.

use smol_str::format_smolstr;

use super::refuse;
use crate::context::Context;
use crate::error::ErrorKind;
use crate::field_spec::{FieldSpec, Make, change};
use crate::origin::How;
use crate::resource::Resource;
use crate::spec::ReplicaEntry;
use crate::value::{ScalarKind, Value};

/// Sets how many replicas the objects of a name have.
pub(crate) fn apply_replicas(
    entry: &ReplicaEntry,
    fields: &[FieldSpec],
    resources: &mut [Resource],
    context: &mut Context<'_>,
) {
    let mut found = false;
    for field in fields {
        for resource in resources.iter_mut() {
            let now = resource.id();
            let named = std::iter::once(now.clone())
                .chain(resource.previous_ids())
                .any(|id| id.name == entry.name.value && field.selects(&id.gvk));
            if !named {
                continue;
            }
            found = true;
            if !field.selects(&now.gvk) {
                continue;
            }
            let set = &mut |value: &Value| match value {
                Value::Scalar(_) => Ok(Some(context.scalar(
                    format_smolstr!("{}", entry.count),
                    ScalarKind::Int,
                    How::Transformer,
                    entry.count_range,
                    Some(value),
                ))),
                _ => Err("it is no scalar".to_owned()),
            };
            match change(&resource.value, field, Make::Scalar, set) {
                Ok(Some(changed)) => resource.value = changed,
                Ok(None) => {}
                Err(why) => refuse(context, entry.count_range, resource, field, &why),
            }
        }
    }
    if !found {
        let message = format!(
            "no Deployment, StatefulSet, ReplicaSet or ReplicationController here is called {}",
            entry.name.value
        );
        context.report(ErrorKind::Replicas, entry.name.range, message);
    }
}
