//! Which objects a patch changes in the builds that it takes part in.

use infragen_flux::GroupKind;
use infragen_flux::known::KUSTOMIZATION;
use infragen_kustomize::{Matched, Place};
use infragen_syntax::TextSize;
use smol_str::SmolStr;

use super::reading::{builds_of_layers, readers};
use super::walk::{Application, Cluster, nth_cluster};
use crate::builds::leaves_out;
use crate::db::Db;
use crate::files::SourceFile;
use crate::query::facts;

/// What a patch changes in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patched {
    /// The environment; none where none is known, and kustomize alone builds.
    pub environment: Option<SmolStr>,
    /// Kind and name of the objects, as they are called when the patch comes.
    pub objects: Vec<(GroupKind, SmolStr)>,
    /// Whether all that takes part in the builds is known here.
    pub complete: bool,
}

/// Builds that are looked at for one patch.
const MAX_BUILDS: usize = 64;

/// What the patch changes that is, or is named or selected, at an offset: for each environment that builds with it,
/// where none does for kustomize alone. Empty where nothing builds with it.
pub fn patched_objects(db: &dyn Db, file: SourceFile, offset: TextSize) -> Vec<Patched> {
    let facts = facts(db, file);
    let in_flux = facts.objects.iter().any(|object| {
        let around = object.range.contains_inclusive(offset);
        around && !object.in_patch && object.kind == *KUSTOMIZATION
    });
    let mut search = Search {
        db,
        file,
        offset,
        in_flux,
        found: Vec::new(),
    };
    for reader in readers(db, file).iter().take(MAX_BUILDS) {
        let cluster = nth_cluster(db, file.root(db), reader.environment);
        let Some(cluster) = cluster else { continue };
        if let Some(application) = cluster.applications.get(reader.application) {
            search.build(&cluster, application, Some(&cluster.environment.name));
        }
    }
    if search.found.is_empty() && !in_flux {
        for cluster in builds_of_layers(db, file).into_iter().take(MAX_BUILDS) {
            if let Some(application) = cluster.applications.first() {
                search.build(&cluster, application, None);
            }
        }
    }
    search.found
}

struct Search<'a> {
    db: &'a dyn Db,
    file: SourceFile,
    offset: TextSize,
    /// Whether a Flux Kustomization adds the patch.
    in_flux: bool,
    found: Vec<Patched>,
}

impl Search<'_> {
    fn build(
        &mut self,
        cluster: &Cluster,
        application: &Application,
        environment: Option<&SmolStr>,
    ) {
        let declares = cluster.file_of(self.db, application) == Some(self.file);
        if declares != self.in_flux || self.in_flux && !self.is_declared_here(cluster, application)
        {
            return;
        }
        let Some(built) = cluster.traced(self.db, application) else {
            return;
        };
        let number = self
            .found
            .iter()
            .position(|known| known.environment.as_ref() == environment);
        let number = number.unwrap_or_else(|| {
            self.found.push(Patched {
                environment: environment.cloned(),
                objects: Vec::new(),
                complete: true,
            });
            self.found.len() - 1
        });
        if built.errors.iter().any(|error| leaves_out(error)) {
            self.found[number].complete = false;
        }
        for matched in &built.matched {
            if self.is_meant(cluster, application, matched) {
                let kind = GroupKind {
                    group: matched.gvk.group.clone(),
                    kind: matched.gvk.kind.clone(),
                };
                let object = (kind, matched.name.clone());
                let objects = &mut self.found[number].objects;
                if !objects.contains(&object) {
                    objects.push(object);
                }
            }
        }
    }

    fn is_declared_here(&self, cluster: &Cluster, application: &Application) -> bool {
        // Its range is that of its document, from wherever it is seen.
        let place = cluster.place_of(self.db, application);
        place.is_some_and(|place| {
            place.range.is_empty() || place.range.contains_inclusive(self.offset)
        })
    }

    fn is_meant(&self, cluster: &Cluster, application: &Application, matched: &Matched) -> bool {
        let here = |place: &Place| {
            *place.file == *self.file.path(self.db) && place.range.contains_inclusive(self.offset)
        };
        if self.in_flux && matched.entry.is_made_up() {
            let root = self.file.root(self.db);
            let range = matched.entry.range;
            let item = cluster.item_in_spec(self.db, root, application, range);
            return item.is_some_and(|item| here(&item));
        }
        let inner = application.root(self.db) == Some(self.file.root(self.db));
        inner && (here(&matched.entry) || here(&matched.patch))
    }
}
