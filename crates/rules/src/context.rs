use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use camino::Utf8PathBuf;
use infragen_flux::{FileFacts, ObjectFacts};
use infragen_syntax::{
    Document, EditError, Embedded, NewValue, Node, NodeKind, Segment, Spanned, Target, TextEdit,
    TextRange, TextSize, Tree,
};
use infragen_workspace::{Db, Directory, Found, Root, SourceFile, facts, find, text, tree};

use crate::above::{Above, above};
use crate::finding::{FileChange, FileEdits, Fix};
use crate::unresolved::{Unresolved, unresolved};

/// What a check may look at.
pub struct Context<'db> {
    /// The database.
    pub db: &'db dyn Db,
    /// The file to check.
    pub file: SourceFile,
    /// Its root.
    pub root: Root,
    /// What it says.
    pub facts: Arc<FileFacts>,
    unresolved: OnceCell<Vec<Unresolved>>,
    above: OnceCell<Above>,
}

impl<'db> Context<'db> {
    pub(crate) fn new(db: &'db dyn Db, file: SourceFile) -> Self {
        Self {
            db,
            file,
            root: file.root(db),
            facts: facts(db, file),
            unresolved: OnceCell::new(),
            above: OnceCell::new(),
        }
    }

    /// The tree of the file; parsed anew where the file is closed, so only for a finding that needs it.
    pub fn tree(&self) -> Arc<Tree> {
        tree(self.db, self.file)
    }

    /// The directory that paths of the file count from.
    pub fn directory(&self) -> Directory {
        self.file.directory(self.db)
    }

    /// The references of the file that do not lead to what they name.
    pub(crate) fn unresolved(&self) -> &[Unresolved] {
        self.unresolved.get_or_init(|| unresolved(self))
    }

    /// What takes the file in and applies it. This walks the import graph: only for a finding that
    /// depends on it.
    pub(crate) fn above(&self) -> &Above {
        self.above.get_or_init(|| above(self.db, self.file))
    }

    /// The first line of a file: the place of what is wrong with all of it.
    pub(crate) fn first_line(&self, file: SourceFile) -> TextRange {
        let len = text(self.db, file).map_or(0, |text| text.lines().next().map_or(0, str::len));
        TextRange::up_to(TextSize::try_from(len).unwrap_or_default())
    }

    /// Whether a path leads into a git submodule that is not checked out: an empty directory, where the
    /// repository has submodules. Flux may well fetch what is in it.
    pub(crate) fn may_be_submodule(&self, from: Directory, path: &str) -> bool {
        let top = self.root.top(self.db);
        if top.is_none_or(|top| top.child(self.db, ".gitmodules").is_none()) {
            return false;
        }
        let mut at = from;
        for part in path.split('/') {
            match find(self.db, at, part) {
                Found::Directory(directory) => at = directory,
                _ => break,
            }
        }
        at.entries(self.db).is_empty()
    }

    /// Whether the file is part of a Helm chart: what looks like a manifest there is a template.
    pub(crate) fn is_chart_template(&self) -> bool {
        let mut at = self.directory();
        while let Some(parent) = at.parent(self.db) {
            let name = at.path(self.db).file_name();
            if matches!(name, Some("templates" | "charts"))
                && parent.child(self.db, "Chart.yaml").is_some()
            {
                return true;
            }
            at = parent;
        }
        false
    }

    /// A part of a value in the file; all of it where the text is written otherwise there.
    pub(crate) fn part(&self, whole: Spanned<&str>, part: &Range<usize>) -> TextRange {
        let tree = self.tree();
        let Spanned { value, range } = whole;
        let written = tree.text().get(range.start().into()..range.end().into());
        let offset = |at: usize| TextSize::try_from(at).ok();
        match (offset(part.start), offset(part.end)) {
            (Some(start), Some(end)) if !part.is_empty() && written == Some(value) => {
                TextRange::new(start, end) + range.start()
            }
            _ => range,
        }
    }

    /// A fix that writes another text where a scalar stands.
    pub(crate) fn rewrite(&self, range: TextRange, new: &str) -> Option<Fix> {
        let tree = self.tree();
        let old = tree.text().get(range.start().into()..range.end().into())?;
        let (document, path, node) = node_at(&tree, range)?;
        let edit = if node.content_range() == range {
            let target = Target {
                document,
                path: &path,
            };
            infragen_syntax::set_scalar(&tree, target, NewValue::String(new)).ok()?
        } else {
            // A part of a scalar (the path behind `key=`): only what needs no quotes there.
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
            let new_text = new.chars().all(plain).then(|| new.to_owned())?;
            TextEdit { range, new_text }
        };
        Some(self.fix(format!("change `{old}` to `{new}`"), vec![edit]))
    }

    /// A fix by an edit of the node at a range; none where the edit is refused.
    pub(crate) fn edit_at(
        &self,
        title: impl Into<String>,
        range: TextRange,
        edit: impl FnOnce(&Tree, Target<'_>) -> Result<TextEdit, EditError>,
    ) -> Option<Fix> {
        let tree = self.tree();
        let (document, path, _) = node_at(&tree, range)?;
        let target = Target {
            document,
            path: &path,
        };
        let edit = edit(&tree, target).ok()?;
        Some(self.fix(title.into(), vec![edit]))
    }

    /// A fix that writes `key: null` beside the value at a range of any file, so that a merge takes it away.
    pub(crate) fn clear_beside(
        &self,
        file: SourceFile,
        value: TextRange,
        key: &str,
    ) -> Option<Fix> {
        let edit = null_beside(&tree(self.db, file), value, key)?;
        Some(Fix {
            title: format!("set `{key}` to null in the patch"),
            edits: vec![FileEdits {
                file,
                edits: vec![edit],
            }],
            files: Vec::new(),
            preferred: false,
        })
    }

    /// Whether a value stands in an operation of a JSON6902 patch, in a file or inline.
    pub(crate) fn is_in_operation(&self, file: SourceFile, value: TextRange) -> bool {
        is_in_list(&tree(self.db, file), value)
    }

    /// A fix that takes the item at a range out of its list.
    pub(crate) fn remove_item(&self, title: impl Into<String>, range: TextRange) -> Option<Fix> {
        let tree = self.tree();
        let (document, path, _) = node_at(&tree, range)?;
        let (Segment::Item(index), list) = path.split_last()? else {
            return None;
        };
        let target = Target {
            document,
            path: list,
        };
        let edit = infragen_syntax::remove_item(&tree, target, *index).ok()?;
        Some(self.fix(title.into(), vec![edit]))
    }

    /// A fix that puts several items where one stands in a list of one item a line.
    pub(crate) fn spread_item(
        &self,
        title: impl Into<String>,
        range: TextRange,
        items: &[impl AsRef<str>],
    ) -> Option<Fix> {
        let tree = self.tree();
        let before = tree.text().get(..range.start().into())?;
        let line = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
        let dash = line.find('-').filter(|at| line[..*at].trim().is_empty())?;
        if line[dash + 1..].contains(['"', '\'']) {
            // Within quotes the lines would be text.
            return None;
        }
        let items: Vec<_> = items
            .iter()
            .map(AsRef::as_ref)
            .map(infragen_syntax::quote)
            .collect();
        let new_text = items.join(&format!("\n{}- ", &line[..dash]));
        Some(self.fix(title.into(), vec![TextEdit { range, new_text }]))
    }

    /// A fix by edits of this file.
    pub(crate) fn fix(&self, title: String, edits: Vec<TextEdit>) -> Fix {
        Fix {
            title,
            edits: vec![FileEdits {
                file: self.file,
                edits,
            }],
            files: Vec::new(),
            preferred: false,
        }
    }

    /// A fix that makes or renames a file; none where something is in the way.
    pub(crate) fn file_fix(
        &self,
        title: impl Into<String>,
        directory: Directory,
        name: &str,
        change: impl FnOnce(Utf8PathBuf) -> FileChange,
    ) -> Option<Fix> {
        let root = self.root.path(self.db);
        let path = root.join(directory.path(self.db)).join(name);
        directory.child(self.db, name).is_none().then(|| Fix {
            title: title.into(),
            edits: Vec::new(),
            files: vec![change(path)],
            preferred: false,
        })
    }
}

/// An object of a file in its tree.
pub(crate) fn object_node<'t>(tree: &'t Tree, object: &ObjectFacts) -> Option<Node<'t>> {
    let mut nodes = tree.nodes_at(object.range.start()).into_iter();
    nodes.find(|node| node.range() == object.range)
}

/// The innermost node around a range: the number of its document, the path to it, and itself.
fn node_at(tree: &Tree, range: TextRange) -> Option<(usize, Vec<Segment<'_>>, Node<'_>)> {
    let document = tree.document_at(range.start())?;
    let mut node = document.root()?;
    let mut path = Vec::new();
    loop {
        let around = |child: &Node<'_>| child.range().contains_range(range);
        let next = match node.kind() {
            NodeKind::Mapping => node
                .own_entries()
                .find(|entry| around(&entry.value))
                .and_then(|entry| Some((Segment::Key(entry.key.as_str()?), entry.value))),
            NodeKind::Sequence => node
                .items()
                .enumerate()
                .find(|(_, item)| around(item))
                .map(|(index, item)| (Segment::Item(index), item)),
            NodeKind::Scalar(_) | NodeKind::Alias => None,
        };
        match next {
            Some((segment, child)) => {
                path.push(segment);
                node = child;
            }
            None => return Some((document.index(), path, node)),
        }
    }
}

/// The text inside the scalar that a value is a part of, as a tree, with the place of the value in it; none where the
/// value is a scalar of its own.
fn text_around(node: Node<'_>, value: TextRange) -> Option<(Tree, TextRange)> {
    node.scalar().filter(|_| node.content_range() != value)?;
    let embedded = Embedded::of(node)?;
    let start = embedded.to_embedded(value.start())?;
    let end = embedded.to_embedded(value.end())?;
    let tree = Tree::parse(embedded.text());
    // A text that is no more than a scalar holds no value.
    tree.document_at(start)?
        .root()
        .filter(|root| root.scalar().is_none())?;
    Some((tree, TextRange::new(start, end.max(start))))
}

/// The edit that writes `key: null` beside a value, also in an inline patch.
fn null_beside(tree: &Tree, value: TextRange, key: &str) -> Option<TextEdit> {
    let (document, path, node) = node_at(tree, value)?;
    if let Some((inner, value)) = text_around(node, value) {
        let edit = null_beside(&inner, value, key)?;
        let text = infragen_syntax::apply(inner.text(), &[edit]).ok()?;
        let target = Target {
            document,
            path: &path,
        };
        return infragen_syntax::set_scalar(tree, target, NewValue::String(&text)).ok();
    }
    let (_, mapping) = path.split_last()?;
    let target = Target {
        document,
        path: mapping,
    };
    infragen_syntax::insert_entry(tree, target, key, NewValue::Yaml("null"), None).ok()
}

/// Whether the innermost text around a value is a list: operations, and no part of an object.
fn is_in_list(tree: &Tree, value: TextRange) -> bool {
    let Some((document, _, node)) = node_at(tree, value) else {
        return false;
    };
    match text_around(node, value) {
        Some((inner, value)) => is_in_list(&inner, value),
        None => tree
            .document(document)
            .and_then(Document::root)
            .is_some_and(Node::is_sequence),
    }
}
