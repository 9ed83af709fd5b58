//! Which Flux Kustomizations put values into a file.

use std::sync::Arc;

use infragen_flux::FluxVersion;
use infragen_flux::substitute::{Known, Missing, Rules};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::building::builds_with;
use super::generated::variable_uses_in_files;
use super::objects::{ObjectVariables, object_variables};
use super::uses::{BrokenReference, VariableUse, variable_uses};
use crate::clusters::{Application, cluster, flux_version};
use crate::db::Db;
use crate::environment::Environment;
use crate::files::SourceFile;

/// A Flux Kustomization of an environment that puts values into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitution {
    /// The environment.
    pub environment: Environment,
    /// The number of the application in its cluster.
    pub number: usize,
    /// The application.
    pub application: Application,
    /// How variables are replaced there.
    pub rules: Rules,
    /// The version of Flux there, where it is known.
    pub version: Option<FluxVersion>,
    /// Whether the file declares the application: then only its `spec.patches` are text of what that applies.
    declared: bool,
    /// The variables of the file that its objects use.
    names: FxHashSet<SmolStr>,
    /// Those used without a default.
    required: FxHashSet<SmolStr>,
    /// Texts of its objects that cannot be read.
    broken: FxHashSet<SmolStr>,
}

impl Substitution {
    /// Whether a value is put where the file uses a variable.
    pub fn reaches(&self, used: &VariableUse) -> bool {
        (used.in_patches || !self.declared) && self.names.contains(&used.name)
    }

    /// Whether a variable that is missing is noticed where the file uses it.
    pub fn requires(&self, used: &VariableUse) -> bool {
        used.required && self.reaches(used) && self.required.contains(&used.name)
    }

    /// Whether what cannot be read is in an object.
    pub fn reads(&self, broken: &BrokenReference) -> bool {
        (broken.in_patches || !self.declared) && self.broken.contains(&broken.text)
    }

    /// What is known of a variable.
    pub fn known(&self, name: &str) -> Known<'_> {
        self.application.variables.get(name)
    }

    /// Whether values are certainly put into it: with no variable at all Flux leaves everything as it is, and what is
    /// not in the repository may not be anywhere.
    pub fn is_certain(&self) -> bool {
        let post_build = self.application.spec.post_build.as_ref();
        let always = post_build.is_some_and(|post_build| post_build.always);
        always || !self.application.variables.known.is_empty()
    }

    /// Whether a variable without a value certainly makes everything fail.
    pub fn is_strict(&self) -> bool {
        self.version.is_some() && self.rules.missing == Missing::Fails
    }
}

/// The Flux Kustomizations that put values into a file, in order of environment. None for a file without variables.
#[salsa::tracked(returns(clone))]
pub fn substitutions(db: &dyn Db, file: SourceFile) -> Arc<Vec<Substitution>> {
    let uses = variable_uses(db, file);
    let in_files = variable_uses_in_files(db, file);
    if uses.uses.is_empty() && uses.broken.is_empty() && in_files.is_empty() {
        return Arc::default();
    }
    let in_files = in_files.iter().flat_map(|file| &file.uses);
    let names = uses
        .uses
        .iter()
        .chain(in_files)
        .map(|used| used.name.clone());
    let names: FxHashSet<SmolStr> = names.collect();
    let root = file.root(db);
    let path = file.path(db);
    let in_patches = uses.uses.iter().any(|used| used.in_patches)
        || uses.broken.iter().any(|broken| broken.in_patches);
    let mut found = Vec::new();
    for applied in builds_with(db, file).iter() {
        // The text of a patch or of a kustomization file ends up in objects of other files.
        let is_manifest = !applied.objects.is_empty() && !file.is_kustomization_file(db);
        let add = |number: usize, application: &Application, declared: bool| {
            let mut substitution = Substitution {
                environment: applied.environment.clone(),
                number,
                application: application.clone(),
                rules: applied.rules,
                version: flux_version(db, root, applied.environment.clone()),
                declared,
                names: FxHashSet::default(),
                required: FxHashSet::default(),
                broken: FxHashSet::default(),
            };
            for object in object_variables(db, application).iter() {
                if declared || !is_manifest || *object.file == *path {
                    substitution.add(object, |name| names.contains(name));
                }
            }
            substitution
        };
        let application = &applied.application;
        if application.spec.substitutes(&application.variables) {
            found.push(add(applied.number, application, false));
        }
        if in_patches {
            let cluster = cluster(db, root, applied.environment.clone());
            for (number, child) in cluster.applications.iter().enumerate() {
                let is_declared = child.parent.is_some_and(|(parent, object)| {
                    parent == applied.number && applied.objects.contains(&object)
                });
                if is_declared && child.spec.substitutes(&child.variables) {
                    found.push(add(number, child, true));
                }
            }
        }
    }
    Arc::new(found)
}

impl Substitution {
    fn add(&mut self, object: &ObjectVariables, is_used: impl Fn(&str) -> bool) {
        for (name, required) in &object.names {
            if !is_used(name) {
                continue;
            }
            self.names.insert(name.clone());
            if *required {
                self.required.insert(name.clone());
            }
        }
        self.broken.extend(object.broken.iter().cloned());
    }
}
