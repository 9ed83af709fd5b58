//! The objects of one Flux Kustomization.

use std::sync::Arc;

use camino::Utf8Path;
use infragen_flux::IgnoreField;
use infragen_flux::kustomization::{Problem, finish};
use infragen_kustomize::{
    Additions, BuildError, LeftOut, Loader, Matched, Path, Place, Resource, Unmatched,
    build_as_flux, builds_as_kustomize,
};

use super::inputs::{Inputs, Layer};
use crate::builds::{Files, kustomize_build};
use crate::db::Db;
use crate::files::Directory;
use crate::left_out::takes_from_build;

/// The objects of a Flux Kustomization.
#[derive(Debug, Clone, Default)]
pub struct Built {
    /// The objects as Flux applies them, in its order.
    pub resources: Vec<Resource>,
    /// Why the build fails, if it does; the objects are what could be built.
    pub errors: Vec<Arc<BuildError>>,
    /// Why what comes after the build fails.
    pub problems: Vec<Problem>,
    /// The entries of all that took part that change nothing.
    pub unmatched: Vec<Unmatched>,
    /// The objects that patches are for; empty unless the build is traced.
    pub matched: Vec<Matched>,
}

impl Built {
    /// Whether Flux would apply all of this; else it applies nothing.
    pub fn succeeds(&self) -> bool {
        self.errors.is_empty() && self.problems.is_empty()
    }
}

/// What the directory of a Flux Kustomization builds to, before anything is put into the objects.
pub(crate) fn flux_build(
    db: &dyn Db,
    directory: Directory,
    additions: Arc<str>,
    ignore_missing_components: bool,
    ignore: Option<Arc<IgnoreField>>,
) -> Arc<infragen_kustomize::Built> {
    let layer = Layer::of(db, directory, &additions);
    layered_build(
        db,
        directory,
        additions,
        ignore_missing_components,
        ignore,
        layer,
    )
}

fn layered_build(
    db: &dyn Db,
    directory: Directory,
    additions: Arc<str>,
    ignore_missing_components: bool,
    ignore: Option<Arc<IgnoreField>>,
    layer: Layer,
) -> Arc<infragen_kustomize::Built> {
    match layer {
        Layer::Shown => shown_build(db, directory, additions, ignore_missing_components, ignore),
        Layer::Disk => disk_build(db, directory, additions, ignore_missing_components, ignore),
    }
}

/// That with what editors show.
#[salsa::tracked(returns(clone), no_eq, lru = 1024)]
fn shown_build(
    db: &dyn Db,
    directory: Directory,
    additions: Arc<str>,
    ignore_missing_components: bool,
    ignore: Option<Arc<IgnoreField>>,
) -> Arc<infragen_kustomize::Built> {
    build(
        db,
        directory,
        additions,
        ignore_missing_components,
        ignore,
        false,
    )
}

/// That as it is on disk.
#[salsa::tracked(returns(clone), no_eq, lru = 1024)]
fn disk_build(
    db: &dyn Db,
    directory: Directory,
    additions: Arc<str>,
    ignore_missing_components: bool,
    ignore: Option<Arc<IgnoreField>>,
) -> Arc<infragen_kustomize::Built> {
    build(
        db,
        directory,
        additions,
        ignore_missing_components,
        ignore,
        true,
    )
}

fn build(
    db: &dyn Db,
    directory: Directory,
    additions: Arc<str>,
    ignore_missing_components: bool,
    ignore: Option<Arc<IgnoreField>>,
    disk: bool,
) -> Arc<infragen_kustomize::Built> {
    let ignore = ignore
        .filter(|ignore| takes_from_build(db, directory, additions.clone(), ignore.clone(), disk));
    let files = Files {
        flux: true,
        ignore,
        ..Files::new(db, directory.root(db), disk)
    };
    if let Some(why) = files.leaves_out(directory.path(db)) {
        return Arc::new(left_out(directory.path(db), why));
    }
    if additions.is_empty() && files.ignore.is_none() {
        let built = kustomize_build(db, directory, disk);
        if built.errors.is_empty() && builds_as_kustomize(&files, directory.path(db)) {
            return built;
        }
    }
    let file = Path::from(Utf8Path::new(Place::MADE_UP));
    let additions = Additions::new(file, additions, ignore_missing_components);
    Arc::new(build_as_flux(&files, directory.path(db), &additions))
}

/// A build of a directory that is not in the artifact of its source.
fn left_out(directory: &Utf8Path, why: LeftOut) -> infragen_kustomize::Built {
    let place = Place::start_of(Path::from(Utf8Path::new(Place::MADE_UP)));
    infragen_kustomize::Built {
        errors: vec![Arc::new(BuildError::left_out(
            place,
            directory.as_str(),
            why,
        ))],
        ..infragen_kustomize::Built::default()
    }
}

/// What a Flux Kustomization applies.
#[salsa::tracked(returns(clone), no_eq, lru = 1024)]
pub(crate) fn applied<'db>(db: &'db dyn Db, inputs: Inputs<'db>) -> Arc<Built> {
    let spec = inputs.spec(db);
    let built = layered_build(
        db,
        inputs.directory(db),
        spec.additions.clone(),
        spec.ignore_missing_components,
        spec.source_ignore.clone(),
        inputs.layer(db),
    );
    let mut resources = built.resources.clone();
    let (variables, rules) = (inputs.variables(db), inputs.rules(db));
    let problems = finish(&spec, &variables, rules, None, &mut resources);
    Arc::new(Built {
        resources,
        errors: built.errors.clone(),
        problems,
        unmatched: built.unmatched.clone(),
        matched: Vec::new(),
    })
}

/// What [`applied`] gives with the history of every value; only the last ones are remembered. `declared_at` is the
/// place of the Flux Kustomization.
#[salsa::tracked(returns(clone), no_eq, lru = 32)]
pub(crate) fn traced<'db>(db: &'db dyn Db, inputs: Inputs<'db>, declared_at: Place) -> Arc<Built> {
    let (directory, spec) = (inputs.directory(db), inputs.spec(db));
    let ignore = spec.source_ignore.clone().filter(|ignore| {
        takes_from_build(db, directory, spec.additions.clone(), ignore.clone(), false)
    });
    let files = Files {
        traced: true,
        flux: true,
        ignore,
        ..Files::new(db, directory.root(db), false)
    };
    let file = Path::from(Utf8Path::new(Place::MADE_UP));
    let additions = Additions::new(file, spec.additions.clone(), spec.ignore_missing_components);
    let built = match files.leaves_out(directory.path(db)) {
        Some(why) => left_out(directory.path(db), why),
        None => build_as_flux(&files, directory.path(db), &additions),
    };
    let mut resources = built.resources;
    let (variables, rules) = (inputs.variables(db), inputs.rules(db));
    let problems = finish(&spec, &variables, rules, Some(&declared_at), &mut resources);
    Arc::new(Built {
        resources,
        errors: built.errors,
        problems,
        unmatched: built.unmatched,
        matched: built.matched,
    })
}
