//! The texts that choose an object by its name without being references of its kind: patches, their targets,
//! `replicas`, replacements and vars, in all layers above it.

use infragen_workspace::{Db, Definition, namespace_of, target};

use super::layers::Above;
use crate::references::FileRange;

/// Where an object is chosen by its name. A pattern counts if it has the name as one of its alternatives: one that
/// matches everything means nobody.
pub(crate) fn chosen_at(db: &dyn Db, definition: &Definition) -> Vec<FileRange> {
    let Some(target) = target(db, definition) else {
        return Vec::new();
    };
    let known = namespace_of(db, definition);
    let written = definition.namespace.clone();
    // Where it is not known which one it ends up in, any may be meant.
    let namespaces: Vec<&str> = match &known {
        Some(known) => [known.as_str()]
            .into_iter()
            .chain(written.as_deref())
            .collect(),
        None => Vec::new(),
    };
    let kind = &target.kind;
    let choices = Above::of(db, definition.file).choices(db).into_iter();
    choices
        .map(|(_, choice)| choice)
        .filter(|choice| {
            choice.is_about(&kind.group, &kind.kind, &namespaces)
                && choice.with(&target.name, "").is_some()
        })
        .map(|choice| FileRange {
            file: choice.file,
            range: choice.range,
        })
        .collect()
}
