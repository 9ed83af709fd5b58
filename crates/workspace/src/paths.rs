//! From the text of a path to what it leads to, recording what was looked at, also in vain.

use camino::Utf8Path;
use infragen_flux::known::{BUCKET, EXTERNAL_ARTIFACT, GIT_REPOSITORY, OCI_REPOSITORY};
use infragen_flux::{GroupKind, KindName, ObjectFacts, PathFact, ReferenceFact, is_templated};

use crate::DefinedBy;
use crate::db::Db;
use crate::environment::{environment_of, own_sources};
use crate::files::{Child, Directory, Root, SourceFile};
use crate::query::facts;
use crate::resolve::definitions;

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Found {
    /// A YAML file.
    File(SourceFile),
    /// A directory.
    Directory(Directory),
    /// A file that is not YAML.
    Other,
    /// Nothing, as far as git sees.
    Missing,
    /// A place outside the root.
    Outside,
}

/// What a directory that an object names turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathTarget {
    /// A place of this repository; `sure` tells that the source is this repository, so that what is
    /// missing here is missing in the cluster.
    Here {
        /// What is there.
        found: Found,
        /// Whether the source is certainly this repository.
        sure: bool,
    },
    /// Another repository, a bundle, or known only after rendering.
    Elsewhere,
}

/// Links that one lookup follows at the most.
const MAX_LINKS: usize = 8;

/// What a path leads to from a directory.
pub fn find(db: &dyn Db, from: Directory, path: &str) -> Found {
    find_within(db, from, Utf8Path::new(path), MAX_LINKS)
}

fn find_within(db: &dyn Db, from: Directory, path: &Utf8Path, links: usize) -> Found {
    if path.is_absolute() {
        return Found::Outside;
    }
    let mut at = Found::Directory(from);
    for part in path.components() {
        let directory = match at {
            Found::Directory(directory) => directory,
            Found::Outside => return Found::Outside,
            _ => return Found::Missing,
        };
        at = match part.as_str() {
            "." => at,
            ".." => directory
                .parent(db)
                .map_or(Found::Outside, Found::Directory),
            name => child(db, directory, name, links),
        };
    }
    at
}

fn child(db: &dyn Db, directory: Directory, name: &str, links: usize) -> Found {
    match directory.child(db, name) {
        Some(Child::File(file)) => Found::File(*file),
        Some(Child::Directory(directory)) => Found::Directory(*directory),
        Some(Child::Other(_)) => Found::Other,
        Some(Child::Link(target)) => match directory.root(db).top(db) {
            Some(top) if links > 0 => find_within(db, top, target, links - 1),
            _ => Found::Missing,
        },
        None => Found::Missing,
    }
}

/// The kustomization file of a directory: the first of kustomize's names, in Flux's order.
pub fn kustomization_file(db: &dyn Db, directory: Directory) -> Option<SourceFile> {
    infragen_kustomize::FILE_NAMES
        .iter()
        .find_map(|name| match directory.child(db, name) {
            Some(Child::File(file)) => Some(*file),
            _ => None,
        })
}

/// Where a directory that an object names is. A path of the repository's own source is a path of this
/// repository; that of an ArtifactGenerator's artifact leads back to where it was copied from. Of any
/// other source it is a path here only if it happens to exist.
pub fn resolve_path(
    db: &dyn Db,
    file: SourceFile,
    object: &ObjectFacts,
    path: &PathFact,
) -> PathTarget {
    let root = file.root(db);
    let (Some(top), Some(read)) = (root.top(db), ReadPath::of(object, path)) else {
        return PathTarget::Elsewhere;
    };
    let ReadPath { cut, source, kind } = read;
    if *kind == *EXTERNAL_ARTIFACT {
        return artifact_path(db, root, &file.path(db), &source.name.value, &cut);
    }
    let flux = [GIT_REPOSITORY, OCI_REPOSITORY, BUCKET]
        .into_iter()
        .any(|known| *kind == *known);
    let own = flux && is_own_source(db, root, &kind.kind, &source.name.value);
    let found = find(db, top, &cut);
    // Every source has a top, so that one exists here too says nothing.
    let says_nothing = cut.is_empty();
    match found {
        Found::Missing | Found::Other | Found::Outside if !own => PathTarget::Elsewhere,
        _ if says_nothing && !own => PathTarget::Elsewhere,
        _ => PathTarget::Here { found, sure: own },
    }
}

/// The directory that an object names: what [`resolve_path`] finds. Which source is this repository is
/// asked only where it matters ([`is_told_by_source`]): the answer depends on all entry points.
pub(crate) fn resolve_directory(
    db: &dyn Db,
    file: SourceFile,
    object: &ObjectFacts,
    path: &PathFact,
) -> Option<Directory> {
    let found = if is_told_by_source(object, path) {
        match resolve_path(db, file, object, path) {
            PathTarget::Here { found, .. } => found,
            PathTarget::Elsewhere => return None,
        }
    } else {
        let read = ReadPath::of(object, path)?;
        find(db, file.root(db).top(db)?, &read.cut)
    };
    match found {
        Found::Directory(directory) => Some(directory),
        _ => None,
    }
}

/// Whether only its source tells where a directory is that an object names: an artifact is put together from
/// other places, and every source has a top.
pub(crate) fn is_told_by_source(object: &ObjectFacts, path: &PathFact) -> bool {
    ReadPath::of(object, path)
        .is_some_and(|read| *read.kind == *EXTERNAL_ARTIFACT || read.cut.is_empty())
}

/// A path with the source that it is a path of.
struct ReadPath<'a> {
    /// From the top of the source.
    cut: String,
    source: &'a ReferenceFact,
    kind: &'a GroupKind,
}

impl<'a> ReadPath<'a> {
    /// None where either is known only after rendering.
    fn of(object: &'a ObjectFacts, path: &PathFact) -> Option<Self> {
        if is_templated(&path.path.value) || object.in_patch {
            return None;
        }
        let source = object
            .references
            .iter()
            .find(|reference| reference.row.path == path.row.source)?;
        let KindName::Known(kind) = &source.kind else {
            return None;
        };
        Some(ReadPath {
            cut: secure(&path.path.value),
            source,
            kind,
        })
    }
}

/// Whether a source is this repository: an entry point takes its manifests from it, or it is the one
/// that a bootstrap makes without a manifest.
pub fn is_own_source(db: &dyn Db, root: Root, kind: &str, name: &str) -> bool {
    let entries = own_sources(db, root);
    if entries
        .iter()
        .any(|(own_kind, own_name)| own_kind == kind && own_name == name)
    {
        return true;
    }
    let key = GroupKind {
        group: GIT_REPOSITORY.group.into(),
        kind: kind.into(),
    };
    entries.is_empty() && name == "flux-system" && definitions(db, root, &key, name).is_empty()
}

/// Where a path of an artifact comes from that ArtifactGenerators put together; `near` is a file of the environment
/// whose generators are meant.
pub(crate) fn artifact_path(
    db: &dyn Db,
    root: Root,
    near: &Utf8Path,
    artifact: &str,
    cut: &str,
) -> PathTarget {
    // By name and environment alone: namespaces of objects depend on what is applied where, and that is
    // just what is being asked.
    let mut found = definitions(db, root, &GroupKind::from(EXTERNAL_ARTIFACT), artifact);
    let environment = |path: &Utf8Path| environment_of(db, root, path);
    let here = environment(near);
    found.sort_by_key(|definition| environment(&definition.file.path(db)) != here);
    let Some(top) = root.top(db) else {
        return PathTarget::Elsewhere;
    };
    for definition in found {
        let DefinedBy::Made(generator, _) = definition.by else {
            continue;
        };
        let facts = facts(db, definition.file);
        let Some(generator) = facts.objects.get(generator as usize) else {
            continue;
        };
        for copy in generator
            .copies
            .iter()
            .filter(|copy| copy.artifact == artifact)
        {
            let Some(path) = copy.source_path(cut) else {
                continue;
            };
            let (kind, name) = &copy.source;
            if is_own_source(db, root, kind, name) {
                let found = find(db, top, &path);
                if found != Found::Missing {
                    return PathTarget::Here { found, sure: true };
                }
            }
        }
    }
    PathTarget::Elsewhere
}

/// A path as Flux's secure join reads it: from the root of the artifact, which `..` never leaves.
pub fn secure(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// `path` as it is written from `directory`: `../base`, `a.yaml`. Both are relative to the root.
pub fn relative(directory: &Utf8Path, path: &Utf8Path) -> String {
    let from: Vec<_> = directory.components().collect();
    let to: Vec<_> = path.components().collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    let down = to[shared..].iter().map(|part| part.as_str());
    let parts: Vec<_> = up.chain(down).collect();
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}

/// Paths like one that leads nowhere: names in the deepest directory of it that exists, as they would be
/// written, with whether each is a directory.
pub fn suggest_paths(db: &dyn Db, from: Directory, path: &str) -> Vec<(String, bool)> {
    let (above, _) = path
        .trim_end_matches('/')
        .rsplit_once('/')
        .unwrap_or(("", path));
    let Found::Directory(directory) = find(db, from, above) else {
        return Vec::new();
    };
    let prefix = if above.is_empty() {
        String::new()
    } else {
        format!("{above}/")
    };
    directory
        .entries(db)
        .iter()
        .map(|entry| {
            let is_directory = matches!(entry.child, Child::Directory(_));
            (format!("{prefix}{}", entry.name), is_directory)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;

    #[test]
    fn secure_join_never_leaves_the_root() {
        assert_eq!(secure("./apps/production/"), "apps/production");
        assert_eq!(secure("../../x"), "x");
        assert_eq!(secure("a/../../b"), "b");
        assert_eq!(secure("/"), "");
    }

    #[test]
    fn the_top_of_another_source_is_not_the_top_of_this_repository() {
        let inner = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: a}\n\
                     spec: {path: ./, sourceRef: {kind: OCIRepository, name: a}, targetNamespace: a}\n";
        let mut workspace = crate::Workspace::new();
        workspace.open_memory_root(Utf8Path::new("/r"), &[("apps/a.yaml", inner)]);
        let file = workspace.file(Utf8Path::new("/r/apps/a.yaml")).unwrap();
        let snapshot = workspace.snapshot();
        let facts = facts(snapshot.db(), file);
        let target = resolve_path(
            snapshot.db(),
            file,
            &facts.objects[0],
            &facts.objects[0].paths[0],
        );
        assert_eq!(target, PathTarget::Elsewhere);
    }

    #[test]
    fn relative_paths() {
        let relative =
            |from: &str, to: &str| super::relative(Utf8Path::new(from), Utf8Path::new(to));
        assert_eq!(
            relative("apps/web/overlays/production", "apps/web/base"),
            "../../base"
        );
        assert_eq!(relative("", "a/b.yaml"), "a/b.yaml");
        assert_eq!(relative("a", "a"), ".");
    }
}
