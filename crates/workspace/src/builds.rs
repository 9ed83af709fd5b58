//! Builds of this repository, as queries: what a directory accumulates is asked again only if a file or a
//! listing that it read has changed.

use std::sync::Arc;

use camino::Utf8Path;
use infragen_flux::IgnoreField;
use infragen_kustomize::{
    Accumulated, BuildError, Built, Entry, ErrorKind, FileKind, FileResources, LeftOut, Loader,
    Options, Path, Place, Unmatched, Way, accumulate, build, join, read_file,
};
use infragen_syntax::{SyntaxError, Tree};
use rustc_hash::FxHashSet;

use crate::bundles::normalized;
use crate::db::Db;
use crate::files::{Child, Directory, Disk, Root, SourceFile};
use crate::imports::{appliers, importers, imports_of, takes_itself_in};
use crate::left_out::Patterns;
use crate::paths::{Found, find, kustomization_file};
use crate::query;
use crate::versions::pulled_roots;

/// The files of a root as builds see them: an open one is what the editor shows.
pub(crate) struct Files<'db> {
    pub db: &'db dyn Db,
    pub root: Root,
    /// Whether values carry where they come from: of such builds only the last ones are remembered.
    pub traced: bool,
    /// Whether only what is on disk counts: then no keystroke has to ask whether the build still holds.
    pub disk: bool,
    /// Whether Flux builds, and not kustomize by itself.
    pub flux: bool,
    /// `spec.ignore` of the source, be it empty, where the source leaves out anything of the build.
    pub ignore: Option<Arc<IgnoreField>>,
    /// What is known of what the source leaves out.
    pub patterns: Patterns,
}

impl Files<'_> {
    fn find(&self, path: &Utf8Path) -> Found {
        match self.find_anyway(path) {
            found if self.hides(path, found).is_some() => Found::Missing,
            found => found,
        }
    }

    /// What a path leads to, left out or not.
    pub(crate) fn find_anyway(&self, path: &Utf8Path) -> Found {
        match self.root.top(self.db) {
            Some(top) => find(self.db, top, path.as_str()),
            None => Found::Missing,
        }
    }

    /// The bytes of a file that was found.
    pub(crate) fn bytes_of(&self, path: &Utf8Path, found: Found) -> Option<Arc<[u8]>> {
        match found {
            Found::File(file) => {
                let text = match self.disk {
                    true => query::disk_text(self.db, file),
                    false => query::text(self.db, file),
                };
                Some(Arc::from(text.ok()?.as_bytes()))
            }
            Found::Other => self.other(path).ok().map(Arc::from),
            _ => None,
        }
    }
}

impl Files<'_> {
    /// The bytes of a file that is no YAML. That it may change is known by its listing, which finding it reads.
    fn other(&self, path: &Utf8Path) -> Result<Vec<u8>, SyntaxError> {
        if let (Some(folder), Some(name)) = (path.parent(), path.file_name())
            && let Found::Directory(folder) = self.find_anyway(folder)
        {
            match folder.child(self.db, name) {
                Some(Child::Other(Disk::Memory(text))) => return Ok(text.as_bytes().to_vec()),
                Some(Child::Other(Disk::Stored(bytes))) => return Ok(bytes.to_vec()),
                _ => {}
            }
        }
        crate::disk::read_bytes(&self.root.path(self.db).join(path))
    }
}

impl Loader for Files<'_> {
    fn entry(&self, path: &Utf8Path) -> Option<Entry> {
        match self.find(path) {
            Found::File(_) | Found::Other => Some(Entry::File),
            Found::Directory(_) => Some(Entry::Directory),
            Found::Missing | Found::Outside => None,
        }
    }

    fn bytes(&self, path: &Utf8Path) -> Option<Arc<[u8]>> {
        self.bytes_of(path, self.find(path))
    }

    fn tree(&self, path: &Utf8Path) -> Option<Arc<Tree>> {
        match self.find(path) {
            Found::File(file) if self.disk => Some(query::disk_tree(self.db, file)),
            Found::File(file) => Some(query::tree(self.db, file)),
            Found::Other => {
                let text = self.other(path).and_then(infragen_syntax::decode);
                Some(Arc::new(match text {
                    Ok(text) => Tree::parse(text),
                    Err(error) => Tree::unreadable(error),
                }))
            }
            _ => None,
        }
    }

    fn list(&self, directory: &Utf8Path) -> Vec<String> {
        let Found::Directory(directory) = self.find(directory) else {
            return Vec::new();
        };
        let ignore = self.left_out_of(directory.path(self.db));
        // Flux does not see what sources leave out, such as links.
        let entries = directory.entries(self.db).iter().filter(|entry| {
            let path = directory.path(self.db).join(&*entry.name);
            match &entry.child {
                Child::Directory(below) => self.directory_left_out(*below).is_none(),
                Child::Link(_) => false,
                _ => ignore.leaves_out(&path, false).is_none(),
            }
        });
        entries.map(|entry| entry.name.to_string()).collect()
    }

    fn accumulate(&self, directory: &Utf8Path, way: &Way<'_>) -> Arc<Accumulated> {
        match self.find(directory) {
            Found::Directory(directory) if way.is_plain() => match self.traced {
                _ if let Some(ignore) = &self.ignore => {
                    let how = (self.traced, self.disk);
                    accumulated_of_source(self.db, directory, ignore.clone(), how)
                }
                true => traced_accumulated(self.db, directory),
                false if self.disk => disk_accumulated(self.db, directory, self.flux),
                false => accumulated_as(self.db, directory, self.flux),
            },
            _ => Arc::new(accumulate(self, directory, way)),
        }
    }

    fn resources(&self, path: &Utf8Path) -> Arc<FileResources> {
        match self.find(path) {
            Found::File(file) if self.traced => traced_resources(self.db, file),
            Found::File(file) if self.disk => disk_resources(self.db, file),
            Found::File(file) => resources(self.db, file),
            _ => Arc::new(read_file(self, path)),
        }
    }

    fn traced(&self) -> bool {
        self.traced
    }

    fn lenient_operations(&self) -> bool {
        self.flux
    }

    fn leaves_out(&self, path: &Utf8Path) -> Option<LeftOut> {
        self.hides(path, self.find_anyway(path))
    }
}

/// The objects of a manifest file.
pub(crate) fn resources(db: &dyn Db, file: SourceFile) -> Arc<FileResources> {
    match file.buffer(db) {
        Some(_) => open_resources(db, file),
        None => disk_resources(db, file),
    }
}

/// Those of a file as an editor shows it.
#[salsa::tracked(returns(clone), no_eq, lru = 512)]
fn open_resources(db: &dyn Db, file: SourceFile) -> Arc<FileResources> {
    let files = Files::new(db, file.root(db), false);
    Arc::new(read_file(&files, &file.path(db)))
}

/// Those of a file on disk.
#[salsa::tracked(returns(clone), no_eq, lru = 2048)]
fn disk_resources(db: &dyn Db, file: SourceFile) -> Arc<FileResources> {
    let files = Files::new(db, file.root(db), true);
    Arc::new(read_file(&files, &file.path(db)))
}

/// The directories in whose builds a file that is open in an editor may take part: those that name it, directly or
/// through others, and all around these, which may be built as a whole.
#[salsa::tracked(returns(clone))]
pub(crate) fn shown_directories(db: &dyn Db, root: Root) -> Arc<FxHashSet<Directory>> {
    let mut shown = FxHashSet::default();
    let mut rest: Vec<Directory> = Vec::new();
    for file in root.open(db) {
        rest.push(file.directory(db));
        for import in importers(db, root, Found::File(*file)) {
            rest.push(import.from.directory(db));
        }
    }
    while let Some(directory) = rest.pop() {
        if shown.insert(directory) {
            rest.extend(directory.parent(db));
            let importers = importers(db, root, Found::Directory(directory));
            rest.extend(importers.iter().map(|import| import.from.directory(db)));
        }
    }
    Arc::new(shown)
}

/// The files beside which a build with a file that is open in an editor may have something to say: those of all
/// directories that take such files in, and around them.
pub fn concerned_files(db: &dyn Db, root: Root) -> Vec<SourceFile> {
    let mut directories: Vec<_> = shown_directories(db, root).iter().copied().collect();
    directories.sort_unstable();
    let files = directories.iter().flat_map(|directory| directory.files(db));
    files.collect()
}

/// Whether what a directory builds to depends on what an editor shows. A query of its own: what is built elsewhere need
/// not be looked at when a file is opened or closed.
#[salsa::tracked(returns(copy))]
pub(crate) fn is_shown(db: &dyn Db, directory: Directory) -> bool {
    let root = directory.root(db);
    !root.open(db).is_empty() && shown_directories(db, root).contains(&directory)
}

/// The objects of a manifest file, with where each value stands.
#[salsa::tracked(returns(clone), no_eq, lru = 512)]
fn traced_resources(db: &dyn Db, file: SourceFile) -> Arc<FileResources> {
    let files = Files {
        traced: true,
        ..Files::new(db, file.root(db), false)
    };
    Arc::new(read_file(&files, &file.path(db)))
}

impl Files<'_> {
    /// What a directory adds to whoever names it; nothing where it takes itself in.
    fn accumulated(&self, directory: Directory) -> Arc<Accumulated> {
        match takes_itself_in(self.db, directory, self.disk) {
            true => Arc::default(),
            false => Arc::new(accumulate(self, directory.path(self.db), &Way::default())),
        }
    }
}

/// What a directory adds to whoever names it, with the history of each value.
#[salsa::tracked(returns(clone), no_eq, lru = 128)]
fn traced_accumulated(db: &dyn Db, directory: Directory) -> Arc<Accumulated> {
    let files = Files {
        traced: true,
        flux: true,
        ..Files::new(db, directory.root(db), false)
    };
    files.accumulated(directory)
}

/// What a directory adds of which a source leaves out some, with the history of each value or without, on disk or as
/// editors show it.
#[salsa::tracked(returns(clone), no_eq, lru = 512)]
fn accumulated_of_source(
    db: &dyn Db,
    directory: Directory,
    ignore: Arc<IgnoreField>,
    (traced, disk): (bool, bool),
) -> Arc<Accumulated> {
    let files = Files {
        traced,
        flux: true,
        ignore: Some(ignore),
        ..Files::new(db, directory.root(db), disk)
    };
    files.accumulated(directory)
}

/// What a directory adds to whoever names it.
fn accumulated(db: &dyn Db, directory: Directory) -> Arc<Accumulated> {
    accumulated_as(db, directory, false)
}

fn accumulated_as(db: &dyn Db, directory: Directory, flux: bool) -> Arc<Accumulated> {
    match is_shown(db, directory) {
        true => shown_accumulated(db, directory, flux),
        false => disk_accumulated(db, directory, flux),
    }
}

/// What it adds with what editors show.
#[salsa::tracked(returns(clone), no_eq, lru = 1024)]
fn shown_accumulated(db: &dyn Db, directory: Directory, flux: bool) -> Arc<Accumulated> {
    if flux {
        let strict = shown_accumulated(db, directory, false);
        if is_lenient_too(&strict) {
            return strict;
        }
    }
    let files = Files {
        flux,
        ..Files::new(db, directory.root(db), false)
    };
    files.accumulated(directory)
}

/// What it adds as it is on disk.
#[salsa::tracked(returns(clone), no_eq, lru = 1024)]
fn disk_accumulated(db: &dyn Db, directory: Directory, flux: bool) -> Arc<Accumulated> {
    if flux {
        let strict = disk_accumulated(db, directory, false);
        if is_lenient_too(&strict) {
            return strict;
        }
    }
    let files = Files {
        flux,
        ..Files::new(db, directory.root(db), true)
    };
    files.accumulated(directory)
}

/// Builds what the directory of a kustomization file on disk adds to whoever names it.
pub(crate) fn prepare(db: &dyn Db, kustomization: SourceFile) {
    if let Some(directory) = built_from(db, kustomization) {
        disk_accumulated(db, directory, false);
    }
}

/// Builds the directory of a kustomization file on disk, unless another one takes it in.
pub(crate) fn prepare_build(db: &dyn Db, kustomization: SourceFile) {
    if let Some(directory) = built_from(db, kustomization)
        && !is_taken_in(db, directory)
    {
        disk_kustomize_build(db, directory);
    }
}

/// The directory that is built by a kustomization file on disk; a component is built only on top of something else.
fn built_from(db: &dyn Db, kustomization: SourceFile) -> Option<Directory> {
    let facts = query::disk_facts(db, kustomization);
    let directory = kustomization.directory(db);
    let built = facts.kustomization.as_ref()?.kind == FileKind::Kustomization
        && kustomization_file(db, directory) == Some(kustomization);
    built.then_some(directory)
}

/// Whether another kustomization file takes a directory in.
fn is_taken_in(db: &dyn Db, directory: Directory) -> bool {
    importers(db, directory.root(db), Found::Directory(directory))
        .iter()
        .any(|import| import.field.includes())
}

/// Whether Flux accumulates the same as kustomize by itself: all that it does otherwise is not to refuse some operations
/// of patches.
fn is_lenient_too(strict: &Accumulated) -> bool {
    strict.errors.is_empty()
}

/// Whether an error leaves objects out of a build: then others may be its consequence. (A generator that
/// fails may be a consequence itself.)
pub(crate) fn leaves_out(error: &BuildError) -> bool {
    match error.kind {
        ErrorKind::WrongType
        | ErrorKind::WrongValue
        | ErrorKind::DuplicateKey
        | ErrorKind::DuplicateId
        | ErrorKind::UnreadablePatch
        | ErrorKind::PatchTarget
        | ErrorKind::PatchFails
        | ErrorKind::Selector
        | ErrorKind::Replacement
        | ErrorKind::Replicas
        | ErrorKind::Generator
        | ErrorKind::Transformer
        | ErrorKind::AmbiguousReference
        | ErrorKind::Vars
        | ErrorKind::Unprintable
        | ErrorKind::Substitution => false,
        ErrorKind::MissingPath
        | ErrorKind::LeftOut
        | ErrorKind::NoKustomizationFile
        | ErrorKind::SeveralKustomizationFiles
        | ErrorKind::EmptyKustomization
        | ErrorKind::WrongKind
        | ErrorKind::WrongList
        | ErrorKind::UnknownField
        | ErrorKind::Syntax
        | ErrorKind::NotAnObject
        | ErrorKind::Cycle
        | ErrorKind::Unsupported
        | ErrorKind::Configuration
        | ErrorKind::Restricted => true,
    }
}

/// Whether an error may be the consequence of an object that is not there.
pub(crate) fn may_be_consequence(error: &BuildError) -> bool {
    matches!(
        error.kind,
        ErrorKind::DuplicateId
            | ErrorKind::Generator
            | ErrorKind::PatchTarget
            | ErrorKind::PatchFails
            | ErrorKind::Replacement
            | ErrorKind::Replicas
            | ErrorKind::AmbiguousReference
            | ErrorKind::Vars
    )
}

/// What kustomize by itself builds of a directory, with objects as they come: as it is on disk, or with what editors
/// show.
pub(crate) fn kustomize_build(db: &dyn Db, directory: Directory, disk: bool) -> Arc<Built> {
    match disk {
        true => disk_kustomize_build(db, directory),
        false => shown_kustomize_build(db, directory),
    }
}

#[salsa::tracked(returns(clone), no_eq, lru = 1024)]
fn disk_kustomize_build(db: &dyn Db, directory: Directory) -> Arc<Built> {
    Files::new(db, directory.root(db), true).kustomize_build(directory)
}

#[salsa::tracked(returns(clone), no_eq, lru = 1024)]
fn shown_kustomize_build(db: &dyn Db, directory: Directory) -> Arc<Built> {
    Files::new(db, directory.root(db), false).kustomize_build(directory)
}

impl<'db> Files<'db> {
    /// The files for builds of kustomize by itself.
    pub(crate) fn new(db: &'db dyn Db, root: Root, disk: bool) -> Self {
        Files {
            db,
            root,
            traced: false,
            disk,
            flux: false,
            ignore: None,
            patterns: Patterns::default(),
        }
    }

    fn kustomize_build(&self, directory: Directory) -> Arc<Built> {
        let options = Options { sorted: false };
        Arc::new(build(self, directory.path(self.db), options))
    }
}

/// What is wrong in the build of a directory: as a whole where no other kustomization file takes it in, else
/// what it adds to those. Where objects are missing, what may be wrong for that reason alone is left out.
#[salsa::tracked(returns(clone))]
fn errors_of_build(db: &dyn Db, directory: Directory) -> Arc<Vec<Arc<BuildError>>> {
    let root = directory.root(db);
    let mut errors = match is_taken_in(db, directory) {
        true => accumulated(db, directory).errors.clone(),
        false => kustomize_build(db, directory, !is_shown(db, directory))
            .errors
            .clone(),
    };
    if errors.iter().any(|error| leaves_out(error)) || gets_more(db, root, directory) {
        errors.retain(|error| !may_be_consequence(error));
    } else if errors
        .iter()
        .any(|error| error.kind == ErrorKind::Generator)
    {
        errors.retain(|error| error.kind == ErrorKind::Generator || !may_be_consequence(error));
    }
    // What is of a wrong type is no patch either; that need not be said twice.
    let wrong: Vec<_> = errors
        .iter()
        .filter(|error| error.kind == ErrorKind::WrongType)
        .map(|error| error.place.clone())
        .collect();
    errors
        .retain(|error| error.kind != ErrorKind::UnreadablePatch || !wrong.contains(&error.place));
    Arc::new(errors)
}

/// Whether a Flux Kustomization adds components to the build of a directory: they come before its patches.
fn gets_more(db: &dyn Db, root: Root, directory: Directory) -> bool {
    appliers(db, root, directory).iter().any(|(file, number)| {
        let facts = query::facts(db, *file);
        let object = facts.objects.get(*number as usize);
        object.is_some_and(|object| !object.components.is_empty())
    })
}

/// What builds find wrong in a file, each error once, in order of place: the build of its own directory where
/// it is a kustomization file, and those of the kustomization files that name it.
#[salsa::tracked(returns(clone))]
pub fn build_errors(db: &dyn Db, file: SourceFile) -> Arc<Vec<Arc<BuildError>>> {
    let root = file.root(db);
    let mut builds = Builds::default();
    if kustomization_file(db, file.directory(db)) == Some(file) {
        builds.add(db, file);
    }
    for import in importers(db, root, Found::File(file)) {
        builds.add(db, import.from);
    }
    let path = file.path(db);
    let mut errors: Vec<Arc<BuildError>> = Vec::new();
    for build in builds.directories {
        for error in errors_of_build(db, build).iter() {
            let error = if *error.place.file == *path {
                error.clone()
            } else if let Some(error) = at_entry(db, file, error) {
                Arc::new(error)
            } else {
                continue;
            };
            if !errors.contains(&error) {
                errors.push(error);
            }
        }
    }
    errors.sort_by_key(|error| (error.place.range.start(), error.place.range.end()));
    Arc::new(errors)
}

/// The objects that the build of a kustomization file's directory has twice, as errors: those that this layer brings
/// together, and not one that it takes in.
pub fn duplicate_ids(db: &dyn Db, kustomization: SourceFile) -> Vec<Arc<BuildError>> {
    let directory = kustomization.directory(db);
    if kustomization_file(db, directory) != Some(kustomization) {
        return Vec::new();
    }
    let errors = errors_of_build(db, directory);
    let twice = |error: &&Arc<BuildError>| error.kind == ErrorKind::DuplicateId;
    let mut found: Vec<_> = errors.iter().filter(twice).cloned().collect();
    if found.is_empty() {
        return found;
    }
    for import in imports_of(db, kustomization).iter() {
        if let Found::Directory(below) = import.to {
            let below = accumulated(db, below);
            found.retain(|error| !below.errors.contains(error));
        }
    }
    found
}

/// An error in a file that is no YAML (a patch in JSON), told at the entry of the kustomization file that names
/// it: editors know nothing of the file itself.
fn at_entry(db: &dyn Db, kustomization: SourceFile, error: &BuildError) -> Option<BuildError> {
    let directory = kustomization.directory(db).path(db);
    let facts = query::facts(db, kustomization);
    let entries = &facts.kustomization.as_ref()?.entries;
    let imports = imports_of(db, kustomization);
    let others = imports.iter().filter(|import| import.to == Found::Other);
    let mut others = others.filter_map(|import| entries.get(import.entry as usize));
    let entry = others.find(|entry| join(directory, &entry.path.value) == error.place.file)?;
    let place = Place {
        file: Path::from(kustomization.path(db).as_path()),
        range: entry.path.range,
    };
    Some(BuildError {
        message: format!("`{}`: {}", entry.path.value, error.message),
        place,
        ..error.clone()
    })
}

/// The directories in whose builds kustomization files take part.
#[derive(Default)]
struct Builds {
    directories: Vec<Directory>,
    seen: FxHashSet<SourceFile>,
}

impl Builds {
    /// Adds the directory of a kustomization file; of a component, which can be built only on top of something
    /// else, those that use it.
    fn add(&mut self, db: &dyn Db, kustomization: SourceFile) {
        if !self.seen.insert(kustomization) {
            return;
        }
        let directory = kustomization.directory(db);
        let facts = query::facts(db, kustomization);
        let kind = facts.kustomization.as_ref().map(|file| file.kind);
        if kind == Some(FileKind::Component) {
            for import in importers(db, kustomization.root(db), Found::Directory(directory)) {
                self.add(db, import.from);
            }
        } else if !self.directories.contains(&directory) {
            self.directories.push(directory);
        }
    }
}

/// The file and the range of a place of a build.
pub fn place_of_build(
    db: &dyn Db,
    root: Root,
    place: &Place,
) -> Option<(SourceFile, infragen_syntax::TextRange)> {
    Some((file_from(db, root, &place.file)?, place.range))
}

/// The file at a path from a root, also in another one that is known here: `../web/config/base/web.yaml`.
pub fn file_from(db: &dyn Db, root: Root, path: &Utf8Path) -> Option<SourceFile> {
    let (root, path) = match path.starts_with("..") {
        true => {
            let path = normalized(&root.path(db).join(path));
            let mapped = root.mapped(db).iter();
            let others = mapped
                .map(|(_, directory)| directory.root(db))
                .chain(root.mapped_by(db).iter().copied())
                .chain(root.siblings(db).iter().copied())
                .chain(pulled_roots(db));
            others.into_iter().find_map(|other| {
                let inside = path.strip_prefix(other.path(db)).ok()?;
                Some((other, inside.to_owned()))
            })?
        }
        false => (root, path.to_owned()),
    };
    match find(db, root.top(db)?, path.as_str()) {
        Found::File(file) => Some(file),
        _ => None,
    }
}

/// The entries of a kustomization file that change nothing in any build that it takes part in; none where a part of
/// one of these builds is not known.
#[salsa::tracked(returns(clone))]
pub fn unmatched(db: &dyn Db, file: SourceFile) -> Arc<Vec<Unmatched>> {
    if kustomization_file(db, file.directory(db)) != Some(file) || has_stubs(db, file) {
        return Arc::default();
    }
    let mut builds = Builds::default();
    builds.add(db, file);
    let path = file.path(db);
    let mut everywhere: Option<Vec<Unmatched>> = None;
    for directory in builds.directories {
        let built = accumulated(db, directory);
        if built.errors.iter().any(|error| leaves_out(error)) {
            return Arc::default();
        }
        let own = built
            .unmatched
            .iter()
            .filter(|entry| *entry.place.file == *path);
        let own: Vec<_> = own.cloned().collect();
        everywhere = Some(match everywhere {
            None => own,
            Some(mut known) => {
                known.retain(|entry| own.iter().any(|other| other.place == entry.place));
                known
            }
        });
    }
    Arc::new(everywhere.unwrap_or_default())
}

/// Whether a manifest that a kustomization file names holds nothing: what `flux bootstrap` writes there is often not
/// in the repository.
fn has_stubs(db: &dyn Db, kustomization: SourceFile) -> bool {
    imports_of(db, kustomization)
        .iter()
        .any(|import| match import.to {
            Found::File(file) => {
                let facts = query::facts(db, file);
                facts.objects.is_empty() && import.field.includes()
            }
            _ => false,
        })
}
