//! The objects of a build as one text.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::build::Built;
use crate::deprecated::Deprecated;
use crate::error::{BuildError, ErrorKind};
use crate::origin::Place;
use crate::resource::Resource;
use crate::value::{Unprintable, Value, emit};

/// What a build prints.
#[derive(Debug, Clone, Default)]
pub struct Printed {
    /// The objects as YAML documents, byte for byte as kustomize prints them. It would print nothing where
    /// there are errors; here it is what could be built.
    pub yaml: String,
    /// What is wrong, also with printing.
    pub errors: Vec<Arc<BuildError>>,
    /// The deprecated fields of all files that took part.
    pub deprecated: Vec<Deprecated>,
}

/// The bytes that a build usually has at the most.
const USUAL: usize = 8 << 10;

/// Prints the objects of a build in their order.
pub fn print(built: Built) -> Printed {
    let mut printed = Printed {
        yaml: String::with_capacity(USUAL),
        errors: built.errors,
        deprecated: built.deprecated,
    };
    for resource in &built.resources {
        let before = printed.yaml.len();
        if before > 0 {
            printed.yaml.push_str("---\n");
        }
        if let Err(why) = emit(&resource.value, &mut printed.yaml) {
            printed.yaml.truncate(before);
            printed.errors.push(Arc::new(error(resource, why)));
        }
    }
    printed
}

fn error(resource: &Resource, why: Unprintable) -> BuildError {
    let place = place_of(&resource.value, &why.path).unwrap_or_else(|| resource.place.clone());
    let path = why.path.join(".");
    BuildError::new(ErrorKind::Unprintable, place, why.message)
        .with_help(format!("change the value of `{path}`"))
}

/// Where the newest step of the scalar at a path stands, in a build that is traced.
fn place_of(value: &Value, path: &[SmolStr]) -> Option<Place> {
    let at = path.iter().try_fold(value, |value, key| match value {
        Value::List(items) => items.get(key.parse::<usize>().ok()?),
        _ => value.get(key),
    })?;
    Some(at.as_scalar()?.origin.newest()?.place.clone())
}
