//! The names in an object that a build made: its own, those of what it brings into being, and those that it
//! refers to.
//!
//! The same tables as [`crate::facts`] read, over values instead of nodes: a value knows what every layer and
//! every patch made of it.

use infragen_kustomize::{Scalar, Value, name_fields};
use smol_str::SmolStr;

use crate::facts::{KindName, kind_of_name};
use crate::kinds::*;
use crate::table::{PRODUCTIONS, REFERENCES, Scope};

/// A name in an object.
#[derive(Debug, Clone)]
pub struct Named<'v> {
    /// The kind of what bears the name.
    pub kind: KindPattern,
    /// The name.
    pub name: &'v Scalar,
    /// The namespace beside it; where there is none, that of the object counts.
    pub namespace: Option<&'v str>,
    /// Whether the object bears the name, or makes what bears it; else it refers to it.
    pub bears: bool,
}

/// A kind that may be known without its group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KindPattern {
    /// The group; none where any fits.
    pub group: Option<SmolStr>,
    /// The kind.
    pub kind: SmolStr,
}

impl KindPattern {
    /// Whether a kind fits.
    pub fn fits(&self, kind: &GroupKind) -> bool {
        self.kind == kind.kind && self.group.as_ref().is_none_or(|group| *group == kind.group)
    }
}

impl From<GroupKind> for KindPattern {
    fn from(kind: GroupKind) -> Self {
        Self {
            group: Some(kind.group),
            kind: kind.kind,
        }
    }
}

/// Shows the names in an object of a build.
pub fn named<'v>(object: &'v Value, visit: &mut dyn FnMut(Named<'v>)) {
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = GroupKind::new(text("apiVersion"), text("kind"));
    let own = object.at(&["metadata", "name"]).and_then(Value::as_scalar);
    let mut bears = |kind: KindPattern, name| {
        visit(Named {
            kind,
            name,
            namespace: None,
            bears: true,
        });
    };
    if let Some(name) = own {
        bears(kind.clone().into(), name);
    }
    productions(object, &kind, own, &mut bears);
    references(object, &kind, visit);
    name_fields(object, &mut |field| {
        // Only the core kinds have rows without a group for a reason: many rows are about any group.
        let group = Some(field.target.group.clone()).filter(|group| !group.is_empty());
        visit(Named {
            kind: KindPattern {
                group,
                kind: field.target.kind.clone(),
            },
            name: field.name,
            namespace: field.namespace,
            bears: false,
        });
    });
}

fn productions<'v>(
    object: &'v Value,
    kind: &GroupKind,
    own: Option<&'v Scalar>,
    bears: &mut dyn FnMut(KindPattern, &'v Scalar),
) {
    let mut rows = PRODUCTIONS.iter().filter(|row| *kind == *row.from);
    if let Some(row) = rows.next() {
        let makes = || GroupKind::from(row.makes).into();
        let mut any = false;
        each(object, row.path, &mut |value| {
            if let Some(name) = value.as_scalar() {
                any = true;
                bears(makes(), name);
            }
        });
        if let Some(name) = own.filter(|_| !any && row.named_as_self) {
            bears(makes(), name);
        }
    }
    let sync: &[&str] = match () {
        () if *kind == *FLUX_INSTANCE => &["spec", "sync"],
        // The chart flux-instance of the Flux operator takes the whole FluxInstance as values.
        () if *kind == *HELM_RELEASE => &["spec", "values", "instance", "sync"],
        () => return,
    };
    let Some(sync) = object.at(sync) else { return };
    let Some(source) = sync.get("kind").and_then(Value::as_str) else {
        return;
    };
    let name = sync.get("name").and_then(Value::as_scalar);
    if let Some(name) = name {
        let source = GroupKind {
            group: SmolStr::new_static(GIT_REPOSITORY.group),
            kind: source.into(),
        };
        bears(source.into(), name);
        bears(GroupKind::from(KUSTOMIZATION).into(), name);
    }
}

fn references<'v>(object: &'v Value, kind: &GroupKind, visit: &mut dyn FnMut(Named<'v>)) {
    for row in REFERENCES.iter().filter(|row| *kind == *row.from) {
        each(object, row.path, &mut |value| {
            let text = |key: &str| value.get(key).and_then(Value::as_str);
            let (name, kind) = match value.as_scalar() {
                Some(name) if row.is_bare_name() => (name, kind_of_name(row, None, None)),
                Some(_) => return,
                None => match value.get("name").and_then(Value::as_scalar) {
                    Some(name) => (name, kind_of_name(row, text("kind"), text("apiVersion"))),
                    None => return,
                },
            };
            let KindName::Known(kind) = kind else { return };
            let namespace = match row.scope {
                Scope::Own => None,
                Scope::Optional => text("namespace"),
                Scope::Of(path) => object
                    .at(path)
                    .and_then(|other| other.get("namespace"))
                    .and_then(Value::as_str),
            };
            visit(Named {
                kind: kind.into(),
                name,
                namespace,
                bears: false,
            });
        });
    }
}

fn each<'v>(value: &'v Value, path: &[&str], found: &mut dyn FnMut(&'v Value)) {
    match path {
        [] => found(value),
        ["[]", rest @ ..] => {
            let items = value.as_list().unwrap_or_default();
            items.iter().for_each(|item| each(item, rest, found));
        }
        [key, rest @ ..] => {
            if let Some(value) = value.get(key) {
                each(value, rest, found);
            }
        }
    }
}
