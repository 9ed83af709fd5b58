//! A rename from its beginning to its edits.

use infragen_flux::known::NAMESPACE;
use infragen_flux::names::not_a_name;
use infragen_flux::{GroupKind, is_templated};
use infragen_syntax::Node;
use infragen_workspace::{
    Db, DefinedBy, Definition, Directory, Root, SourceFile, definitions, facts, is_patch_file,
    namespace_of, references_to, target, tree,
};
use smol_str::SmolStr;

use super::effective::{Scope, scopes, uses};
use super::layers::{Above, Choice, choices_in};
use super::report::report;
use super::walk::{Spot, Walk, place_in_text, templated};
use super::{Refused, Rename, refuse};
use crate::below::{files_acted_on, objects_in};
use crate::subject::{What, reference_of, subjects};
use crate::target::named_by;
use crate::written::{Written, scalar_at};

/// Renames what is called by its names at some places.
pub(super) fn rename(
    db: &dyn Db,
    root: Root,
    starts: &[(SourceFile, Written)],
    new: &str,
) -> Refused<Rename> {
    for (_, written) in starts {
        if is_templated(&written.text) {
            return refuse(templated(&written.text));
        }
    }
    if starts.iter().all(|(_, written)| written.text == new) {
        return Ok(Rename::default());
    }
    if new.is_empty() || is_templated(new) || new.chars().any(char::is_whitespace) {
        return refuse(format!("`{}` is no name of an object", new.escape_debug()));
    }
    let scopes = scopes(db, root);
    let mut plan = Plan::new(db, root, &scopes);
    // Names that no build knows lead to definitions first, and those may be called otherwise.
    let mut spots = Vec::new();
    for (file, written) in starts {
        spots.extend(plan.spots_of(*file, written)?);
    }
    let names: Vec<String> = spots.iter().map(|(_, name)| name.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let uses = uses(db, root, &scopes, &names);
    let mut walk = Walk::new(db, root, &scopes, &uses);
    for (file, written) in starts {
        let spot = (*file, written.range.start());
        if walk.knows(spot) {
            walk.start(spot, new)?;
        }
    }
    if !walk.any_bearer() {
        for (spot, _) in &spots {
            if !walk.changes.contains_key(spot) {
                plan.begin(&mut walk, *spot, new)?;
            }
        }
    }
    plan.follow(&mut walk, starts, new)?;
    plan.layers(&mut walk)?;
    plan.copies(&mut walk);
    plan.check(&walk)?;
    report(db, root, &scopes, walk)
}

struct Plan<'a> {
    db: &'a dyn Db,
    root: Root,
    scopes: &'a [Scope],
    /// Old names that definitions give which no build has, by kind.
    loose: Vec<(GroupKind, SmolStr)>,
}

impl<'a> Plan<'a> {
    fn new(db: &'a dyn Db, root: Root, scopes: &'a [Scope]) -> Plan<'a> {
        Plan {
            db,
            root,
            scopes,
            loose: Vec::new(),
        }
    }

    /// The place itself where it is the name of an object, else where the objects get their name that it means;
    /// each with what is written there.
    fn spots_of(&self, file: SourceFile, written: &Written) -> Refused<Vec<(Spot, String)>> {
        let own = ((file, written.range.start()), written.text.clone());
        let mut spots = vec![own];
        let at = written.range.start();
        let facts = facts(self.db, file);
        for subject in subjects(self.db, file, at) {
            let What::Reference {
                object, reference, ..
            } = subject.what
            else {
                continue;
            };
            if let Some((object, reference)) = reference_of(&facts, object, reference)
                && reference.name.range.start() == at
            {
                for definition in named_by(self.db, file, object, reference) {
                    spots.extend(self.spot_of(&definition)?);
                }
            }
        }
        for (directory, choice) in choices_in(self.db, file) {
            if choice.range == written.range {
                spots.extend(self.chosen(directory, &choice)?);
            }
        }
        Ok(spots)
    }

    /// Where the objects get their names that a choice in a file means.
    fn chosen(&self, directory: Directory, choice: &Choice) -> Refused<Vec<(Spot, String)>> {
        let mut spots = Vec::new();
        let mut kinds: Vec<GroupKind> = Vec::new();
        for (kind, definition) in self.taken_by(directory, choice) {
            spots.extend(self.spot_of(&definition)?);
            kinds.push(kind);
        }
        kinds.dedup();
        let named = spots.iter().all(|(_, name)| *name == choice.text);
        if !named || kinds.len() > 1 {
            return refuse(format!(
                "`{}` may mean several objects; rename the one that is meant at its own name",
                choice.text
            ));
        }
        Ok(spots)
    }

    /// The objects that a choice of a directory's layer takes.
    fn taken_by(&self, directory: Directory, choice: &Choice) -> Vec<(GroupKind, Definition)> {
        let files = files_acted_on(self.db, directory);
        let objects = objects_in(self.db, &files).filter_map(|definition| {
            let target = target(self.db, &definition).filter(|_| self.is_first(&definition))?;
            let taken = choice.is_about(&target.kind.group, &target.kind.kind, &[])
                && choice.takes(&target.name);
            taken.then_some((target.kind, definition))
        });
        objects.collect()
    }

    /// Where a definition gets its name.
    fn spot_of(&self, definition: &Definition) -> Refused<Option<(Spot, String)>> {
        let Some(target) = target(self.db, definition) else {
            return Ok(None);
        };
        let tree = tree(self.db, target.file);
        let Some(written) = scalar_at(&tree, target.name_range.start()) else {
            return Ok(None);
        };
        let borrowed = written.text != target.name.as_str()
            || matches!(definition.by, DefinedBy::Made(object, _) if {
                let facts = facts(self.db, target.file);
                let maker = facts.objects.get(object as usize);
                maker.is_some_and(|maker| {
                    let namespace = maker.namespace.as_ref();
                    namespace.is_some_and(|namespace| namespace.range == target.name_range)
                })
            });
        if borrowed {
            return refuse(format!(
                "the {} `{}` is made by an object in {} that gives it no name of its own: it is called as its \
                 namespace; write `name` there first",
                target.kind.kind,
                target.name,
                target.file.path(self.db)
            ));
        }
        Ok(Some(((target.file, written.range.start()), written.text)))
    }

    /// Renames at a place that no build knows, or where nothing in a build bears the name.
    fn begin(&mut self, walk: &mut Walk<'_>, spot: Spot, new: &str) -> Refused<()> {
        let here = self.definitions_at(spot);
        for (kind, definition) in &here {
            if let Some(target) = target(self.db, definition) {
                self.loose.push((kind.clone(), target.name));
            }
        }
        if walk.knows(spot) {
            return walk.start(spot, new);
        }
        if !here.is_empty() {
            walk.write(spot, new, true)?;
        }
        Ok(())
    }

    /// Whether something is an object of its own: generators may also change those of layers below.
    fn is_first(&self, definition: &Definition) -> bool {
        let DefinedBy::Generator(number) = definition.by else {
            return true;
        };
        let facts = facts(self.db, definition.file);
        let generators = facts.kustomization.as_ref().map(|layer| &layer.generators);
        generators
            .and_then(|generators| generators.get(number as usize))
            .is_some_and(|generator| !generator.changes)
    }

    /// What gets its name at a place; what stands in patches is no object.
    fn definitions_at(&self, (file, start): Spot) -> Vec<(GroupKind, Definition)> {
        if is_patch_file(self.db, file) {
            return Vec::new();
        }
        let tree = tree(self.db, file);
        let facts = facts(self.db, file);
        let mut all: Vec<Definition> = objects_in(self.db, &[file]).collect();
        for (number, object) in (0..).zip(&facts.objects) {
            let made = (0..).zip(&object.makes).map(|(at, made)| Definition {
                file,
                by: DefinedBy::Made(number, at),
                namespace: made.namespace.clone(),
            });
            all.extend(made.filter(|_| !object.in_patch));
        }
        let here = all.into_iter().filter_map(|definition| {
            let target = target(self.db, &definition).filter(|_| self.is_first(&definition))?;
            let written = scalar_at(&tree, target.name_range.start())?;
            (written.range.start() == start && written.text == target.name.as_str())
                .then_some((target.kind, definition))
        });
        here.collect()
    }

    /// The definitions whose names change, with what they are called now and afterwards.
    fn renamed(&self, walk: &Walk<'_>) -> Vec<(GroupKind, Definition)> {
        let spots = walk.changes.iter().filter(|(_, change)| change.bears);
        spots
            .flat_map(|(spot, _)| self.definitions_at(*spot))
            .collect()
    }

    /// Adds the references that no build reads.
    fn follow(
        &mut self,
        walk: &mut Walk<'_>,
        starts: &[(SourceFile, Written)],
        new: &str,
    ) -> Refused<()> {
        loop {
            let before = walk.changes.len();
            let renamed = self.renamed(walk);
            if renamed.is_empty() {
                let text = starts
                    .first()
                    .map_or("", |(_, written)| written.text.as_str());
                return refuse(format!(
                    "no file of this repository defines `{text}`: it comes into being in the cluster, or is in \
                     another repository or a bundle; rename it there"
                ));
            }
            let mut names: Vec<(GroupKind, SmolStr, SmolStr)> = walk
                .names
                .iter()
                .map(|((kind, old), new)| (kind.clone(), old.clone(), new.clone()))
                .collect();
            for (kind, definition) in &renamed {
                if let Some(target) = target(self.db, definition)
                    && !names
                        .iter()
                        .any(|(other, old, _)| other == kind && *old == target.name)
                {
                    names.push((kind.clone(), target.name, new.into()));
                }
            }
            for (kind, old, new) in names {
                self.follow_references(walk, &renamed, &kind, &old, &new)?;
            }
            if walk.changes.len() == before {
                return Ok(());
            }
        }
    }

    fn follow_references(
        &mut self,
        walk: &mut Walk<'_>,
        renamed: &[(GroupKind, Definition)],
        kind: &GroupKind,
        old: &SmolStr,
        new: &SmolStr,
    ) -> Refused<()> {
        let db = self.db;
        for site in references_to(db, self.root, kind, old, None) {
            let facts = facts(db, site.file);
            let Some((object, reference)) = site.in_facts(&facts) else {
                continue;
            };
            let range = reference.name.range;
            let tree = tree(db, site.file);
            let is_marker = object.is_none();
            let spot = match scalar_at(&tree, range.start()).filter(|_| !is_marker) {
                Some(written) => (site.file, written.range.start()),
                None => (site.file, range.start()),
            };
            if range.is_empty() || walk.changes.contains_key(&spot) || walk.decides(spot) {
                continue;
            }
            let named = named_by(db, site.file, object, reference);
            if !named
                .iter()
                .any(|one| renamed.iter().any(|(_, other)| other == one))
            {
                continue;
            }
            if is_marker {
                walk.write_comment(site.file, range, old, new);
            } else if walk.knows(spot) {
                // A build that no environment makes has the reference, and not what it means.
                walk.start(spot, new)?;
            } else {
                walk.write(spot, new, false)?;
            }
            for definition in named {
                let Some((other, _)) = self.spot_of(&definition)? else {
                    continue;
                };
                if walk.changes.contains_key(&other) {
                    continue;
                }
                if walk.knows(other) {
                    if let Some(change) = walk.changes.get_mut(&spot) {
                        change.warnings.push(format!(
                            "it may also mean the {} `{old}` in {}, which keeps its name",
                            kind.kind,
                            definition.file.path(db)
                        ));
                    }
                } else {
                    self.begin(walk, other, new)?;
                }
            }
        }
        Ok(())
    }

    /// Adds what chooses the objects by their names, in the layers above them.
    fn layers(&self, walk: &mut Walk<'_>) -> Refused<()> {
        let renamed = self.renamed(walk);
        let mut files: Vec<SourceFile> = renamed.iter().map(|(_, one)| one.file).collect();
        files.sort();
        files.dedup();
        for file in files {
            let above = Above::of(self.db, file);
            for (directory, choice) in above.choices(self.db) {
                let of_file = renamed.iter().filter(|(_, one)| one.file == file);
                for (kind, definition) in of_file {
                    self.choice(walk, &renamed, (kind, definition), directory, &choice)?;
                }
            }
        }
        Ok(())
    }

    /// Tells of references that a replacement or a var makes out of something that does not change.
    fn copies(&self, walk: &mut Walk<'_>) {
        let mut copied = std::mem::take(&mut walk.copied);
        copied.sort_by_key(|(file, range)| (*file, range.start()));
        copied.dedup();
        for (file, range) in copied {
            let tree = tree(self.db, file);
            let around = tree.nodes_at(range.start()).into_iter();
            let follows = around.filter(|node| node.is_mapping()).any(|entry| {
                let source = entry.get("source").or_else(|| entry.get("objref"));
                let name = source.and_then(|source| source.get("name")?.spanned_str());
                let field = source
                    .and_then(|source| source.get("fieldPath"))
                    .or_else(|| entry.at(&["fieldref", "fieldpath"]))
                    .and_then(Node::as_str);
                let of_name = field.is_none_or(|field| field == "metadata.name");
                let spot = name.map(|name| (file, name.range.start()));
                of_name && spot.is_some_and(|spot| walk.changes.contains_key(&spot))
            });
            if !follows {
                walk.notes.push(format!(
                    "a reference is a copy of another value, made in {}; look at it",
                    place_in_text(&file.path(self.db), tree.text(), range)
                ));
            }
        }
    }

    fn choice(
        &self,
        walk: &mut Walk<'_>,
        renamed: &[(GroupKind, Definition)],
        (kind, definition): (&GroupKind, &Definition),
        directory: Option<Directory>,
        choice: &Choice,
    ) -> Refused<()> {
        let spot = (choice.file, choice.range.start());
        if walk.changes.contains_key(&spot) {
            return Ok(());
        }
        let Some(target) = target(self.db, definition) else {
            return Ok(());
        };
        let names = self.names_of(walk, kind, definition, &target.name);
        let namespaces: Vec<SmolStr> = self.namespaces_of(walk, kind, definition, &names);
        let namespaces: Vec<&str> = namespaces.iter().map(SmolStr::as_str).collect();
        if !choice.is_about(&kind.group, &kind.kind, &namespaces) {
            return Ok(());
        }
        let keeps: Vec<_> = directory
            .map(|directory| self.taken_by(directory, choice))
            .unwrap_or_default()
            .into_iter()
            .filter(|one| !renamed.contains(one))
            .collect();
        let found = names
            .iter()
            .find_map(|(old, new)| Some((old, choice.with(old, new)?)));
        if let Some((old, text)) = found {
            let warning = keeps.first().map(|(kind, one)| {
                format!(
                    "it also chooses the {} `{old}` in {}, which keeps its name",
                    kind.kind,
                    one.file.path(self.db)
                )
            });
            let text = match (&warning, choice.pattern && choice.text == **old) {
                (Some(_), true) => format!("{old}|{text}"),
                _ => text,
            };
            walk.write(spot, &text, false)?;
            if let Some(change) = walk.changes.get_mut(&spot) {
                change.field = Some(choice.field);
                change.warnings.extend(warning);
            }
            return Ok(());
        }
        let before = names.iter().any(|(old, _)| choice.takes(old));
        let after = names.iter().any(|(_, new)| choice.takes(new));
        if before != after {
            let note = format!(
                "the pattern `{}` in {} {}; look at it",
                choice.text,
                choice.file.path(self.db),
                if before {
                    format!("matched the {} and will no longer", kind.kind)
                } else {
                    format!("did not match the {} and will", kind.kind)
                }
            );
            if !walk.notes.contains(&note) {
                walk.notes.push(note);
            }
        }
        Ok(())
    }

    /// What a definition is called, in all layers, before and afterwards.
    fn names_of(
        &self,
        walk: &Walk<'_>,
        kind: &GroupKind,
        definition: &Definition,
        name: &SmolStr,
    ) -> Vec<(SmolStr, SmolStr)> {
        let spot = self.spot_of(definition).ok().flatten();
        let change = spot.and_then(|(spot, _)| walk.changes.get(&spot));
        let mut names: Vec<(SmolStr, SmolStr)> = change
            .map(|change| (name.clone(), SmolStr::new(&change.new)))
            .into_iter()
            .collect();
        let others = walk
            .names
            .iter()
            .filter(|((of, old), _)| of == kind && old != name);
        names.extend(others.map(|((_, old), new)| (old.clone(), new.clone())));
        names
    }

    /// The namespaces that a definition may be in: kustomize takes one that is not written for `default`, until a
    /// layer gives another one.
    fn namespaces_of(
        &self,
        walk: &Walk<'_>,
        kind: &GroupKind,
        definition: &Definition,
        names: &[(SmolStr, SmolStr)],
    ) -> Vec<SmolStr> {
        let default = || SmolStr::new_static("default");
        let mut found = vec![definition.namespace.clone().unwrap_or_else(default)];
        let identities = walk.renamed.keys().filter(|identity| {
            identity.kind == *kind && names.iter().any(|(old, _)| *old == identity.name)
        });
        found.extend(identities.map(|identity| identity.namespace.clone()));
        found.retain(|namespace| !namespace.is_empty());
        found
    }

    /// Refuses names that Kubernetes refuses, and those that are taken.
    fn check(&self, walk: &Walk<'_>) -> Refused<()> {
        for (kind, definition) in self.renamed(walk) {
            if kind == *NAMESPACE {
                return refuse(
                    "a namespace is named by every object in it, also by those that no file writes down; \
                     make a new one and move the objects",
                );
            }
            if kind.kind == "CustomResourceDefinition" {
                return refuse(
                    "the name of a CustomResourceDefinition is that of its plural and its group; change those",
                );
            }
            let Some(target) = target(self.db, &definition) else {
                continue;
            };
            for (_, new) in self.names_of(walk, &kind, &definition, &target.name) {
                if let Some(reason) = not_a_name(&kind, &new) {
                    return refuse(format!("`{new}` is no name for a {}: {reason}", kind.kind));
                }
                let namespace = namespace_of(self.db, &definition);
                let taken = definitions(self.db, self.root, &kind, &new)
                    .into_iter()
                    .find(|other| {
                        let spot = self.spot_of(other).ok().flatten();
                        let built = spot.is_some_and(|(spot, _)| walk.knows(spot));
                        !built
                            && !self.is_built(walk, &definition)
                            && namespace.is_some()
                            && namespace_of(self.db, other) == namespace
                    });
                if let Some(taken) = taken {
                    return self.taken(&kind, &new, None, &taken.file.path(self.db));
                }
            }
        }
        for (identity, new) in &walk.renamed {
            let scope = &self.scopes[identity.scope];
            let holder = scope.holder(self.db, &identity.kind, &identity.namespace, new);
            let leaves = walk.renamed.keys().any(|other| {
                other.scope == identity.scope
                    && other.kind == identity.kind
                    && other.namespace == identity.namespace
                    && other.name == *new
            });
            if let Some(file) = holder.filter(|_| !leaves) {
                return self.taken(&identity.kind, new, scope.environment.as_deref(), &file);
            }
        }
        Ok(())
    }

    fn is_built(&self, walk: &Walk<'_>, definition: &Definition) -> bool {
        let spot = self.spot_of(definition).ok().flatten();
        spot.is_some_and(|(spot, _)| walk.knows(spot))
    }

    fn taken(
        &self,
        kind: &GroupKind,
        name: &str,
        environment: Option<&str>,
        file: &camino::Utf8Path,
    ) -> Refused<()> {
        refuse(format!(
            "there is a {} `{name}` in the same namespace already{} ({file}); choose another name",
            kind.kind,
            environment.map_or(String::new(), |name| format!(" in {name}"))
        ))
    }
}
