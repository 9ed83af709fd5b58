//! Which Flux a cluster runs.

use infragen_flux::FluxVersion;
use infragen_flux::known::FLUX_INSTANCE;

use crate::configuration::settings;
use crate::db::Db;
use crate::environment::{Entry, Environment};
use crate::files::{Child, Directory, Root, SourceFile};
use crate::query::{facts, text, tree};

/// The Flux version of an environment: that of `.infragen.yaml`, else that of its FluxInstance, else the one that
/// the header of a `gotk-components.yaml` near its entry point names. None where nothing tells it.
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
        crate::Found::Directory(directory) => directory,
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
    let Some(Child::File(file)) = directory.child(db, "gotk-components.yaml") else {
        return None;
    };
    let text = text(db, *file).ok()?;
    let header = text.lines().take_while(|line| line.starts_with(['#', '-']));
    let versions = header.filter_map(|line| line.strip_prefix("# Flux Version:"));
    versions.map(str::trim).find_map(FluxVersion::parse)
}
