//! Directories inside artifacts that Flux Kustomizations build.

use infragen_flux::GroupKind;
use infragen_flux::known::{KUSTOMIZATION, OCI_REPOSITORY};
use smol_str::SmolStr;

use super::placed::version_of;
use crate::clusters::{applied_from, named_in, nth_cluster};
use crate::db::Db;
use crate::files::{Directory, SourceFile};
use crate::index::DefinedBy;
use crate::query::facts;

/// What a Flux Kustomization builds in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundledPath {
    /// The name of the environment.
    pub environment: SmolStr,
    /// The directory, of another root.
    pub directory: Directory,
    /// The tag or digest of the artifact that it is in, where it is one.
    pub version: Option<SmolStr>,
}

/// Where the path of a Flux Kustomization of a file leads in each environment that applies it, as far as that is a
/// place outside of the root of the file: in an artifact whose files are on disk.
pub fn bundled_paths(db: &dyn Db, file: SourceFile, number: u32) -> Vec<BundledPath> {
    let (root, facts) = (file.root(db), facts(db, file));
    let object = facts.objects.get(number as usize);
    if object.is_none_or(|object| object.kind != *KUSTOMIZATION) {
        return Vec::new();
    }
    let applied = applied_from(db, file);
    let own = applied
        .iter()
        .filter(|applied| applied.by == DefinedBy::Object(number));
    own.filter_map(|own| {
        let cluster = nth_cluster(db, root, own.environment)?;
        let parent = (own.id.application as usize, own.id.number);
        let mut applications = cluster.applications.iter();
        let application = applications.find(|application| application.parent == Some(parent))?;
        let directory = application.directory.as_ref().ok()?;
        if directory.root(db) == root {
            return None;
        }
        let source = application.spec.source.as_ref();
        let version = source.and_then(|source| {
            let kind = GroupKind::from(OCI_REPOSITORY);
            let id = (source.kind == kind.kind)
                .then(|| named_in(db, &cluster, &kind, &source.namespace, &source.name))??;
            let version = version_of(db, &cluster, own.environment, id)?;
            version.picked.outcome.name().cloned()
        });
        Some(BundledPath {
            environment: cluster.environment.name.clone(),
            directory: *directory,
            version,
        })
    })
    .collect()
}
