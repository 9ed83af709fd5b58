//! Which directories an ArtifactGenerator puts into an artifact.

use infragen_flux::GroupKind;
use infragen_flux::artifact::ArtifactCopy;
use infragen_flux::known::EXTERNAL_ARTIFACT;

use crate::DefinedBy;
use crate::db::Db;
use crate::files::Root;
use crate::paths::{Found, find, is_own_source};
use crate::query::facts;
use crate::resolve::definitions;

/// The directories near the top of an artifact, from its root, without a slash at either end: where its
/// copies go to, and what is directly in what they copy. None where anything about it is not known here:
/// a copy from a source that is not this repository, or of a part that a pattern chooses.
pub fn artifact_directories(db: &dyn Db, root: Root, name: &str) -> Option<Vec<String>> {
    let mut directories = Vec::new();
    for copy in copies(db, root, name) {
        let (kind, source) = &copy.source;
        if !copy.all || !is_own_source(db, root, kind, source) {
            return None;
        }
        let from = find(db, root.top(db)?, &copy.from);
        let Found::Directory(from) = from else {
            return None;
        };
        let place = copy.target();
        let below = from.directories(db).filter_map(|below| {
            let name = below.path(db).file_name()?;
            Some(if place.is_empty() {
                name.to_owned()
            } else {
                format!("{place}/{name}")
            })
        });
        directories.extend(below);
        directories.push(place);
    }
    directories.retain(|directory| !directory.is_empty());
    (!directories.is_empty()).then_some(directories)
}

/// What all generators of an artifact copy into it.
fn copies(db: &dyn Db, root: Root, name: &str) -> Vec<ArtifactCopy> {
    let mut copies = Vec::new();
    for definition in definitions(db, root, &GroupKind::from(EXTERNAL_ARTIFACT), name) {
        let DefinedBy::Made(generator, _) = definition.by else {
            continue;
        };
        let facts = facts(db, definition.file);
        let generator = facts.objects.get(generator as usize);
        let own = generator
            .into_iter()
            .flat_map(|generator| &generator.copies);
        copies.extend(own.filter(|copy| copy.artifact == name).cloned());
    }
    copies
}
