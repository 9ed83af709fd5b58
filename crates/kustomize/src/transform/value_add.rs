//! The transformer that sets one text in many objects, or puts it into the paths that they hold.

use smol_str::SmolStr;

use super::lead::{Lead, lead};
use super::namespace::{NamespaceSettings, Subjects, put};
use super::refuse;
use crate::context::Context;
use crate::field_spec::FieldSpec;
use crate::patches::Select;
use crate::resource::Resource;
use crate::spec::{Selector, Text};
use crate::value::Value;

/// A field of some objects.
pub(crate) struct ValueTarget {
    /// The objects; all where there is none.
    pub selector: Option<Selector>,
    /// The path of the field.
    pub field_path: Text,
    /// The place in the path that the field holds, from 1; 0 for the whole field.
    pub position: usize,
}

/// Sets a text in the fields.
pub(crate) fn add_value(
    text: &Text,
    targets: &[ValueTarget],
    resources: &mut [Resource],
    context: &mut Context<'_>,
) {
    for target in targets {
        let select = match &target.selector {
            Some(selector) => match Select::read(selector, context) {
                Some(select) => Some(select),
                None => continue,
            },
            None => None,
        };
        let chosen = resources.iter_mut().filter(|resource| {
            select
                .as_ref()
                .is_none_or(|select| select.selects(resource))
        });
        for resource in chosen {
            if target.field_path.value == "metadata/namespace" {
                let settings = NamespaceSettings {
                    namespace: text,
                    fields: &[],
                    unset_only: false,
                    subjects: Subjects::Default,
                };
                put(&settings, resource, context);
            } else {
                set(text, target, resource, context);
            }
        }
    }
}

/// A text on its way into a field.
struct Put<'a, 'c> {
    text: &'a Text,
    target: &'a ValueTarget,
    context: &'a Context<'c>,
}

impl Lead for Put<'_, '_> {
    fn set(&self, value: &Value) -> Result<Option<Value>, String> {
        let Value::Scalar(before) = value else {
            return Err("it is no scalar".to_owned());
        };
        let old = if value.is_null() { "" } else { &before.text };
        let text = &self.text.value;
        let new = match self.target.position.checked_sub(1) {
            Some(position) => SmolStr::new(inserted(old, position, text)),
            None => text.clone(),
        };
        Ok(Some(self.context.untyped(new, self.text.range, value)))
    }

    fn make(&self, text: &str) -> Value {
        let range = self.target.field_path.range;
        self.context.untyped(text.into(), range, &Value::nothing())
    }
}

fn set(text: &Text, target: &ValueTarget, resource: &mut Resource, context: &mut Context<'_>) {
    let put = Put {
        text,
        target,
        context,
    };
    match lead(&resource.value, &target.field_path.value, &put) {
        Ok(Some(changed)) => {
            resource.value = changed;
            resource.settle();
        }
        Ok(None) => {}
        Err(why) => {
            let field = FieldSpec {
                path: target.field_path.value.clone(),
                ..FieldSpec::default()
            };
            refuse(context, text.range, resource, &field, &why);
        }
    }
}

/// A path with one more part.
fn inserted(path: &str, position: usize, part: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    parts.insert(position.min(parts.len()), part);
    let joined = parts.join("/");
    if absolute {
        format!("/{joined}")
    } else {
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::inserted;

    #[test]
    fn inserts_a_part() {
        assert_eq!(inserted("a/b", 0, "x"), "x/a/b");
        assert_eq!(inserted("/a/b", 1, "x"), "/a/x/b");
        assert_eq!(inserted("/a/b", 9, "x"), "/a/b/x");
        assert_eq!(inserted("", 0, "x"), "x");
    }
}
