//! What the objects of a build use of variables, before values are put into them.

use std::sync::Arc;

use infragen_flux::IgnoreField;
use infragen_flux::kustomization::is_kept;
use infragen_flux::substitute::Template;
use infragen_kustomize::{Map, Path, Value};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::clusters::{Application, flux_build};
use crate::db::Db;
use crate::files::Directory;

/// The variables that an object uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectVariables {
    /// Its number in the build.
    pub number: u32,
    /// The file that it comes from.
    pub file: Path,
    /// The variables in order of name, and whether they are used without a default.
    pub names: Vec<(SmolStr, bool)>,
    /// Texts that Flux cannot read, each from `${` to what was not expected.
    pub broken: Vec<SmolStr>,
}

/// The objects of an application that use variables. Those that keep their text by an annotation are left out.
pub fn object_variables(db: &dyn Db, application: &Application) -> Arc<Vec<ObjectVariables>> {
    let Ok(directory) = application.directory else {
        return Arc::default();
    };
    let spec = &application.spec;
    let ignores = spec.ignore_missing_components;
    let ignore = spec.source_ignore.clone();
    of_build(db, directory, spec.additions.clone(), ignores, ignore)
}

#[salsa::tracked(returns(clone))]
pub(super) fn of_build(
    db: &dyn Db,
    directory: Directory,
    additions: Arc<str>,
    ignore_missing_components: bool,
    ignore: Option<Arc<IgnoreField>>,
) -> Arc<Vec<ObjectVariables>> {
    let built = flux_build(db, directory, additions, ignore_missing_components, ignore);
    let mut found = Vec::new();
    for (number, resource) in (0..).zip(&built.resources) {
        let mut used = Used::default();
        used.value(&resource.value);
        if (used.names.is_empty() && used.broken.is_empty()) || is_kept(resource) {
            continue;
        }
        let mut names: Vec<_> = used.names.into_iter().collect();
        names.sort_unstable();
        found.push(ObjectVariables {
            number,
            file: resource.place.file.clone(),
            names,
            broken: used.broken,
        });
    }
    Arc::new(found)
}

#[derive(Default)]
struct Used {
    names: FxHashMap<SmolStr, bool>,
    broken: Vec<SmolStr>,
}

impl Used {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Map(map) => {
                for (key, value) in Map::iter(map) {
                    self.text(key);
                    self.value(value);
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.value(item)),
            Value::Scalar(scalar) => self.text(&scalar.text),
        }
    }

    fn text(&mut self, text: &str) {
        if !text.contains("${") {
            return;
        }
        let template = Template::parse(text);
        for reference in template.references() {
            let required = !reference.operator.tolerates_missing();
            *self.names.entry(SmolStr::new(reference.name)).or_default() |= required;
        }
        let broken = template.errors.iter();
        self.broken
            .extend(broken.map(|error| SmolStr::new(&text[std::ops::Range::from(error.range)])));
    }
}
