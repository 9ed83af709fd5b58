//! What an `OCIRepository` takes that no environment applies, by its own text.

use infragen_constraint::Flux;
use infragen_flux::known::OCI_REPOSITORY;
use infragen_flux::{Address, Endpoint, Pull, Rule, is_templated};
use infragen_registry::Repository;
use smol_str::SmolStr;

use super::picked::pick;
use super::placed::PlacedVersion;
use crate::builds::resources;
use crate::clusters::{ObjectId, applied_from};
use crate::db::Db;
use crate::files::{Root, SourceFile};
use crate::index::DefinedBy;
use crate::query::facts;
use crate::resolve::{definitions, names_of_kind};

/// What stands in the place of the name of an environment.
const NONE: &str = "(not applied here)";

/// What an `OCIRepository` of a file takes, where no environment applies it and its address is no template: as if an
/// environment with the newest Flux did, whose number and object are none that exist.
pub fn written_version(db: &dyn Db, file: SourceFile, number: u32) -> Option<PlacedVersion> {
    let facts = facts(db, file);
    let object = facts.objects.get(number as usize)?;
    if object.kind != *OCI_REPOSITORY || object.in_patch {
        return None;
    }
    let by = DefinedBy::Object(number);
    if applied_from(db, file)
        .iter()
        .any(|applied| applied.by == by)
    {
        return None;
    }
    let manifests = resources(db, file);
    let mut written = manifests.resources.iter();
    let written = written.find(|resource| resource.place.range.start() == object.range.start())?;
    let pull = Pull::read(&object.kind, &written.value)?;
    let Address::Own(Endpoint { url, insecure, .. }) = &pull.address else {
        return None;
    };
    let chooses = match &pull.rule {
        Rule::Range { range, .. } => range,
        Rule::Tag(name) | Rule::Digest(name) => name,
        _ => return None,
    };
    if is_templated(url) || is_templated(chooses) {
        return None;
    }
    let repository = Repository::parse(url).ok()?;
    let flux = Flux::default();
    Some(PlacedVersion {
        number: usize::MAX,
        environment: SmolStr::new_static(NONE),
        id: ObjectId {
            application: u32::MAX,
            number,
        },
        kind: object.kind.clone(),
        namespace: SmolStr::new(written.namespace()),
        name: SmolStr::new(written.name()),
        insecure: *insecure,
        flux,
        picked: pick(db, repository.clone(), pull.rule.clone(), flux),
        repository: Ok(repository),
        pull,
    })
}

/// All of them in a root.
pub(super) fn written_versions(db: &dyn Db, root: Root) -> Vec<PlacedVersion> {
    let kind = OCI_REPOSITORY.into();
    let names = names_of_kind(db, root, kind);
    let found = names
        .iter()
        .flat_map(|name| definitions(db, root, &OCI_REPOSITORY.into(), name));
    found
        .filter_map(|definition| match definition.by {
            DefinedBy::Object(number) => written_version(db, definition.file, number),
            _ => None,
        })
        .collect()
}
