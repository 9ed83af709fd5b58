//! Paths in kustomization files, as kustomize wants them: relative to the file's directory.

use camino::{Utf8Path, Utf8PathBuf};
use infragen_flux::FileFacts;
use infragen_kustomize::{Expects, FIELDS, Field, FieldRow, FileKind, is_kustomization_file_name};
use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{
    Child, Directory, Found, SourceFile, facts, find, imports_of, kustomization_file, layers,
    relative,
};
use rustc_hash::FxHashSet;

use super::position::Position;
use super::writing::Writing;
use super::{Completion, CompletionKind, MAX_COMPLETIONS};

/// How deep below a directory files are looked for: deeper ones come as the path is typed.
const MAX_DEPTH: usize = 3;

/// Directories of the repository above and beside the own one, that bases are looked for in.
const MAX_UP: usize = 4;

/// What ranks an entry behind all others that the file has already.
const LISTED: u32 = 100;

/// What has been typed of a path.
struct Typed<'a> {
    /// The directory that it leads to so far, with its slash: `../../`; empty at the beginning.
    above: &'a str,
    /// What it is called; none where it is outside of the repository, or nowhere.
    directory: Option<Directory>,
}

/// Collects proposals for one field.
struct Paths<'p, 'a> {
    position: &'p Position<'a>,
    row: &'static FieldRow,
    /// Whether the list itself has not begun yet.
    first: bool,
    /// What other entries of the file lead to.
    listed: FxHashSet<Found>,
    seen: FxHashSet<String>,
    found: &'p mut Vec<Completion>,
}

pub(super) fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    let Some((row, first)) = row_at(position) else {
        return;
    };
    let own = position.file.directory(position.db);
    let typed = typed(position, row, own);
    let mut paths = Paths {
        position,
        row,
        first,
        listed: listed(position),
        seen: FxHashSet::default(),
        found,
    };
    if let Some(directory) = typed.directory {
        paths.below(directory, typed.above, 0);
    }
    if typed
        .above
        .split('/')
        .all(|part| matches!(part, "" | "." | ".."))
    {
        paths.upwards(&typed, own);
        paths.afar(&typed, own);
    }
}

/// The row of the table whose path is written at the cursor, and whether its list begins with it.
fn row_at(position: &Position<'_>) -> Option<(&'static FieldRow, bool)> {
    let field = position.kustomization_field()?;
    // Field names are compared without case, as kustomize does.
    let same = |path: &[&str]| {
        path.len() == field.len()
            && path
                .iter()
                .zip(&field)
                .all(|(a, b)| a.eq_ignore_ascii_case(b))
    };
    FIELDS.iter().find_map(|row| {
        let (last, list) = row.path.split_last()?;
        let item = *last == "[]";
        if same(row.path)
            && (if item {
                position.on_item()
            } else {
                position.on_value()
            })
        {
            return Some((row, false));
        }
        let begins = item && same(list) && position.on_key();
        (begins && position.is_alone() && !position.cursor.in_flow).then_some((row, true))
    })
}

fn typed<'a>(position: &Position<'a>, row: &FieldRow, own: Directory) -> Typed<'a> {
    let prefix = path_prefix(position, row);
    let above = prefix.rfind('/').map_or("", |at| &prefix[..=at]);
    let directory = match find(position.db, own, above) {
        Found::Directory(directory) => Some(directory),
        _ => None,
    };
    Typed { above, directory }
}

/// The path that stands before the cursor, without the `key=` of a generator's file.
fn path_prefix<'a>(position: &Position<'a>, row: &FieldRow) -> &'a str {
    let prefix = position.cursor.prefix;
    match row.field {
        Field::GeneratorFiles => prefix.split_once('=').map_or(prefix, |(_, path)| path),
        _ => prefix,
    }
}

/// What the other entries of the file lead to; the one that is being written is no other.
fn listed(position: &Position<'_>) -> FxHashSet<Found> {
    let facts = facts(position.db, position.file);
    let Some(kustomization) = &facts.kustomization else {
        return FxHashSet::default();
    };
    let at = position.offset_in_file;
    imports_of(position.db, position.file)
        .iter()
        .filter(|import| {
            let entry = kustomization.entries.get(import.entry as usize);
            entry.is_some_and(|entry| !entry.path.range.contains_inclusive(at))
        })
        .map(|import| import.to)
        .collect()
}

impl Paths<'_, '_> {
    /// What is in a directory and, where no kustomization file claims them, in those below.
    fn below(&mut self, directory: Directory, above: &str, depth: usize) {
        let db = self.position.db;
        let mut directories = Vec::new();
        for entry in directory.entries(db).iter() {
            if entry.name.starts_with('.') || self.found.len() >= MAX_COMPLETIONS {
                continue;
            }
            let path = format!("{above}{}", entry.name);
            match &entry.child {
                Child::Directory(below) => directories.push((path, *below)),
                Child::File(file) => self.file(path, &entry.name, Found::File(*file), depth),
                Child::Other(_) => self.file(path, &entry.name, Found::Other, depth),
                Child::Link(_) => {}
            }
        }
        for (path, below) in directories {
            self.directory(&path, below, depth);
            let claimed = kustomization_file(db, below).is_some();
            if depth + 1 < MAX_DEPTH && (!claimed || self.row.expects == Expects::File) {
                self.below(below, &format!("{path}/"), depth + 1);
            }
        }
    }

    /// The way up, while a path begins.
    fn upwards(&mut self, typed: &Typed<'_>, own: Directory) {
        let above = typed.directory.unwrap_or(own).parent(self.position.db);
        if above.is_some() {
            let path = format!("{}../", typed.above.trim_start_matches("./"));
            self.push(path, CompletionKind::Directory, "the directory above", 90);
        }
    }

    /// Directories elsewhere that this field usually names: features, and the bases of overlays.
    fn afar(&mut self, typed: &Typed<'_>, own: Directory) {
        let db = self.position.db;
        match self.row.field {
            Field::Components => {
                for directory in features(self.position, own) {
                    let path = relative(own.path(db), directory.path(db));
                    self.distant(typed, path, directory, 0);
                }
            }
            Field::Resources | Field::Bases => {
                let mut at = own.parent(db);
                for _ in 0..MAX_UP {
                    let Some(above) = at else { break };
                    if let Some(Child::Directory(base)) = above.child(db, "base")
                        && kustomization_file(db, *base).is_some()
                        && !contains(db, *base, own)
                    {
                        self.distant(typed, relative(own.path(db), base.path(db)), *base, 3);
                    }
                    at = above.parent(db);
                }
            }
            _ => {}
        }
    }

    /// A directory that is not below what has been typed, but that what has been typed can lead to.
    fn distant(&mut self, typed: &Typed<'_>, path: String, directory: Directory, rank: u32) {
        if path.starts_with(typed.above.trim_start_matches("./")) {
            let listed = self.listed.contains(&Found::Directory(directory));
            self.layer(path, directory, rank + if listed { LISTED } else { 0 });
        }
    }

    fn file(&mut self, path: String, name: &str, found: Found, depth: usize) {
        let db = self.position.db;
        let own = found == Found::File(self.position.file);
        let layer = is_kustomization_file_name(name);
        if own || layer || self.row.expects == Expects::Directory {
            return;
        }
        let facts = match found {
            Found::File(file) => Some(facts(db, file)),
            _ => None,
        };
        let Some(fitness) = fitness(self.row.field, &path, facts.as_deref()) else {
            return;
        };
        let listed = self.listed.contains(&found) && found != Found::Other;
        let depth = u32::try_from(depth).unwrap_or(0);
        let rank = fitness * 10 + depth.min(9) + if listed { LISTED } else { 0 };
        let detail = facts.as_deref().map(objects_of).unwrap_or_default();
        let detail = if listed {
            "already listed".to_owned()
        } else {
            detail
        };
        self.push(path, CompletionKind::File, &detail, rank);
    }

    fn directory(&mut self, path: &str, directory: Directory, depth: usize) {
        let db = self.position.db;
        let own = self.position.file.directory(db);
        if contains(db, directory, own) {
            // Kustomize refuses the own directory and those around it; they lead on to others.
            return self.push(format!("{path}/"), CompletionKind::Directory, "", 80);
        }
        let listed = self.listed.contains(&Found::Directory(directory));
        let depth = u32::try_from(depth).unwrap_or(0);
        let late = if listed { LISTED } else { 0 };
        if kustomization_file(db, directory).is_some() && self.row.expects != Expects::File {
            self.layer(path.to_owned(), directory, 10 + depth + late);
        } else {
            self.push(
                format!("{path}/"),
                CompletionKind::Directory,
                "",
                60 + depth,
            );
        }
    }

    /// A directory with a kustomization file.
    fn layer(&mut self, path: String, directory: Directory, rank: u32) {
        let db = self.position.db;
        let kind = kustomization_file(db, directory).and_then(|file| {
            facts(db, file)
                .kustomization
                .as_ref()
                .map(|layer| layer.kind)
        });
        let wanted = match self.row.field {
            Field::Components => FileKind::Component,
            _ => FileKind::Kustomization,
        };
        let (detail, rank) = match kind {
            Some(FileKind::Component) if wanted == FileKind::Component => {
                let late = if rank >= LISTED { LISTED } else { 0 };
                ("Component", steps_up(&path) + late)
            }
            // Kustomize refuses a feature as a resource, and a layer as a feature.
            Some(kind) if kind != wanted => {
                return self.push(format!("{path}/"), CompletionKind::Directory, "", 70);
            }
            _ => ("Kustomization", rank),
        };
        let detail = if rank >= LISTED {
            "already listed"
        } else {
            detail
        };
        self.push(path, CompletionKind::Directory, detail, rank);
    }

    fn push(&mut self, path: String, kind: CompletionKind, detail: &str, rank: u32) {
        if self.found.len() >= MAX_COMPLETIONS || !self.seen.insert(path.clone()) {
            return;
        }
        self.found.push(
            self.write(&path)
                .offer(kind, path)
                .detailed((!detail.is_empty()).then(|| detail.to_owned()))
                .ranked(rank),
        );
    }

    fn write(&self, path: &str) -> Writing {
        let position = self.position;
        if self.first {
            return position.first_item(path);
        }
        let word = &position.text[position.cursor.word];
        let key = match self.row.field {
            Field::GeneratorFiles => position.cursor.prefix.find('=').map(|at| &word[..=at]),
            _ => None,
        };
        let Some(key) = key else {
            return position.scalar(path);
        };
        let mut writing = position.scalar(&format!("{key}{path}"));
        // Editors filter by the text that is replaced: the key is none of the path.
        if let Some(path) = writing.edit.new_text.strip_prefix(key) {
            let range = writing.edit.range;
            writing.edit.new_text = path.to_owned();
            writing.edit.range = TextRange::new(range.start() + TextSize::of(key), range.end());
        }
        writing
    }
}

/// The features of the repository, except the one at `from` itself, those fewest steps away from it first.
pub(super) fn features(position: &Position<'_>, from: Directory) -> Vec<Directory> {
    let db = position.db;
    let is_feature = |file: &SourceFile| {
        let facts = facts(db, *file);
        let layer = facts.kustomization.as_ref();
        layer.is_some_and(|layer| layer.kind == FileKind::Component)
    };
    let layers = layers(db, position.root);
    let features = layers.iter().copied().filter(is_feature);
    let mut features: Vec<_> = features
        .map(|file| file.directory(db))
        .filter(|directory| *directory != from)
        .collect();
    features.sort_by_cached_key(|directory| {
        let path = relative(from.path(db), directory.path(db));
        (steps_up(&path), path)
    });
    features
}

/// How many directories a relative path leads up: what is beside the own service is nearer than what is
/// another one's.
pub(super) fn steps_up(path: &str) -> u32 {
    let up = path.split('/').take_while(|part| *part == "..").count();
    u32::try_from(up.min(9)).unwrap_or(9)
}

/// How well a file fits a field, 0 the best; none where it cannot be meant.
fn fitness(field: Field, path: &str, facts: Option<&FileFacts>) -> Option<u32> {
    let path = Utf8Path::new(path);
    let extension = path.extension().unwrap_or_default();
    let yaml = matches!(extension, "yaml" | "yml");
    let is_manifest = facts.is_some_and(|facts| !facts.objects.is_empty());
    match field {
        Field::Resources | Field::Crds if yaml => Some(if is_manifest { 0 } else { 5 }),
        Field::Patches | Field::PatchesStrategicMerge | Field::PatchesJson6902
            if yaml || extension == "json" =>
        {
            Some(if path.as_str().contains("patch") {
                0
            } else {
                3
            })
        }
        Field::GeneratorFiles => Some(if is_manifest { 5 } else { 0 }),
        Field::GeneratorEnvs => {
            let name = path.file_name().unwrap_or_default();
            let fits = matches!(extension, "env" | "properties") || name.contains("env");
            Some(if fits { 0 } else { 5 })
        }
        Field::Replacements | Field::Configurations if yaml => {
            Some(if is_manifest { 5 } else { 0 })
        }
        Field::Openapi if yaml || extension == "json" => Some(if is_manifest { 5 } else { 0 }),
        Field::Transformers | Field::Generators | Field::Validators if yaml => Some(0),
        _ => None,
    }
}

/// The objects of a file, as the list shows them.
fn objects_of(facts: &FileFacts) -> String {
    let mut shown: Vec<String> = facts
        .objects
        .iter()
        .filter(|object| !object.in_patch)
        .map(|object| match &object.name {
            Some(name) => format!("{}/{}", object.kind, name.value),
            None => object.kind.to_string(),
        })
        .collect();
    let count = shown.len();
    shown.truncate(2);
    if count > 2 {
        shown.push(format!("and {} more", count - 2));
    }
    shown.join(", ")
}

/// Whether a directory is another one or holds it, however deep.
fn contains(db: &dyn infragen_workspace::Db, directory: Directory, other: Directory) -> bool {
    let (outer, inner): (&Utf8PathBuf, &Utf8PathBuf) = (directory.path(db), other.path(db));
    inner.starts_with(outer)
}
