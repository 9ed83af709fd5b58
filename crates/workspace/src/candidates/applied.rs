//! Candidates among the objects that environments really have, by the names and namespaces that they have there.

use infragen_flux::GroupKind;
use smol_str::SmolStr;

use super::{AppliedIn, Candidate, Fit, LookedUp, wanted};
use crate::clusters::{
    Namesakes, Placed, applied_from, definition, names_in, nth_cluster, readers,
};
use crate::db::Db;
use crate::environment::environments_around;
use crate::files::SourceFile;
use crate::index::{DefinedBy, Definition};
use crate::resolve::NamespaceSet;

/// The environments that build with a file, by number.
fn environments_of(db: &dyn Db, file: SourceFile) -> Vec<usize> {
    let readers = readers(db, file);
    let mut numbers: Vec<_> = readers.iter().map(|reader| reader.environment).collect();
    numbers.dedup();
    numbers
}

/// Those among the objects of the environments that build with a file: empty where none does.
pub(super) fn candidates(
    db: &dyn Db,
    file: SourceFile,
    kind: &GroupKind,
    looked_up: LookedUp<'_>,
    limit: usize,
    typed: &dyn Fn(&str) -> bool,
) -> Vec<Candidate> {
    let numbers = environments_of(db, file);
    if numbers.is_empty() {
        return Vec::new();
    }
    let names = names_in(db, file.root(db), numbers.clone(), kind.clone());
    let mut names: Vec<&Namesakes> = names.iter().collect();
    if names.len() > limit {
        names.retain(|named| typed(&named.name));
    }
    names.sort_by_key(|named| number_of_environments(named) < numbers.len());
    names.truncate(limit);
    let view = View {
        db,
        file,
        kind,
        wanted: numbers
            .iter()
            .map(|number| wanted_in(db, file, *number, looked_up))
            .collect(),
        numbers: &numbers,
    };
    names
        .into_iter()
        .flat_map(|named| view.candidates(named))
        .collect()
}

/// Whether an object is known to have other names, or to be only in environments that do not build with a file.
pub(super) fn is_only_elsewhere(db: &dyn Db, file: SourceFile, definition: &Definition) -> bool {
    let applied = applied_from(db, definition.file);
    let by = match definition.by {
        DefinedBy::Made(object, _) => DefinedBy::Object(object),
        by => by,
    };
    let mut environments = applied
        .iter()
        .filter(|from| from.by == by)
        .map(|from| from.environment)
        .peekable();
    if environments.peek().is_none() {
        return false;
    }
    // Not all that an object brings about is in the index of an environment.
    let made = by != definition.by;
    let here = environments_of(db, file);
    !made || environments.all(|environment| !here.contains(&environment))
}

/// The namespaces that objects of a kind and name have in the environments that build with a file.
pub(super) fn namespaces(
    db: &dyn Db,
    file: SourceFile,
    kind: &GroupKind,
    name: &str,
) -> Vec<SmolStr> {
    let names = names_in(db, file.root(db), environments_of(db, file), kind.clone());
    let Ok(at) = names.binary_search_by(|named| named.name.as_str().cmp(name)) else {
        return Vec::new();
    };
    let objects = names[at].objects.iter();
    let mut namespaces: Vec<_> = objects
        .map(|(_, placed)| placed.namespace.clone())
        .filter(|namespace| !namespace.is_empty())
        .collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    namespaces
}

fn number_of_environments(named: &Namesakes) -> usize {
    let objects = named.objects.chunk_by(|a, b| a.0 == b.0);
    objects.count()
}

/// The namespaces that a name is looked up in, in one environment: those that the object has there which refers.
fn wanted_in(
    db: &dyn Db,
    file: SourceFile,
    environment: usize,
    looked_up: LookedUp<'_>,
) -> NamespaceSet {
    if let LookedUp::WithObject {
        object: Some(object),
        ..
    } = looked_up
    {
        let applied = applied_from(db, file);
        let own = applied
            .iter()
            .filter(|from| from.environment == environment && from.by == DefinedBy::Object(object));
        let names: Vec<_> = own.map(|from| from.namespace.clone()).collect();
        if !names.is_empty() {
            return NamespaceSet { names, open: false };
        }
    }
    wanted(db, file, looked_up)
}

/// What the environments of a file have of a kind.
struct View<'a> {
    db: &'a dyn Db,
    file: SourceFile,
    kind: &'a GroupKind,
    numbers: &'a [usize],
    /// What is looked in, in each of them.
    wanted: Vec<NamespaceSet>,
}

/// The objects of one name that a reference would reach by the same text.
struct Alike<'n> {
    fit: Fit,
    /// None where it is another one in each environment.
    namespace: Option<SmolStr>,
    objects: Vec<(usize, &'n Placed)>,
}

impl View<'_> {
    fn candidates(&self, named: &Namesakes) -> Vec<Candidate> {
        let mut groups: Vec<Alike<'_>> = Vec::new();
        for (number, placed) in &named.objects {
            let fit = self.fit(*number, placed);
            let namespace = Some(&placed.namespace).filter(|name| !name.is_empty());
            // What is in the namespace that is looked in needs none beside its name.
            let known = groups.iter_mut().find(|known| {
                known.fit == fit && (fit == Fit::Here || known.namespace.as_ref() == namespace)
            });
            match known {
                Some(known) => {
                    if known.namespace.as_ref() != namespace {
                        known.namespace = None;
                    }
                    known.objects.push((*number, placed));
                }
                None => groups.push(Alike {
                    fit,
                    namespace: namespace.cloned(),
                    objects: vec![(*number, placed)],
                }),
            }
        }
        groups.sort_by_key(|group| group.fit);
        groups
            .iter()
            .filter_map(|group| self.candidate(named, group))
            .collect()
    }

    fn fit(&self, number: usize, placed: &Placed) -> Fit {
        let at = self.numbers.iter().position(|known| *known == number);
        let Some(wanted) = at.and_then(|at| self.wanted.get(at)) else {
            return Fit::Perhaps;
        };
        if placed.namespace.is_empty() || wanted.names.contains(&placed.namespace) {
            Fit::Here
        } else if wanted.open {
            Fit::Perhaps
        } else {
            Fit::Elsewhere
        }
    }

    fn candidate(&self, named: &Namesakes, group: &Alike<'_>) -> Option<Candidate> {
        let known = environments_around(self.db, self.file.root(self.db));
        let mut numbers: Vec<_> = group.objects.iter().map(|(number, _)| *number).collect();
        numbers.dedup();
        let names = numbers.iter().filter_map(|number| known.get(*number));
        let environments: Vec<_> = names.map(|(_, known)| known.name.clone()).collect();
        let all = numbers.len() == self.numbers.len();
        let mut objects = group.objects.iter();
        let definition = objects.find_map(|(number, placed)| {
            let cluster = nth_cluster(self.db, self.file.root(self.db), *number)?;
            definition(self.db, &cluster, placed, self.kind, &named.name)
        })?;
        Some(Candidate {
            name: named.name.clone(),
            namespace: group.namespace.clone(),
            definition,
            fit: group.fit,
            distance: u8::from(!all),
            environment: None,
            applied: Some(AppliedIn { environments, all }),
        })
    }
}
