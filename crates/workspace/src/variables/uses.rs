//! Where a file uses variables.

use std::sync::Arc;

use infragen_flux::is_flux_group;
use infragen_flux::known::KUSTOMIZATION;
use infragen_flux::substitute::{Error, Reference, Template};
use infragen_syntax::{Embedded, Node, NodeKind, TextRange, TextSize};
use smol_str::SmolStr;

use super::generated::is_text_of_generator;
use crate::db::Db;
use crate::files::SourceFile;
use crate::query::{facts, tree};

/// A reference to a variable in a scalar of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableUse {
    /// The variable.
    pub name: SmolStr,
    /// Where its name stands.
    pub name_range: TextRange,
    /// From `$` to `}`.
    pub range: TextRange,
    /// The whole reference as it is read, with its operator.
    pub text: SmolStr,
    /// Whether it has no default: a missing variable is an error, or empty.
    pub required: bool,
    /// The scalar that it stands in.
    pub scalar: TextRange,
    /// The number of its document.
    pub document: usize,
    /// Whether it stands in `spec.patches` of a Flux Kustomization: in what that applies, not only in itself.
    pub in_patches: bool,
}

/// Text that Flux refuses where it puts values into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenReference {
    /// What is wrong, with the place in the file: from `${` to what was not expected.
    pub error: Error,
    /// The text there.
    pub text: SmolStr,
    /// The scalar that it stands in.
    pub scalar: TextRange,
    /// The number of its document.
    pub document: usize,
    /// See [`VariableUse::in_patches`].
    pub in_patches: bool,
}

/// The variables in the scalars of a file, keys included; comments are no part of what Flux reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VariableUses {
    /// In order of place.
    pub uses: Vec<VariableUse>,
    /// What cannot be read.
    pub broken: Vec<BrokenReference>,
}

/// Where a file uses variables, whether or not something puts values there.
#[salsa::tracked(returns(clone))]
pub fn variable_uses(db: &dyn Db, file: SourceFile) -> Arc<VariableUses> {
    let facts = facts(db, file);
    if !facts.variables {
        return Arc::default();
    }
    let entries = facts.kustomization.as_ref().map(|file| &file.entries);
    let paths = entries.into_iter().flatten().map(|entry| entry.path.range);
    let mut reader = UsesReader {
        paths: paths.collect(),
        document: 0,
        patches: None,
        found: VariableUses::default(),
    };
    let tree = tree(db, file);
    for document in tree.documents() {
        let Some(root) = document.root() else {
            continue;
        };
        reader.document = document.index();
        reader.patches = patches_of(root);
        reader.node(root);
    }
    let mut found = reader.found;
    // A file of a generator is a text as a whole: also its comments get into the object.
    if !file.is_kustomization_file(db) && is_text_of_generator(db, file.root(db), file) {
        found.add_text(tree.text());
    }
    found
        .uses
        .sort_by_key(|one| (one.range.start(), one.name_range.start()));
    Arc::new(found)
}

impl VariableUses {
    /// Adds what a text uses as it stands in the file, as far as it is not known as a value; the line of each counts as
    /// its scalar.
    fn add_text(&mut self, text: &str) {
        let template = Template::parse(text);
        let line_of = |range: TextRange| {
            let (start, end) = (usize::from(range.start()), usize::from(range.end()));
            let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
            let to = text[end..].find('\n').map_or(text.len(), |at| end + at);
            let offset = |at: usize| TextSize::try_from(at).unwrap_or_default();
            TextRange::new(offset(from), offset(to))
        };
        for reference in template.references() {
            if self.uses.iter().any(|known| known.range == reference.range) {
                continue;
            }
            self.uses.push(VariableUse {
                name: SmolStr::new(reference.name),
                name_range: reference.name_range,
                range: reference.range,
                text: SmolStr::new(&text[std::ops::Range::from(reference.range)]),
                required: !reference.operator.tolerates_missing(),
                scalar: line_of(reference.range),
                document: 0,
                in_patches: false,
            });
        }
        for error in &template.errors {
            let start = error.range.start();
            if self
                .broken
                .iter()
                .any(|known| known.error.range.start() == start)
            {
                continue;
            }
            self.broken.push(BrokenReference {
                text: SmolStr::new(&text[std::ops::Range::from(error.range)]),
                error: error.clone(),
                scalar: line_of(error.range),
                document: 0,
                in_patches: false,
            });
        }
    }
}

const OPENING: &str = "${";

/// `spec.patches` of a Flux Kustomization.
fn patches_of(root: Node<'_>) -> Option<TextRange> {
    let group = root.get("apiVersion")?.as_str()?.split('/').next()?;
    let is_flux = is_flux_group(group) && root.get("kind")?.as_str()? == KUSTOMIZATION.kind;
    let patches = root.at(&["spec", "patches"]).filter(|_| is_flux)?;
    Some(patches.range())
}

struct UsesReader {
    /// Paths of a kustomization file: kustomize reads them, and puts nothing into objects.
    paths: Vec<TextRange>,
    document: usize,
    patches: Option<TextRange>,
    found: VariableUses,
}

impl UsesReader {
    fn node(&mut self, root: Node<'_>) {
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            match node.kind() {
                NodeKind::Mapping => {
                    let children = node.own_entries();
                    open.extend(children.flat_map(|entry| [entry.key, entry.value]));
                }
                NodeKind::Sequence => open.extend(node.items()),
                NodeKind::Scalar(_) => self.scalar(node),
                // What it stands for is written elsewhere.
                NodeKind::Alias => {}
            }
        }
    }

    fn scalar(&mut self, node: Node<'_>) {
        let holds_some = node
            .scalar()
            .is_some_and(|(text, _)| text.contains(OPENING));
        if !holds_some
            || self
                .paths
                .iter()
                .any(|path| node.range().contains_range(*path))
        {
            return;
        }
        let Some(embedded) = Embedded::of(node) else {
            return;
        };
        let scalar = node.content_range();
        let in_patches = self
            .patches
            .is_some_and(|patches| patches.contains_range(node.range()));
        let template = Template::parse(embedded.text());
        for reference in template.references() {
            self.found
                .uses
                .extend(self.reference(&embedded, reference, scalar, in_patches));
        }
        for error in &template.errors {
            let Some(range) = embedded.range_to_file(error.range) else {
                continue;
            };
            self.found.broken.push(BrokenReference {
                text: SmolStr::new(&embedded.text()[std::ops::Range::from(error.range)]),
                error: Error {
                    range,
                    ..error.clone()
                },
                scalar,
                document: self.document,
                in_patches,
            });
        }
    }

    fn reference(
        &self,
        embedded: &Embedded,
        reference: &Reference<'_>,
        scalar: TextRange,
        in_patches: bool,
    ) -> Option<VariableUse> {
        Some(VariableUse {
            name: SmolStr::new(reference.name),
            name_range: embedded.range_to_file(reference.name_range)?,
            range: embedded.range_to_file(reference.range)?,
            text: SmolStr::new(&embedded.text()[std::ops::Range::from(reference.range)]),
            required: !reference.operator.tolerates_missing(),
            scalar,
            document: self.document,
            in_patches,
        })
    }
}
