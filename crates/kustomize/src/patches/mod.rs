//! Patches: strategic merge and JSON6902.

use crate::context::Context;
use crate::resource::Resource;
use crate::spec::{Inline, PatchEntry};

/// Applies `patches`.
pub(crate) fn apply_patches(
    _entries: &[PatchEntry],
    _resources: &mut Vec<Resource>,
    _context: &mut Context<'_>,
) {
}

/// Applies `patchesStrategicMerge`.
pub(crate) fn apply_strategic_merge(
    _entries: &[Inline],
    _resources: &mut Vec<Resource>,
    _context: &mut Context<'_>,
) {
}

/// Applies `patchesJson6902`.
pub(crate) fn apply_json6902(
    _entries: &[PatchEntry],
    _resources: &mut Vec<Resource>,
    _context: &mut Context<'_>,
) {
}
