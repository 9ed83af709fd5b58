//! What decides what one Flux Kustomization applies.

use std::sync::Arc;

use infragen_flux::kustomization::{KustomizationSpec, Variables};
use infragen_flux::substitute::Rules;

use super::reading::components;
use super::walk::{Application, Cluster};
use crate::builds::is_shown;
use crate::db::Db;
use crate::files::Directory;
use crate::paths::{Found, find};

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

/// What decides what a Flux Kustomization applies: every query about that takes it as one value.
#[salsa::interned(debug)]
pub(crate) struct Inputs<'db> {
    /// The directory at its path.
    #[returns(copy)]
    pub directory: Directory,
    /// What it says.
    #[returns(clone)]
    pub spec: Arc<KustomizationSpec>,
    /// Its variables.
    #[returns(clone)]
    pub variables: Arc<Variables>,
    /// How variables are replaced.
    #[returns(copy)]
    pub rules: Rules,
    /// Which state of the files counts.
    #[returns(copy)]
    pub layer: Layer,
}

impl Application {
    /// What decides what it applies; none where its files are not known here.
    pub(crate) fn inputs<'db>(
        &self,
        db: &'db dyn Db,
        rules: Rules,
        layer: Layer,
    ) -> Option<Inputs<'db>> {
        let directory = *self.directory.as_ref().ok()?;
        let (spec, variables) = (self.spec.clone(), self.variables.clone());
        Some(Inputs::new(db, directory, spec, variables, rules, layer))
    }

    /// The same with what editors show.
    pub(crate) fn shown_inputs<'db>(&self, db: &'db dyn Db, rules: Rules) -> Option<Inputs<'db>> {
        let directory = *self.directory.as_ref().ok()?;
        let layer = Layer::of(db, directory, &self.spec.additions);
        self.inputs(db, rules, layer)
    }
}

impl Cluster {
    /// What decides what one of its applications applies, with what editors show.
    pub(crate) fn inputs<'db>(
        &self,
        db: &'db dyn Db,
        application: &Application,
    ) -> Option<Inputs<'db>> {
        application.shown_inputs(db, self.rules)
    }

    /// The same as it is on disk.
    pub(crate) fn disk_inputs<'db>(
        &self,
        db: &'db dyn Db,
        application: &Application,
    ) -> Option<Inputs<'db>> {
        application.inputs(db, self.rules, Layer::Disk)
    }

    /// One of these.
    pub(crate) fn layered_inputs<'db>(
        &self,
        db: &'db dyn Db,
        application: &Application,
        layer: Layer,
    ) -> Option<Inputs<'db>> {
        match layer {
            Layer::Disk => self.disk_inputs(db, application),
            Layer::Shown => self.inputs(db, application),
        }
    }
}
