//! Edits that keep comments: splices at spans of our own tree.
//!
//! Each edit is planned as one splice, applied to the text, and the result parsed again: the wanted value
//! must stand at its path, everything else must be worth what it was, and no comment may be lost. Else the
//! edit is refused with the reason; there is no half-right edit.

use text_size::{TextRange, TextSize};

use crate::comments::comments;
use crate::layout::Layout;
use crate::scalar::{double_quoted, is_printable, quote, quote_in_flow, single_quoted};
use crate::tree::{Entry, Node, NodeKind, Reader, ScalarStyle, Tree};
use crate::worth::{Value, Worth};

/// A replacement of a range of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TextEdit {
    /// What is replaced; empty to insert.
    pub range: TextRange,
    /// What stands there afterwards.
    pub new_text: String,
}

/// Why an edit was refused; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EditError {
    /// Where the reason stands; empty at the beginning where it has no place.
    pub range: TextRange,
    /// The reason, as one sentence without a full stop.
    pub message: String,
}

impl std::fmt::Display for EditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EditError {}

/// One step of the path to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Segment<'a> {
    /// Into the value of a key.
    Key(&'a str),
    /// Into an item, counted from 0.
    Item(usize),
}

/// A node of a text: the number of its document, and the path from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Target<'a> {
    /// The number of the document, from 0.
    pub document: usize,
    /// The path from its root; keys that only a `<<` brings in do not count.
    pub path: &'a [Segment<'a>],
}

/// A value to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NewValue<'a> {
    /// A string: quoted where it must be to stay one.
    String(&'a str),
    /// YAML as it is, of one line or several with `\n`, from column 0; the edit indents it.
    Yaml(&'a str),
}

/// A text with edits applied. They may come in any order but must not overlap; two insertions at one place
/// are made in their order.
pub fn apply(text: &str, edits: &[TextEdit]) -> Result<String, EditError> {
    let mut sorted: Vec<&TextEdit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in sorted {
        let (start, end) = (
            usize::from(edit.range.start()),
            usize::from(edit.range.end()),
        );
        if start < done {
            return Err(refuse(edit.range, "two edits overlap"));
        }
        let (Some(kept), Some(_)) = (text.get(done..start), text.get(start..end)) else {
            return Err(refuse(
                edit.range,
                "an edit is outside the text or cuts a character in two",
            ));
        };
        out.push_str(kept);
        out.push_str(&edit.new_text);
        done = end;
    }
    out.push_str(&text[done..]);
    Ok(out)
}

/// Appends an item to a list. Nothing (`resources:`) becomes a list; a missing key is created in its
/// mapping, behind the entry `after` or at the end. Comments below the last item stay below the new one.
pub fn append_item(
    tree: &Tree,
    list: Target<'_>,
    item: NewValue<'_>,
    after: Option<&str>,
) -> Result<TextEdit, EditError> {
    insert_item_at(tree, list, usize::MAX, item, after)
}

/// Puts a string into a list of strings, at its place if the list is in order of bytes, else at the end.
pub fn insert_sorted_item(
    tree: &Tree,
    list: Target<'_>,
    item: &str,
    after: Option<&str>,
) -> Result<TextEdit, EditError> {
    let texts = find(tree, list)
        .ok()
        .map(|node| node.items().map(Node::as_str).collect::<Vec<_>>());
    let index = match texts.as_deref() {
        Some(texts) if texts.iter().all(Option::is_some) && texts.is_sorted() => {
            texts.partition_point(|text| *text <= Some(item))
        }
        _ => usize::MAX,
    };
    insert_item_at(tree, list, index, NewValue::String(item), after)
}

fn insert_item_at(
    tree: &Tree,
    list: Target<'_>,
    index: usize,
    item: NewValue<'_>,
    after: Option<&str>,
) -> Result<TextEdit, EditError> {
    let node = match (find(tree, list), list.path.split_last()) {
        (Ok(node), _) => node,
        (Err(error), Some((Segment::Key(key), parent))) if is_strict(tree, list.document) => {
            let parent = Target {
                document: list.document,
                path: parent,
            };
            if find(tree, parent).is_err() && !parent.path.is_empty() {
                return Err(error);
            }
            let lines = one_item(&Layout::of(tree, list.document), item);
            return insert_entry(tree, parent, key, NewValue::Yaml(&lines), after);
        }
        (Err(error), _) => return Err(error),
    };
    let layout = Layout::of(tree, list.document);
    let index = index.min(node.items().len());
    let edit = match node.kind() {
        NodeKind::Sequence if node.items().len() == 0 && !layout.is_in_flow(list.path) => {
            instead_of_nothing(&layout, list, node, &one_item(&layout, item))
        }
        NodeKind::Sequence if node.is_flow() => item_in_flow(&layout, node, index, item),
        NodeKind::Sequence => item_in_block(&layout, node, index, item),
        NodeKind::Scalar(_) if Worth::of(node).is_null() => {
            instead_of_nothing(&layout, list, node, &one_item(&layout, item))
        }
        NodeKind::Alias => Err(refuse(
            node.range(),
            "this is an alias; edit the list that it names",
        )),
        _ => Err(refuse(node.range(), "this is not a list")),
    }?;
    let worth = worth_of(item)?;
    verify(tree, list.document, edit, |root| {
        root.at(list.path)?.items()?.insert(index, worth);
        Some(())
    })
}

/// Removes an item with its trailing comment. The last item leaves `[]` behind.
pub fn remove_item(tree: &Tree, list: Target<'_>, index: usize) -> Result<TextEdit, EditError> {
    let node = find(tree, list)?;
    let items: Vec<Node<'_>> = match node.kind() {
        NodeKind::Sequence => node.items().collect(),
        _ => return Err(refuse(node.range(), "this is not a list")),
    };
    let Some(item) = items.get(index) else {
        return Err(refuse(
            node.range(),
            format!("this list has no item number {index}"),
        ));
    };
    let layout = Layout::of(tree, list.document);
    let edit = if node.is_flow() {
        let ranges: Vec<TextRange> = items.iter().map(|item| layout.whole(*item)).collect();
        layout.without_flow_part(node.range(), &ranges, index)
    } else {
        let start = layout.dash_of(*item)?;
        let next = items
            .get(index + 1)
            .map(|next| layout.dash_of(*next))
            .transpose()?;
        let end = item.range().end();
        if items.len() == 1 {
            layout.emptied(list.path, start, end, "[]")
        } else {
            layout.without_lines(start, end, next)
        }
    }?;
    verify(tree, list.document, edit, |root| {
        root.at(list.path)?.items()?.remove(index);
        Some(())
    })
}

/// Replaces a scalar, also an empty one. A string keeps the style of the old scalar where its text allows
/// that.
pub fn set_scalar(
    tree: &Tree,
    scalar: Target<'_>,
    value: NewValue<'_>,
) -> Result<TextEdit, EditError> {
    let node = find(tree, scalar)?;
    let NodeKind::Scalar(style) = node.kind() else {
        return Err(refuse(node.range(), "this is not a scalar"));
    };
    let layout = Layout::of(tree, scalar.document);
    let mut new_text = match value {
        NewValue::Yaml(yaml) if yaml.contains('\n') => {
            return Err(refuse(
                node.range(),
                "a scalar is replaced by YAML of one line only",
            ));
        }
        NewValue::Yaml(yaml) => yaml.to_owned(),
        NewValue::String(text) => {
            in_style(&layout, node, text, style, layout.is_in_flow(scalar.path))
        }
    };
    if node.range().is_empty() {
        new_text.insert(0, ' ');
    }
    let edit = TextEdit {
        range: node.range(),
        new_text,
    };
    let worth = worth_of(value)?.value;
    verify(tree, scalar.document, edit, |root| {
        root.at(scalar.path)?.value = worth;
        Some(())
    })
}

/// Adds an entry to a mapping, behind the entry `after` or at the end. Nothing (`spec:`, an empty document)
/// becomes a mapping.
pub fn insert_entry(
    tree: &Tree,
    mapping: Target<'_>,
    key: &str,
    value: NewValue<'_>,
    after: Option<&str>,
) -> Result<TextEdit, EditError> {
    let layout = Layout::of(tree, mapping.document);
    let node = match find(tree, mapping) {
        Ok(node) => Some(node),
        Err(_) if mapping.path.is_empty() && is_strict(tree, mapping.document) => None,
        Err(error) => return Err(error),
    };
    let entries: Vec<Entry<'_>> = node
        .map(|node| node.own_entries().collect())
        .unwrap_or_default();
    if let Some(entry) = entries.iter().find(|entry| is_key(entry, key)) {
        return Err(refuse(
            entry.key.range(),
            format!("the key `{key}` is there already"),
        ));
    }
    let place = after.and_then(|after| entries.iter().position(|entry| is_key(entry, after)));
    let place = place.or(entries.len().checked_sub(1));
    let edit = match (node, place) {
        (None, _) => layout.at_end(mapping.document, &entry_lines(&layout, key, value)?),
        (Some(node), _) if node.kind() == NodeKind::Alias => Err(refuse(
            node.range(),
            "this is an alias; edit the mapping that it names",
        )),
        (Some(node), Some(place)) if node.is_flow() => {
            let text = format!(", {}: {}", quote_in_flow(key), in_flow(value)?);
            Ok(TextEdit {
                range: TextRange::empty(entries[place].value.range().end()),
                new_text: text,
            })
        }
        (Some(node), None) if node.is_mapping() && layout.is_in_flow(mapping.path) => {
            let text = format!("{{{}: {}}}", quote_in_flow(key), in_flow(value)?);
            Ok(TextEdit {
                range: node.range(),
                new_text: text,
            })
        }
        (Some(_), Some(place)) => {
            let column = layout.column(entries[place].key.range().start());
            let lines = entry_lines(&layout, key, value)?;
            Ok(layout.lines_below(entries[place].value.range().end(), column, &lines))
        }
        (Some(node), None) if node.is_mapping() || Worth::of(node).is_null() => {
            instead_of_nothing(&layout, mapping, node, &entry_lines(&layout, key, value)?)
        }
        (Some(node), None) => Err(refuse(node.range(), "this is not a mapping")),
    }?;
    let index = place.map_or(0, |place| place + 1);
    let (key, value) = (Worth::string(key), worth_of(value)?);
    verify(tree, mapping.document, edit, |root| {
        root.at(mapping.path)?
            .entries()?
            .insert(index, (key, value));
        Some(())
    })
}

/// Removes an entry with its value and trailing comment. The last entry leaves `{}` behind.
pub fn remove_entry(tree: &Tree, mapping: Target<'_>, key: &str) -> Result<TextEdit, EditError> {
    let node = find(tree, mapping)?;
    let entries: Vec<Entry<'_>> = match node.kind() {
        NodeKind::Mapping => node.own_entries().collect(),
        _ => return Err(refuse(node.range(), "this is not a mapping")),
    };
    let Some(index) = entries.iter().rposition(|entry| is_key(entry, key)) else {
        return Err(refuse(node.range(), format!("there is no key `{key}`")));
    };
    let layout = Layout::of(tree, mapping.document);
    let start = |entry: &Entry<'_>| layout.whole(entry.key).start();
    let end = entries[index].value.range().end();
    let edit = if node.is_flow() {
        let ranges: Vec<TextRange> = entries
            .iter()
            .map(|entry| layout.whole(entry.key).cover(layout.whole(entry.value)))
            .collect();
        layout.without_flow_part(node.range(), &ranges, index)
    } else if entries.len() == 1 {
        layout.emptied(mapping.path, start(&entries[0]), end, "{}")
    } else {
        layout.without_lines(
            start(&entries[index]),
            end,
            entries.get(index + 1).map(start),
        )
    }?;
    verify(tree, mapping.document, edit, |root| {
        root.at(mapping.path)?.entries()?.remove(index);
        Some(())
    })
}

pub(crate) fn refuse(range: TextRange, message: impl Into<String>) -> EditError {
    EditError {
        range,
        message: message.into(),
    }
}

fn is_key(entry: &Entry<'_>, key: &str) -> bool {
    entry.key.kind() != NodeKind::Alias && entry.key.scalar().is_some_and(|(text, _)| text == key)
}

fn is_strict(tree: &Tree, document: usize) -> bool {
    tree.document(document)
        .is_some_and(|document| document.reader() == Reader::Strict)
}

/// The node of a target, in a document that is valid.
fn find<'t>(tree: &'t Tree, target: Target<'_>) -> Result<Node<'t>, EditError> {
    let nowhere = TextRange::empty(0.into());
    let Some(document) = tree.document(target.document) else {
        return Err(refuse(
            nowhere,
            format!("this file has no document number {}", target.document),
        ));
    };
    if document.reader() != Reader::Strict {
        let error = tree
            .errors()
            .iter()
            .find(|error| document.range().intersect(error.range).is_some());
        let range = error.map_or(document.range(), |error| error.range);
        return Err(refuse(
            range,
            "this document is not valid YAML; correct it first",
        ));
    }
    let Some(root) = document.root() else {
        return Err(refuse(document.range(), "this document is empty"));
    };
    target.path.iter().try_fold(root, |node, segment| {
        let found = match (node.kind(), segment) {
            (NodeKind::Mapping, Segment::Key(key)) => node
                .own_entries()
                .rev()
                .find(|entry| is_key(entry, key))
                .map(|entry| entry.value),
            (NodeKind::Sequence, Segment::Item(index)) => node.items().nth(*index),
            (NodeKind::Alias, _) => {
                return Err(refuse(node.range(), "this is an alias; edit what it names"));
            }
            _ => None,
        };
        found.ok_or_else(|| match segment {
            Segment::Key(key) => refuse(node.range(), format!("there is no key `{key}`")),
            Segment::Item(index) => {
                refuse(node.range(), format!("there is no item number {index}"))
            }
        })
    })
}

/// What a new value will be worth; refuses YAML that is none by itself.
fn worth_of(value: NewValue<'_>) -> Result<Worth, EditError> {
    match value {
        NewValue::String(text) => Ok(Worth::string(text)),
        NewValue::Yaml(yaml) => {
            let tree = Tree::parse(yaml);
            let root = tree.document(0).and_then(|document| document.root());
            match (root, tree.errors().first()) {
                (Some(root), None) => Ok(Worth::of(root)),
                (None, None) => Ok(Value::Scalar {
                    text: String::new(),
                    string: false,
                }
                .into()),
                (_, Some(error)) => {
                    let message = format!("the new value is not valid YAML: {}", error.message);
                    Err(refuse(TextRange::empty(0.into()), message))
                }
            }
        }
    }
}

/// A value for a place between brackets.
fn in_flow(value: NewValue<'_>) -> Result<String, EditError> {
    match value {
        NewValue::String(text) => Ok(quote_in_flow(text).into_owned()),
        NewValue::Yaml(yaml) if !yaml.trim_end().contains('\n') => Ok(yaml.trim_end().to_owned()),
        NewValue::Yaml(_) => Err(refuse(
            TextRange::empty(0.into()),
            "lines of YAML cannot be put between brackets",
        )),
    }
}

/// The lines of a list with one item, from column 0.
fn one_item(layout: &Layout<'_>, item: NewValue<'_>) -> String {
    item_lines(layout, item, 2)
}

/// The lines of an item from its dash; its content begins in the given column.
fn item_lines(layout: &Layout<'_>, item: NewValue<'_>, column: usize) -> String {
    let content = match item {
        NewValue::String(text) => quote(text).into_owned(),
        NewValue::Yaml(yaml) => layout.indented(yaml.trim_end_matches('\n'), column),
    };
    format!("{:<column$}{content}", "-")
}

/// The lines of an entry from its key at column 0.
fn entry_lines(layout: &Layout<'_>, key: &str, value: NewValue<'_>) -> Result<String, EditError> {
    let key = quote(key);
    let yaml = match value {
        NewValue::String(text) => return Ok(format!("{key}: {}", quote(text))),
        NewValue::Yaml(yaml) => yaml.trim_end_matches('\n'),
    };
    if yaml.is_empty() {
        return Ok(format!("{key}:"));
    }
    let tree = Tree::parse(yaml);
    let root = tree.document(0).and_then(|document| document.root());
    Ok(match root {
        Some(root) if root.kind() == NodeKind::Sequence && !root.is_flow() => {
            let column = layout.list_indent();
            format!("{key}:\n{:column$}{}", "", layout.indented(yaml, column))
        }
        Some(root) if root.kind() == NodeKind::Mapping && !root.is_flow() => {
            format!("{key}:\n  {}", layout.indented(yaml, 2))
        }
        _ => format!("{key}: {yaml}"),
    })
}

/// Puts lines below a key whose value is nothing, `[]`, `{}` or null; or in the place of such a root or
/// item.
fn instead_of_nothing(
    layout: &Layout<'_>,
    target: Target<'_>,
    node: Node<'_>,
    lines: &str,
) -> Result<TextEdit, EditError> {
    match target.path.last() {
        Some(Segment::Key(_)) => {
            let list = lines.starts_with('-');
            layout.below_key(
                target.path,
                if list { layout.list_indent() } else { 2 },
                lines,
            )
        }
        _ => layout.in_place_of(node, lines),
    }
}

fn item_in_block(
    layout: &Layout<'_>,
    list: Node<'_>,
    index: usize,
    item: NewValue<'_>,
) -> Result<TextEdit, EditError> {
    let items: Vec<Node<'_>> = list.items().collect();
    let Some(first) = items.first() else {
        return Err(refuse(list.range(), "this list is empty"));
    };
    let dash = layout.dash_of(*first)?;
    let column = layout.column(dash);
    let lines = item_lines(layout, item, layout.dash_width(*first, dash));
    match index.checked_sub(1).and_then(|above| items.get(above)) {
        Some(above) => Ok(layout.lines_below(above.range().end(), column, &lines)),
        None => Ok(layout.lines_above(dash, column, &lines)),
    }
}

fn item_in_flow(
    layout: &Layout<'_>,
    list: Node<'_>,
    index: usize,
    item: NewValue<'_>,
) -> Result<TextEdit, EditError> {
    let items: Vec<Node<'_>> = list.items().collect();
    let text = in_flow(item)?;
    Ok(
        match index.checked_sub(1).and_then(|above| items.get(above)) {
            Some(above) => layout.behind_flow_item(layout.whole(*above), &text),
            None if items.is_empty() => TextEdit {
                range: list.range(),
                new_text: format!("[{text}]"),
            },
            None => {
                let at = layout.whole(items[0]).start();
                TextEdit {
                    range: TextRange::empty(at),
                    new_text: format!("{text}, "),
                }
            }
        },
    )
}

/// A string in the style of the scalar that it replaces.
fn in_style(
    layout: &Layout<'_>,
    node: Node<'_>,
    text: &str,
    style: ScalarStyle,
    flow: bool,
) -> String {
    let printable = text.chars().all(is_printable);
    match style {
        ScalarStyle::SingleQuoted if printable => single_quoted(text),
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => double_quoted(text),
        ScalarStyle::Plain if flow => quote_in_flow(text).into_owned(),
        ScalarStyle::Plain => quote(text).into_owned(),
        ScalarStyle::Literal | ScalarStyle::Folded => layout
            .block_scalar(node, text)
            .unwrap_or_else(|| double_quoted(text)),
    }
}

/// Applies an edit to a copy and compares: the document must be worth what `change` makes of the old one,
/// the other documents what they were, and every comment outside the replaced range must still be there.
fn verify(
    tree: &Tree,
    document: usize,
    edit: TextEdit,
    change: impl FnOnce(&mut Worth) -> Option<()>,
) -> Result<TextEdit, EditError> {
    let wrong = |message: &str| refuse(edit.range, message);
    let after = Tree::parse(apply(tree.text(), std::slice::from_ref(&edit))?);
    let same_count = tree.documents().len() == after.documents().len();
    if !same_count || !is_strict(&after, document) || tree.errors().len() != after.errors().len() {
        return Err(wrong("the edit would break the file"));
    }
    let nothing = || {
        Worth::from(Value::Scalar {
            text: String::new(),
            string: false,
        })
    };
    let worth = |tree: &Tree, index: usize| {
        tree.document(index)
            .and_then(|document| document.root().map(Worth::of))
            .unwrap_or_else(nothing)
    };
    let mut change = Some(change);
    for index in 0..tree.documents().len() {
        let mut expected = worth(tree, index);
        if index == document {
            let changed = change.take().and_then(|change| change(&mut expected));
            changed.ok_or_else(|| wrong("the place to edit is not there"))?;
        }
        if expected != worth(&after, index) {
            return Err(wrong("the edit would change more than it should"));
        }
    }
    let added = TextRange::at(edit.range.start(), TextSize::of(edit.new_text.as_str()));
    if kept_comments(tree, edit.range) != kept_comments(&after, added) {
        return Err(wrong("the edit would lose a comment"));
    }
    Ok(edit)
}

/// The comments outside a range.
fn kept_comments(tree: &Tree, range: TextRange) -> Vec<&str> {
    let outside = comments(tree).filter(|comment| {
        comment
            .range()
            .intersect(range)
            .is_none_or(TextRange::is_empty)
    });
    outside.map(|comment| comment.text()).collect()
}
