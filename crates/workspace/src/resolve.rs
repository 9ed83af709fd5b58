//! From a reference to the objects that it names.
//!
//! What an environment applies is looked up among all that it applies, exactly. What none applies, and what
//! stands in patches and templates, resolves to all objects of the right kind and name in the repository, those
//! in the matching namespace and in the same environment first. This is the one place that decides it.

use std::sync::Arc;

use infragen_flux::{GroupKind, KindName, ObjectFacts, ReferenceFact, is_templated};
use infragen_syntax::TextRange;
use smol_str::SmolStr;

use crate::clusters::{InEnvironment, applied_from, resolve_exactly};
use crate::db::Db;
use crate::environment::environment_of_directory;
use crate::files::{Root, SourceFile};
use crate::imports::{PatchFiles, is_patch_file, overriding_namespaces};
use crate::index::{DefinedBy, Definition, ReferenceSite, View, definitions_of_kind};
use crate::query::facts;

/// What a reference leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The kind that was looked for.
    pub kind: Option<GroupKind>,
    /// The namespace that was looked in, where it is known.
    pub namespace: Option<SmolStr>,
    /// The answer.
    pub verdict: Verdict,
    /// The answer in each environment that applies the object which refers; empty where none does.
    pub environments: Vec<InEnvironment>,
}

/// How a lookup ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// These objects, the likeliest first; several where environments or layers share the name.
    Found(Vec<Definition>),
    /// Such an object exists, but certainly in other namespaces.
    OtherNamespace(Vec<Definition>),
    /// The name exists, but only for objects of other kinds.
    OtherKind(Vec<(GroupKind, Vec<Definition>)>),
    /// No object of this name is anywhere in the repository.
    Nowhere,
    /// It cannot be known: the name is a template, or its kind is.
    Unknown,
}

/// Resolves a reference of an object (none: a marker) in a file.
pub fn resolve(
    db: &dyn Db,
    file: SourceFile,
    object: Option<&ObjectFacts>,
    reference: &ReferenceFact,
) -> Resolution {
    let root = file.root(db);
    let KindName::Known(kind) = &reference.kind else {
        return Resolution {
            kind: None,
            namespace: None,
            verdict: Verdict::Unknown,
            environments: Vec::new(),
        };
    };
    let environments = resolve_exactly(db, file, object, reference, kind);
    let wanted = wanted_namespaces(db, file, object, reference);
    let namespace = match wanted.names.as_slice() {
        [one] if !wanted.open => Some(one.clone()),
        _ => None,
    };
    let verdict = match exact_verdict(&environments) {
        Some(verdict) => verdict,
        None if reference.is_templated() => Verdict::Unknown,
        None => look_up(db, root, file, kind, &reference.name.value, &wanted),
    };
    Resolution {
        kind: Some(kind.clone()),
        namespace: environments
            .first()
            .map(|answer| answer.namespace.clone())
            .filter(|first| environments.iter().all(|answer| answer.namespace == *first))
            .or(namespace),
        verdict,
        environments,
    }
}

/// What environments know for certain; none where none of them has an object of the name.
fn exact_verdict(environments: &[InEnvironment]) -> Option<Verdict> {
    let union = |of: fn(&InEnvironment) -> &Vec<Definition>| {
        let mut all: Vec<Definition> = Vec::new();
        for definition in environments.iter().flat_map(of) {
            if !all.contains(definition) {
                all.push(definition.clone());
            }
        }
        Some(all).filter(|all| !all.is_empty())
    };
    union(|answer| &answer.found)
        .map(Verdict::Found)
        .or_else(|| union(|answer| &answer.elsewhere).map(Verdict::OtherNamespace))
}

fn look_up(
    db: &dyn Db,
    root: Root,
    file: SourceFile,
    kind: &GroupKind,
    name: &str,
    wanted: &NamespaceSet,
) -> Verdict {
    let found = definitions(db, root, kind, name);
    if found.is_empty() {
        let others: Vec<_> = kinds_named(db, root, name)
            .into_iter()
            .map(|kind| {
                let definitions = definitions(db, root, &kind, name);
                (kind, definitions)
            })
            .filter(|(_, definitions)| !definitions.is_empty())
            .collect();
        return if others.is_empty() {
            Verdict::Nowhere
        } else {
            Verdict::OtherKind(others)
        };
    }
    let namesakes = Namesakes::new(db, found);
    let likeliest = namesakes.likeliest(db, file, wanted);
    if likeliest.is_empty() {
        Verdict::OtherNamespace(in_order(db, file, namesakes.all()))
    } else {
        Verdict::Found(in_order(db, file, likeliest))
    }
}

/// The objects of one kind and name, with what tells how likely a reference means each: looked up once for
/// all references to them.
struct Namesakes {
    objects: Vec<Namesake>,
}

struct Namesake {
    definition: Definition,
    namespaces: NamespaceSet,
    environment: Option<SmolStr>,
}

impl Namesakes {
    fn new(db: &dyn Db, definitions: Vec<Definition>) -> Namesakes {
        let objects = definitions.into_iter().map(|definition| Namesake {
            namespaces: namespaces_of(db, &definition),
            environment: environment_of_directory(db, definition.file.directory(db)),
            definition,
        });
        Namesakes {
            objects: objects.collect(),
        }
    }

    /// Those of the likeliest class: the known namespace before an unknown one, the same environment
    /// before none, none before another. Empty where all are certainly in other namespaces.
    fn likeliest(&self, db: &dyn Db, file: SourceFile, wanted: &NamespaceSet) -> Vec<&Definition> {
        let here = environment_of_directory(db, file.directory(db));
        let class = |object: &Namesake| {
            let sure = wanted.surely_meets(&object.namespaces);
            let distance = distance(here.as_deref(), object.environment.as_deref());
            (!sure, distance)
        };
        let fitting = || {
            let fits = |object: &&Namesake| wanted.meets(&object.namespaces);
            self.objects.iter().filter(fits)
        };
        let best = fitting().map(class).min();
        fitting()
            .filter(|object| Some(class(object)) == best)
            .map(|object| &object.definition)
            .collect()
    }

    fn all(&self) -> Vec<&Definition> {
        let objects = self.objects.iter();
        objects.map(|object| &object.definition).collect()
    }
}

/// Objects that are equally likely, those nearest by their folders first.
fn in_order(db: &dyn Db, file: SourceFile, likeliest: Vec<&Definition>) -> Vec<Definition> {
    let mut found: Vec<_> = likeliest.into_iter().cloned().collect();
    if found.len() > 1 {
        let here = file.path(db);
        found.sort_by_cached_key(|definition| {
            let path = definition.file.path(db);
            let shared = here
                .components()
                .zip(path.components())
                .take_while(|(a, b)| a == b)
                .count();
            (std::cmp::Reverse(shared), path, definition.by)
        });
    }
    found
}

/// How far two places are from each other: in the same environment, one of them in what environments
/// share, in two different ones. To what is shared itself, all environments are equally near: a base
/// answers for every one.
pub(crate) fn distance(here: Option<&str>, there: Option<&str>) -> u8 {
    match (here, there) {
        (None, _) => 0,
        (Some(here), Some(there)) if here == there => 0,
        (Some(_), None) => 1,
        (Some(_), Some(_)) => 2,
    }
}

/// The objects of a kind and name anywhere in a root; what stands in patch files is no object.
pub fn definitions(db: &dyn Db, root: Root, kind: &GroupKind, name: &str) -> Vec<Definition> {
    let found = definitions_named(db, root, kind.clone(), SmolStr::new(name));
    found.to_vec()
}

/// Those, as a query: whoever asks for a name need not be asked again when an open file says something of another one.
#[salsa::tracked(returns(clone))]
fn definitions_named(db: &dyn Db, root: Root, kind: GroupKind, name: SmolStr) -> Arc<[Definition]> {
    let mut found = View::new(db, root).definitions(&kind, &name);
    found.retain(|definition| !is_patch_file(db, definition.file));
    found.into()
}

/// The kinds under which a name is defined in a root.
pub fn kinds_named(db: &dyn Db, root: Root, name: &str) -> Vec<GroupKind> {
    View::new(db, root).kinds_of_name(name)
}

/// All names of objects of a kind in a root, in order.
#[salsa::tracked(returns(clone))]
pub fn names_of_kind(db: &dyn Db, root: Root, kind: GroupKind) -> Arc<Vec<SmolStr>> {
    let definitions = definitions_of_kind(db, root, kind);
    let patches = PatchFiles::new(db, root);
    let objects = definitions
        .iter()
        .filter(|(_, definition)| !patches.contains(definition.file));
    let mut names: Vec<_> = objects.map(|(name, _)| name.clone()).collect();
    names.dedup();
    Arc::new(names)
}

/// Shows every object of a root once, in no order, with its kind and name. What stands in patch files is
/// among them: asking for each file would cost more than the visit.
pub fn each_definition(
    db: &dyn Db,
    root: Root,
    visit: &mut dyn FnMut(&GroupKind, &SmolStr, &Definition),
) {
    View::new(db, root).each_definition(visit);
}

/// The namespace that an object certainly ends up in; none where that is not known, or is another one in
/// each environment.
pub fn namespace_of(db: &dyn Db, definition: &Definition) -> Option<SmolStr> {
    namespaces_of(db, definition).certain().cloned()
}

/// Whether an object of this kind and name may come into being here although no manifest has that name:
/// some manifest's name is a template that can become it, a patch gives it, a kustomization file's
/// `namePrefix` or `nameSuffix` makes it out of another name, or some file could not be read.
pub fn may_become(db: &dyn Db, root: Root, kind: &GroupKind, name: &str) -> bool {
    let view = View::new(db, root);
    let templated = view.templated_names(kind);
    let affixes = view.affixes();
    view.unread()
        || templated.iter().any(|template| can_become(template, name))
        || view.renames().any(|given| can_become(given, name))
        || affixes.iter().any(|(prefix, suffix)| {
            let bare = name
                .strip_prefix(&**prefix)
                .and_then(|rest| rest.strip_suffix(&**suffix));
            bare.is_some_and(|bare| !view.definitions(kind, bare).is_empty())
        })
}

/// Whether rendering can turn a template (`${APP}-data`, `<< inputs.tenant >>`) into a text: its literal
/// parts occur in order.
fn can_become(template: &str, text: &str) -> bool {
    let mut rest = text;
    let mut template = template;
    let mut anchored = true;
    loop {
        let opening = [("${", "}"), ("<<", ">>"), ("{{", "}}")]
            .into_iter()
            .filter_map(|(open, close)| Some((template.find(open)?, close)))
            .min();
        let Some((at, close)) = opening else {
            return if anchored {
                rest == template
            } else {
                rest.ends_with(template)
            };
        };
        let literal = &template[..at];
        rest = match rest.find(literal) {
            Some(0) => &rest[literal.len()..],
            Some(found) if !anchored => &rest[found + literal.len()..],
            _ => return false,
        };
        anchored = false;
        let Some(end) = template[at..].find(close) else {
            return true;
        };
        template = &template[at + end + close.len()..];
    }
}

/// All namespaces that are named in a root, in order.
pub fn namespaces(db: &dyn Db, root: Root) -> Vec<SmolStr> {
    View::new(db, root).namespaces()
}

/// The places that name one definition: every reference of its kind and name that can resolve to it.
/// Without a definition, every reference of the kind and name.
pub fn references_to(
    db: &dyn Db,
    root: Root,
    kind: &GroupKind,
    name: &str,
    to: Option<&Definition>,
) -> Vec<ReferenceSite> {
    let view = View::new(db, root);
    let mut sites = view.references(kind, name);
    if let Some(to) = to {
        // By the names that environments give it.
        for name in names_of(db, to).iter().filter(|applied| **applied != name) {
            sites.extend(view.references(kind, name));
        }
        sites.extend(view.templated_references(kind));
    }
    let to = to.map(std::slice::from_ref);
    retain_references(db, root, kind, name, to, &mut sites);
    sites
}

/// The names that an object has in environments.
fn names_of(db: &dyn Db, definition: &Definition) -> Vec<SmolStr> {
    let applied = applied_from(db, definition.file);
    let own = applied.iter().filter(|applied| applied.by == definition.by);
    let mut names: Vec<_> = own.map(|applied| applied.name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Some of the places that name one of several definitions of one kind and name, and whether there are
/// more: at most `limit` are looked at, for answers that must not wait.
pub fn some_references_to(
    db: &dyn Db,
    root: Root,
    kind: &GroupKind,
    name: &str,
    to: &[Definition],
    limit: usize,
) -> (Vec<ReferenceSite>, bool) {
    let mut sites = View::new(db, root).references(kind, name);
    let more = sites.len() > limit;
    sites.truncate(limit);
    retain_references(db, root, kind, name, Some(to), &mut sites);
    (sites, more)
}

/// Keeps the sites that name one of the definitions, in order of path and place.
fn retain_references(
    db: &dyn Db,
    root: Root,
    kind: &GroupKind,
    name: &str,
    to: Option<&[Definition]>,
    sites: &mut Vec<ReferenceSite>,
) {
    let namesakes = Namesakes::new(db, definitions(db, root, kind, name));
    sites.retain(|site| {
        let facts = facts(db, site.file);
        let Some((object, reference)) = site.in_facts(&facts) else {
            return false;
        };
        let Some(to) = to else { return true };
        let environments = resolve_exactly(db, site.file, object, reference, kind);
        if let Some(Verdict::Found(found)) = exact_verdict(&environments) {
            return found.iter().any(|found| to.contains(found));
        }
        let wanted = wanted_namespaces(db, site.file, object, reference);
        !reference.is_templated()
            && namesakes
                .likeliest(db, site.file, &wanted)
                .iter()
                .any(|found| to.contains(found))
    });
    sites.sort_by_cached_key(|site| (site.file.path(db), site.object, site.reference));
}

impl ReferenceSite {
    /// The object and the reference in the facts of the site's file.
    pub fn in_facts<'f>(
        &self,
        facts: &'f infragen_flux::FileFacts,
    ) -> Option<(Option<&'f ObjectFacts>, &'f ReferenceFact)> {
        match self.object {
            Some(object) => {
                let object = facts.objects.get(object as usize)?;
                Some((
                    Some(object),
                    object.references.get(self.reference as usize)?,
                ))
            }
            None => Some((None, facts.markers.get(self.reference as usize)?)),
        }
    }
}

/// Where a definition stands, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The file.
    pub file: SourceFile,
    /// Its kind.
    pub kind: GroupKind,
    /// Its name.
    pub name: SmolStr,
    /// The namespace that is written beside the name.
    pub namespace: Option<SmolStr>,
    /// The scalar that gives the name.
    pub name_range: TextRange,
    /// The text of the whole object.
    pub range: TextRange,
}

/// Where a definition stands, as the file is now.
pub fn target(db: &dyn Db, definition: &Definition) -> Option<Target> {
    let facts = facts(db, definition.file);
    let file = definition.file;
    match definition.by {
        DefinedBy::Object(number) => {
            let object = facts.objects.get(number as usize)?;
            let name = object.name.as_ref()?;
            Some(Target {
                file,
                kind: object.kind.clone(),
                name: name.value.clone(),
                namespace: definition.namespace.clone(),
                name_range: name.range,
                range: object.range,
            })
        }
        DefinedBy::Made(number, made) => {
            let object = facts.objects.get(number as usize)?;
            let made = object.makes.get(made as usize)?;
            Some(Target {
                file,
                kind: made.kind.clone(),
                name: made.name.value.clone(),
                namespace: definition.namespace.clone(),
                name_range: made.name.range,
                range: object.range,
            })
        }
        DefinedBy::Generator(number) => {
            let kustomization = facts.kustomization.as_ref()?;
            let generator = kustomization.generators.get(number as usize)?;
            Some(Target {
                file,
                kind: GroupKind::new("v1", generator.kind),
                name: SmolStr::new(&generator.name.value),
                namespace: definition.namespace.clone(),
                name_range: generator.name.range,
                range: generator.name.range,
            })
        }
    }
}

/// The namespaces that something may be in; `open` where it may be in others too.
pub(crate) struct NamespaceSet {
    pub names: Vec<SmolStr>,
    pub open: bool,
}

impl NamespaceSet {
    /// Exactly this one.
    pub fn one(name: SmolStr) -> Self {
        NamespaceSet {
            names: vec![name],
            open: false,
        }
    }

    /// Nothing is known.
    pub fn unknown() -> Self {
        NamespaceSet {
            names: Vec::new(),
            open: true,
        }
    }

    /// The one that it certainly is.
    pub fn certain(&self) -> Option<&SmolStr> {
        let first = self.names.first().filter(|_| !self.open)?;
        self.names.iter().all(|name| name == first).then_some(first)
    }

    pub fn meets(&self, other: &NamespaceSet) -> bool {
        self.open || other.open || self.surely_meets(other)
    }

    pub fn surely_meets(&self, other: &NamespaceSet) -> bool {
        self.names.iter().any(|name| other.names.contains(name))
    }
}

fn wanted_namespaces(
    db: &dyn Db,
    file: SourceFile,
    object: Option<&ObjectFacts>,
    reference: &ReferenceFact,
) -> NamespaceSet {
    if let Some(namespace) = &reference.namespace {
        return if is_templated(&namespace.value) {
            NamespaceSet::unknown()
        } else {
            NamespaceSet::one(namespace.value.clone())
        };
    }
    if object.is_some_and(|object| object.in_patch) {
        // The object that a patch changes is known only to a build.
        return NamespaceSet::unknown();
    }
    possible_namespaces(db, file, reference.namespace_in(object))
}

pub(crate) fn namespaces_of(db: &dyn Db, definition: &Definition) -> NamespaceSet {
    possible_namespaces(db, definition.file, definition.namespace.as_ref())
}

/// Where an object of a file may end up, given the namespace that it is written with.
pub(crate) fn possible_namespaces(
    db: &dyn Db,
    file: SourceFile,
    own: Option<&SmolStr>,
) -> NamespaceSet {
    let above = overriding_namespaces(db, file);
    let mut set = NamespaceSet {
        names: above.overrides.clone(),
        open: false,
    };
    if above.own || above.unknown {
        match own {
            Some(own) if is_templated(own) => set.open = true,
            Some(own) => set.names.push(own.clone()),
            None => set.open = true,
        }
    }
    set
}

#[cfg(test)]
mod tests {
    use super::can_become;

    #[test]
    fn a_template_can_become_what_has_its_literal_parts() {
        for (template, text) in [
            ("${APP}", "web"),
            ("${APP}-data", "web-data"),
            ("x-${A}-${B:=b}", "x-1-2"),
            ("<< inputs.tenant >>-apps", "blue-apps"),
            ("${unclosed", "anything"),
        ] {
            assert!(can_become(template, text), "{template} {text}");
        }
        for (template, text) in [
            ("${APP}-data", "web-date"),
            ("x-${A}", "y-1"),
            ("${A}-b-${C}", "a-c"),
        ] {
            assert!(!can_become(template, text), "{template} {text}");
        }
    }
}
