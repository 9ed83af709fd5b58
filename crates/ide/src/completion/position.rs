//! Where a cursor stands: in which object, at which field of it.

use infragen_flux::{FileFacts, GroupKind, KINDS, ObjectFacts, is_flux_group};
use infragen_syntax::{Cursor, Level, Slot, Step, TextSize, cursor_at, scan_value};
use infragen_workspace::{Db, LookedUp, Root, SourceFile, facts};

/// What one completion is asked about.
pub(super) struct Position<'a> {
    pub db: &'a dyn Db,
    pub file: SourceFile,
    pub root: Root,
    /// The text that the cursor is in: that of the file, or of a block scalar in it.
    pub text: &'a str,
    pub offset: TextSize,
    /// The same place in the file.
    pub offset_in_file: TextSize,
    pub cursor: Cursor<'a>,
    pub subject: Subject<'a>,
    pub embedding: Embedding,
}

/// What the text of a position is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Embedding {
    /// A file.
    File,
    /// An inline patch: what it says about an object is not all.
    Patch,
    /// Objects that a ResourceSet makes.
    Template,
}

/// What the document of a position describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject<'a> {
    /// A kustomization file describes a layer.
    Kustomization,
    /// An object.
    Object {
        kind: GroupKind,
        /// How many steps of the cursor's path lead to it.
        depth: usize,
        /// `metadata.name` and `metadata.namespace`, where they can be read.
        name: Option<&'a str>,
        namespace: Option<&'a str>,
    },
    /// It does not say (yet).
    Unknown,
}

impl<'a> Position<'a> {
    pub fn of_file(db: &'a dyn Db, file: SourceFile, text: &'a str, offset: TextSize) -> Self {
        Self::new(db, file, text, (offset, offset), Embedding::File)
    }

    /// A position in a text that is embedded in a file; `offset` is the place in it and in the file.
    pub fn new(
        db: &'a dyn Db,
        file: SourceFile,
        text: &'a str,
        offset: (TextSize, TextSize),
        embedding: Embedding,
    ) -> Self {
        let cursor = cursor_at(text, offset.0);
        let layer = embedding == Embedding::File && file.is_kustomization_file(db);
        Position {
            db,
            file,
            root: file.root(db),
            text,
            offset: offset.0,
            offset_in_file: offset.1,
            subject: subject(text, &cursor, layer),
            cursor,
            embedding,
        }
    }

    /// The object and the path of the cursor in it, `[]` for an item of a list.
    pub fn field(&self) -> Option<(&GroupKind, Vec<&'a str>)> {
        match &self.subject {
            Subject::Object { kind, depth, .. } => Some((kind, self.path_from(*depth))),
            _ => None,
        }
    }

    /// The path of the cursor in a kustomization file.
    pub fn kustomization_field(&self) -> Option<Vec<&'a str>> {
        (self.subject == Subject::Kustomization).then(|| self.path_from(0))
    }

    /// The steps of the cursor's path behind the first ones.
    pub fn path_from(&self, depth: usize) -> Vec<&'a str> {
        let steps = self.cursor.path.get(depth..).unwrap_or_default();
        steps
            .iter()
            .map(|step| step.key().unwrap_or("[]"))
            .collect()
    }

    /// The mapping that the cursor is in: the one that holds the value, or that the key belongs to.
    pub fn level(&self) -> Option<&Level<'a>> {
        self.cursor.levels.last()
    }

    /// The scalar behind a key of the mapping that the cursor is in; none where it is empty.
    pub fn sibling(&self, key: &str) -> Option<&'a str> {
        let value = self.level()?.value(key).filter(|value| !value.is_empty())?;
        Some(dealias(self.text, &self.cursor, value))
    }

    /// The scalar at a path of the document.
    pub fn scalar_at(&self, path: &[&str]) -> Option<&'a str> {
        scalar_at(self.text, &self.cursor, path)
    }

    /// Whether a key is written here, or the first item of a list in place of one.
    pub fn on_key(&self) -> bool {
        self.cursor.slot == Slot::Key
    }

    /// Whether an item of a list is written here.
    pub fn on_item(&self) -> bool {
        matches!(self.cursor.slot, Slot::Item { .. })
    }

    /// Whether a value is written here, behind a key.
    pub fn on_value(&self) -> bool {
        self.cursor.slot == Slot::Value && matches!(self.cursor.path.last(), Some(Step::Key { .. }))
    }

    /// Whether the mapping at the cursor has no other key.
    pub fn is_alone(&self) -> bool {
        self.cursor.siblings().next().is_none()
    }

    /// Whether the object that the cursor is in has this name.
    pub fn is_named(&self, other: &str) -> bool {
        matches!(&self.subject, Subject::Object { name: Some(name), .. } if *name == other)
    }

    /// What the file says about the object that the cursor is in, or about the patch, as far as it can be
    /// read while it is typed. The cursor may stand behind the last thing that the object says.
    pub fn object<'f>(&self, facts: &'f FileFacts) -> Option<&'f ObjectFacts> {
        let rendered = matches!(self.subject, Subject::Object { depth: 3 | 5, .. });
        let in_patch = self.embedding != Embedding::File || rendered;
        let object = last_before(facts, self.offset_in_file, in_patch)?;
        let (kind, _) = self.field()?;
        let here = in_patch
            || self
                .cursor
                .document
                .contains_inclusive(object.range.start());
        (here && object.kind == *kind).then_some(object)
    }

    /// In which namespace an object's own name lookups happen.
    pub fn own_namespace(&self) -> LookedUp<'a> {
        match (&self.subject, self.embedding) {
            (Subject::Object { namespace, .. }, Embedding::File) => {
                let facts = facts(self.db, self.file);
                let object = self.object(&facts);
                let number = object.and_then(|object| {
                    let mut objects = facts.objects.iter();
                    objects.position(|other| other.range == object.range)
                });
                LookedUp::WithObject {
                    namespace: *namespace,
                    object: number.and_then(|number| u32::try_from(number).ok()),
                }
            }
            _ => LookedUp::Unknown,
        }
    }
}

fn subject<'a>(text: &'a str, cursor: &Cursor<'a>, layer: bool) -> Subject<'a> {
    let api_version = cursor.root_value("apiVersion").filter(|v| !v.is_empty());
    let is_layer = |version: &str| version.starts_with("kustomize.config.k8s.io/");
    if layer && api_version.is_none_or(is_layer) {
        return Subject::Kustomization;
    }
    let depth = match (cursor.root_value("kind"), cursor.path.as_slice()) {
        (Some(kind), [Step::Key { name: "items", .. }, Step::Item { .. }, ..])
            if kind.ends_with("List") =>
        {
            2
        }
        (
            Some("ResourceSet"),
            [
                Step::Key { name: "spec", .. },
                Step::Key {
                    name: "resources", ..
                },
                Step::Item { .. },
                ..,
            ],
        ) => 3,
        (
            Some("ResourceSet"),
            [
                Step::Key { name: "spec", .. },
                Step::Key { name: "steps", .. },
                Step::Item { .. },
                Step::Key {
                    name: "resources", ..
                },
                Step::Item { .. },
                ..,
            ],
        ) => 5,
        _ => 0,
    };
    let Some(level) = cursor.levels.iter().find(|level| level.depth == depth) else {
        return Subject::Unknown;
    };
    let Some(kind) = group_kind(level) else {
        return Subject::Unknown;
    };
    let metadata = |key| {
        let at_root = (depth == 0).then(|| scalar_at(text, cursor, &["metadata", key]));
        at_root.flatten()
    };
    Subject::Object {
        kind,
        depth,
        name: metadata("name"),
        namespace: metadata("namespace"),
    }
}

/// The group and kind that a mapping gives itself. Without an `apiVersion` (not typed yet) the kind alone
/// tells those of Flux.
fn group_kind(level: &Level<'_>) -> Option<GroupKind> {
    let kind = level.value("kind").filter(|kind| !kind.is_empty())?;
    match level
        .value("apiVersion")
        .filter(|version| !version.is_empty())
    {
        Some(version) => Some(GroupKind::new(version, kind)),
        None => KINDS
            .iter()
            .find(|known| known.kind == kind && is_flux_group(known.group))
            .map(|known| GroupKind::from(*known)),
    }
}

fn scalar_at<'a>(text: &'a str, cursor: &Cursor<'a>, path: &[&str]) -> Option<&'a str> {
    let (value, _) = scan_value(text, cursor.document, path)?;
    (!value.is_empty()).then(|| dealias(text, cursor, value))
}

/// What an alias (`*namespace`) stands for, where its anchor is on a scalar of the document; anything else
/// as it is.
fn dealias<'a>(text: &'a str, cursor: &Cursor<'a>, value: &'a str) -> &'a str {
    let Some(name) = value.strip_prefix('*') else {
        return value;
    };
    let document = &text[cursor.document];
    let anchored = document.match_indices('&').find_map(|(at, _)| {
        let rest = document[at + 1..].strip_prefix(name)?;
        let line = rest.split(['\n', '\r']).next()?;
        let word = line.strip_prefix(' ')?.split(" #").next()?;
        Some(word.trim().trim_matches(['"', '\'']))
    });
    anchored.filter(|word| !word.is_empty()).unwrap_or(value)
}

/// The last object, or object in a patch, that begins before an offset.
pub(super) fn last_before(
    facts: &FileFacts,
    offset: TextSize,
    in_patch: bool,
) -> Option<&ObjectFacts> {
    let before = facts
        .objects
        .iter()
        .filter(|object| object.in_patch == in_patch && object.range.start() <= offset);
    before.max_by_key(|object| object.range.start())
}

/// Names of files, up to the first dot, that belong to tools which know nothing of Kubernetes, or to Helm.
const OF_OTHER_TOOLS: &[&str] = &[
    "action",
    "azure-pipelines",
    "bitbucket-pipelines",
    "chart",
    "cloudbuild",
    "compose",
    "docker-compose",
    "helmfile",
    "mkdocs",
    "pnpm-lock",
    "pnpm-workspace",
    "pubspec",
    "skaffold",
    "taskfile",
    "values",
];

/// Whether a file is called as another tool calls its own and holds no object: nothing is to begin there.
pub(super) fn is_of_another_tool(db: &dyn Db, file: SourceFile) -> bool {
    let stem = file.name(db).split('.').next().unwrap_or_default();
    // Helm takes `values-production.yaml` too.
    let stem = stem.split_once("values-").map_or(stem, |_| "values");
    let known = OF_OTHER_TOOLS
        .iter()
        .any(|name| name.eq_ignore_ascii_case(stem));
    known && facts(db, file).objects.is_empty()
}

/// Whether a file may be a manifest by its place: infragen's own settings and the folders of other tools
/// (`.github/`, `.vscode/`) hold YAML that is none.
pub(super) fn may_hold_manifests(db: &dyn Db, file: SourceFile) -> bool {
    let path = file.path(db);
    !path.components().any(|part| part.as_str().starts_with('.'))
}
