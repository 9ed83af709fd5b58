//! Why a Flux Kustomization fails, each error at the text that must change.

use std::sync::Arc;

use camino::Utf8Path;
use infragen_flux::kustomization::Problem;
use infragen_kustomize::{BuildError, ErrorKind, Path, Place, Resource};
use infragen_syntax::{Node, NodeKind, TextRange, TextSize, Tree};
use smol_str::SmolStr;

use super::reading::additions_tree;
use super::version::flux_version;
use super::walk::{Application, Cluster};
use crate::bundles::normalized;
use crate::db::Db;
use crate::environment::Entry;
use crate::files::{Root, SourceFile};
use crate::paths::{Found, find, relative};
use crate::query::{facts, tree};

impl Cluster {
    /// What is wrong with one of its applications, so that Flux applies nothing of it.
    pub fn errors(
        &self,
        db: &dyn Db,
        root: Root,
        application: &Application,
    ) -> Vec<Arc<BuildError>> {
        self.errors_of(db, root, application, |_| true)
    }

    /// [`Cluster::errors`] without those that only some versions of Flux make, where it is not known which one runs.
    pub fn certain_errors(
        &self,
        db: &dyn Db,
        root: Root,
        application: &Application,
    ) -> Vec<Arc<BuildError>> {
        let known = flux_version(db, root, self.environment.clone()).is_some();
        self.errors_of(db, root, application, |problem| {
            known || problem.not_set.is_none()
        })
    }

    fn errors_of(
        &self,
        db: &dyn Db,
        root: Root,
        application: &Application,
        counts: impl Fn(&Problem) -> bool,
    ) -> Vec<Arc<BuildError>> {
        let Some(built) = self.built(db, application) else {
            return Vec::new();
        };
        let problems = built.problems.iter().filter(|problem| counts(problem));
        let mut errors: Vec<_> = built.errors.clone();
        errors.extend(problems.map(|problem| Arc::new(problem.error.clone())));
        let inner = application.root(db).unwrap_or(root);
        for error in &mut errors {
            if inner != root {
                let mut seen = BuildError::clone(error);
                seen.place = seen_from(db, root, inner, &seen.place);
                for (place, _) in &mut seen.related {
                    *place = seen_from(db, root, inner, place);
                }
                *error = Arc::new(seen);
            }
            if error.place.is_made_up() {
                let place = match error.kind {
                    ErrorKind::LeftOut if error.place.range.is_empty() => {
                        self.place_of_path(db, root, application)
                    }
                    _ => self.place_in_spec(db, root, application, error.place.range),
                };
                *error = Arc::new(BuildError {
                    place,
                    ..BuildError::clone(error)
                });
            }
        }
        errors
    }

    /// Where the manifest of an application stands: its document.
    pub fn place_of(&self, db: &dyn Db, application: &Application) -> Option<Place> {
        if let Some((parent, number)) = application.parent {
            let parent = self.applications.get(parent)?;
            let built = self.built(db, parent)?;
            let resource = built.resources.get(number as usize)?;
            return Some(self.place_of_object(db, parent, resource));
        }
        let file = application.file.clone()?;
        let range = match &self.environment.entry {
            // The source often stands before it in its file.
            Entry::Object { file, object, .. } => {
                let facts = facts(db, *file);
                let object = facts.objects.get(*object as usize);
                object.map(|object| object.range)
            }
            _ => None,
        };
        Some(Place {
            range: range.unwrap_or_default(),
            file,
        })
    }

    /// The file with the manifest of an application.
    pub fn file_of(&self, db: &dyn Db, application: &Application) -> Option<SourceFile> {
        let root = match application.parent {
            Some((parent, _)) => self.applications.get(parent)?.root(db)?,
            None => self.root,
        };
        source_file(db, root, application.file.as_ref()?)
    }

    /// Where an object of an application stands, as its root sees it.
    pub fn place_of_object(
        &self,
        db: &dyn Db,
        application: &Application,
        object: &Resource,
    ) -> Place {
        match application.root(db) {
            Some(inner) => seen_from(db, self.root, inner, &object.place),
            None => object.place.clone(),
        }
    }

    /// The item in the manifest of an application that an item of what it adds stands for: one of its `patches`. None
    /// where a patch above has set it.
    pub(crate) fn item_in_spec(
        &self,
        db: &dyn Db,
        root: Root,
        application: &Application,
        range: TextRange,
    ) -> Option<Place> {
        let added = Tree::parse(application.spec.additions.clone());
        let place = seen_from(db, root, self.root, &self.place_of(db, application)?);
        let tree = tree(db, self.file_of(db, application)?);
        let manifest = document_at(&tree, place.range.start())?.get("spec")?;
        let (path, _) = path_at(&added, range.start());
        let [list, number, ..] = path.as_slice() else {
            return None;
        };
        let item = manifest.get(list)?.items().nth(number.parse().ok()?)?;
        Some(Place {
            range: item.range(),
            ..place
        })
    }

    /// The text in the manifest of an application that a place in what it adds stands for: the whole object where
    /// a patch above has set it.
    pub(crate) fn place_in_spec(
        &self,
        db: &dyn Db,
        root: Root,
        application: &Application,
        range: TextRange,
    ) -> Place {
        let (place, found) = self.find_in_spec(db, root, application, range);
        Place {
            range: found.unwrap_or(place.range),
            ..place
        }
    }

    /// The manifest of an application, and what in its spec a place in its additions stands for, if it is written there.
    pub(super) fn find_in_spec(
        &self,
        db: &dyn Db,
        root: Root,
        application: &Application,
        range: TextRange,
    ) -> (Place, Option<TextRange>) {
        let added = additions_tree(db, root, application.spec.additions.clone());
        self.find_by(db, root, application, |spec| {
            let (path, innermost) = path_at(&added, range.start());
            let node = follow(spec, &path)?;
            let inside = innermost.and_then(|added| same_line(added, range, node));
            Some(inside.unwrap_or_else(|| first_line(node)))
        })
    }

    /// `spec.path` of an application, or the whole object where its manifest has none.
    fn place_of_path(&self, db: &dyn Db, root: Root, application: &Application) -> Place {
        let (place, found) = self.find_by(db, root, application, |spec| {
            Some(spec.get("path")?.content_range())
        });
        Place {
            range: found.unwrap_or(place.range),
            ..place
        }
    }

    fn find_by(
        &self,
        db: &dyn Db,
        root: Root,
        application: &Application,
        range_in: impl Fn(Node<'_>) -> Option<TextRange>,
    ) -> (Place, Option<TextRange>) {
        let place = self
            .place_of(db, application)
            .unwrap_or_else(|| Place::start_of(Path::from(self.environment.path.as_path())));
        let place = seen_from(db, root, self.root, &place);
        let found = self.file_of(db, application).and_then(|file| {
            let tree = tree(db, file);
            range_in(document_at(&tree, place.range.start())?.get("spec")?)
        });
        (place, found)
    }
}

impl Application {
    /// The root that the directory of its path is in: another one where a bundle is mapped to it.
    pub fn root(&self, db: &dyn Db) -> Option<Root> {
        self.directory
            .as_ref()
            .ok()
            .map(|directory| directory.root(db))
    }
}

/// A place in one root as another one sees it: `../activity/config/base/web.yaml`.
pub(crate) fn seen_from(db: &dyn Db, root: Root, inner: Root, place: &Place) -> Place {
    if inner == root || place.is_made_up() {
        return place.clone();
    }
    let way = relative(root.path(db), inner.path(db));
    let file = Utf8Path::new(&way).join(&place.file);
    // A place that the one saw in the other is at home there.
    let absolute = normalized(&root.path(db).join(&file));
    let file = match absolute.strip_prefix(root.path(db)) {
        Ok(own) => own.to_owned(),
        Err(_) => file,
    };
    Place {
        file: Path::from(file),
        range: place.range,
    }
}

fn source_file(db: &dyn Db, root: Root, path: &Path) -> Option<SourceFile> {
    match find(db, root.top(db)?, path.as_str()) {
        Found::File(file) => Some(file),
        _ => None,
    }
}

fn document_at(tree: &Tree, offset: TextSize) -> Option<Node<'_>> {
    tree.document_at(offset)?.root()
}

/// The keys and, as numbers, the items that lead to a place, and the innermost node there.
pub(super) fn path_at(tree: &Tree, offset: TextSize) -> (Vec<SmolStr>, Option<Node<'_>>) {
    let mut path = Vec::new();
    let mut at = tree.document(0).and_then(|document| document.root());
    let mut innermost = None;
    while let Some(node) = at {
        at = None;
        innermost = Some(node);
        if node.is_mapping() {
            for entry in node.own_entries() {
                if entry.range().contains_inclusive(offset) {
                    path.extend(entry.key.as_str().map(SmolStr::new));
                    at = Some(entry.value);
                }
            }
        } else {
            for (number, item) in node.items().enumerate() {
                if item.range().contains_inclusive(offset) {
                    path.push(SmolStr::new(number.to_string()));
                    at = Some(item);
                }
            }
        }
    }
    (path, innermost)
}

/// A part of a line of one block scalar, in another one that says the same with another indentation.
fn same_line(from: Node<'_>, range: TextRange, to: Node<'_>) -> Option<TextRange> {
    let is_block =
        |node: Node<'_>| matches!(node.kind(), NodeKind::Scalar(style) if style.is_block());
    if !is_block(from) || !is_block(to) || from.as_str()?.trim_end() != to.as_str()?.trim_end() {
        return None;
    }
    let at = usize::from(range.start().checked_sub(from.range().start())?);
    let before = from.text().get(..at)?;
    let line = before.bytes().filter(|byte| *byte == b'\n').count();
    let column = at - before.rfind('\n').map_or(0, |end| end + 1);
    let column = column.checked_sub(indentation(from.text()))? + indentation(to.text());
    let mut start = 0;
    for _ in 0..line {
        start += to.text().get(start..)?.find('\n')? + 1;
    }
    let start = TextSize::try_from(start + column).ok()?;
    let found = TextRange::at(to.range().start() + start, range.len());
    to.range().contains_range(found).then_some(found)
}

/// The indentation of the first line below the mark of a block scalar.
fn indentation(block: &str) -> usize {
    let mut lines = block.lines().skip(1).filter(|line| !line.trim().is_empty());
    lines
        .next()
        .map_or(0, |line| line.len() - line.trim_start().len())
}

/// A step of a path in additions, as the spec calls it.
pub(super) fn spec_field(depth: usize, step: &str) -> &str {
    match (depth, step) {
        (0, "namespace") => "targetNamespace",
        (_, step) => step,
    }
}

/// The node of a spec that a path in its additions stands for.
fn follow<'t>(spec: Node<'t>, path: &[SmolStr]) -> Option<Node<'t>> {
    let mut at = spec;
    for (depth, step) in path.iter().enumerate() {
        let key = spec_field(depth, step);
        let next = if at.is_sequence() {
            at.items().nth(key.parse().ok()?)
        } else {
            at.get(key)
        };
        at = match next {
            Some(next) => next,
            // The item, where a key of it is what is wrong.
            None if depth > 0 => return Some(at),
            None => return None,
        };
    }
    Some(at)
}

/// The range of a node; of a block scalar, its first line.
fn first_line(node: Node<'_>) -> TextRange {
    let range = node.content_range();
    let is_block = matches!(node.kind(), NodeKind::Scalar(style) if style.is_block());
    match node.text().find('\n') {
        Some(end) if is_block => {
            let end = TextSize::try_from(end).unwrap_or_default();
            TextRange::at(range.start(), end)
        }
        _ => range,
    }
}
