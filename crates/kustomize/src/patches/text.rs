//! The text of a patch: from a file or from the kustomization itself, and the way back to its places.

use std::sync::Arc;

use infragen_syntax::{Embedded, TextRange, TextSize, Tree};

use crate::context::Context;
use crate::origin::{Before, How, Origin, Path, Place};
use crate::spec::{Inline, Text};
use crate::value::{Map, Value};

/// A patch as text.
pub(super) struct PatchText {
    /// Its tree.
    pub tree: Arc<Tree>,
    file: Path,
    way: Way,
}

/// How places in the text become places of the file.
enum Way {
    /// They are.
    Same,
    /// By the scalar that holds the text, whose first bytes were cut off.
    Embedded(Box<Embedded>, TextSize),
    /// Nothing is known but the place of the whole text.
    Whole(TextRange),
}

impl PatchText {
    /// The text of a file that the kustomization names.
    pub(super) fn of_file(path: &Text, context: &mut Context<'_>) -> Option<PatchText> {
        let (file, tree) = context.tree_of(&path.value, path.range)?;
        Some(PatchText {
            tree,
            file,
            way: Way::Same,
        })
    }

    /// The text of a scalar of the kustomization. `trimmed`: spaces and line ends around it are cut off, as
    /// kustomize does under `patches`; a block at its end then has no line end.
    pub(super) fn of_inline(inline: &Inline, trimmed: bool, context: &Context<'_>) -> PatchText {
        let node = inline.node.zip(context.tree.as_deref());
        let embedded = node.and_then(|(id, tree)| Embedded::of(tree.node(id)));
        let whole: &str = match &embedded {
            Some(embedded) => embedded.text(),
            None => &inline.text.value,
        };
        let cut = if trimmed {
            whole.len() - whole.trim_start().len()
        } else {
            0
        };
        let tree = Arc::new(Tree::parse(if trimmed { whole.trim() } else { whole }));
        let way = match embedded {
            Some(embedded) => Way::Embedded(
                Box::new(embedded),
                TextSize::try_from(cut).unwrap_or_default(),
            ),
            None => Way::Whole(inline.text.range),
        };
        PatchText {
            tree,
            file: context.file.clone(),
            way,
        }
    }

    /// The place of a range of the text.
    pub(super) fn place(&self, range: TextRange) -> Place {
        let range = match &self.way {
            Way::Same => range,
            Way::Whole(whole) => *whole,
            Way::Embedded(embedded, cut) => {
                let whole = || embedded.range_to_file(TextRange::empty(0.into()));
                let mapped = embedded.range_to_file(range + *cut).or_else(whole);
                mapped.unwrap_or_default()
            }
        };
        Place {
            file: self.file.clone(),
            range,
        }
    }

    /// The place of all of it.
    pub(super) fn whole(&self) -> Place {
        self.place(TextRange::up_to(TextSize::of(self.tree.text())))
    }

    /// The file that the text stands in.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// A value that was read from the text, with scalars that know to come from a patch.
    pub(super) fn as_patch(&self, value: &Value) -> Value {
        match value {
            Value::Scalar(scalar) => {
                let Some(step) = scalar.origin.newest() else {
                    return value.clone();
                };
                let mut scalar = scalar.clone();
                let place = self.place(step.place.range);
                scalar.origin = Origin::step(How::Patch, place, Before::default());
                Value::Scalar(scalar)
            }
            Value::Map(map) => {
                let entries = map
                    .iter()
                    .map(|(key, value)| (key.clone(), self.as_patch(value)));
                Map::from_entries(entries.collect()).into()
            }
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.as_patch(item)).collect();
                items.into()
            }
        }
    }
}
