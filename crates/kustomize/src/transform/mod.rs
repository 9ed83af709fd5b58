//! The transformers of a kustomization file, one a module.

mod affixes;
mod annotations;
mod images;
mod labels;
mod lead;
mod namespace;
mod replicas;
mod value_add;

pub(crate) use self::affixes::{Affix, apply_affix};
pub(crate) use self::annotations::apply_annotations;
pub(crate) use self::images::apply_image;
pub(crate) use self::labels::{apply_labels, label_fields};
pub(crate) use self::namespace::{NamespaceSettings, Subjects, apply_namespace};
pub(crate) use self::replicas::apply_replicas;
pub(crate) use self::value_add::{ValueTarget, add_value};

use infragen_syntax::TextRange;

use crate::context::Context;
use crate::error::ErrorKind;
use crate::field_spec::FieldSpec;
use crate::resource::Resource;

/// Says that a transformer cannot change a field of an object.
fn refuse(
    context: &mut Context<'_>,
    range: TextRange,
    resource: &Resource,
    spec: &FieldSpec,
    why: &str,
) {
    let message = format!(
        "`{}` of {} {} cannot be changed: {why}",
        spec.path,
        resource.kind(),
        resource.name()
    );
    context.report(ErrorKind::Transformer, range, message);
}
