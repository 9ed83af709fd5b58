//! How a value came to be what it is.

use std::sync::Arc;

use infragen_kustomize::{How, Origin, Place};
use infragen_syntax::TextRange;
use smol_str::SmolStr;

use super::build::{Built, traced};
use super::errors::seen_from;
use super::walk::{Application, Cluster};
use crate::db::Db;
use crate::files::Root;

/// One step in the history of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub how: How,
    /// The text that made it happen.
    pub place: Place,
    /// The value before; none where the field was not there.
    pub before: Option<SmolStr>,
}

/// The most steps that are told: no history is longer but by mistake.
const MAX_STEPS: usize = 32;

impl Cluster {
    /// The objects of one of its applications with the history of every value. Only the last ones are remembered.
    pub fn traced(&self, db: &dyn Db, application: &Application) -> Option<Arc<Built>> {
        let inputs = self.inputs(db, application)?;
        let directory = inputs.directory(db);
        let mut place = self.place_of(db, application).unwrap_or_else(|| {
            Place::start_of(infragen_kustomize::Path::from(directory.path(db).as_path()))
        });
        // The object as a whole sets it, not one of its texts.
        place.range = TextRange::empty(place.range.start());
        Some(traced(db, inputs, place))
    }

    /// The steps that made a value of [`Cluster::traced`], the newest first.
    pub fn history(
        &self,
        db: &dyn Db,
        root: Root,
        application: &Application,
        origin: &Origin,
    ) -> Vec<Change> {
        let inner = application.root(db).unwrap_or(root);
        let mut changes = Vec::new();
        let mut origin = origin.clone();
        while let Some(step) = origin.newest() {
            let place = match step.place.is_made_up() {
                true => self.added_at(db, root, application, step.place.range),
                false => seen_from(db, root, inner, &step.place),
            };
            changes.push(Change {
                how: step.how,
                place,
                before: step.before.text.clone(),
            });
            let earlier = step.before.origin.clone();
            origin = earlier;
            if changes.len() == MAX_STEPS {
                break;
            }
        }
        changes
    }
}
