//! `labels` and `commonLabels`.

use super::refuse;
use crate::config::{self, Config, Conflict};
use crate::context::Context;
use crate::field_spec::{FieldSpec, Make, change};
use crate::origin::How;
use crate::resource::Resource;
use crate::spec::{LabelEntry, Pairs};
use crate::value::{Map, ScalarKind, Shared, Value, plain_kind};

/// The fields that an item of `labels` acts on.
pub(crate) fn label_fields(
    entry: &LabelEntry,
    config: &Config,
) -> Result<Vec<FieldSpec>, Conflict> {
    let mut fields = entry.fields.clone();
    config::merge_all(&mut fields, &config.labels)?;
    if entry.include_selectors {
        config::merge_all(&mut fields, &config.common_labels)?;
        return Ok(fields);
    }
    if entry.include_templates {
        config::merge_all(&mut fields, &config.template_labels)?;
    }
    let metadata = FieldSpec {
        path: "metadata/labels".into(),
        create: true,
        ..FieldSpec::default()
    };
    config::merge_one(&mut fields, &metadata)?;
    Ok(fields)
}

/// Sets labels, or annotations, in every mapping that the field specs name.
pub(crate) fn apply_labels(
    labels: &Pairs,
    fields: &[FieldSpec],
    resources: &mut [Resource],
    context: &mut Context<'_>,
) {
    let Some((first, _)) = labels.first() else {
        return;
    };
    let range = first.range;
    for resource in resources {
        let gvk = resource.gvk();
        let first_node = resource.nodes.count + 1;
        let mut made = vec![0usize; labels.len()];
        for field in fields.iter().filter(|field| field.selects(&gvk)) {
            let set = &mut |value: &Value| match value {
                Value::Map(map) => with_labels(map, labels, first_node, &mut made, context)
                    .map(Value::from)
                    .map(Some),
                // Nothing is to be made there, and nothing is there.
                Value::Scalar(scalar) if scalar.kind == ScalarKind::Null => Ok(None),
                _ => Err("it is no mapping".to_owned()),
            };
            match change(&resource.value, field, Make::Map, set) {
                Ok(Some(changed)) => resource.value = changed,
                Ok(None) => {}
                Err(why) => refuse(context, range, resource, field, &why),
            }
        }
        resource.nodes.count += made.len() as u32;
        resource.nodes.shared |= made.iter().any(|&made| made > 1);
        resource.settle();
    }
}

/// A mapping with the labels set. Those that are new in it are the nodes from `first_node` on; `made` counts
/// in how many fields each of them stands.
fn with_labels(
    map: &Map,
    labels: &Pairs,
    first_node: u32,
    made: &mut [usize],
    context: &Context<'_>,
) -> Result<Map, String> {
    let mut map = map.clone();
    for (((key, text), node), made) in labels.iter().zip(first_node..).zip(made) {
        // kustomize writes a new key without quotes.
        if plain_kind(&key.value) != ScalarKind::String && map.get(&key.value).is_none() {
            return Err(format!("the key `{}` would be no text", key.value));
        }
        let there = map.get(&key.value);
        let mut value = context.scalar(
            text.value.clone(),
            ScalarKind::String,
            How::Transformer,
            text.range,
            there,
        );
        if let (None, Value::Scalar(scalar)) = (there, &mut value) {
            scalar.shared = Shared::node(node);
            *made += 1;
        }
        map.insert(key.value.clone(), value);
    }
    Ok(map)
}
