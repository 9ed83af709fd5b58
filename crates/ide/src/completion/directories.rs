//! Directories of the repository, or of an artifact made from it: `spec.path`.

use std::collections::VecDeque;

use infragen_flux::known::{
    BUCKET, EXTERNAL_ARTIFACT, GIT_REPOSITORY, IMAGE_UPDATE_AUTOMATION, OCI_REPOSITORY,
};
use infragen_flux::{PATHS, PathReference, is_templated};
use infragen_kustomize::FileKind;
use infragen_syntax::scan_value;
use infragen_workspace::{
    DefinedBy, Directory, Found, appliers, bundle_here, definitions, environment_of_directory,
    facts, find, importers, is_own_source, knows_registries, kustomization_file, own_sources,
    versions_of_object,
};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::position::Position;
use super::typed::fits;
use super::version_source::endpoint;
use super::{Completion, CompletionKind, MAX_COMPLETIONS};

/// Directories that one completion looks at; deeper ones come as the path is typed.
const MAX_DIRECTORIES: usize = 1000;

/// Those of them that are below the file itself.
const MAX_NEAR: usize = 50;

pub(super) fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    let Some(row) = row_at(position) else {
        return;
    };
    let mut listing = Listing::new(position, found);
    for (prefix, directory) in tops(position, row) {
        listing.tree(&prefix, directory);
    }
}

fn row_at(position: &Position<'_>) -> Option<&'static PathReference> {
    let (kind, field) = position.field()?;
    PATHS
        .iter()
        .find(|row| position.on_value() && *kind == *row.from && field == row.path)
}

/// The directories of this repository that paths of the source begin in, each with the path in the source
/// that leads there (without `./`). Nothing where the source is another repository.
fn tops(position: &Position<'_>, row: &PathReference) -> Vec<(String, Directory)> {
    let (db, root) = (position.db, position.root);
    let Some(top) = root.top(db) else {
        return Vec::new();
    };
    if row.source.is_empty() {
        return vec![(String::new(), top)];
    }
    let part = |key| {
        let path: Vec<_> = row.source.iter().copied().chain([key]).collect();
        let scalar = scan_value(position.text, position.cursor.document, &path)?;
        Some(scalar.0).filter(|text| !text.is_empty())
    };
    let default = (*row.from == *IMAGE_UPDATE_AUTOMATION).then_some(GIT_REPOSITORY.kind);
    let (Some(kind), Some(name)) = (part("kind").or(default), part("name")) else {
        return vec![(String::new(), top)];
    };
    if kind == EXTERNAL_ARTIFACT.kind {
        return of_artifact(position, top, name);
    }
    let sources = [GIT_REPOSITORY, OCI_REPOSITORY, BUCKET];
    let known = sources.iter().any(|source| source.kind == kind) && !is_templated(name);
    let other = known && !own_sources(db, root).is_empty() && !is_own_source(db, root, kind, name);
    if kind == OCI_REPOSITORY.kind && other {
        of_bundle(position, name)
    } else if other {
        Vec::new()
    } else {
        vec![(String::new(), top)]
    }
}

/// The files of what environments take by an `OCIRepository`: those that are here, else those of the artifacts.
fn of_bundle(position: &Position<'_>, name: &str) -> Vec<(String, Directory)> {
    let db = position.db;
    let url = endpoint(position, &OCI_REPOSITORY.into(), name, None);
    if let Some(top) = url.and_then(|url| bundle_here(db, position.root, &url)) {
        return vec![(String::new(), top)];
    }
    if !knows_registries(db) {
        return Vec::new();
    }
    let found = definitions(db, position.root, &OCI_REPOSITORY.into(), name);
    let versions = found
        .iter()
        .flat_map(|definition| versions_of_object(db, definition.file, definition.by));
    let mut tops: Vec<Directory> = versions.filter_map(|version| version.files(db)).collect();
    tops.dedup();
    tops.into_iter().map(|top| (String::new(), top)).collect()
}

/// Where the parts of an ArtifactGenerator's artifact were copied from.
fn of_artifact(position: &Position<'_>, top: Directory, name: &str) -> Vec<(String, Directory)> {
    let (db, root) = (position.db, position.root);
    let mut tops = Vec::new();
    for definition in definitions(db, root, &EXTERNAL_ARTIFACT.into(), name) {
        let DefinedBy::Made(generator, _) = definition.by else {
            continue;
        };
        let facts = facts(db, definition.file);
        let copies = facts
            .objects
            .get(generator as usize)
            .map(|object| &object.copies);
        for copy in copies
            .into_iter()
            .flatten()
            .filter(|copy| copy.artifact == name)
        {
            let (kind, source) = &copy.source;
            let own = is_own_source(db, root, kind, source);
            let Found::Directory(directory) = find(db, top, &copy.from) else {
                continue;
            };
            if own {
                tops.push((copy.target(), directory));
            }
        }
    }
    tops
}

struct Listing<'p, 'a> {
    position: &'p Position<'a>,
    /// What has been typed up to its last slash; as the beginning of every path `./` else.
    above: &'a str,
    environment: Option<SmolStr>,
    seen: FxHashSet<String>,
    found: &'p mut Vec<Completion>,
}

impl<'p, 'a> Listing<'p, 'a> {
    fn new(position: &'p Position<'a>, found: &'p mut Vec<Completion>) -> Self {
        let prefix = position.cursor.prefix;
        let above = match prefix.rfind('/') {
            Some(at) => &prefix[..=at],
            None if matches!(prefix, "" | ".") => "./",
            None => "",
        };
        let own = position.file.directory(position.db);
        Listing {
            position,
            above,
            environment: environment_of_directory(position.db, own),
            seen: FxHashSet::default(),
            found,
        }
    }

    /// Lists a directory and those below it, the nearest first, before them those below the file itself.
    /// Paths are `prefix` and below.
    fn tree(&mut self, prefix: &str, top: Directory) {
        let db = self.position.db;
        let wanted = self.above.trim_start_matches(['.', '/']).to_owned();
        let typed = wanted.trim_end_matches('/');
        let own = self.position.file.directory(db);
        let is_around = top.root(db) == own.root(db);
        if let Some(below) =
            below(top.path(db).as_str(), own.path(db).as_str()).filter(|_| is_around)
        {
            let path = join(prefix, below);
            if path.starts_with(&wanted) {
                self.breadth_first(&path, own, MAX_NEAR, &wanted);
            }
        }
        if let Some(rest) = below(prefix, typed) {
            // What has been typed leads into this tree: only what is below it counts.
            if let Found::Directory(directory) = find(db, top, rest) {
                self.breadth_first(typed, directory, MAX_DIRECTORIES, &wanted);
            }
        } else if prefix.starts_with(&wanted) {
            self.push(prefix, top, 0);
            self.breadth_first(prefix, top, MAX_DIRECTORIES, &wanted);
        }
    }

    /// Adds the directories below one whose own path is given.
    fn breadth_first(&mut self, path: &str, directory: Directory, limit: usize, wanted: &str) {
        let db = self.position.db;
        let mut queue = VecDeque::from([(path.to_owned(), directory)]);
        let mut looked_at = 0;
        while let Some((above, directory)) = queue.pop_front() {
            for below in directory.directories(db) {
                let name = below.path(db).file_name().unwrap_or_default();
                looked_at += 1;
                if looked_at > limit || self.found.len() >= MAX_COMPLETIONS {
                    return;
                }
                if name.starts_with('.') {
                    continue;
                }
                let path = join(&above, name);
                self.push(&path, below, path[wanted.len()..].matches('/').count());
                queue.push_back((path, below));
            }
        }
    }

    /// Adds a path, given without its `./`.
    fn push(&mut self, path: &str, directory: Directory, depth: usize) {
        let db = self.position.db;
        let start = self.above.len() - self.above.trim_start_matches(['.', '/']).len();
        let label = format!("{}{path}", &self.above[..start]);
        if !fits(self.position.cursor.prefix, &label) || !self.seen.insert(label.clone()) {
            return;
        }
        let (detail, class) = self.content(directory);
        let taken = self.is_taken_in(directory);
        // What lies below the file and is in no other build waits to be applied by it.
        let near = class == 0 && !taken && self.is_below_file(directory);
        let depth = u32::try_from(depth.min(4)).unwrap_or(4);
        let rank = (if near { 0 } else { 1 + class }) * 50
            + self.distance(directory) * 10
            + u32::from(taken) * 8
            + depth;
        self.found.push(
            self.position
                .scalar(&label)
                .offer(CompletionKind::Directory, label)
                .detailed(detail)
                .documented(
                    kustomization_file(db, directory)
                        .map(|file| format!("Built by `{}`", file.path(db))),
                )
                .ranked(rank),
        );
    }

    /// What a directory holds, and how likely that makes it: 0 the most.
    fn content(&self, directory: Directory) -> (Option<String>, u32) {
        let db = self.position.db;
        if let Some(file) = kustomization_file(db, directory) {
            let layer = facts(db, file);
            let kind = layer.kustomization.as_ref().map(|layer| layer.kind);
            return match kind {
                // No build of its own: overlays take it in.
                Some(FileKind::Component) => (Some("Component".to_owned()), 3),
                _ => (Some("Kustomization".to_owned()), 0),
            };
        }
        let manifests = directory
            .files(db)
            .filter(|file| {
                facts(db, *file)
                    .objects
                    .iter()
                    .any(|object| !object.in_patch)
            })
            .count();
        match manifests {
            0 => (None, 2),
            1 => (Some("1 manifest".to_owned()), 1),
            more => (Some(format!("{more} manifests")), 1),
        }
    }

    fn is_below_file(&self, directory: Directory) -> bool {
        let db = self.position.db;
        let own = self.position.file.directory(db);
        directory != own && directory.path(db).starts_with(own.path(db))
    }

    /// Whether a directory is a part of some build already: it is applied, a kustomization file takes it in,
    /// or one is generated for a directory above it.
    fn is_taken_in(&self, directory: Directory) -> bool {
        let (db, root) = (self.position.db, self.position.root);
        let users = importers(db, root, Found::Directory(directory));
        if users.iter().any(|import| import.field.includes()) {
            return true;
        }
        let mut at = Some(directory);
        while let Some(directory) = at {
            if !appliers(db, root, directory).is_empty() {
                return true;
            }
            at = directory
                .parent(db)
                .filter(|above| kustomization_file(db, *above).is_none());
        }
        false
    }

    /// 0 in the same environment, 1 in what environments share, 2 in another one.
    fn distance(&self, directory: Directory) -> u32 {
        let db = self.position.db;
        let Some(here) = &self.environment else {
            return 0;
        };
        match environment_of_directory(db, directory) {
            Some(there) if there == *here => 0,
            None => 1,
            Some(_) => 2,
        }
    }
}

/// What of a path is below another one: nothing of the path itself; none where it is elsewhere.
fn below<'p>(top: &str, path: &'p str) -> Option<&'p str> {
    let rest = path.strip_prefix(top)?;
    let whole = top.is_empty() || rest.is_empty() || rest.starts_with('/');
    whole.then(|| rest.trim_start_matches('/'))
}

fn join(above: &str, name: &str) -> String {
    [above, name].join("/").trim_matches('/').to_owned()
}
