//! What holds for any text: shared by the tests over random texts and by the fuzzer.

use infragen_syntax::{
    Cursor, EditError, Entry, NewValue, Node, NodeKind, Segment, Target, TextEdit, TextRange,
    TextSize, Tree, append_item, apply, cursor_at, decode, insert_entry, insert_sorted_item,
    remove_entry, remove_item, set_scalar,
};

/// Places of one text that a cursor is put to, and nodes that are edited.
const PLACES: usize = 40;

/// What holds for any bytes.
pub fn check_bytes(bytes: &[u8]) {
    if let Ok(text) = decode(bytes.to_vec()) {
        check(&text);
    }
}

/// Whatever the text: trees whose ranges can be used, a place for every cursor, and edits that are made
/// as they were meant or refused.
pub fn check(text: &str) {
    check_trees(text);
    check_cursors(text);
    check_edits(text);
}

fn check_trees(text: &str) {
    for tree in [Tree::parse(text), Tree::parse_tolerantly(text)] {
        let all = TextRange::up_to(TextSize::of(text));
        let mut end = TextSize::from(0);
        for document in tree.documents() {
            assert!(all.contains_range(document.range()) && document.range().start() >= end);
            end = document.range().end();
            if let Some(root) = document.root() {
                assert!(document.range().contains_range(root.range()), "{root:?}");
                check_nodes(root);
            }
        }
        for error in tree.errors() {
            assert!(all.contains_range(error.range), "{error:?}");
            assert!(
                text.get(std::ops::Range::<usize>::from(error.range))
                    .is_some()
            );
        }
        assert!(tree.errors().is_sorted_by_key(|error| error.range.start()));
    }
}

/// Children are inside of their parents, siblings in order, and every text can be taken.
fn check_nodes(root: Node<'_>) {
    let mut rest = vec![root];
    while let Some(node) = rest.pop() {
        let _ = (
            node.text(),
            node.scalar(),
            node.anchor(),
            node.tag(),
            node.resolve(),
        );
        assert!(
            node.range().contains_range(node.content_range()),
            "{node:?}"
        );
        let children: Vec<_> = match node.kind() {
            NodeKind::Mapping => node
                .own_entries()
                .flat_map(|entry| [entry.key, entry.value])
                .collect(),
            NodeKind::Sequence => node.items().collect(),
            NodeKind::Scalar(_) | NodeKind::Alias => Vec::new(),
        };
        let mut end = node.range().start();
        for child in &children {
            assert!(
                node.range().contains_range(child.range()),
                "{child:?} in {node:?}"
            );
            assert!(
                child.range().start() >= end,
                "{child:?} overlaps in {node:?}"
            );
            end = child.range().end();
        }
        rest.extend(children);
    }
}

fn check_cursors(text: &str) {
    let step = 1 + text.len() / PLACES;
    for at in (0..=text.len()).step_by(step) {
        // An offset inside of a character counts as the one before it.
        let offset = TextSize::try_from(at).unwrap();
        check_cursor(text, offset, &cursor_at(text, offset));
    }
}

fn check_cursor(text: &str, offset: TextSize, cursor: &Cursor<'_>) {
    let slice = |range: TextRange| text.get(std::ops::Range::<usize>::from(range));
    let outside = || panic!("{offset:?} is {cursor:?}");
    slice(cursor.document).unwrap_or_else(outside);
    slice(cursor.word).unwrap_or_else(outside);
    assert!(cursor.word.start() <= offset, "{offset:?} is {cursor:?}");
    assert!(
        cursor
            .levels
            .iter()
            .all(|level| level.depth <= cursor.path.len())
    );
    for key in cursor.levels.iter().flat_map(|level| &level.keys) {
        assert_eq!(slice(key.range), Some(key.name));
        slice(key.value_range).unwrap_or_else(outside);
    }
    if let Some(block) = cursor.block {
        slice(block.range).unwrap_or_else(outside);
        block.dedent(text, offset);
    }
}

fn check_edits(text: &str) {
    let tree = Tree::parse(text);
    for (number, document) in tree.documents().enumerate() {
        let mut paths = vec![Vec::new()];
        if let Some(root) = document.root() {
            collect_paths(root, &mut Vec::new(), &mut paths);
        }
        for path in paths.iter().step_by(1 + paths.len() / PLACES) {
            let target = Target {
                document: number,
                path,
            };
            check_edits_of(text, &tree, target);
        }
    }
}

/// Paths of nodes: without aliases, which edits do not follow, and to a depth that is enough.
fn collect_paths<'t>(
    node: Node<'t>,
    path: &mut Vec<Segment<'t>>,
    paths: &mut Vec<Vec<Segment<'t>>>,
) {
    let children: Vec<_> = match node.kind() {
        NodeKind::Mapping => node
            .own_entries()
            .filter_map(|entry| Some((Segment::Key(entry.key.as_str()?), entry.value)))
            .collect(),
        NodeKind::Sequence => (0..).map(Segment::Item).zip(node.items()).collect(),
        NodeKind::Scalar(_) | NodeKind::Alias => Vec::new(),
    };
    if path.len() > 8 {
        return;
    }
    for (segment, child) in children {
        path.push(segment);
        paths.push(path.clone());
        collect_paths(child, path, paths);
        path.pop();
    }
}

fn check_edits_of(text: &str, tree: &Tree, target: Target<'_>) {
    const NEW: &str = "new: value # with 'quotes'";
    let new = NewValue::String(NEW);
    if let Some(edited) = made(text, set_scalar(tree, target, new)) {
        assert_eq!(
            string_at(&edited, target).as_deref(),
            Some(NEW),
            "{edited:?}"
        );
    }
    for edit in [
        append_item(tree, target, new, None),
        insert_sorted_item(tree, target, NEW, None),
    ] {
        if let Some(edited) = made(text, edit) {
            let items = |tree: &Tree| {
                let node = find(tree, target);
                let items = node
                    .into_iter()
                    .flat_map(|node| node.items().collect::<Vec<_>>());
                items.filter(|item| item.as_str() == Some(NEW)).count()
            };
            assert_eq!(items(&edited), items(tree) + 1, "{edited:?}");
        }
    }
    if let Some(edited) = made(text, insert_entry(tree, target, "added", new, None)) {
        let path = [target.path, &[Segment::Key("added")]].concat();
        let added = Target {
            path: &path,
            ..target
        };
        assert_eq!(
            string_at(&edited, added).as_deref(),
            Some(NEW),
            "{edited:?}"
        );
    }
    made(text, remove_item(tree, target, 0));
    let key = find(tree, target).and_then(|node| node.own_entries().next()?.key.as_str());
    if let Some(key) = key {
        made(text, remove_entry(tree, target, key));
    }
}

/// The tree after an edit, unless that was refused: as valid as before.
fn made(text: &str, edit: Result<TextEdit, EditError>) -> Option<Tree> {
    let edited = apply(text, &[edit.ok()?]).unwrap();
    let tree = Tree::parse(edited);
    assert!(
        tree.errors().len() <= Tree::parse(text).errors().len(),
        "{tree:?}"
    );
    Some(tree)
}

fn find<'t>(tree: &'t Tree, target: Target<'_>) -> Option<Node<'t>> {
    let root = tree.document(target.document)?.root()?;
    target
        .path
        .iter()
        .try_fold(root, |node, segment| match segment {
            Segment::Key(key) => {
                // Of keys that stand twice the last one counts.
                let mut entries = node.own_entries().rev();
                let named = |entry: &Entry<'_>| {
                    let text = entry.key.scalar().map(|(text, _)| text);
                    entry.key.kind() != NodeKind::Alias && text == Some(key)
                };
                entries.find(named).map(|entry| entry.value)
            }
            Segment::Item(index) => node.items().nth(*index),
        })
}

fn string_at(tree: &Tree, target: Target<'_>) -> Option<String> {
    find(tree, target)?.as_str().map(str::to_owned)
}
