//! Where the files are that a Flux Kustomization builds.

use std::cell::Cell;
use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_flux::is_templated;
use infragen_flux::known::{EXTERNAL_ARTIFACT, GIT_REPOSITORY};
use infragen_flux::kustomization::{KustomizationSpec, SourceName};
use smol_str::SmolStr;

use super::outset::{Outset, published_around};
use crate::configuration::settings;
use crate::db::Db;
use crate::environment::{Entry, Environment};
use crate::files::{Directory, Root};
use crate::paths::{Found, PathTarget, artifact_path, find, is_own_source, secure};
use crate::published::Published;

/// Why the files of a Flux Kustomization are not known here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Elsewhere {
    /// They are in another repository, bundle or bucket.
    Source {
        /// The source.
        source: SourceName,
        /// Its address, where the source is in the repository.
        url: Option<SmolStr>,
    },
    /// Its path or source holds a variable whose value is not known.
    Template,
    /// The source is here, and has no such directory.
    Missing,
    /// It names no source, which the API server refuses.
    NoSource,
}

/// What tells where sources are.
pub(crate) struct Sources<'a> {
    pub db: &'a dyn Db,
    pub root: Root,
    pub environment: &'a Environment,
    pub outset: &'a Outset,
    /// Set where a source is asked for that depends on more of what editors show than the outset tells: only the
    /// walk over what they show asks on.
    pub beyond: Option<&'a Cell<bool>>,
    /// The address of a source of the environment.
    pub url: &'a dyn Fn(&SourceName) -> Option<SmolStr>,
    /// The files of the artifact that a source takes in the environment, where a copy is on disk.
    pub pulled: &'a dyn Fn(&SourceName) -> Option<Directory>,
}

impl Sources<'_> {
    /// The directory that a Flux Kustomization builds.
    pub(crate) fn directory(&self, spec: &KustomizationSpec) -> Result<Directory, Elsewhere> {
        let path = secure(&spec.path);
        let Some(source) = &spec.source else {
            return Err(Elsewhere::NoSource);
        };
        if is_templated(&path) || is_templated(&source.name) || is_templated(&source.namespace) {
            return Err(Elsewhere::Template);
        }
        if self.is_own(source) {
            return self.below(self.root.top(self.db), &path);
        }
        if source.kind == EXTERNAL_ARTIFACT.kind && self.asks_editors() {
            let near = self.environment.path.join("kustomization.yaml");
            let found = artifact_path(self.db, self.root, &near, &source.name, &path);
            if let PathTarget::Here {
                found: Found::Directory(directory),
                ..
            } = found
            {
                return Ok(directory);
            }
        }
        let url = (self.url)(source);
        if let Some(url) = &url {
            let (bundles, published) = (&self.outset.bundles, &self.outset.published);
            if let Some(top) = local(self.db, self.root, bundles, published, url) {
                return match top {
                    Some(top) => self.below(Some(top), &path),
                    None => Err(Elsewhere::Missing),
                };
            }
            if self.is_own_address(url) {
                return self.below(self.root.top(self.db), &path);
            }
        }
        if let Some(top) = (self.pulled)(source) {
            return self.below(Some(top), &path);
        }
        // Where no entry point names its source, what is here of a Git repository is most likely this one's.
        let guess = source.kind == GIT_REPOSITORY.kind && self.outset.own_sources.is_empty();
        if guess
            && !path.is_empty()
            && let Ok(directory) = self.below(self.root.top(self.db), &path)
        {
            return Ok(directory);
        }
        Err(Elsewhere::Source {
            source: source.clone(),
            url,
        })
    }

    /// The directory of an entry point that nothing declares.
    pub(crate) fn own_directory(&self, path: &str) -> Result<Directory, Elsewhere> {
        self.below(self.root.top(self.db), &secure(path))
    }

    fn below(&self, top: Option<Directory>, path: &str) -> Result<Directory, Elsewhere> {
        if is_templated(path) {
            return Err(Elsewhere::Template);
        }
        match top.map(|top| find(self.db, top, path)) {
            Some(Found::Directory(directory)) => Ok(directory),
            _ => Err(Elsewhere::Missing),
        }
    }

    fn is_own(&self, source: &SourceName) -> bool {
        let entry = match &self.environment.entry {
            Entry::Object {
                source: Some((kind, name)),
                ..
            } => *kind == source.kind && *name == source.name,
            _ => false,
        };
        let own = &self.outset.own_sources;
        let is_among =
            |(kind, name): &(SmolStr, SmolStr)| *kind == source.kind && *name == source.name;
        entry
            || own.iter().any(is_among)
            // Without a manifest of any: then it is the one of the bootstrap, unless some file defines that.
            || own.is_empty()
                && source.name == "flux-system"
                && self.asks_editors()
                && is_own_source(self.db, self.root, &source.kind, &source.name)
    }

    /// Whether more may be asked of what editors show; notes that it is needed.
    fn asks_editors(&self) -> bool {
        if let Some(beyond) = self.beyond {
            beyond.set(true);
        }
        self.beyond.is_none()
    }

    /// Whether an address is that of the entry point's source.
    fn is_own_address(&self, url: &str) -> bool {
        let Entry::Object {
            source: Some((kind, name)),
            ..
        } = &self.environment.entry
        else {
            return false;
        };
        let own = SourceName {
            kind: kind.clone(),
            namespace: "flux-system".into(),
            name: name.clone(),
        };
        (self.url)(&own).is_some_and(|own| is_same_address(&own, url))
    }
}

/// The directory with the files of the bundle at an address: the one that the settings map it to, or that a workflow
/// here, or of a repository that is open beside this one, publishes there.
pub fn bundle_here(db: &dyn Db, root: Root, url: &str) -> Option<Directory> {
    let bundles = &settings(db, root).settings.bundles;
    local(db, root, bundles, &published_around(db, root), url)?
}

/// That directory, by what is mapped and published; within it none where the settings name one that is not there.
fn local(
    db: &dyn Db,
    root: Root,
    bundles: &BTreeMap<String, Utf8PathBuf>,
    published: &[Published],
    url: &str,
) -> Option<Option<Directory>> {
    let mut mapped = bundles.iter();
    if let Some((_, path)) = mapped.find(|(bundle, _)| is_same_address(bundle, url)) {
        return Some(mapped_directory(db, root, path));
    }
    let mut published = published.iter();
    let published = published.find(|published| is_same_address(&published.address, url));
    published.map(|published| Some(published.directory))
}

fn mapped_directory(db: &dyn Db, root: Root, path: &Utf8Path) -> Option<Directory> {
    let mut outside = root.mapped(db).iter();
    if let Some((_, directory)) = outside.find(|(known, _)| known == path) {
        return Some(*directory);
    }
    match find(db, root.top(db)?, path.as_str()) {
        Found::Directory(directory) => Some(directory),
        _ => None,
    }
}

/// Whether two addresses are one: a `.git` and a slash at the end make no difference.
fn is_same_address(a: &str, b: &str) -> bool {
    let plain = |url: &str| {
        url.trim_end_matches('/')
            .trim_end_matches(".git")
            .to_lowercase()
    };
    plain(a) == plain(b)
}
