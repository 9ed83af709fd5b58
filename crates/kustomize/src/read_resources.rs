//! From a manifest file to the objects in it.

use std::collections::VecDeque;
use std::sync::Arc;

use camino::Utf8Path;
use infragen_syntax::{Document, TextRange, TextSize, Tree};

use crate::error::{BuildError, ErrorKind};
use crate::loader::Loader;
use crate::origin::{Path, Place};
use crate::repeated_annotations;
use crate::resource::{FileResources, Resource};
use crate::value::{Value, ValueReader};

/// The objects of a manifest file.
pub fn read_file(loader: &dyn Loader, file: &Utf8Path) -> FileResources {
    let path = Path::from(file);
    match loader.tree(file) {
        Some(tree) => read_tree(&path, &tree, loader.traced()),
        None => {
            let message = format!("there is no file `{file}`");
            let error = BuildError::new(ErrorKind::MissingPath, Place::start_of(path), message);
            FileResources {
                resources: Vec::new(),
                errors: vec![Arc::new(error)],
            }
        }
    }
}

/// The objects of the documents of a text.
pub(crate) fn read_tree(file: &Path, tree: &Tree, traced: bool) -> FileResources {
    let mut reader = FileReader {
        file,
        traced,
        found: FileResources::default(),
    };
    for error in tree.errors() {
        reader.report(ErrorKind::Syntax, error.range, error.message.clone());
    }
    if let Some(range) = directive(tree.text()) {
        // It cuts a file at its `---` before it reads the parts.
        let message = "kustomize reads no files with directives".to_owned();
        reader.report(ErrorKind::Syntax, range, message);
    }
    let documents: Vec<Document<'_>> = tree
        .documents()
        .filter(|document| document.root().is_some())
        .collect();
    let alone = documents.len() == 1;
    let mut queue = VecDeque::new();
    for document in documents {
        reader.document(document, alone, &mut queue);
    }
    reader.unroll(queue);
    reader.found
}

/// A directive (`%YAML 1.1`) in front of the first document.
fn directive(text: &str) -> Option<TextRange> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with('%') {
            return Some(TextRange::new(
                TextSize::try_from(start).ok()?,
                TextSize::try_from(start + line.trim_end().len()).ok()?,
            ));
        }
        if !line.trim().is_empty() && !line.starts_with('#') {
            return None;
        }
        start += line.len();
    }
    None
}

struct FileReader<'a> {
    file: &'a Path,
    traced: bool,
    found: FileResources,
}

impl FileReader<'_> {
    /// Reads a document; a `List` that is alone in its file is replaced by its items at once.
    fn document(
        &mut self,
        document: Document<'_>,
        alone: bool,
        queue: &mut VecDeque<(Value, TextRange)>,
    ) {
        let Some(root) = document.root() else {
            return;
        };
        let mut reader = ValueReader::new(self.file, self.traced);
        let mut value = reader.read(root);
        let accepted = match reader.errors.is_empty() {
            true => Vec::new(),
            false => {
                repeated_annotations::merge(root, &mut value, &reader);
                repeated_annotations::accepted(root)
            }
        };
        for (range, message) in reader.errors {
            if !accepted.contains(&range) {
                self.report(ErrorKind::DuplicateKey, range, message);
            }
        }
        let range = document.content_range();
        let is_list = alone
            && value
                .get("kind")
                .and_then(Value::as_str)
                .is_some_and(|kind| matches!(kind, "List" | "ResourceList"));
        match value.get("items") {
            Some(items) if is_list => {
                let values = items.as_list().unwrap_or_default().iter();
                let nodes = root
                    .get("items")
                    .into_iter()
                    .flat_map(|items| items.items());
                queue.extend(
                    values
                        .zip(nodes)
                        .map(|(value, node)| (value.clone(), node.range())),
                );
            }
            _ => queue.push_back((value, range)),
        }
    }

    /// Keeps what is an object, and replaces lists by their items: they come behind everything else.
    fn unroll(&mut self, mut queue: VecDeque<(Value, TextRange)>) {
        while let Some((value, range)) = queue.pop_front() {
            if value.is_null() || value.as_map().is_some_and(|map| map.is_empty()) {
                continue;
            }
            let resource = Resource::new(
                value,
                Place {
                    file: self.file.clone(),
                    range,
                },
            );
            if let Some(missing) = what_is_missing(&resource) {
                let message = format!("this object has no {missing}");
                self.report(ErrorKind::NotAnObject, range, message);
                continue;
            }
            let items = match resource.kind().ends_with("List") {
                true => resource.value.get("items"),
                false => None,
            };
            match items {
                None => self.found.resources.push(resource),
                Some(Value::List(items)) => {
                    queue.extend(items.iter().map(|item| (item.clone(), range)));
                }
                Some(items) if items.is_null() => {}
                Some(_) => {
                    let message = "the `items` of this object are no list".to_owned();
                    self.report(ErrorKind::NotAnObject, range, message);
                }
            }
        }
    }

    fn report(&mut self, kind: ErrorKind, range: TextRange, message: String) {
        let place = Place {
            file: self.file.clone(),
            range,
        };
        let error = BuildError::new(kind, place, message);
        self.found.errors.push(Arc::new(error));
    }
}

/// What a value lacks to be an object of Kubernetes.
pub(crate) fn what_is_missing(resource: &Resource) -> Option<&'static str> {
    let kind = resource
        .value
        .get("kind")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if kind.is_empty() {
        Some("kind")
    } else if resource.name().is_empty() && !kind.ends_with("List") {
        Some("metadata.name")
    } else {
        None
    }
}
