//! Entries that kustomize passes over without a word, for nothing in the build is what they are for.

use smol_str::SmolStr;

use crate::context::Context;
use crate::origin::Place;
use crate::resource::Resource;
use crate::spec::{ImageEntry, Selector};

/// An entry that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Unmatched {
    /// The `target` of a patch, or the item of `images`.
    pub place: Place,
    /// What it is for.
    pub what: Wanted,
    /// What there is instead: the names of the objects of that kind, or the images; not all where there are many.
    pub there: Vec<SmolStr>,
}

/// What an entry is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// Objects that a `target` selects.
    Objects {
        /// Its `kind`, a pattern; empty for all.
        kind: SmolStr,
        /// Its `name`, likewise.
        name: SmolStr,
        /// Its `namespace`, likewise.
        namespace: SmolStr,
        /// Whether it selects by labels or annotations too.
        selects: bool,
        /// How many objects would be meant but for the namespace.
        in_other_namespaces: usize,
    },
    /// Images of this name.
    Image(SmolStr),
}

/// Names that are kept of what there is instead.
const MAX_THERE: usize = 64;

/// A `target` that selects nothing; `in_other_namespaces` counts what it would but for its namespace.
pub(crate) fn target(
    target: &Selector,
    in_other_namespaces: usize,
    resources: &[Resource],
    context: &Context<'_>,
) -> Unmatched {
    let kind = &target.kind.value;
    let names = resources
        .iter()
        .filter(|resource| kind.is_empty() || resource.kind() == kind)
        .map(|resource| SmolStr::new(resource.name()));
    Unmatched {
        place: context.place(target.range),
        what: Wanted::Objects {
            kind: kind.clone(),
            name: target.name.value.clone(),
            namespace: target.namespace.value.clone(),
            selects: !target.label_selector.value.is_empty()
                || !target.annotation_selector.value.is_empty(),
            in_other_namespaces,
        },
        there: names.take(MAX_THERE).collect(),
    }
}

/// An item of `images` that names none of the images that were `seen`.
pub(crate) fn image(entry: &ImageEntry, seen: Vec<SmolStr>, context: &Context<'_>) -> Unmatched {
    Unmatched {
        place: context.place(entry.name.range),
        what: Wanted::Image(entry.name.value.clone()),
        there: seen,
    }
}

/// Notes an image that was seen.
pub(crate) fn see(seen: &mut Vec<SmolStr>, image: &str) {
    if seen.len() < MAX_THERE && !seen.iter().any(|known| known == image) {
        seen.push(SmolStr::new(image));
    }
}
