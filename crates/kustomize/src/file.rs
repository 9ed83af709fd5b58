use infragen_syntax::{Document, Entry, Node, Spanned, TextRange, Tree};

use crate::deprecated::{DeprecatedKey, deprecated_keys};
use crate::fields::{Expects, FIELDS, Field};
use crate::keys::KEYS;

/// The names under which kustomize looks for its file, in the order of Flux.
pub const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Whether kustomize would take a file of this name for its own.
pub fn is_kustomization_file_name(name: &str) -> bool {
    FILE_NAMES.contains(&name)
}

/// Which of its two kinds a kustomization file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// `kind: Kustomization`, also where no kind is given.
    Kustomization,
    /// `kind: Component`: changes what was accumulated before it.
    Component,
}

/// What a kustomization file says, as plain data with places.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KustomizationFile {
    /// Its kind.
    pub kind: FileKind,
    /// Every path that it names, in the order of the file.
    pub entries: Vec<PathEntry>,
    /// The `namespace` that it gives to its objects.
    pub namespace: Option<Spanned<String>>,
    /// `namePrefix` and `nameSuffix`, empty where not given.
    pub affixes: (String, String),
    /// Its ConfigMap and Secret generators.
    pub generators: Vec<Generator>,
    /// Whether it has patches, replacements, transformers or vars: then objects below it may be called
    /// or placed otherwise than their files say.
    pub rewrites: bool,
    /// `apiVersion` and `kind`, where they are written.
    pub written_type: (Option<Spanned<String>>, Option<Spanned<String>>),
    /// Whether nothing but `apiVersion` and `kind` has a value: kustomize calls such a file empty, while
    /// `resources: []` is enough for it.
    pub empty: bool,
    /// The keys that kustomize does not know, in the order of the file.
    pub unknown: Vec<UnknownKey>,
    /// The keys of which kustomize warns that it will not take them for ever.
    pub deprecated: Vec<DeprecatedKey>,
}

/// A key that kustomize does not know.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnknownKey {
    /// The key.
    pub key: Spanned<String>,
    /// The keys that its mapping may have.
    pub known: &'static [&'static str],
    /// Where the mapping is, as one writes it: `patches[].target`; empty for the top of the file.
    pub within: String,
}

/// A path in a kustomization file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PathEntry {
    /// The field that holds it.
    pub field: Field,
    /// What it must lead to.
    pub expects: Expects,
    /// The path as written, without the `key=` of a generator's file.
    pub path: Spanned<String>,
}

/// An item of `configMapGenerator` or `secretGenerator`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Generator {
    /// `ConfigMap` or `Secret`.
    pub kind: &'static str,
    /// The name before any hash.
    pub name: Spanned<String>,
    /// The generator's own `namespace`.
    pub namespace: Option<String>,
    /// Whether it changes an object of its name that is there already: `behavior: merge` or `replace`.
    pub changes: bool,
}

impl KustomizationFile {
    /// Reads the first document of a kustomization file; kustomize ignores the others. None where it is
    /// not a mapping, or is an object of another group that only bears the file's name.
    pub fn read(document: Document<'_>) -> Option<KustomizationFile> {
        let root = document.root().filter(|root| root.is_mapping())?;
        let api_version = field(root, "apiVersion").and_then(|entry| entry.value.as_str());
        if api_version.is_some_and(|version| !version.starts_with("kustomize.config.k8s.io/")) {
            return None;
        }
        let kind = field(root, "kind").and_then(|entry| entry.value.as_str());
        let text = |key| {
            field(root, key)
                .and_then(|entry| entry.value.as_str())
                .unwrap_or_default()
                .to_owned()
        };
        let mut entries = Vec::new();
        for row in FIELDS {
            collect(root, row.path, &mut |node| {
                entries.extend(path_entry(row.field, row.expects, node))
            });
        }
        entries.sort_by_key(|entry| entry.path.range.start());
        let rewrites = [
            "patches",
            "patchesStrategicMerge",
            "patchesJson6902",
            "replacements",
            "transformers",
            "vars",
        ];
        Some(KustomizationFile {
            kind: if kind == Some("Component") {
                FileKind::Component
            } else {
                FileKind::Kustomization
            },
            entries,
            namespace: field(root, "namespace").and_then(|entry| owned(entry.value)),
            affixes: (text("namePrefix"), text("nameSuffix")),
            generators: generators(root),
            rewrites: rewrites.iter().any(|key| field(root, key).is_some()),
            written_type: (
                field(root, "apiVersion").and_then(|entry| owned(entry.value)),
                field(root, "kind").and_then(|entry| owned(entry.value)),
            ),
            empty: root.own_entries().all(|entry| {
                let key = entry.key.as_str().unwrap_or_default();
                let is_type = ["apiVersion", "kind"]
                    .iter()
                    .any(|own| own.eq_ignore_ascii_case(key));
                is_type || entry.value.scalar().is_some() && entry.value.as_str().is_none()
            }),
            unknown: unknown_keys(root),
            deprecated: deprecated_keys(root),
        })
    }
}

/// The keys of every mapping in [`KEYS`] that are not in its row; those that a `<<` brings in stand, and
/// are judged, where their anchor is.
fn unknown_keys(root: Node<'_>) -> Vec<UnknownKey> {
    let mut unknown = Vec::new();
    for row in KEYS {
        collect(root, row.path, &mut |node| {
            let own = node.own_entries().filter(|entry| !entry.is_merge());
            unknown.extend(own.filter_map(|entry| {
                let key = owned(entry.key)?;
                let known = row
                    .keys
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(&key.value));
                (!known).then(|| UnknownKey {
                    key,
                    known: row.keys,
                    within: row.path.join(".").replace(".[]", "[]"),
                })
            }));
        });
    }
    unknown.sort_by_key(|unknown| unknown.key.range.start());
    unknown
}

/// The entry of a field; kustomize compares field names without case.
fn field<'t>(node: Node<'t>, name: &str) -> Option<Entry<'t>> {
    node.entry(name).or_else(|| {
        node.own_entries().rev().find(|entry| {
            entry
                .key
                .as_str()
                .is_some_and(|key| key.eq_ignore_ascii_case(name))
        })
    })
}

fn collect<'t>(node: Node<'t>, path: &[&str], found: &mut impl FnMut(Node<'t>)) {
    match path {
        [] => found(node),
        ["[]", rest @ ..] => node.items().for_each(|item| collect(item, rest, found)),
        [key, rest @ ..] => {
            if let Some(entry) = field(node, key) {
                collect(entry.value, rest, found);
            }
        }
    }
}

fn path_entry(at: Field, expects: Expects, node: Node<'_>) -> Option<PathEntry> {
    let Spanned { value, range } = node.spanned_str()?;
    if value.contains('\n') || is_inline(at, value) {
        // An inline patch or transformer where a path could stand.
        return None;
    }
    let (value, range) = match (at, value.split_once('=')) {
        (Field::GeneratorFiles, Some((_, path))) => {
            let len = infragen_syntax::TextSize::of(path).min(range.len());
            (path, TextRange::new(range.end() - len, range.end()))
        }
        _ => (value, range),
    };
    Some(PathEntry {
        field: at,
        expects,
        path: Spanned {
            value: value.to_owned(),
            range,
        },
    })
}

/// Whether a text is an object itself, on one line, where the path of a file could stand too.
fn is_inline(at: Field, value: &str) -> bool {
    let may_be = matches!(
        at,
        Field::PatchesStrategicMerge | Field::Transformers | Field::Generators | Field::Validators
    );
    may_be
        && value.contains(':')
        && Tree::parse(value)
            .document(0)
            .and_then(|document| document.root())
            .is_some_and(|root| root.is_mapping())
}

fn generators(root: Node<'_>) -> Vec<Generator> {
    let mut generators = Vec::new();
    for (key, kind) in [
        ("configMapGenerator", "ConfigMap"),
        ("secretGenerator", "Secret"),
    ] {
        let items = field(root, key)
            .into_iter()
            .flat_map(|entry| entry.value.items());
        generators.extend(items.filter_map(|item| {
            let name = field(item, "name").and_then(|entry| owned(entry.value))?;
            let namespace = field(item, "namespace").and_then(|entry| entry.value.as_str());
            let behavior = field(item, "behavior").and_then(|entry| entry.value.as_str());
            Some(Generator {
                kind,
                name,
                namespace: namespace.map(str::to_owned),
                changes: matches!(behavior, Some("merge" | "replace")),
            })
        }));
    }
    generators
}

fn owned(node: Node<'_>) -> Option<Spanned<String>> {
    node.spanned_str().map(|Spanned { value, range }| Spanned {
        value: value.to_owned(),
        range,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> KustomizationFile {
        let tree = Tree::parse(text);
        KustomizationFile::read(tree.document(0).unwrap()).unwrap()
    }

    #[test]
    fn reads_every_path_in_the_order_of_the_file() {
        let text = "
Resources: [./b.yaml, ../base]
patches:
  - path: p.yaml
  - patch: |
      a: b
components:
- ../components/ha
configMapGenerator:
- name: settings
  files:
  - app.conf=conf/app.conf
";
        let file = read(text);
        let seen: Vec<_> = file
            .entries
            .iter()
            .map(|entry| {
                (
                    entry.field,
                    entry.path.value.as_str(),
                    &text[entry.path.range],
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                (Field::Resources, "./b.yaml", "./b.yaml"),
                (Field::Resources, "../base", "../base"),
                (Field::Patches, "p.yaml", "p.yaml"),
                (Field::Components, "../components/ha", "../components/ha"),
                (Field::GeneratorFiles, "conf/app.conf", "conf/app.conf"),
            ]
        );
        assert_eq!(file.generators[0].name.value, "settings");
        assert!(file.rewrites);
    }

    #[test]
    fn an_inline_strategic_merge_patch_is_no_path() {
        let file = read("patchesStrategicMerge:\n- p.yaml\n- |-\n  kind: A\n  metadata: {}\n");
        assert_eq!(file.entries.len(), 1);
        let file = read("patchesStrategicMerge: ['{kind: A, metadata: {}}', 'a:b.yaml']\n");
        assert_eq!(file.entries.len(), 1);
    }

    #[test]
    fn a_flux_kustomization_is_not_a_kustomization_file() {
        let tree = Tree::parse("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n");
        assert_eq!(KustomizationFile::read(tree.document(0).unwrap()), None);
    }

    #[test]
    fn finds_the_keys_that_kustomize_does_not_know() {
        let file = read(
            "Resources: []\nresource: []\npatches:\n- patch: a\n  target: {kind: A, apiVersion: v1}\nopenapi: {x: y}\n",
        );
        let seen: Vec<_> = file
            .unknown
            .iter()
            .map(|unknown| (unknown.within.as_str(), unknown.key.value.as_str()))
            .collect();
        assert_eq!(seen, [("", "resource"), ("patches[].target", "apiVersion")]);
    }

    #[test]
    fn tells_what_kustomize_calls_empty() {
        for text in [
            "kind: Component\n",
            "resources:\n# - a.yaml\n",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nnamespace: null\n",
        ] {
            assert!(read(text).empty, "{text}");
        }
        for text in ["resources: []\n", "namespace: a\n", "metadata: {}\n"] {
            assert!(!read(text).empty, "{text}");
        }
    }

    #[test]
    fn tells_a_component() {
        let file = read("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n");
        assert_eq!(file.kind, FileKind::Component);
    }
}
