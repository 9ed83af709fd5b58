//! From one name that changes to all that must change with it.

use std::collections::{BTreeMap, VecDeque};

use camino::Utf8Path;
use infragen_flux::{GroupKind, is_templated};
use infragen_kustomize::How;
use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{Db, Root, SourceFile, place_of_build, tree};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::effective::{Scope, Use};
use super::{Refused, refuse};
use crate::written::{only_one_within, scalar_at};

/// A place that a name is written at: its file, and where its text begins.
pub(super) type Spot = (SourceFile, TextSize);

/// An object of a scope: kind, namespace and name as they are in the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Identity {
    pub scope: usize,
    pub kind: GroupKind,
    pub namespace: SmolStr,
    pub name: SmolStr,
}

/// What becomes of a written name.
#[derive(Debug, Clone)]
pub(super) struct Change {
    /// Its bytes.
    pub range: TextRange,
    /// What is written.
    pub old: String,
    /// What will be.
    pub new: String,
    /// Whether it is the name of an object itself.
    pub bears: bool,
    /// The scopes in which it counts.
    pub scopes: Vec<usize>,
    /// What it is, where the walk did not find it.
    pub field: Option<&'static str>,
    /// What somebody should know before.
    pub warnings: Vec<String>,
}

/// All names that change together.
pub(super) struct Walk<'a> {
    db: &'a dyn Db,
    root: Root,
    scopes: &'a [Scope],
    uses: &'a [Use],
    by_spot: FxHashMap<Spot, Vec<usize>>,
    by_identity: FxHashMap<Identity, Vec<usize>>,
    identities: Vec<Identity>,
    /// The new names of objects.
    pub renamed: BTreeMap<Identity, SmolStr>,
    /// The written names that change.
    pub changes: BTreeMap<Spot, Change>,
    /// Old names of the objects, with the new ones.
    pub names: BTreeMap<(GroupKind, SmolStr), SmolStr>,
    /// What is not changed.
    pub notes: Vec<String>,
    /// The replacements and vars that make references to the objects.
    pub copied: Vec<(SourceFile, TextRange)>,
    /// Whether a Flux Kustomization that deletes what it applied is among the objects.
    pub prunes: Vec<Identity>,
    queue: VecDeque<Spot>,
}

impl<'a> Walk<'a> {
    pub fn new(db: &'a dyn Db, root: Root, scopes: &'a [Scope], uses: &'a [Use]) -> Walk<'a> {
        let mut walk = Walk {
            db,
            root,
            scopes,
            uses,
            by_spot: FxHashMap::default(),
            by_identity: FxHashMap::default(),
            identities: Vec::with_capacity(uses.len()),
            renamed: BTreeMap::new(),
            changes: BTreeMap::new(),
            names: BTreeMap::new(),
            notes: Vec::new(),
            copied: Vec::new(),
            prunes: Vec::new(),
            queue: VecDeque::new(),
        };
        for (number, found) in uses.iter().enumerate() {
            let replaced = found.story.replaced.filter(|_| found.bears);
            if let Some((file, range)) = found.story.written.or(replaced) {
                walk.by_spot
                    .entry((file, range.start()))
                    .or_default()
                    .push(number);
            }
        }
        for found in uses {
            let identity = walk.identity(found);
            walk.identities.push(identity);
        }
        for (number, identity) in walk.identities.iter().enumerate() {
            walk.by_identity
                .entry(identity.clone())
                .or_default()
                .push(number);
        }
        walk
    }

    /// The object that a use means: one that bears the name in its namespace, or is of no namespace; where
    /// kustomize followed one into another namespace, that; else one that nothing bears.
    fn identity(&self, found: &Use) -> Identity {
        let bearers = self.uses.iter().filter(|bearer| {
            bearer.bears && bearer.scope == found.scope && bearer.name == found.name
        });
        let fitting = bearers.filter_map(|bearer| {
            let kind = GroupKind {
                group: bearer.kind.group.clone()?,
                kind: bearer.kind.kind.clone(),
            };
            found.kind.fits(&kind).then_some((bearer, kind))
        });
        let fitting: Vec<_> = fitting.collect();
        let near = fitting.iter().find(|(bearer, _)| {
            bearer.namespace == found.namespace || (bearer.namespace.is_empty() && !found.bears)
        });
        let far = || fitting.first().filter(|_| found.story.followed);
        match near.or_else(far) {
            Some((bearer, kind)) => Identity {
                scope: found.scope,
                kind: kind.clone(),
                namespace: bearer.namespace.clone(),
                name: found.name.clone(),
            },
            None => Identity {
                scope: found.scope,
                kind: GroupKind {
                    group: found.kind.group.clone().unwrap_or_default(),
                    kind: found.kind.kind.clone(),
                },
                namespace: found.namespace.clone(),
                name: found.name.clone(),
            },
        }
    }

    /// Whether a build reads the name at a spot.
    pub fn knows(&self, spot: Spot) -> bool {
        self.by_spot.contains_key(&spot)
    }

    /// Whether the builds tell what is meant at a spot: in one of them something bears the name.
    pub fn decides(&self, spot: Spot) -> bool {
        let uses = self.by_spot.get(&spot).into_iter().flatten();
        uses.into_iter()
            .any(|number| self.is_borne(&self.identities[*number]))
    }

    /// Gives an object another name, by what one of its names becomes.
    pub fn start(&mut self, spot: Spot, new: &str) -> Refused<()> {
        let uses = self.by_spot.get(&spot).cloned().unwrap_or_default();
        // A reference may say the whole name of what has a prefix: then the new name must have it too.
        self.write(
            spot,
            new,
            uses.iter().any(|number| self.uses[*number].bears),
        )?;
        while let Some(spot) = self.queue.pop_front() {
            self.spread(spot)?;
        }
        Ok(())
    }

    /// Notes that the text at a spot becomes another one.
    pub fn write(&mut self, spot: Spot, new: &str, bears: bool) -> Refused<()> {
        if let Some(known) = self.changes.get(&spot) {
            if known.new == new {
                return Ok(());
            }
            return refuse(format!(
                "`{}` in {} is the name of several objects, which would need different new ones (`{}`, `{new}`); \
                 write their names separately first",
                known.old,
                spot.0.path(self.db),
                known.new
            ));
        }
        let tree = tree(self.db, spot.0);
        let Some(written) = scalar_at(&tree, spot.1).filter(|found| found.range.start() == spot.1)
        else {
            return refuse(format!(
                "the name in {} cannot be edited there",
                spot.0.path(self.db)
            ));
        };
        if is_templated(&written.text) {
            return refuse(format!(
                "{} (in {})",
                templated(&written.text),
                spot.0.path(self.db)
            ));
        }
        let uses = self.by_spot.get(&spot).into_iter().flatten();
        let mut scopes: Vec<_> = uses.map(|number| self.uses[*number].scope).collect();
        scopes.dedup();
        self.changes.insert(
            spot,
            Change {
                range: written.range,
                old: written.text,
                new: new.to_owned(),
                bears,
                scopes,
                field: None,
                warnings: Vec::new(),
            },
        );
        self.queue.push_back(spot);
        Ok(())
    }

    /// Notes that a comment says another name.
    pub fn write_comment(&mut self, file: SourceFile, range: TextRange, old: &str, new: &str) {
        let change = Change {
            range,
            old: old.to_owned(),
            new: new.to_owned(),
            bears: false,
            scopes: Vec::new(),
            field: Some("markers"),
            warnings: Vec::new(),
        };
        self.changes.insert((file, range.start()), change);
    }

    /// Whether something in the builds bears one of the new names.
    pub fn any_bearer(&self) -> bool {
        let mut renamed = self.renamed.keys();
        renamed.any(|identity| self.is_borne(identity))
    }

    /// Whether an object of the builds bears a name.
    pub fn is_borne(&self, identity: &Identity) -> bool {
        let uses = self.by_identity.get(identity).into_iter().flatten();
        uses.into_iter().any(|number| self.uses[*number].bears)
    }

    /// From a text that changes to the objects that it names.
    fn spread(&mut self, spot: Spot) -> Refused<()> {
        let Some(new) = self.changes.get(&spot).map(|change| change.new.clone()) else {
            return Ok(());
        };
        for number in self.by_spot.get(&spot).cloned().unwrap_or_default() {
            let found = &self.uses[number];
            let identity = self.identities[number].clone();
            if let Some((how, place)) = &found.story.made_by {
                return refuse(self.made(&identity, *how, place));
            }
            let name = if found.story.followed {
                match self.bearer_of(&identity, &found.story.text) {
                    Some((bearer, (_, prefix, suffix))) => {
                        let (prefix, suffix) = (prefix.clone(), suffix.clone());
                        let base = self.inside(&new, &prefix, &suffix, bearer)?;
                        around(&base, &bearer.story.prefix, &bearer.story.suffix)
                    }
                    None => continue,
                }
            } else {
                around(&new, &found.story.prefix, &found.story.suffix)
            };
            self.rename(identity, name)?;
        }
        Ok(())
    }

    /// What bears the name of an object and was once called `old`.
    fn bearer_of(
        &self,
        identity: &Identity,
        old: &str,
    ) -> Option<(&'a Use, &'a (SmolStr, String, String))> {
        let uses = self.by_identity.get(identity)?;
        uses.iter().find_map(|number| {
            let bearer = &self.uses[*number];
            let name = bearer.story.names.iter().find(|(name, ..)| name == old)?;
            bearer.bears.then_some((bearer, name))
        })
    }

    /// What is between a prefix and a suffix of a new name.
    fn inside(&self, new: &str, prefix: &str, suffix: &str, bearer: &Use) -> Refused<String> {
        let inner = new
            .strip_prefix(prefix)
            .and_then(|rest| rest.strip_suffix(suffix))
            .filter(|inner| !inner.is_empty());
        match inner {
            Some(inner) => Ok(inner.to_owned()),
            None => {
                let place = bearer.story.written.map(|(file, _)| file.path(self.db));
                refuse(format!(
                    "`{new}` would have to be `{prefix}…{suffix}`: the name is `{}` in {}, and gets the rest from \
                     `namePrefix`, `nameSuffix` or a hash",
                    bearer.story.text,
                    place.unwrap_or_default()
                ))
            }
        }
    }

    /// Gives an object another name, and notes what must change for that.
    fn rename(&mut self, identity: Identity, new: String) -> Refused<()> {
        if let Some(known) = self.renamed.get(&identity) {
            if *known == new {
                return Ok(());
            }
            return refuse(format!(
                "{} `{}` would be called both `{known}` and `{new}`",
                identity.kind.kind, identity.name
            ));
        }
        self.renamed.insert(identity.clone(), SmolStr::new(&new));
        let numbers = self.by_identity.get(&identity).cloned().unwrap_or_default();
        let uses = self.uses;
        let mut names: Vec<(SmolStr, String)> = Vec::new();
        for bearer in numbers.iter().map(|number| &uses[*number]) {
            if !bearer.bears {
                continue;
            }
            if bearer.prunes {
                self.prunes.push(identity.clone());
            }
            let story = &bearer.story;
            if let Some((how, place)) = &story.made_by {
                return refuse(self.made(&identity, *how, place));
            }
            let base = self.inside(&new, &story.prefix, &story.suffix, bearer)?;
            for (old, prefix, suffix) in &story.names {
                let new = around(&base, prefix, suffix);
                names.push((old.clone(), new.clone()));
                let key = (identity.kind.clone(), old.clone());
                self.names.insert(key, SmolStr::new(new));
            }
            match story.written {
                Some((file, range)) => self.write((file, range.start()), &base, true)?,
                None => {
                    return refuse(format!(
                        "the name of {} `{}` is in no YAML file of this repository; rename it where it is made",
                        identity.kind.kind, identity.name
                    ));
                }
            }
        }
        if names.is_empty() {
            self.names.insert(
                (identity.kind.clone(), identity.name.clone()),
                SmolStr::new(&new),
            );
        }
        for found in numbers.iter().map(|number| &uses[*number]) {
            if !found.bears {
                self.follow(found, &new, &names)?;
            }
        }
        Ok(())
    }

    /// Notes that a reference must say another name.
    fn follow(&mut self, found: &Use, new: &str, names: &[(SmolStr, String)]) -> Refused<()> {
        let story = &found.story;
        match (&story.made_by, story.written) {
            (Some((How::Replacement, place)), _) => {
                self.copied
                    .extend(place_of_build(self.db, self.root, place));
                Ok(())
            }
            (Some((_, place)), _) => {
                let note = format!(
                    "a reference to `{}` is made by a substitution in {}; change its value by hand",
                    found.name, place.file
                );
                self.notes.push(note);
                Ok(())
            }
            (None, Some((file, range))) => {
                let text = if story.followed {
                    let old = names.iter().find(|(old, _)| *old == story.text);
                    old.map(|(_, new)| new.clone())
                } else {
                    let inner = new.strip_prefix(story.prefix.as_str());
                    let inner = inner.and_then(|inner| inner.strip_suffix(story.suffix.as_str()));
                    inner.map(str::to_owned)
                };
                match text.zip(self.place(file, range, &story.text)) {
                    Some((text, start)) => self.write((file, start), &text, false),
                    None => {
                        self.notes.push(format!(
                            "a reference to `{}` in {} could not be found in its text; change it by hand",
                            found.name,
                            file.path(self.db)
                        ));
                        Ok(())
                    }
                }
            }
            (None, None) => Ok(()),
        }
    }

    /// Where a text begins that is at a place: of what a Flux Kustomization adds, a build knows the block only.
    fn place(&self, file: SourceFile, range: TextRange, text: &str) -> Option<TextSize> {
        let tree = tree(self.db, file);
        let itself = scalar_at(&tree, range.start())
            .filter(|written| written.range.start() == range.start() && written.text == text);
        let found = itself.or_else(|| only_one_within(&tree, range.start(), text))?;
        Some(found.range.start())
    }

    fn made(&self, identity: &Identity, how: How, place: &infragen_kustomize::Place) -> String {
        let at = match place_of_build(self.db, self.root, place) {
            Some((file, range)) => place_in_text(&place.file, tree(self.db, file).text(), range),
            None => place.file.to_string(),
        };
        let by = match how {
            How::Substitution => "a substitution",
            How::Replacement => "a replacement",
            _ => "a transformer",
        };
        let environment = self.scopes[identity.scope].environment.as_deref();
        format!(
            "the name of {} `{}`{} is made by {by} ({at}); change it there",
            identity.kind.kind,
            identity.name,
            environment.map_or(String::new(), |name| format!(" in {name}"))
        )
    }
}

/// `apps/a.yaml:3`
pub(super) fn place_in_text(path: &Utf8Path, text: &str, range: TextRange) -> String {
    let before = text.get(..usize::from(range.start())).unwrap_or(text);
    format!("{path}:{}", before.matches('\n').count() + 1)
}

fn around(base: &str, prefix: &str, suffix: &str) -> String {
    format!("{prefix}{base}{suffix}")
}

/// Why a template is not renamed.
pub(super) fn templated(text: &str) -> String {
    format!("`{text}` is known only after rendering or substitution; change what fills it in")
}
