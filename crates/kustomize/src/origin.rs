//! Where a value comes from: the chain of places and steps that made it what it is.

use std::sync::Arc;

use camino::Utf8Path;
use infragen_syntax::TextRange;

use crate::value::ScalarKind;

/// The path of a file or directory, cheap to clone: normalised, relative to the root of the loader.
pub type Path = Arc<Utf8Path>;

/// A place in a file of the build.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file.
    pub file: Path,
    /// The bytes of it.
    pub range: TextRange,
}

impl Place {
    /// Whether it is in a text that is no file: what a caller adds to a build.
    pub fn is_made_up(&self) -> bool {
        self.file.as_str() == Place::MADE_UP
    }

    /// The name that a caller gives to a text that is no file. No path can be that.
    pub const MADE_UP: &'static str = "\0";

    /// The first byte of a file: where something stands that has no text of its own.
    pub fn start_of(file: Path) -> Place {
        Place {
            file,
            range: TextRange::empty(0.into()),
        }
    }
}

/// The history of a scalar. Empty in a build that is not traced: then it costs a null pointer.
#[derive(Debug, Clone, Default)]
pub struct Origin(Option<Arc<Step>>);

/// One step of a history.
#[derive(Debug)]
pub struct Step {
    /// What happened.
    pub how: How,
    /// Where the text that made it happen stands.
    pub place: Place,
    /// What the value was before.
    pub before: Before,
    /// Whether it brings in data of a Secret.
    pub secret: bool,
}

/// A value before a step, with its own history.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// The text; none where the field was not there.
    pub text: Option<smol_str::SmolStr>,
    /// Its history.
    pub origin: Origin,
}

impl Before {
    /// What a value is before a step.
    pub fn of(value: Option<&crate::value::Value>) -> Before {
        match value.and_then(crate::value::Value::as_scalar) {
            // A step makes a field before it fills it.
            Some(scalar) if scalar.kind == ScalarKind::Null && scalar.origin.0.is_none() => {
                Before::default()
            }
            Some(scalar) => Before {
                text: Some(scalar.text.clone()),
                origin: scalar.origin.clone(),
            },
            None => Before::default(),
        }
    }
}

/// How a step came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// It is written in a resource.
    Resource,
    /// A strategic merge or JSON6902 patch.
    Patch,
    /// A field of a kustomization file that changes objects: `namespace`, `images`, `labels` …
    Transformer,
    /// `configMapGenerator` or `secretGenerator`.
    Generator,
    /// `replacements`, `vars`.
    Replacement,
    /// kustomize follows a renamed object in what refers to it.
    NameReference,
    /// Flux put the value of a variable into it.
    Substitution,
}

impl Origin {
    /// No history.
    pub const NONE: Origin = Origin(None);

    /// The history that begins or goes on with a step.
    pub fn step(how: How, place: Place, before: Before) -> Origin {
        Origin(Some(Arc::new(Step {
            how,
            place,
            before,
            secret: false,
        })))
    }

    /// The history that goes on with a copy of data of a Secret.
    pub fn of_secret(how: How, place: Place, before: Before) -> Origin {
        Origin(Some(Arc::new(Step {
            how,
            place,
            before,
            secret: true,
        })))
    }

    /// Whether data of a Secret got into the value, or into what it was before: such a value, and its history, are
    /// shown to nobody. In builds that are not traced it is known of what is copied, and the rest has no history.
    pub fn is_secret(&self) -> bool {
        let mut newest = self.newest();
        while let Some(step) = newest {
            if step.secret {
                return true;
            }
            newest = step.before.origin.newest();
        }
        false
    }

    /// The newest step; none where the build is not traced.
    pub fn newest(&self) -> Option<&Step> {
        self.0.as_deref()
    }
}
