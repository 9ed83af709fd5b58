//! The variables of a Flux Kustomization, with what is not known of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use infragen_kustomize::{Map, Origin, Value};
use smol_str::SmolStr;

use super::spec::{PostBuild, VariableSource};
use crate::substitute::{Known, value_of_variable};

/// The variables of a Flux Kustomization.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    /// By name.
    pub known: BTreeMap<SmolStr, Variable>,
    /// Whether there may be others: an object that gives variables is not in the repository.
    pub open: bool,
}

/// A variable. Equal ones give equal texts, wherever they come from.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its value; none where it is secret.
    pub value: Option<SmolStr>,
    /// Where the value comes from, in a build that is traced.
    pub origin: Origin,
}

impl PartialEq for Variables {
    fn eq(&self, other: &Self) -> bool {
        self.open == other.open && self.values().eq(other.values())
    }
}

impl Eq for Variables {}

impl std::hash::Hash for Variables {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.open.hash(state);
        for value in self.values() {
            value.hash(state);
        }
    }
}

impl Variables {
    fn values(&self) -> impl Iterator<Item = (&SmolStr, Option<&SmolStr>)> {
        let known = self.known.iter();
        known.map(|(name, variable)| (name, variable.value.as_ref()))
    }

    /// Whether there is none, and there can be none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && !self.open
    }

    /// Those of a Flux Kustomization: what the objects of `substituteFrom` give, the later over the earlier, and over
    /// all `substitute`. An object that `given` does not know may be in the cluster all the same.
    pub fn of(
        post_build: &PostBuild,
        mut given: impl FnMut(&VariableSource) -> Option<Arc<Variables>>,
    ) -> Variables {
        let mut variables = Variables::default();
        for source in &post_build.from {
            let Some(given) = given(source) else {
                variables.open = true;
                continue;
            };
            let given = given.known.iter();
            let given = given.map(|(name, variable)| (name.clone(), variable.clone()));
            variables.known.extend(given);
        }
        for (name, value) in &post_build.substitute {
            variables.set(name.clone(), value, Origin::NONE);
        }
        variables
    }

    /// What is known of a variable.
    pub fn get(&self, name: &str) -> Known<'_> {
        match self.known.get(name) {
            Some(Variable {
                value: Some(value), ..
            }) => Known::Value(value),
            Some(Variable { value: None, .. }) => Known::Unknown,
            None if self.open => Known::Unknown,
            None => Known::Missing,
        }
    }

    /// Sets a variable: the last one of a name counts.
    pub fn set(&mut self, name: SmolStr, value: &str, origin: Origin) {
        let value = Some(SmolStr::new(value_of_variable(value)));
        self.known.insert(name, Variable { value, origin });
    }

    /// Adds those that an object of `substituteFrom` gives: all keys of a ConfigMap's `data`; of a Secret the
    /// keys only, what it holds is shown to nobody.
    pub fn add_object(&mut self, object: &Value) {
        let is_secret = object.get("kind").and_then(Value::as_str) == Some("Secret");
        let fields: &[&str] = if is_secret {
            &["data", "stringData"]
        } else {
            &["data"]
        };
        for field in fields {
            let map = object.get(field).and_then(Value::as_map);
            for (name, value) in map.into_iter().flat_map(Map::iter) {
                let origin = value.as_scalar().map(|scalar| scalar.origin.clone());
                let origin = origin.unwrap_or_default();
                // A ConfigMap may be encrypted too, or hold what is copied out of a Secret.
                if is_secret || object.get("sops").is_some() || origin.is_secret() {
                    self.known.insert(
                        name.clone(),
                        Variable {
                            value: None,
                            origin,
                        },
                    );
                } else {
                    self.set(name.clone(), value.as_str().unwrap_or_default(), origin);
                }
            }
        }
    }
}
