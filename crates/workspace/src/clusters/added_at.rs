//! Where the text stands that makes a Flux Kustomization add something: in its manifest, or in what its parents make of
//! that.

use infragen_kustomize::{Place, Scalar, Value};
use infragen_syntax::TextRange;
use smol_str::SmolStr;

use super::errors::{path_at, spec_field};
use super::reading::additions_tree;
use super::walk::{Application, Cluster};
use crate::db::Db;
use crate::files::Root;

impl Cluster {
    /// The text that set a part of what an application adds. Where nothing tells that, the start of its manifest, which
    /// is the text of no field.
    pub(super) fn added_at(
        &self,
        db: &dyn Db,
        root: Root,
        application: &Application,
        range: TextRange,
    ) -> Place {
        let added = additions_tree(db, root, application.spec.additions.clone());
        let (path, _) = path_at(&added, range.start());
        let (manifest, written) = self.find_in_spec(db, root, application, range);
        // A parent may have set a plain field that is written in the manifest too. A text as a whole is seldom
        // changed, and the manifest tells the line in it.
        let is_plain = path.len() == 1;
        let above = || self.set_above(db, root, application, &path);
        let found = match written.filter(|_| !is_plain) {
            Some(range) => Some(Place {
                range,
                ..manifest.clone()
            }),
            None => above(),
        };
        found.unwrap_or_else(|| Place {
            range: written.unwrap_or_else(|| TextRange::empty(manifest.range.start())),
            ..manifest
        })
    }

    /// The text that set a field of the manifest of an application, as its parent applies it.
    fn set_above(
        &self,
        db: &dyn Db,
        root: Root,
        application: &Application,
        path: &[SmolStr],
    ) -> Option<Place> {
        let (parent, number) = application.parent?;
        let parent = self.applications.get(parent)?;
        let built = self.traced(db, parent)?;
        let manifest = &built.resources.get(number as usize)?.value;
        let mut value = manifest.get("spec")?;
        for (depth, step) in path.iter().enumerate() {
            value = match value {
                Value::List(items) => items.get(step.parse::<usize>().ok()?)?,
                _ => value.get(spec_field(depth, step))?,
            };
        }
        let origin = &first_scalar(value)?.origin;
        let mut history = self.history(db, root, parent, origin).into_iter();
        history.next().map(|change| change.place)
    }
}

fn first_scalar(value: &Value) -> Option<&Scalar> {
    match value {
        Value::Scalar(scalar) => Some(scalar),
        Value::Map(map) => map.iter().find_map(|(_, value)| first_scalar(value)),
        Value::List(items) => items.iter().find_map(first_scalar),
    }
}
