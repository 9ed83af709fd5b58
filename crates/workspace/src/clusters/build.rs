//! The objects of one Flux Kustomization.

use std::sync::Arc;

use camino::Utf8Path;
use infragen_flux::known::KUSTOMIZATION;
use infragen_flux::kustomization::{KustomizationSpec, Problem, Variables, finish};
use infragen_flux::substitute::Missing;
use infragen_flux::{GroupKind, IgnoreField};
use infragen_kustomize::{
    Additions, BuildError, Loader, Matched, Path, Place, Resource, Unmatched, Value, build_as_flux,
    builds_as_kustomize,
};
use smol_str::SmolStr;

use super::reading::components;
use crate::builds::{Files, is_shown, kustomize_build};
use crate::db::Db;
use crate::files::Directory;
use crate::left_out::takes_from_build;
use crate::paths::{Found, find};

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

/// An object that an environment gets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AppliedObject {
    /// Its kind.
    pub kind: GroupKind,
    /// Its version.
    pub version: SmolStr,
    /// Its namespace; empty where its kind has none.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// The file that it comes from: its manifest, or the kustomization file that generates it.
    pub file: Path,
}

/// Which state of the files counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Layer {
    /// What is on disk: then no keystroke has to ask whether an answer still holds.
    Disk,
    /// What editors show over it.
    Shown,
}

impl Layer {
    /// The cheapest one that gives what editors show of a Flux Kustomization.
    pub(crate) fn of(db: &dyn Db, directory: Directory, additions: &Arc<str>) -> Layer {
        let shown = built_directories(db, directory, additions)
            .into_iter()
            .any(|directory| is_shown(db, directory));
        match shown {
            true => Layer::Shown,
            false => Layer::Disk,
        }
    }
}

/// The directory that a Flux Kustomization builds, and those of the components that it adds.
pub(crate) fn built_directories(
    db: &dyn Db,
    directory: Directory,
    additions: &Arc<str>,
) -> Vec<Directory> {
    let mut directories = vec![directory];
    let top = directory.root(db).top(db);
    for component in components(db, directory, additions) {
        let found = top.map(|top| find(db, top, component.as_str()));
        if let Some(Found::Directory(component)) = found {
            directories.push(component);
        }
    }
    directories
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
    if files.leaves_out(directory.path(db)) {
        return Arc::new(left_out(directory.path(db)));
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
fn left_out(directory: &Utf8Path) -> infragen_kustomize::Built {
    let place = Place::start_of(Path::from(Utf8Path::new(Place::MADE_UP)));
    infragen_kustomize::Built {
        errors: vec![Arc::new(BuildError::left_out(place, directory.as_str()))],
        ..infragen_kustomize::Built::default()
    }
}

/// What a Flux Kustomization applies of the directory at its path.
pub fn applied(
    db: &dyn Db,
    directory: Directory,
    spec: Arc<KustomizationSpec>,
    variables: Arc<Variables>,
    missing: Missing,
) -> Arc<Built> {
    let layer = Layer::of(db, directory, &spec.additions);
    layered_applied(db, directory, spec, variables, missing, layer)
}

#[salsa::tracked(returns(clone), no_eq, lru = 1024)]
pub(crate) fn layered_applied(
    db: &dyn Db,
    directory: Directory,
    spec: Arc<KustomizationSpec>,
    variables: Arc<Variables>,
    missing: Missing,
    layer: Layer,
) -> Arc<Built> {
    let built = layered_build(
        db,
        directory,
        spec.additions.clone(),
        spec.ignore_missing_components,
        spec.source_ignore.clone(),
        layer,
    );
    let mut resources = built.resources.clone();
    let problems = finish(&spec, &variables, missing, None, &mut resources);
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
pub(crate) fn traced(
    db: &dyn Db,
    directory: Directory,
    spec: Arc<KustomizationSpec>,
    variables: Arc<Variables>,
    missing: Missing,
    declared_at: Place,
) -> Arc<Built> {
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
        true => left_out(directory.path(db)),
        false => build_as_flux(&files, directory.path(db), &additions),
    };
    let mut resources = built.resources;
    let problems = finish(
        &spec,
        &variables,
        missing,
        Some(&declared_at),
        &mut resources,
    );
    Arc::new(Built {
        resources,
        errors: built.errors,
        problems,
        unmatched: built.unmatched,
        matched: built.matched,
    })
}

/// What identifies the objects of a Flux Kustomization, in their order: equal after an edit that changes only
/// what is in them.
pub fn objects(
    db: &dyn Db,
    directory: Directory,
    spec: Arc<KustomizationSpec>,
    variables: Arc<Variables>,
    missing: Missing,
) -> Arc<Vec<AppliedObject>> {
    let layer = Layer::of(db, directory, &spec.additions);
    layered_objects(db, directory, spec, variables, missing, layer)
}

/// Those of one layer.
#[salsa::tracked(returns(clone))]
pub(crate) fn layered_objects(
    db: &dyn Db,
    directory: Directory,
    spec: Arc<KustomizationSpec>,
    variables: Arc<Variables>,
    missing: Missing,
    layer: Layer,
) -> Arc<Vec<AppliedObject>> {
    let built = layered_applied(db, directory, spec.clone(), variables, missing, layer);
    let objects = built.resources.iter().map(|resource| {
        let gvk = resource.gvk();
        let namespace = match resource.is_cluster_scoped() {
            true => "",
            // The namespace that objects without one land in; kustomize-controller refuses them.
            false if resource.namespace().is_empty() => &spec.namespace,
            false => resource.namespace(),
        };
        AppliedObject {
            kind: GroupKind {
                group: gvk.group,
                kind: gvk.kind,
            },
            version: gvk.version,
            namespace: SmolStr::new(namespace),
            name: SmolStr::new(resource.name()),
            file: resource.place.file.clone(),
        }
    });
    Arc::new(objects.collect())
}

/// A Flux Kustomization that another one applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Child {
    /// What it says.
    pub spec: Arc<KustomizationSpec>,
    /// Its number among the objects of its parent.
    pub number: u32,
    /// The file with its manifest.
    pub file: Path,
}

/// The Flux Kustomizations that a Flux Kustomization applies.
#[salsa::tracked(returns(clone))]
pub(crate) fn children(
    db: &dyn Db,
    directory: Directory,
    spec: Arc<KustomizationSpec>,
    variables: Arc<Variables>,
    missing: Missing,
    layer: Layer,
) -> Arc<Vec<Child>> {
    let built = layered_applied(db, directory, spec.clone(), variables, missing, layer);
    let kustomizations = (0..).zip(&built.resources).filter(|(_, resource)| {
        resource.kind() == KUSTOMIZATION.kind
            && resource.api_version().split('/').next() == Some(KUSTOMIZATION.group)
    });
    let children = kustomizations.map(|(number, resource)| {
        let mut child = KustomizationSpec::read(&resource.value);
        if child.namespace.is_empty() {
            child.namespace = spec.namespace.clone();
        }
        Child {
            spec: Arc::new(child),
            number,
            file: resource.place.file.clone(),
        }
    });
    Arc::new(children.collect())
}

/// The variables that an object of a Flux Kustomization gives.
#[salsa::tracked(returns(clone))]
pub(crate) fn variables_of_object(
    db: &dyn Db,
    directory: Directory,
    spec: Arc<KustomizationSpec>,
    variables: Arc<Variables>,
    missing: Missing,
    layer: Layer,
    number: u32,
) -> Arc<Variables> {
    let built = layered_applied(db, directory, spec, variables, missing, layer);
    let mut variables = Variables::default();
    if let Some(resource) = built.resources.get(number as usize) {
        variables.add_object(&resource.value);
    }
    Arc::new(variables)
}

/// The address in a source that a Flux Kustomization applies.
#[salsa::tracked(returns(clone))]
pub(crate) fn url_in_object(
    db: &dyn Db,
    directory: Directory,
    spec: Arc<KustomizationSpec>,
    variables: Arc<Variables>,
    missing: Missing,
    layer: Layer,
    number: u32,
) -> Option<SmolStr> {
    let built = layered_applied(db, directory, spec, variables, missing, layer);
    let resource = built.resources.get(number as usize)?;
    let url = resource.value.at(&["spec", "url"])?;
    url.as_str().map(SmolStr::new)
}

/// `spec.ignore` of a source that a Flux Kustomization applies: none where it hands its artifact on as it is.
#[salsa::tracked(returns(clone))]
pub(crate) fn ignore_in_object(
    db: &dyn Db,
    directory: Directory,
    spec: Arc<KustomizationSpec>,
    variables: Arc<Variables>,
    missing: Missing,
    layer: Layer,
    number: u32,
) -> Option<SmolStr> {
    let built = layered_applied(db, directory, spec, variables, missing, layer);
    let source = &built.resources.get(number as usize)?.value;
    let operation = source.at(&["spec", "layerSelector", "operation"]);
    if operation.and_then(Value::as_str) == Some("copy") {
        return None;
    }
    let ignore = source.at(&["spec", "ignore"])?;
    ignore.as_str().map(SmolStr::new)
}
