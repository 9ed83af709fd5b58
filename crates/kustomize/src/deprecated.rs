//! Fields that kustomize takes, with a warning that it will not for ever.

use infragen_syntax::{Node, TextRange, Tree};

use crate::origin::{Path, Place};
use crate::value::{ScalarKind, kind_of};

/// A key of a kustomization file that should be replaced by another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeprecatedKey {
    /// Where it stands.
    pub range: TextRange,
    /// Its name.
    pub field: &'static str,
    /// The field to use instead.
    pub instead: &'static str,
}

/// A field that should be replaced by another, as a build met it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Deprecated {
    /// Where its key stands.
    pub place: Place,
    /// Its name.
    pub field: &'static str,
    /// The field to use instead.
    pub instead: &'static str,
}

/// The fields of a kustomization file of which kustomize 5.8.1 warns, and what it names instead.
const FIELDS: [(&str, &str); 6] = [
    ("bases", "resources"),
    ("commonLabels", "labels"),
    ("imageTags", "images"),
    ("patchesJson6902", "patches"),
    ("patchesStrategicMerge", "patches"),
    ("vars", "replacements"),
];

/// The deprecated fields of a kustomization file.
pub(crate) fn deprecated_fields(file: &Path, tree: &Tree) -> Vec<Deprecated> {
    let root = tree.document(0).and_then(|document| document.root());
    let keys = root.into_iter().flat_map(deprecated_keys);
    keys.map(|key| Deprecated {
        place: Place {
            file: file.clone(),
            range: key.range,
        },
        field: key.field,
        instead: key.instead,
    })
    .collect()
}

/// Those of the mapping of a kustomization file. One without a value is not warned of.
pub(crate) fn deprecated_keys(root: Node<'_>) -> Vec<DeprecatedKey> {
    root.own_entries()
        .filter_map(|entry| {
            let key = entry.key.as_str()?;
            let (field, instead) = FIELDS
                .into_iter()
                .find(|(field, _)| field.eq_ignore_ascii_case(key))?;
            (!is_null(entry.value)).then(|| DeprecatedKey {
                range: entry.key.content_range(),
                field,
                instead,
            })
        })
        .collect()
}

fn is_null(node: Node<'_>) -> bool {
    let node = node.resolve();
    node.scalar()
        .is_some_and(|(text, style)| kind_of(text, style, node.tag()) == Some(ScalarKind::Null))
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use crate::build::{Options, build};
    use crate::patches::tests::World;

    #[test]
    fn every_layer_tells_its_old_fields_once() {
        let world = World::of(
            "#file kustomization.yaml\nresources: [a, b]\ncommonLabels: {a: b}\nvars:\n\
             #file a/kustomization.yaml\nbases: [../c]\n#file b/kustomization.yaml\nnamePrefix: b-\nresources: [../c]\n\
             #file c/kustomization.yaml\nnamePrefix: c-\nPatchesStrategicMerge: []\n",
        );
        let built = build(&world, Utf8Path::new(""), Options { sorted: true });
        assert_eq!(built.errors, []);
        let told: Vec<_> = built
            .deprecated
            .iter()
            .map(|old| (old.place.file.as_str(), old.field, old.instead))
            .collect();
        assert_eq!(
            told,
            [
                ("kustomization.yaml", "commonLabels", "labels"),
                ("a/kustomization.yaml", "bases", "resources"),
                ("c/kustomization.yaml", "patchesStrategicMerge", "patches"),
            ]
        );
    }
}
