//! Paths in JSON6902 patches of Flux Kustomizations, also in patches that other patches hand down. Those in strategic
//! merge patches are facts of a file.

use infragen_flux::known::KUSTOMIZATION;
use infragen_syntax::{Document, Embedded, Node, Spanned, Tree};
use infragen_workspace::{Db, Found, SourceFile, facts, find, text, tree};
use smol_str::SmolStr;

use crate::rename::{items, selects};

/// The paths that JSON6902 patches in a file, or in files that its patches name, put into `spec.path`.
pub(super) fn paths_in_patches(
    db: &dyn Db,
    file: SourceFile,
) -> Vec<(SourceFile, Spanned<SmolStr>)> {
    let is_layer = facts(db, file).kustomization.is_some();
    if !is_layer && !text(db, file).is_ok_and(|text| text.contains("/spec")) {
        return Vec::new();
    }
    let tree = tree(db, file);
    let mut reader = Reader::default();
    let mut named = Vec::new();
    for root in tree.documents().filter_map(Document::root) {
        match is_layer {
            true => {
                for field in ["patches", "patchesJson6902", "patchesStrategicMerge"] {
                    for item in items(root, field) {
                        reader.item(item);
                        named.extend(item.get("path").map(|path| (path, item.get("target"))));
                    }
                }
            }
            false => reader.object(root),
        }
    }
    let mut found: Vec<_> = reader.found.drain(..).map(|path| (file, path)).collect();
    for (path, target) in named {
        let directory = file.directory(db);
        let there = path.as_str().map(|path| find(db, directory, path));
        if let (Some(Found::File(patch)), true) = (there, is_for_flux(target)) {
            for root in infragen_workspace::tree(db, patch)
                .documents()
                .filter_map(Document::root)
            {
                reader.patch(root);
            }
            found.extend(reader.found.drain(..).map(|path| (patch, path)));
        }
    }
    found
}

/// How deep patches are in patches.
const MAX_DEPTH: usize = 4;

#[derive(Default)]
struct Reader {
    found: Vec<Spanned<SmolStr>>,
    depth: usize,
}

impl Reader {
    /// An item of a list of patches: its text, for what its target chooses.
    fn item(&mut self, item: Node<'_>) {
        let (text, target) = match item.get("patch") {
            Some(text) => (text, item.get("target")),
            None => (item, None),
        };
        let Some(embedded) = Embedded::of(text).filter(|_| self.depth < MAX_DEPTH) else {
            return;
        };
        let tree = Tree::parse(embedded.text());
        let before = self.found.len();
        self.depth += 1;
        for root in tree.documents().filter_map(Document::root) {
            if root.is_mapping() || is_for_flux(target) {
                self.patch(root);
            }
        }
        self.depth -= 1;
        let mut made = self.found.split_off(before);
        made.retain_mut(|path| {
            let mapped = embedded.range_to_file(path.range);
            path.range = mapped.unwrap_or_default();
            mapped.is_some()
        });
        self.found.append(&mut made);
    }

    /// A patch: operations, or a part of an object.
    fn patch(&mut self, root: Node<'_>) {
        match root.is_sequence() {
            true => root.items().for_each(|operation| self.operation(operation)),
            false => self.object(root),
        }
    }

    /// What the patches of a Flux Kustomization say.
    fn object(&mut self, object: Node<'_>) {
        let text = |key| object.get(key).and_then(Node::as_str).unwrap_or_default();
        let group = text("apiVersion").split('/').next();
        if text("kind") == KUSTOMIZATION.kind && group == Some(KUSTOMIZATION.group) {
            let spec = object.get("spec").into_iter();
            spec.flat_map(|spec| items(spec, "patches"))
                .for_each(|item| self.item(item));
        }
    }

    fn operation(&mut self, operation: Node<'_>) {
        let text = |key| operation.get(key).and_then(Node::as_str);
        let (Some("add" | "replace"), Some(path), Some(value)) =
            (text("op"), text("path"), operation.get("value"))
        else {
            return;
        };
        match path {
            "/spec" => {
                self.path(value.get("path"));
                items(value, "patches").for_each(|item| self.item(item));
            }
            "/spec/path" => self.path(Some(value)),
            "/spec/patches" => value.items().for_each(|item| self.item(item)),
            _ => {
                let item = path.strip_prefix("/spec/patches/");
                if item.is_some_and(|item| !item.contains('/')) {
                    self.item(value);
                }
            }
        }
    }

    fn path(&mut self, value: Option<Node<'_>>) {
        let path = value.and_then(|value| value.resolve().spanned_str());
        self.found.extend(path.map(|path| Spanned {
            value: SmolStr::new(path.value),
            range: path.range,
        }));
    }
}

/// Whether a target may choose Flux Kustomizations.
fn is_for_flux(target: Option<Node<'_>>) -> bool {
    let flux = [("kind", KUSTOMIZATION.kind), ("group", KUSTOMIZATION.group)];
    target.is_some_and(|target| selects(target, &flux))
}
