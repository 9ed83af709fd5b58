//! `commonAnnotations`: the same as labels, elsewhere.

use super::labels::apply_labels;
use crate::context::Context;
use crate::field_spec::FieldSpec;
use crate::resource::Resource;
use crate::spec::Pairs;

/// Sets annotations.
pub(crate) fn apply_annotations(
    annotations: &Pairs,
    fields: &[FieldSpec],
    resources: &mut [Resource],
    context: &mut Context<'_>,
) {
    apply_labels(annotations, fields, resources, context);
}
