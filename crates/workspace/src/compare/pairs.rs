//! Which object of one side is which of the other.

use infragen_flux::GroupKind;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::names::{Alike, namespaces};
use super::sides::{ApplicationKey, Applied, Gathered, Unknown};
use super::{NotCompared, application_name};
use crate::clusters::Elsewhere;

/// The objects of both sides, paired.
pub(crate) struct Pairs<'g> {
    /// On both sides.
    pub both: Vec<(&'g Applied, &'g Applied)>,
    /// Only before.
    pub gone: Vec<&'g Applied>,
    /// Only after.
    pub new: Vec<&'g Applied>,
    /// The Flux Kustomizations of both sides, by what they are called there.
    pub applications: [FxHashMap<ApplicationKey, usize>; 2],
    /// What cannot be compared.
    pub unknown: Vec<NotCompared>,
}

/// Pairs the objects of two sides. What is said of a Flux Kustomization that is not known on one side is left out
/// on the other, as is what it applies.
pub(crate) fn pairs<'g>(
    before: &'g Gathered<'_, '_>,
    after: &'g Gathered<'_, '_>,
    alike: &'g [Alike; 2],
) -> Pairs<'g> {
    let applications = [
        before.applications(&alike[0]),
        after.applications(&alike[1]),
    ];
    let mut hidden: FxHashSet<ApplicationKey> = before.unknown(&alike[0]);
    hidden.extend(after.unknown(&alike[1]));
    let mut follow = FxHashSet::default();
    // What stands on one side only because its parent is not known on the other is not known itself.
    for (side, own, other) in [(before, 0, 1), (after, 1, 0)] {
        for number in 1..side.side.cluster.applications.len() {
            let key = side.application_key(number, &alike[own]);
            let parent = side.application(number).parent.map(|(parent, _)| parent);
            let is_hidden =
                parent.is_some_and(|at| hidden.contains(&side.application_key(at, &alike[own])));
            if is_hidden && !applications[other].contains_key(&key) {
                hidden.insert(key.clone());
                follow.insert(key);
            }
        }
    }
    let visible = |side: &'g Gathered<'_, '_>, alike: &Alike| -> Vec<&'g Applied> {
        let objects = side.objects.iter();
        objects
            .filter(|object| !hidden.contains(&side.application_key(object.application, alike)))
            .collect()
    };
    let old = visible(before, &alike[0]);
    let new = visible(after, &alike[1]);
    let mut pairing = Pairing {
        before,
        after,
        alike,
        both: Vec::new(),
        old,
        new,
    };
    pairing.pair(|side, object, _| Some((name(side, object), object.id.namespace.clone())));
    pairing.pair(|side, object, alike| {
        Some((
            alike.of(&name(side, object)),
            alike.of(&object.id.namespace),
        ))
    });
    pairing.pair_namespaces();
    let unknown = not_compared(before, after, &applications, &follow);
    Pairs {
        both: pairing.both,
        gone: pairing.old,
        new: pairing.new,
        applications,
        unknown,
    }
}

/// The name of an object; of one that bears the hash of its content, without it.
fn name(side: &Gathered<'_, '_>, object: &Applied) -> SmolStr {
    let name = &object.id.name;
    let generated = side
        .resource(object)
        .and_then(|resource| resource.generated.as_ref());
    match name.rsplit_once('-') {
        Some((name, _)) if generated.is_some_and(|generated| generated.hash) => name.into(),
        _ => name.clone(),
    }
}

struct Pairing<'g, 's, 'db> {
    before: &'g Gathered<'s, 'db>,
    after: &'g Gathered<'s, 'db>,
    alike: &'g [Alike; 2],
    both: Vec<(&'g Applied, &'g Applied)>,
    /// What is not paired yet.
    old: Vec<&'g Applied>,
    new: Vec<&'g Applied>,
}

impl<'g, 's, 'db> Pairing<'g, 's, 'db> {
    /// Pairs what has the same key on both sides; of several those of one Flux Kustomization first.
    fn pair(
        &mut self,
        key: impl Fn(&Gathered<'s, 'db>, &Applied, &Alike) -> Option<(SmolStr, SmolStr)>,
    ) {
        let mut there: FxHashMap<(GroupKind, SmolStr, SmolStr), Vec<usize>> = FxHashMap::default();
        for (at, object) in self.new.iter().enumerate() {
            if let Some((name, namespace)) = key(self.after, object, &self.alike[1]) {
                let key = (object.id.kind.clone(), namespace, name);
                there.entry(key).or_default().push(at);
            }
        }
        let mut taken = vec![false; self.new.len()];
        let mut rest = Vec::new();
        for object in std::mem::take(&mut self.old) {
            let key = key(self.before, object, &self.alike[0]);
            let found = key.and_then(|(name, namespace)| {
                let found = there.get_mut(&(object.id.kind.clone(), namespace, name))?;
                let own = self
                    .before
                    .application_key(object.application, &self.alike[0]);
                let same = found.iter().position(|at| {
                    let application = self.new[*at].application;
                    self.after.application_key(application, &self.alike[1]) == own
                });
                match (same, found.is_empty()) {
                    (_, true) => None,
                    (same, false) => Some(found.remove(same.unwrap_or(0))),
                }
            });
            match found {
                Some(at) => {
                    taken[at] = true;
                    self.both.push((object, self.new[at]));
                }
                None => rest.push(object),
            }
        }
        self.old = rest;
        let mut taken = taken.into_iter();
        self.new.retain(|_| taken.next() != Some(true));
    }

    /// Pairs what stands in a namespace that only one side has with what stands in another one there.
    fn pair_namespaces(&mut self) {
        if self.before.side.cluster.environment.name == self.after.side.cluster.environment.name {
            // Before and after a change, another namespace is another object.
            return;
        }
        let all = |side: &'g Gathered<'_, '_>| -> FxHashSet<&'g str> {
            let objects = side.objects.iter();
            objects
                .map(|object| object.id.namespace.as_str())
                .filter(|namespace| !namespace.is_empty())
                .collect()
        };
        let (left, right) = (all(self.before), all(self.after));
        let only = |own: &FxHashSet<&'g str>, other: &FxHashSet<&'g str>| -> FxHashSet<&'g str> {
            own.difference(other).copied().collect()
        };
        let (only_left, only_right) = (only(&left, &right), only(&right, &left));
        let what = |side: &Gathered<'_, '_>, objects: &[&'g Applied], alike: &Alike| {
            let objects = objects.iter();
            objects
                .map(|object| {
                    let name = alike.of(&name(side, object));
                    ((object.id.kind.clone(), name), object.id.namespace.as_str())
                })
                .collect::<Vec<_>>()
        };
        let here = what(self.before, &self.old, &self.alike[0]);
        let there = what(self.after, &self.new, &self.alike[1]);
        let known = namespaces(&here, &there, &only_left, &only_right);
        let before = self.before;
        self.pair(|side, object, alike| {
            let is_left = std::ptr::eq(side, before);
            let is_namespace = object.id.kind.kind == "Namespace" && object.id.namespace.is_empty();
            let translated = |namespace: &str| -> SmolStr {
                match known.get(namespace) {
                    Some(to) if is_left => (*to).into(),
                    _ => namespace.into(),
                }
            };
            if is_namespace {
                return Some((translated(&object.id.name), SmolStr::default()));
            }
            Some((
                alike.of(&name(side, object)),
                translated(&object.id.namespace),
            ))
        });
    }
}

/// What to say of Flux Kustomizations whose objects are not known on a side. That the files of one are elsewhere on
/// both sides is how it is meant: its own manifest is compared all the same. Of those that follow one that is not
/// known, that one tells.
fn not_compared(
    before: &Gathered<'_, '_>,
    after: &Gathered<'_, '_>,
    applications: &[FxHashMap<ApplicationKey, usize>; 2],
    follow: &FxHashSet<ApplicationKey>,
) -> Vec<NotCompared> {
    let mut found = Vec::new();
    let keys: FxHashSet<&ApplicationKey> = applications[0]
        .keys()
        .chain(applications[1].keys())
        .collect();
    for key in keys.into_iter().filter(|key| !follow.contains(*key)) {
        let [old, new] = [(0, before), (1, after)].map(|(side, gathered)| {
            let number = applications[side].get(key)?;
            Some((
                application_name(gathered.application(*number)),
                gathered.built[*number].as_ref().err().cloned(),
            ))
        });
        let name = new.as_ref().or(old.as_ref()).map(|(name, _)| name.clone());
        let (was_there, is_there) = (old.is_some(), new.is_some());
        let (before, after) = (old.and_then(|(_, why)| why), new.and_then(|(_, why)| why));
        let is_meant = |why: &Option<Unknown>, is_there: bool| {
            !is_there
                || matches!(
                    why,
                    Some(Unknown::Elsewhere(
                        Elsewhere::Source { .. } | Elsewhere::Template
                    ))
                )
        };
        // What is gone applied something, whatever that was.
        let as_meant = is_there && is_meant(&before, was_there) && is_meant(&after, is_there);
        if let Some(application) = name
            && (before.is_some() || after.is_some())
            && !as_meant
        {
            found.push(NotCompared {
                application,
                before,
                after,
            });
        }
    }
    found.sort_by(|a, b| a.application.cmp(&b.application));
    found
}
