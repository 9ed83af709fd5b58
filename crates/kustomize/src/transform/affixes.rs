//! `namePrefix` and `nameSuffix`.

use smol_str::{SmolStr, format_smolstr};

use super::refuse;
use crate::context::Context;
use crate::field_spec::{FieldSpec, Make, change};
use crate::id::Gvk;
use crate::resource::Resource;
use crate::spec::Text;
use crate::value::Value;

/// On which side of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Affix {
    /// Before it.
    Prefix,
    /// Behind it.
    Suffix,
}

/// Puts a text around names.
pub(crate) fn apply_affix(
    side: Affix,
    affix: &Text,
    fields: &[FieldSpec],
    resources: &mut [Resource],
    context: &mut Context<'_>,
) {
    for resource in resources {
        let original = resource.original_id().gvk;
        if keeps_its_name(&original) {
            continue;
        }
        for field in fields.iter().filter(|field| field.selects(&original)) {
            if field.path == "metadata/name" && !affix.value.is_empty() {
                let affixes = match side {
                    Affix::Prefix => &mut resource.prefixes,
                    Affix::Suffix => &mut resource.suffixes,
                };
                affixes.push(affix.value.clone());
                resource.remember_id();
            }
            let gvk = resource.gvk();
            if !field.selects(&gvk) {
                continue;
            }
            let set = &mut |value: &Value| match value {
                Value::Scalar(before) => {
                    let text: SmolStr = match side {
                        Affix::Prefix => format_smolstr!("{}{}", affix.value, before.text),
                        Affix::Suffix => format_smolstr!("{}{}", before.text, affix.value),
                    };
                    Ok(Some(context.untyped(text, affix.range, value)))
                }
                _ => Err("it is no scalar".to_owned()),
            };
            match change(&resource.value, field, Make::Scalar, set) {
                Ok(Some(changed)) => resource.value = changed,
                Ok(None) => {}
                Err(why) => refuse(context, affix.range, resource, field, &why),
            }
        }
    }
}

/// Whether objects of a type are known by their name everywhere: it must not change.
fn keeps_its_name(gvk: &Gvk) -> bool {
    matches!(gvk.kind.as_str(), "CustomResourceDefinition" | "Namespace")
        || gvk.kind == "APIService" && gvk.group == "apiregistration.k8s.io"
}
