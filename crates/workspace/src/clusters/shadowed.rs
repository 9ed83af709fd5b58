//! Fields that choose a version and say nothing in what is applied, because a patch and its base write different ones:
//! a strategic merge keeps both, and Flux reads one.

use std::sync::Arc;

use infragen_flux::{VERSIONS, VersionRow, is_templated};
use infragen_kustomize::{How, Origin, Path, Place, Resource, Value};
use infragen_syntax::TextRange;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::build::applied;
use super::inputs::Inputs;
use super::reading::{builds_of_layers, readers};
use super::walk::{Application, Cluster, nth_cluster};
use crate::builds::place_of_build;
use crate::db::Db;
use crate::files::{Root, SourceFile};
use crate::query::{facts, text};

/// A field that another layer makes meaningless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shadowed {
    /// Its value, in the file that was asked about.
    pub value: TextRange,
    /// Its key.
    pub key: &'static str,
    /// The key that is read in its place.
    pub winner: &'static str,
    /// The key without which the field is not read, where it is a filter.
    pub without: Option<&'static str>,
    /// The pointer to the mapping that both are in: `/spec/ref`.
    pub pointer: SmolStr,
    /// The value of that.
    pub by: (SourceFile, TextRange),
    /// Whether the field is written in a patch; else a patch writes the other one.
    pub in_patch: bool,
    /// The environments where it is so, in order; empty where it is so in all that build with the file.
    pub environments: Vec<SmolStr>,
}

/// Builds that are looked at for one file.
const MAX_BUILDS: usize = 64;

/// The fields of a file that choose a version and that Flux does not read, because of what another file or patch
/// writes. A field of a base counts only where it says nothing in any build: that overlays differ is what they are for.
#[salsa::tracked(returns(clone))]
pub fn shadowed_versions(db: &dyn Db, file: SourceFile) -> Arc<Vec<Shadowed>> {
    let facts = facts(db, file);
    let chooses = |row: &VersionRow| !row.over.is_empty() || !row.under.is_empty();
    let mut versions = facts
        .objects
        .iter()
        .filter_map(|object| object.versions.as_ref());
    let written = versions.any(|versions| chooses(versions.row));
    if facts.broken || !written && !names_a_version(db, file) {
        return Arc::default();
    }
    let mut search = Search {
        db,
        file,
        root: file.root(db),
        found: Vec::new(),
        alive: false,
    };
    let readers = readers(db, file);
    let mut reading: Vec<SmolStr> = Vec::new();
    for reader in readers.iter().take(MAX_BUILDS) {
        let Some(cluster) = nth_cluster(db, search.root, reader.environment) else {
            continue;
        };
        if let Some(application) = cluster.applications.get(reader.application) {
            search.build(&cluster, application);
            if !reading.contains(&cluster.environment.name) {
                reading.push(cluster.environment.name.clone());
            }
        }
    }
    if readers.is_empty() {
        for cluster in builds_of_layers(db, file).into_iter().take(MAX_BUILDS) {
            if let Some(application) = cluster.applications.first() {
                search.build(&cluster, application);
            }
        }
    }
    let Search {
        mut found, alive, ..
    } = search;
    found.retain(|one| one.in_patch || !alive);
    for one in &mut found {
        if readers.is_empty() || one.environments == reading {
            one.environments.clear();
        }
    }
    found.sort_by_key(|one| one.value.start());
    Arc::new(found)
}

/// The objects of a Flux Kustomization that choose a version by one of several fields.
#[derive(Debug, Default, PartialEq, Eq)]
struct Choosing {
    /// The numbers of those where one field hides another.
    hiding: Vec<usize>,
    /// The files of those where none does.
    alive: FxHashSet<Path>,
}

/// Told once for all files that are built together.
#[salsa::tracked(returns(clone))]
fn choosing<'db>(db: &'db dyn Db, inputs: Inputs<'db>) -> Arc<Choosing> {
    let built = applied(db, inputs);
    let mut choosing = Choosing::default();
    for (number, resource) in built.resources.iter().enumerate() {
        let Some(row) = row_of(resource) else {
            continue;
        };
        match pairs(resource, row).is_empty() {
            false => choosing.hiding.push(number),
            true => {
                choosing.alive.insert(resource.place.file.clone());
            }
        }
    }
    Arc::new(choosing)
}

struct Search<'a> {
    db: &'a dyn Db,
    file: SourceFile,
    root: Root,
    found: Vec<Shadowed>,
    /// Whether an object of the file itself has such a field and nothing wins over it.
    alive: bool,
}

impl Search<'_> {
    fn build(&mut self, cluster: &Cluster, application: &Application) {
        let Some(inputs) = cluster.inputs(self.db, application) else {
            return;
        };
        let choosing = choosing(self.db, inputs);
        let inner = application.root(self.db) == Some(self.root);
        self.alive |= inner && choosing.alive.contains(&*self.file.path(self.db));
        if choosing.hiding.is_empty() {
            return;
        }
        // Only now is it worth a build with histories.
        let Some(traced) = cluster.traced(self.db, application) else {
            return;
        };
        for number in &choosing.hiding {
            let Some(resource) = traced.resources.get(*number) else {
                continue;
            };
            let Some(row) = row_of(resource) else {
                continue;
            };
            for (loser, winner) in pairs(resource, row) {
                self.add(cluster, application, (resource, row), loser, winner);
            }
        }
    }

    fn add(
        &mut self,
        cluster: &Cluster,
        application: &Application,
        (resource, row): (&Resource, &VersionRow),
        loser: &'static str,
        winner: &'static str,
    ) -> Option<()> {
        let written = |key: &str| {
            let origin = origin(resource, row, key)?;
            let history = cluster.history(self.db, self.root, application, origin);
            let change = history.into_iter().next()?;
            (!change.place.range.is_empty()).then_some((change.how, change.place))
        };
        let ((how, place), (_, by)) = (written(loser)?, written(winner)?);
        if *place.file != *self.file.path(self.db) || self.is_one_object(&place, &by) {
            return None;
        }
        let shadowed = Shadowed {
            value: place.range,
            key: loser,
            winner,
            without: (row.filter == Some(loser)).then_some(row.range),
            pointer: pointer(row),
            by: place_of_build(self.db, self.root, &by)?,
            in_patch: how == How::Patch,
            environments: Vec::new(),
        };
        let number = self.found.iter().position(|known| {
            known.value == shadowed.value && known.winner == winner && known.by == shadowed.by
        });
        let number = number.unwrap_or_else(|| {
            self.found.push(shadowed);
            self.found.len() - 1
        });
        let environments = &mut self.found[number].environments;
        if !environments.contains(&cluster.environment.name) {
            environments.push(cluster.environment.name.clone());
        }
        Some(())
    }

    /// Whether two places are in one object of one file, which by itself shows that it says too much.
    fn is_one_object(&self, a: &Place, b: &Place) -> bool {
        let facts = facts(self.db, self.file);
        a.file == b.file
            && facts.objects.iter().any(|object| {
                let versions = object.versions.is_some();
                versions
                    && object.range.contains_range(a.range)
                    && object.range.contains_range(b.range)
            })
    }
}

/// The pointer to the mapping with the fields of a row.
fn pointer(row: &VersionRow) -> SmolStr {
    SmolStr::new(
        row.path
            .iter()
            .fold(String::new(), |pointer, key| pointer + "/" + key),
    )
}

/// Whether a text has the pointer to such fields: that of an operation, whatever its target says.
fn names_a_version(db: &dyn Db, file: SourceFile) -> bool {
    let rows = VERSIONS
        .iter()
        .filter(|row| !row.over.is_empty() || !row.under.is_empty());
    let mut pointers = rows.map(pointer);
    text(db, file).is_ok_and(|text| pointers.any(|pointer| text.contains(pointer.as_str())))
}

fn row_of(resource: &Resource) -> Option<&'static VersionRow> {
    let mut rows = VERSIONS
        .iter()
        .filter(|row| !row.over.is_empty() || !row.under.is_empty());
    rows.find(|row| {
        resource.kind() == row.from.kind
            && resource.api_version().split('/').next() == Some(row.from.group)
    })
}

/// The keys that an object has and that are not read, each with the one that wins.
fn pairs(resource: &Resource, row: &VersionRow) -> Vec<(&'static str, &'static str)> {
    let text = |key: &str| value(resource, row, key).and_then(Value::as_str);
    let order: Vec<_> = row
        .over
        .iter()
        .chain([&row.range])
        .chain(row.under)
        .collect();
    let mut there = order
        .into_iter()
        .filter(|key| text(key).is_some_and(|text| !text.is_empty()));
    let Some(winner) = there.next() else {
        return Vec::new();
    };
    if text(winner).is_some_and(is_templated) {
        return Vec::new();
    }
    let losers = there.map(|loser| (*loser, *winner));
    // A filter is read together with a range only; one that loses with its range is not told by itself.
    let has_range = text(row.range).is_some_and(|text| !text.is_empty());
    let filter = row
        .filter
        .filter(|filter| text(filter).is_some() && !has_range);
    losers
        .chain(filter.map(|filter| (filter, *winner)))
        .collect()
}

fn value<'r>(resource: &'r Resource, row: &VersionRow, key: &str) -> Option<&'r Value> {
    resource.value.at(row.path)?.at(&[key])
}

fn origin<'r>(resource: &'r Resource, row: &VersionRow, key: &str) -> Option<&'r Origin> {
    Some(&value(resource, row, key)?.as_scalar()?.origin)
}
