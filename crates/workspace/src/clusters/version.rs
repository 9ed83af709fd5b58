//! Which Flux a cluster runs.

use std::collections::VecDeque;

use infragen_flux::FluxVersion;
use infragen_flux::known::FLUX_INSTANCE;

use rustc_hash::FxHashSet;

use crate::configuration::settings;
use crate::db::Db;
use crate::environment::{Entry, Environment};
use crate::files::{Child, Directory, Root, SourceFile};
use crate::imports::disk_imports_of;
use crate::paths::{Found, kustomization_file};
use crate::query::{disk_text, facts, text, tree};

/// The file that `flux bootstrap` and `flux install` write.
const COMPONENTS: &str = "gotk-components.yaml";

/// The Flux version of an environment: that of `.infragen.yaml`, else that of its FluxInstance, else the one that
/// the header of a `gotk-components.yaml` near its entry point names, or of one that its entry point takes in. None
/// where nothing tells it.
#[salsa::tracked(returns(clone))]
pub fn flux_version(db: &dyn Db, root: Root, environment: Environment) -> Option<FluxVersion> {
    let settings = settings(db, root);
    let given = settings
        .settings
        .environments
        .get(environment.name.as_str());
    if let Some(version) = given.and_then(|given| given.flux.as_deref()) {
        return FluxVersion::parse(version);
    }
    if let Entry::Object { file, object, .. } = &environment.entry
        && let Some(version) = of_instance(db, *file, *object)
    {
        return Some(version);
    }
    let top = match crate::find(db, root.top(db)?, environment.path.as_str()) {
        Found::Directory(directory) => directory,
        _ => return None,
    };
    let beside = match &environment.entry {
        Entry::Object { file, .. } => Some(file.directory(db)),
        _ => None,
    };
    beside
        .into_iter()
        .chain([top])
        .chain(top.directories(db))
        .find_map(|directory| of_components(db, directory))
        .or_else(|| of_resources(db, top))
}

/// The version that a `gotk-components.yaml` names which a directory takes in, the nearest one. As it is on disk: so
/// no keystroke asks all these kustomization files.
#[salsa::tracked(returns(clone))]
fn of_resources(db: &dyn Db, top: Directory) -> Option<FluxVersion> {
    let mut seen: FxHashSet<Found> = FxHashSet::default();
    let mut open = VecDeque::from([Found::Directory(top)]);
    while let Some(found) = open.pop_front() {
        if !seen.insert(found) {
            continue;
        }
        match found {
            Found::File(file) if &**file.name(db) == COMPONENTS => {
                let text = disk_text(db, file).ok();
                if let Some(version) = text.and_then(|text| in_header(&text)) {
                    return Some(version);
                }
            }
            Found::Directory(directory) => match kustomization_file(db, directory) {
                Some(layer) => {
                    let imports = disk_imports_of(db, layer);
                    let includes = imports.iter().filter(|import| import.field.includes());
                    open.extend(includes.map(|import| import.to));
                }
                // Flux makes a kustomization file of all that is below.
                None => {
                    open.extend(directory.files(db).map(Found::File));
                    open.extend(directory.directories(db).map(Found::Directory));
                }
            },
            _ => {}
        }
    }
    None
}

fn of_instance(db: &dyn Db, file: SourceFile, object: u32) -> Option<FluxVersion> {
    let facts = facts(db, file);
    let object = facts.objects.get(object as usize)?;
    let tree = tree(db, file);
    let root = tree.document(object.document)?.root()?;
    let path: &[&str] = match object.kind == *FLUX_INSTANCE {
        true => &["spec", "distribution", "version"],
        false => &["spec", "values", "instance", "distribution", "version"],
    };
    FluxVersion::parse(root.at(path)?.as_str()?)
}

fn of_components(db: &dyn Db, directory: Directory) -> Option<FluxVersion> {
    let Some(Child::File(file)) = directory.child(db, COMPONENTS) else {
        return None;
    };
    in_header(&text(db, *file).ok()?)
}

fn in_header(text: &str) -> Option<FluxVersion> {
    let header = text.lines().take_while(|line| line.starts_with(['#', '-']));
    let versions = header.filter_map(|line| line.strip_prefix("# Flux Version:"));
    versions.map(str::trim).find_map(FluxVersion::parse)
}
