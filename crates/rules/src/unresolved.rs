//! References that do not lead to what they name, and why: what three rules look at, resolved once.

use infragen_flux::known::{
    CONFIG_MAP, GIT_REPOSITORY, HELM_RELEASE, KUSTOMIZATION, RESOURCE_SET, SECRET,
};
use infragen_flux::{GroupKind, KindName, ReferenceFact, Role, Target};
use infragen_workspace::{
    DefinedBy, Definition, Verdict, definitions, facts, is_own_source, is_patch_file, may_become,
    names_of_kind, resolve, text,
};
use smol_str::SmolStr;

use crate::context::Context;

/// A reference that does not lead to what it names.
#[derive(Debug)]
pub(crate) struct Unresolved {
    /// The reference.
    pub reference: ReferenceFact,
    /// What is wrong with it.
    pub problem: Problem,
}

/// Why a reference does not lead to what it names.
#[derive(Debug)]
pub(crate) enum Problem {
    /// No object of this kind has that name, nor one of a kind that one mixes it up with.
    Nowhere(GroupKind),
    /// The object exists, but is of the second kind, which one mixes up with the first.
    OtherKind(GroupKind, GroupKind, Vec<Definition>),
    /// The object exists, but not in the namespace that is looked in, where that is known.
    OtherNamespace(GroupKind, Option<SmolStr>, Vec<Definition>),
    /// The field cannot name objects of this kind.
    NotAllowed(SmolStr),
}

/// The references of a file that certainly do not lead to what they name, in its order. Left out is
/// whatever may exist in the cluster alone: credentials, identities, objects of health checks; whatever
/// is known only to a build: references in patches; and whatever is a template.
pub(crate) fn unresolved(context: &Context<'_>) -> Vec<Unresolved> {
    let (db, facts) = (context.db, &context.facts);
    let mut found = Vec::new();
    for (object, reference) in facts.references() {
        let counts = reference.row.role.is_declared()
            || reference.row.role == Role::Values && !reference.optional;
        let in_patch = object.is_some_and(|object| object.in_patch && !object.rendered);
        if !counts || in_patch || reference.row.target == Target::Any {
            continue;
        }
        let problem = if let KindName::NotAllowed(kind) = &reference.kind {
            Some(Problem::NotAllowed(kind.clone()))
        } else {
            let resolution = resolve(db, context.file, object, reference);
            let namespace = resolution.namespace;
            resolution.kind.and_then(|kind| match resolution.verdict {
                Verdict::Found(_) | Verdict::Unknown => None,
                Verdict::Nowhere => Some(Problem::Nowhere(kind)),
                Verdict::OtherNamespace(found) => {
                    Some(Problem::OtherNamespace(kind, namespace, found))
                }
                Verdict::OtherKind(others) => Some(other_kind(reference.row.role, kind, others)),
            })
        };
        found.extend(problem.map(|problem| Unresolved {
            reference: reference.clone(),
            problem,
        }));
    }
    if !found.is_empty() && (is_patch_file(db, context.file) || is_template(context)) {
        return Vec::new();
    }
    found.retain(|unresolved| match &unresolved.problem {
        Problem::Nowhere(kind) | Problem::OtherKind(kind, ..) => {
            !may_exist(context, kind, &unresolved.reference.name.value)
        }
        // A ResourceSet gives its objects namespaces of its own, which no build knows.
        Problem::OtherNamespace(.., found) => {
            !found.iter().any(|found| is_rendered(context, found))
        }
        Problem::NotAllowed(_) => true,
    });
    found
}

/// The kind that somebody may have mixed up with the one that was looked for.
fn other_kind(role: Role, kind: GroupKind, others: Vec<(GroupKind, Vec<Definition>)>) -> Problem {
    let alike = |other: &GroupKind| match role {
        Role::Source => other.group == GIT_REPOSITORY.group,
        Role::DependsOn => *other == *KUSTOMIZATION || *other == *HELM_RELEASE,
        Role::Values => *other == *CONFIG_MAP || *other == *SECRET,
        _ => false,
    };
    match others.into_iter().find(|(other, _)| alike(other)) {
        Some((other, definitions)) => Problem::OtherKind(kind, other, definitions),
        None => Problem::Nowhere(kind),
    }
}

/// Whether a ResourceSet makes an object.
fn is_rendered(context: &Context<'_>, definition: &Definition) -> bool {
    let DefinedBy::Made(maker, _) = definition.by else {
        return false;
    };
    let facts = facts(context.db, definition.file);
    let maker = facts.objects.get(maker as usize);
    maker.is_some_and(|maker| maker.kind == *RESOURCE_SET)
}

/// Whether the file is one that something renders before Flux sees it: an object in it is called by a
/// placeholder of Go templates or of the Flux operator. What a ResourceSet in it renders is no such object.
fn is_template(context: &Context<'_>) -> bool {
    let objects = context.facts.objects.iter();
    let names = objects
        .filter(|object| !object.rendered)
        .flat_map(|object| {
            let name = object.name.as_ref();
            name.into_iter().chain(object.namespace.as_ref())
        });
    let rendered = |text: &str| text.contains("{{") || text.contains("<<");
    names.into_iter().any(|name| rendered(&name.value))
}

/// Whether such an object may exist although no manifest here has its name.
fn may_exist(context: &Context<'_>, kind: &GroupKind, name: &str) -> bool {
    let (db, root) = (context.db, context.root);
    // A bootstrap makes the entry point and its source, by this name if nothing else is said.
    let bootstrap = kind.group == GIT_REPOSITORY.group || *kind == *KUSTOMIZATION;
    if bootstrap && (name == "flux-system" || is_own_source(db, root, &kind.kind, name)) {
        return true;
    }
    may_become(db, root, kind, name) || may_be_rendered(context, kind)
}

/// Whether a ResourceSet of the repository may render objects of a kind that its facts do not tell: the kind
/// is a placeholder, or a template text, which cannot be read as a whole, speaks of the kind.
fn may_be_rendered(context: &Context<'_>, kind: &GroupKind) -> bool {
    let (db, root) = (context.db, context.root);
    let sets = GroupKind::from(RESOURCE_SET);
    let written = format!("kind: {}", kind.kind);
    names_of_kind(db, root, sets.clone()).iter().any(|name| {
        let sets = definitions(db, root, &sets, name);
        let mut texts = sets.iter().filter_map(|set| text(db, set.file).ok());
        texts.any(|text| {
            let unread = text.contains("resourcesTemplate") && text.contains(&written);
            unread || text.contains("kind: <<") || text.contains("kind: \"<<")
        })
    })
}
