//! Which values of what an environment applies a text of a file has made what they are.

use camino::Utf8Path;
use infragen_kustomize::{How, Origin, Scalar, Value};
use infragen_syntax::TextRange;

use super::history::Change;
use super::walk::{Application, Cluster};
use crate::db::Db;
use crate::files::SourceFile;

/// Applications that are built again for one answer, with the history of each value: an editor must not wait for
/// all of a fleet.
pub const MAX_TRACED: usize = 64;

impl Cluster {
    /// The values of an object of [`Cluster::traced`] in whose history a part of a file takes part, each with its
    /// history. `visit` says whether to go on.
    pub fn values_by(
        &self,
        db: &dyn Db,
        application: &Application,
        object: &Value,
        (file, range): (SourceFile, TextRange),
        visit: &mut dyn FnMut(&Scalar, Vec<Change>) -> bool,
    ) {
        let (root, path) = (file.root(db), file.path(db));
        each_scalar(object, &mut |scalar| {
            if !may_take_part(&scalar.origin, &path) {
                return true;
            }
            let changes = self.history(db, root, application, &scalar.origin);
            match changes
                .iter()
                .any(|change| takes_part(change, &path, range))
            {
                true => visit(scalar, changes),
                false => true,
            }
        });
    }

    /// Whether a part of a file has made any value of an object of [`Cluster::traced`] what it is.
    pub fn is_made_by(
        &self,
        db: &dyn Db,
        application: &Application,
        object: &Value,
        part: (SourceFile, TextRange),
    ) -> bool {
        let mut any = false;
        self.values_by(db, application, object, part, &mut |_, _| {
            any = true;
            false
        });
        any
    }
}

/// Whether a step of a history may stand in a file. What a Flux Kustomization adds is told apart only later.
fn may_take_part(origin: &Origin, path: &Utf8Path) -> bool {
    let mut newest = origin.newest();
    while let Some(step) = newest {
        // By their texts: paths are compared part by part, which is slow for all values of an environment.
        if step.place.file.as_str() == path.as_str() || step.place.is_made_up() {
            return true;
        }
        newest = step.before.origin.newest();
    }
    false
}

/// Whether a text is what a step says: a value, or a part of what configures a transformer.
fn takes_part(change: &Change, path: &Utf8Path, range: TextRange) -> bool {
    let place = &change.place;
    let configures = matches!(
        change.how,
        How::Transformer | How::Generator | How::Replacement
    );
    *place.file == *path
        && !place.range.is_empty()
        && (range.contains_range(place.range) || configures && place.range.contains_range(range))
}

/// Visits scalars until `visit` says that it is enough; whether it never did.
fn each_scalar(value: &Value, visit: &mut dyn FnMut(&Scalar) -> bool) -> bool {
    match value {
        Value::Scalar(scalar) => visit(scalar),
        Value::List(items) => items.iter().all(|item| each_scalar(item, visit)),
        Value::Map(map) => map.iter().all(|(_, value)| each_scalar(value, visit)),
    }
}
