//! What to tell about a patch that fails.

use infragen_syntax::{Document, Node, TextRange};

use super::merge::Step;
use super::text::PatchText;
use crate::context::Context;
use crate::error::{BuildError, ErrorKind};
use crate::id::Id;
use crate::origin::Place;
use crate::resource::Resource;
use crate::value::Value;

/// An object for people: ``Deployment `web` ``, with its namespace where it is written.
pub(super) fn name(id: &Id) -> String {
    match id.namespace.as_str() {
        "" => format!("{} `{}`", id.gvk.kind, id.name),
        namespace => format!("{} `{}` in `{namespace}`", id.gvk.kind, id.name),
    }
}

/// The range of what a way through the patch leads to; as far as it leads.
pub(super) fn range_of(path: &[Step], document: TextRange, text: &PatchText) -> TextRange {
    let mut roots = text.tree.documents().filter_map(Document::root);
    let Some(mut node) = roots.find_map(|root| find(root, document)) else {
        return document;
    };
    let mut range = node.range();
    for step in path {
        let entry_or_item = match step {
            Step::Key(key) => node
                .entry(key)
                .map(|entry| (entry.value, entry.key.range())),
            Step::Item(index) => node.items().nth(*index).map(|item| (item, item.range())),
        };
        let Some((next, place)) = entry_or_item else {
            break;
        };
        node = next.resolve();
        range = place;
    }
    range
}

/// The node of a patch: the document itself, or an item of a list of objects in it.
fn find(root: Node<'_>, range: TextRange) -> Option<Node<'_>> {
    if root.range() == range {
        return Some(root);
    }
    let items = root.get("items")?;
    items.items().find_map(|item| find(item.resolve(), range))
}

/// That a patch names an object that is not there, with what is nearly that.
pub(super) fn no_object(
    id: &Id,
    patch: &Value,
    text: &PatchText,
    place: Place,
    resources: &[Resource],
    context: &Context<'_>,
) -> BuildError {
    let document = text
        .tree
        .documents()
        .filter_map(Document::root)
        .find(|root| {
            let api = root.get("apiVersion").and_then(Node::as_str);
            let named = root.at(&["metadata", "name"]).and_then(Node::as_str);
            api == patch.get("apiVersion").and_then(Value::as_str) && named == Some(&id.name)
        });
    let at = |path: &[&str]| {
        let node = document.and_then(|root| root.at(path));
        node.map_or(place.clone(), |node| text.place(node.content_range()))
    };
    let alike = |resource: &&Resource| resource.name() == id.name && resource.kind() == id.gvk.kind;
    let api_version = id.gvk.api_version();
    let error = |place, message: String| BuildError::new(ErrorKind::PatchTarget, place, message);
    if let Some(other) = resources.iter().find(alike) {
        let related = (other.place.clone(), "the object".to_owned());
        let other_id = other.id();
        if other_id.gvk != id.gvk {
            let message = format!(
                "there is no {} of `{api_version}`, only of `{}`",
                name(id),
                other_id.gvk.api_version()
            );
            let help = format!("set `apiVersion: {}`", other_id.gvk.api_version());
            let error = error(at(&["apiVersion"]), message).with_help(help);
            return error.with_related(related.0, related.1);
        }
        let wanted = id.effective_namespace();
        let is = other_id.effective_namespace();
        let message = format!(
            "{} is in the namespace `{is}` here, not in `{wanted}`",
            name(&bare(&other_id))
        );
        let own = own_namespace(context);
        let help = match id.namespace.as_str() {
            "" => format!("set `metadata.namespace: {is}` in the patch, or use `target`"),
            namespace if own.as_deref() == Some(namespace) => {
                "patches come before the `namespace` of this file: leave `metadata.namespace` out of the \
                 patch, or use `target`"
                    .to_owned()
            }
            _ => format!("use the namespace `{is}`, or `target`"),
        };
        let place = at(&["metadata", "namespace"]);
        return error(place, message)
            .with_help(help)
            .with_related(related.0, related.1);
    }
    let message = format!("there is no {} of `{api_version}` to patch", name(id));
    let error = error(at(&["metadata", "name"]), message);
    let same_kind = || resources.iter().filter(|resource| resource.gvk() == id.gvk);
    match infragen_syntax::nearest(&id.name, same_kind().map(Resource::name)) {
        Some(near) => {
            let other = same_kind().find(|resource| resource.name() == near);
            let error = error.with_help(format!("did you mean `{near}`?"));
            match other {
                Some(other) => error.with_related(other.place.clone(), "the object"),
                None => error,
            }
        }
        None => error,
    }
}

fn bare(id: &Id) -> Id {
    Id {
        namespace: smol_str::SmolStr::default(),
        ..id.clone()
    }
}

/// The `namespace` that the kustomization gives to its objects after the patches.
fn own_namespace(context: &Context<'_>) -> Option<String> {
    let root = context.tree.as_deref()?.document(0)?.root()?;
    root.get("namespace")?.as_str().map(str::to_owned)
}

/// Says which objects have one id now that a patch may have changed ids.
pub(super) fn report_duplicates(
    changed: &[usize],
    resources: &[Resource],
    place: &Place,
    context: &mut Context<'_>,
) {
    for &index in changed {
        let Some(resource) = resources
            .get(index)
            .filter(|resource| resource.value.as_map().is_some())
        else {
            continue;
        };
        let id = resource.id();
        let other = resources.iter().enumerate().find(|(other, resource)| {
            *other != index && resource.value.as_map().is_some() && resource.id().equals(&id)
        });
        if let Some((_, other)) = other {
            let message = format!("the patch makes a second {}", name(&id));
            let error = BuildError::new(ErrorKind::DuplicateId, place.clone(), message)
                .with_related(other.place.clone(), "the other one");
            context.push(error);
        }
    }
}
