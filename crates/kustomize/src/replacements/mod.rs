//! Replacements: values copied from one object into others.

use crate::context::Context;
use crate::resource::Resource;
use crate::spec::ReplacementEntry;

/// Applies `replacements`.
pub(crate) fn apply_replacements(
    _entries: &[ReplacementEntry],
    _resources: &mut [Resource],
    _context: &mut Context<'_>,
) {
}
