//! What a change takes out of the cluster, and what keeps it from being applied.
//!
//! Source: what kustomize-controller deletes after it applied, when a Kustomization is deleted, and what keeps it from
//! doing so [kustomize-controller:internal/controller/kustomization_controller.go prune,
//! finalizerShouldDeleteResources; docs/spec/v1/kustomizations.md].

use infragen_kustomize::{Place, Resource, Value};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::immutable::{Fixed, fixed};
use super::marks::{forced as forced_by_mark, protected};
use super::pairs::Pairs;
use super::sides::{ApplicationKey, Applied, Gathered};
use super::{FieldChange, ObjectChange, ObjectName, application_name, fields};
use infragen_flux::known::KUSTOMIZATION;

/// An object that a change takes out of the cluster, for good or for a while, or that it cannot change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// The object.
    pub object: ObjectName,
    /// The Flux Kustomization that applied it.
    pub application: (SmolStr, SmolStr),
    /// Why.
    pub cause: Cause,
    /// What becomes of it.
    pub fate: Fate,
    /// Where it stood, or stands.
    pub place: Option<Place>,
}

/// Why an object is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Its Flux Kustomization applies it no more.
    NotApplied,
    /// Another Flux Kustomization applies it now.
    Moved {
        /// That one.
        to: (SmolStr, SmolStr),
    },
    /// Its Flux Kustomization is gone.
    ApplicationRemoved,
    /// It is a Flux Kustomization, most of whose objects another, new one applies now.
    Renamed {
        /// That one.
        to: (SmolStr, SmolStr),
    },
    /// Fields change that cannot be changed.
    Immutable {
        /// Those fields.
        fields: Vec<FieldChange>,
    },
}

/// What becomes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is deleted.
    Deleted,
    /// It is deleted and made anew, unless the new Flux Kustomization is faster than the old one.
    Race,
    /// It is deleted and made anew.
    MadeAnew,
    /// It stays as it is, and so does all that its Flux Kustomization applies: the API server refuses the change.
    Refused,
    /// It stays in the cluster, and nothing looks after it any more.
    Kept(Kept),
}

/// What keeps an object in the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// `kustomize.toolkit.fluxcd.io/prune: disabled` on it.
    PruneDisabled,
    /// `kustomize.toolkit.fluxcd.io/reconcile: disabled` on it.
    ReconcileDisabled,
    /// `kustomize.toolkit.fluxcd.io/ssa: Ignore` on it.
    SsaIgnore,
    /// `prune: false` of its Flux Kustomization.
    NoPrune,
    /// Its Flux Kustomization is suspended.
    Suspended,
    /// `deletionPolicy` of its Flux Kustomization.
    DeletionPolicy,
    /// Its Flux Kustomization is gone from the repository and stays in the cluster.
    ApplicationStays,
}

impl Fate {
    /// Whether the cluster loses something, or the change cannot be applied.
    pub fn is_loss(self) -> bool {
        !matches!(self, Fate::Kept(_))
    }
}

impl Deletion {
    /// What else is lost with the object.
    pub fn takes_along(&self) -> Option<&'static str> {
        if !matches!(self.fate, Fate::Deleted | Fate::Race | Fate::MadeAnew) {
            return None;
        }
        let kind = &self.object.kind;
        let moved = matches!(self.cause, Cause::Moved { .. });
        match (kind.group.as_str(), kind.kind.as_str()) {
            ("", "Namespace") => Some("with everything in it"),
            ("", "PersistentVolumeClaim") => Some("with its data, unless the volume is retained"),
            ("apiextensions.k8s.io", "CustomResourceDefinition") => {
                Some("with every object of its kind")
            }
            ("helm.toolkit.fluxcd.io", "HelmRelease") => Some("which uninstalls the release"),
            _ if *kind == *KUSTOMIZATION && moved => Some("with all that it applies"),
            _ => None,
        }
    }
}

/// What a change takes out of the cluster, the worst first. `changes` are the objects that differ.
pub(crate) fn deletions(
    before: &Gathered<'_, '_>,
    after: &Gathered<'_, '_>,
    pairs: &Pairs<'_>,
    changes: &[ObjectChange],
) -> Vec<Deletion> {
    let applications = Applications::new(before, after, pairs);
    let mut found = Vec::new();
    for old in &pairs.gone {
        found.extend(applications.gone(old));
    }
    for (old, new) in &pairs.both {
        found.extend(applications.moved(old, new));
    }
    let mut by_name: FxHashMap<(&ObjectName, &Place), &ObjectChange> = FxHashMap::default();
    for change in changes {
        if let Some(after) = change.before.as_ref().and(change.after.as_ref()) {
            by_name.insert((&change.object, &after.place), change);
        }
    }
    for (old, new) in &pairs.both {
        let (Some(was), Some(is)) = (before.resource(old), after.resource(new)) else {
            continue;
        };
        let (object, Some(place)) = (ObjectName::of(&new.id), after.place(new)) else {
            continue;
        };
        if let Some(change) = by_name.get(&(&object, &place)) {
            found.extend(applications.immutable(was, is, new, change));
        }
    }
    found.sort_by_key(|deletion| {
        let order = match deletion.fate {
            Fate::Deleted => 0,
            Fate::Race => 1,
            Fate::MadeAnew => 2,
            Fate::Refused => 3,
            Fate::Kept(_) => 4,
        };
        // What is removed comes before what goes with it.
        let follows = matches!(deletion.cause, Cause::ApplicationRemoved);
        (
            order,
            follows,
            deletion.application.clone(),
            deletion.object.clone(),
        )
    });
    found
}

/// What becomes of the Flux Kustomizations.
struct Applications<'p, 's, 'db> {
    before: &'p Gathered<'s, 'db>,
    after: &'p Gathered<'s, 'db>,
    /// For each before: the same one after.
    still: Vec<Option<usize>>,
    /// For each before that is gone: what becomes of it.
    fates: Vec<Fate>,
    /// For each before that is gone: the new one that applies most of its objects.
    renamed: FxHashMap<usize, usize>,
}

impl<'p, 's, 'db> Applications<'p, 's, 'db> {
    fn new(
        before: &'p Gathered<'s, 'db>,
        after: &'p Gathered<'s, 'db>,
        pairs: &'p Pairs<'_>,
    ) -> Self {
        let count = before.side.cluster.applications.len();
        let mut keys: Vec<Option<&ApplicationKey>> = vec![None; count];
        for (key, number) in &pairs.applications[0] {
            keys[*number] = Some(key);
        }
        let still: Vec<_> = keys
            .into_iter()
            .map(|key| pairs.applications[1].get(key?).copied())
            .collect();
        let mut applications = Applications {
            before,
            after,
            still,
            fates: Vec::new(),
            renamed: FxHashMap::default(),
        };
        // A parent comes before what it applies.
        for number in 0..count {
            let fate = applications.fate_of_application(number);
            applications.fates.push(fate);
        }
        applications.find_renamed(pairs);
        applications
    }

    fn fate_of_application(&self, number: usize) -> Fate {
        let Some((parent, at)) = self.before.application(number).parent else {
            return Fate::Deleted;
        };
        let built = self.before.built[parent].as_ref().ok();
        match built.and_then(|built| built.resources.get(at as usize)) {
            Some(manifest) => self.fate(parent, manifest),
            // Of a parent that fails, nothing is deleted.
            None => Fate::Kept(Kept::ApplicationStays),
        }
    }

    /// What becomes of an object that its Flux Kustomization applies no more.
    fn fate(&self, application: usize, object: &Resource) -> Fate {
        if let Some(kept) = protected(object) {
            return Fate::Kept(kept);
        }
        if let Some(still) = self.still[application] {
            let spec = self.after.spec(still);
            return match (spec.suspended, spec.prune) {
                (true, _) => Fate::Kept(Kept::Suspended),
                (_, false) => Fate::Kept(Kept::NoPrune),
                _ => Fate::Deleted,
            };
        }
        if let Some(Fate::Kept(_)) = self.fates.get(application) {
            return Fate::Kept(Kept::ApplicationStays);
        }
        let spec = self.before.spec(application);
        if spec.suspended {
            return Fate::Kept(Kept::Suspended);
        }
        let manifest = self.before.manifest(application);
        let policy = manifest.and_then(|manifest| manifest.at(&["spec", "deletionPolicy"]));
        match policy.and_then(Value::as_str) {
            Some("Orphan") => Fate::Kept(Kept::DeletionPolicy),
            Some("Delete" | "WaitForTermination") => Fate::Deleted,
            _ if spec.prune => Fate::Deleted,
            _ => Fate::Kept(Kept::NoPrune),
        }
    }

    /// A new Flux Kustomization that applies at least half of the objects of one that is gone has taken its place.
    fn find_renamed(&mut self, pairs: &Pairs<'_>) {
        let is_new = |number: usize| !self.still.contains(&Some(number));
        let mut heirs: FxHashMap<usize, FxHashMap<usize, usize>> = FxHashMap::default();
        let mut counts: FxHashMap<usize, usize> = FxHashMap::default();
        for (old, new) in &pairs.both {
            *counts.entry(old.application).or_default() += 1;
            if self.still[old.application].is_none() && is_new(new.application) {
                let heirs = heirs.entry(old.application).or_default();
                *heirs.entry(new.application).or_default() += 1;
            }
        }
        for old in &pairs.gone {
            *counts.entry(old.application).or_default() += 1;
        }
        for (old, heirs) in heirs {
            let most = heirs
                .into_iter()
                .max_by_key(|(heir, count)| (*count, std::cmp::Reverse(*heir)));
            if let Some((heir, count)) = most
                && count * 2 >= counts.get(&old).copied().unwrap_or_default()
            {
                self.renamed.insert(old, heir);
            }
        }
    }

    fn gone(&self, old: &Applied) -> Option<Deletion> {
        let resource = self.before.resource(old)?;
        let application = self.before.application(old.application);
        let renamed = self.renamed.iter().find(|(number, _)| {
            let parent = self.before.application(**number).parent;
            parent == Some((old.application, old.number as u32))
        });
        let cause = match renamed {
            Some((_, heir)) => Cause::Renamed {
                to: application_name(self.after.application(*heir)),
            },
            None if self.still[old.application].is_none() => Cause::ApplicationRemoved,
            None => Cause::NotApplied,
        };
        Some(Deletion {
            object: ObjectName::of(&old.id),
            application: application_name(application),
            cause,
            fate: self.fate(old.application, resource),
            place: self.before.place(old),
        })
    }

    fn moved(&self, old: &Applied, new: &Applied) -> Option<Deletion> {
        if self.still[old.application] == Some(new.application) {
            return None;
        }
        let resource = self.before.resource(old)?;
        let fate = match self.fate(old.application, resource) {
            Fate::Kept(kept) => Fate::Kept(kept),
            _ => Fate::Race,
        };
        Some(Deletion {
            object: ObjectName::of(&old.id),
            application: application_name(self.before.application(old.application)),
            cause: Cause::Moved {
                to: application_name(self.after.application(new.application)),
            },
            fate,
            place: self.after.place(new),
        })
    }

    fn immutable(
        &self,
        was: &Resource,
        is: &Resource,
        new: &Applied,
        change: &ObjectChange,
    ) -> Option<Deletion> {
        if was.name() != is.name() || change.left_alone.is_some() {
            // A name with the hash of other content is another object.
            return None;
        }
        let mut anew = false;
        let mut paths = Vec::new();
        for difference in fields::differences(&was.value, &is.value) {
            if let Some(fixed) = fixed(&new.id.kind, &was.value, &difference) {
                anew |= fixed == Fixed::MadeAnew;
                paths.push(difference.path);
            }
        }
        let changes = change.fields.iter();
        let fields: Vec<_> = changes
            .filter(|field| paths.contains(&field.path))
            .cloned()
            .collect();
        if fields.is_empty() {
            return None;
        }
        let manifest = self.after.manifest(new.application);
        let forced = manifest.and_then(|manifest| manifest.at(&["spec", "force"]));
        let forced = forced.and_then(Value::as_str) == Some("true") || forced_by_mark(is);
        Some(Deletion {
            object: ObjectName::of(&new.id),
            application: application_name(self.after.application(new.application)),
            fate: if anew || forced {
                Fate::MadeAnew
            } else {
                Fate::Refused
            },
            place: self.after.place(new),
            cause: Cause::Immutable { fields },
        })
    }
}
