//! The few fields of an object that tell it apart: what hovers say of it.

use infragen_flux::known::*;
use infragen_flux::{GroupKind, Kind, ObjectFacts};
use infragen_registry::without_user;
use infragen_syntax::Node;
use infragen_workspace::{Db, DefinedBy, Definition, facts, target, tree};

use crate::markdown::{code, names};
use crate::subject::node_of;

/// A field to show: the first of its paths that holds a scalar.
struct Shown {
    kind: &'static Kind,
    label: &'static str,
    paths: &'static [&'static [&'static str]],
}

const fn shown(
    kind: &'static Kind,
    label: &'static str,
    paths: &'static [&'static [&'static str]],
) -> Shown {
    Shown { kind, label, paths }
}

/// In the order of the hover. Of a `ref` the strongest field counts (semantics of source-controller 1.9).
const SHOWN: &[Shown] = &[
    shown(KUSTOMIZATION, "path", &[&["spec", "path"]]),
    shown(KUSTOMIZATION, "source", &[&["spec", "sourceRef", "name"]]),
    shown(
        KUSTOMIZATION,
        "into namespace",
        &[&["spec", "targetNamespace"]],
    ),
    shown(OCI_REPOSITORY, "url", &[&["spec", "url"]]),
    shown(OCI_REPOSITORY, "digest", &[&["spec", "ref", "digest"]]),
    shown(
        OCI_REPOSITORY,
        "version",
        &[&["spec", "ref", "semver"], &["spec", "ref", "tag"]],
    ),
    shown(GIT_REPOSITORY, "url", &[&["spec", "url"]]),
    shown(
        GIT_REPOSITORY,
        "revision",
        &[
            &["spec", "ref", "commit"],
            &["spec", "ref", "name"],
            &["spec", "ref", "semver"],
            &["spec", "ref", "tag"],
            &["spec", "ref", "branch"],
        ],
    ),
    shown(BUCKET, "bucket", &[&["spec", "bucketName"]]),
    shown(HELM_REPOSITORY, "url", &[&["spec", "url"]]),
    shown(HELM_CHART, "chart", &[&["spec", "chart"]]),
    shown(HELM_CHART, "version", &[&["spec", "version"]]),
    shown(
        HELM_RELEASE,
        "chart",
        &[
            &["spec", "chart", "spec", "chart"],
            &["spec", "chartRef", "name"],
        ],
    ),
    shown(
        HELM_RELEASE,
        "version",
        &[&["spec", "chart", "spec", "version"]],
    ),
    shown(IMAGE_REPOSITORY, "image", &[&["spec", "image"]]),
    shown(
        IMAGE_POLICY,
        "takes",
        &[
            &["spec", "policy", "semver", "range"],
            &["spec", "policy", "numerical", "order"],
            &["spec", "policy", "alphabetical", "order"],
        ],
    ),
    shown(PROVIDER, "type", &[&["spec", "type"]]),
    shown(PROVIDER, "channel", &[&["spec", "channel"]]),
    shown(
        EXTERNAL_SECRET,
        "from store",
        &[&["spec", "secretStoreRef", "name"]],
    ),
];

/// What to say of an object: labels with Markdown. Nothing of what a Secret holds.
pub(crate) fn spec_facts(db: &dyn Db, definition: &Definition) -> Vec<(&'static str, String)> {
    let facts = facts(db, definition.file);
    let object = match definition.by {
        DefinedBy::Object(number) => facts.objects.get(number as usize),
        // What a ResourceSet makes is written down in it.
        DefinedBy::Made(..) => target(db, definition).and_then(|made| {
            let name = |object: &ObjectFacts| object.name.as_ref().map(|name| name.range);
            let mut rendered = facts.objects.iter().filter(|object| object.rendered);
            rendered
                .find(|object| object.kind == made.kind && name(object) == Some(made.name_range))
        }),
        DefinedBy::Generator(_) => None,
    };
    let Some(object) = object else {
        return Vec::new();
    };
    let tree = tree(db, definition.file);
    let Some(root) = node_of(&tree, object.range) else {
        return Vec::new();
    };
    let mut found: Vec<_> = SHOWN
        .iter()
        .filter(|shown| object.kind == *shown.kind)
        .filter_map(|shown| {
            let value = shown.paths.iter().find_map(|path| value(root, path))?;
            Some((shown.label, value))
        })
        .collect();
    found.extend(depends_on(root, &object.kind));
    if object.kind == *CONFIG_MAP {
        found.extend(keys(root));
    }
    found
}

/// The scalar at a path; the name of a reference with its kind.
fn value(root: Node<'_>, path: &[&str]) -> Option<String> {
    let (last, above) = path.split_last()?;
    let parent = root.at(above)?;
    let text = parent.get(last)?.as_str()?;
    let text = match text.starts_with("oci://") {
        true => code(&without_user(text)),
        false => code(text),
    };
    let kind = parent
        .get("kind")
        .and_then(Node::as_str)
        .filter(|_| *last == "name");
    Some(kind.map_or_else(|| text.clone(), |kind| format!("{kind} {text}")))
}

fn depends_on(root: Node<'_>, kind: &GroupKind) -> Option<(&'static str, String)> {
    if *kind != *KUSTOMIZATION && *kind != *HELM_RELEASE {
        return None;
    }
    let list: Vec<_> = root
        .at(&["spec", "dependsOn"])?
        .items()
        .filter_map(|item| item.get("name")?.as_str().map(str::to_owned))
        .collect();
    (!list.is_empty()).then(|| ("waits for", names(12, &list)))
}

fn keys(root: Node<'_>) -> Option<(&'static str, String)> {
    let list: Vec<_> = root
        .get("data")?
        .own_entries()
        .filter_map(|entry| entry.key.as_str().map(str::to_owned))
        .collect();
    (!list.is_empty()).then(|| ("keys", names(7, &list)))
}
