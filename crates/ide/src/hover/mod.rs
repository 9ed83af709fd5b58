//! What an editor shows about the thing under the pointer.

mod kinds;
mod objects;
mod patches;
mod paths;
mod unresolved;

use infragen_flux::{KindName, is_templated};
use infragen_syntax::{Node, NodeKind, TextRange, TextSize};
use infragen_workspace::{Db, Found, SourceFile, Verdict, facts, is_manifest, resolve, tree};

use self::unresolved::not_allowed;
use crate::below::selected;
use crate::effective::effective;
use crate::markdown::{code, counted, fit, item};
use crate::subject::{Part, Subject, What, reference_of, subjects};
use crate::target::{named_by, namespace_objects};
use crate::variables;
use crate::versions::{self, versions_at};

/// What an editor shows about a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub range: TextRange,
    /// Markdown that reads well at 60 columns.
    pub markdown: String,
}

/// Places of one object that are listed: one for each environment of a large fleet.
const MAX_PLACES: usize = 8;

/// What there is to say about the thing at an offset: a headline and a list with one fact a line.
pub fn hover(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<Hover> {
    if let Some(hover) = variables::hover(db, file, offset) {
        return Some(hover);
    }
    let mut cards: Vec<String> = Vec::new();
    let mut range = None;
    for subject in subjects(db, file, offset) {
        if let Some(card) = (Cards { db, file, offset }).card(&subject) {
            let card = fit(&card);
            range.get_or_insert(subject.range);
            if !cards.contains(&card) {
                cards.push(card);
            }
        }
    }
    if let Some((text, versions)) = versions_at(db, file, offset)
        && let Some(card) = versions::card(db, &versions)
    {
        range.get_or_insert(text);
        cards.push(card);
    }
    // What a field is where it is applied, below what it names.
    if is_manifest(db, file)
        && let Some((field, card)) = effective(db, file, offset)
    {
        range.get_or_insert(field);
        cards.push(card);
    }
    Some(Hover {
        range: range?,
        markdown: cards.join("\n\n---\n\n"),
    })
}

struct Cards<'a> {
    db: &'a dyn Db,
    file: SourceFile,
    offset: TextSize,
}

impl Cards<'_> {
    fn card(&self, subject: &Subject) -> Option<String> {
        match &subject.what {
            What::Reference {
                object,
                reference,
                part,
            } => {
                let facts = facts(self.db, self.file);
                let (object, reference) = reference_of(&facts, *object, *reference)?;
                match part {
                    Part::Namespace => self.namespace(&reference.namespace.as_ref()?.value),
                    Part::Kind => match &reference.kind {
                        KindName::Known(kind) => self.kind(kind, None),
                        KindName::NotAllowed(kind) => Some(not_allowed(kind, reference)),
                        KindName::Missing => None,
                    },
                    Part::Name => {
                        let resolution = resolve(self.db, self.file, object, reference);
                        match &resolution.verdict {
                            Verdict::Found(found) => {
                                self.objects(found, &resolution.environments, false)
                            }
                            Verdict::OtherNamespace(found) => {
                                self.elsewhere(reference, &resolution, found)
                            }
                            Verdict::OtherKind(others) => {
                                self.other_kinds(resolution.kind.as_ref()?, reference, others)
                            }
                            Verdict::Nowhere => self.nowhere(resolution.kind.as_ref()?, reference),
                            Verdict::Unknown if is_templated(&reference.name.value) => {
                                Some(templated(&reference.name.value))
                            }
                            Verdict::Unknown => self.objects(
                                &named_by(self.db, self.file, object, reference),
                                &[],
                                false,
                            ),
                        }
                    }
                }
            }
            What::Object(definition) => self.objects(std::slice::from_ref(definition), &[], true),
            What::Kind(object) => {
                let facts = facts(self.db, self.file);
                let object = facts.objects.get(*object as usize)?;
                let own = (!object.in_patch).then_some(Found::File(self.file));
                self.kind(&object.kind, own)
            }
            What::KustomizationFile => self.kustomization_file(),
            What::Selection {
                selector,
                directories,
                by,
            } => self.patched_by(*by).or_else(|| {
                let taken: Vec<_> = directories
                    .iter()
                    .flat_map(|directory| selected(self.db, *directory, selector))
                    .collect();
                self.selection(&taken)
            }),
            What::Namespace(name) => self.namespace(name),
            What::Path { text, target } => self.path(subject.range, text, *target),
            What::Anchor { node, alias } => {
                let tree = tree(self.db, self.file);
                alias.then(|| self.anchor(tree.node(*node))).flatten()
            }
        }
    }

    fn namespace(&self, name: &str) -> Option<String> {
        if is_templated(name) {
            return Some(templated(name));
        }
        let objects = namespace_objects(self.db, self.file, name);
        let mut lines = vec![format!("**Namespace** {}", code(name)), String::new()];
        if objects.is_empty() {
            lines.push(item("", "not in this repository: made in the cluster?"));
        }
        lines.extend(self.places(&objects, &[]));
        Some(lines.join("\n"))
    }

    fn anchor(&self, node: Node<'_>) -> Option<String> {
        let name = node.anchor()?;
        let value = match node.kind() {
            NodeKind::Scalar(_) => code(node.as_str().unwrap_or("null")),
            NodeKind::Mapping => counted(node.own_entries().len(), "key"),
            _ => counted(node.items().len(), "item"),
        };
        let before = node
            .tree()
            .text()
            .get(..usize::from(node.range().start()))?;
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        Some(format!(
            "**Alias** {}\n\n- stands for {value}\n- anchor in line {line}",
            code(name)
        ))
    }
}

fn templated(text: &str) -> String {
    format!("{}\n\n- known only after rendering", code(text))
}

#[cfg(test)]
mod tests;
