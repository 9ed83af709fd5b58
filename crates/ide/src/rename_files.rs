//! What must be edited when files and folders get other places: whoever names them, and what they name themselves.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_flux::artifact::ArtifactCopy;
use infragen_flux::known::EXTERNAL_ARTIFACT;
use infragen_flux::{FileFacts, KindName, ObjectFacts, PathFact, SourceIgnore, is_templated};
use infragen_kustomize::{Field, is_kustomization_file_name, join};
use infragen_rules::{FileEdits, path_target};
use infragen_syntax::{Spanned, TextRange, TextSize};
use infragen_workspace::{
    Child, Db, Directory, Found, PathTarget, Root, SourceFile, appliers, environments, facts, find,
    is_own_source, kustomization_file, relative, secure, tree,
};

use smol_str::SmolStr;

use crate::below::files_below;
use crate::rename::{Rename, RenameChange};
use crate::subject::applied;
use crate::written::{NewText, Written, edits, scalar_at};

mod patches;
use patches::paths_in_patches;

/// What moving files and folders changes in the texts of files, which are named as they are before. Paths are from
/// the root; each pair is an old place and a new one, where nothing is yet.
pub fn rename_files(db: &dyn Db, root: Root, moves: &[(Utf8PathBuf, Utf8PathBuf)]) -> Rename {
    let mut search = Search {
        db,
        root,
        moves,
        changes: BTreeMap::new(),
        notes: Vec::new(),
    };
    let mut open: Vec<Directory> = root.top(db).into_iter().collect();
    while let Some(directory) = open.pop() {
        for file in directory.files(db) {
            search.file(file);
        }
        open.extend(directory.directories(db));
    }
    search.settings();
    search.left_behind();
    search.finish()
}

struct Search<'a> {
    db: &'a dyn Db,
    root: Root,
    moves: &'a [(Utf8PathBuf, Utf8PathBuf)],
    changes: BTreeMap<SourceFile, Vec<(Written, String)>>,
    notes: Vec<String>,
}

impl Search<'_> {
    /// Where a path is afterwards.
    fn moved(&self, path: &Utf8Path) -> Utf8PathBuf {
        let nearest = self
            .moves
            .iter()
            .filter_map(|(from, to)| Some((from, to, path.strip_prefix(from).ok()?)))
            .max_by_key(|(from, ..)| from.as_str().len());
        match nearest {
            Some((_, to, rest)) if rest.as_str().is_empty() => to.clone(),
            Some((_, to, rest)) => to.join(rest),
            None => path.to_owned(),
        }
    }

    fn file(&mut self, file: SourceFile) {
        let facts = facts(self.db, file);
        self.entries(file, &facts);
        for object in &facts.objects {
            for path in &object.paths {
                self.path_of_source(file, object, path);
            }
            for copy in &object.copies {
                self.copy(file, copy);
            }
            self.components(file, object);
        }
        for (file, path) in paths_in_patches(self.db, file) {
            self.path_in_patch(file, &path);
        }
    }

    /// Tells of a layer that would be inside of one that it takes in, also at second hand.
    fn cycle(&mut self, file: SourceFile) {
        let directory = file.directory(self.db);
        let now = self.moved(directory.path(self.db));
        let moves = now != *directory.path(self.db);
        if !moves && !self.moves.iter().any(|(_, to)| now.starts_with(to)) {
            return;
        }
        for below in files_below(self.db, directory) {
            let inner = below.directory(self.db).path(self.db);
            let there = self.moved(inner);
            if below.is_kustomization_file(self.db)
                && now.starts_with(&there)
                && !directory.path(self.db).starts_with(inner)
            {
                self.notes.push(format!(
                    "`{now}` would be inside of `{there}`, which it takes in: kustomize calls that a cycle"
                ));
            }
        }
    }

    /// The paths of a kustomization file, relative to where it is.
    fn entries(&mut self, file: SourceFile, facts: &FileFacts) {
        if facts.kustomization.is_some() {
            self.cycle(file);
        }
        let entries = facts.kustomization.iter().flat_map(|layer| &layer.entries);
        for entry in entries {
            let directory = file.directory(self.db);
            let from = directory.path(self.db);
            let target = join(from, &entry.path.value);
            if !self.is_there(&target) {
                continue;
            }
            let now = self.moved(&file.path(self.db));
            let now = now.parent().unwrap_or(Utf8Path::new(""));
            let Some(written) = self.written(file, entry.path.range) else {
                continue;
            };
            let new = self.relative(&target, now, &entry.path.value);
            let key = written.text.split_once('=').map(|(key, _)| key.to_owned());
            let text = match (entry.field, key) {
                (Field::GeneratorFiles, Some(key)) => format!("{key}={new}"),
                // The key is the name of the file: it stays what it was.
                (Field::GeneratorFiles, None) => {
                    let old = target.file_name().unwrap_or_default();
                    match self.moved(&target).file_name() == Some(old) {
                        true => new,
                        false => format!("{old}={new}"),
                    }
                }
                _ => new,
            };
            self.change(file, written, text);
        }
    }

    /// A path as it is written from a directory afterwards: as it was, where it still leads there.
    fn relative(&self, target: &Utf8Path, now: &Utf8Path, old: &str) -> String {
        let there = self.moved(target);
        match *join(now, old) == *there {
            true => old.to_owned(),
            false => in_style(old, relative(now, &there)),
        }
    }

    fn is_there(&self, path: &Utf8Path) -> bool {
        let found = self
            .root
            .top(self.db)
            .map(|top| find(self.db, top, path.as_str()));
        !matches!(found, None | Some(Found::Missing | Found::Outside))
    }

    /// A path from the top of a source.
    fn path_of_source(&mut self, file: SourceFile, object: &ObjectFacts, path: &PathFact) {
        if is_templated(&path.path.value) {
            return self.template(file, &path.path.value);
        }
        let cut = secure(&path.path.value);
        let here = match path_target(self.db, file, object, path) {
            PathTarget::Here {
                found: Found::Directory(directory),
                ..
            } => Some(directory),
            // A patch says nothing of the source, and the sync of a FluxInstance is the source: there it means this
            // repository if it leads somewhere.
            PathTarget::Elsewhere if source_of(object, path).is_none() => self.directory(&cut),
            _ => None,
        };
        let Some(directory) = here.filter(|_| !cut.is_empty()) else {
            return;
        };
        let old = directory.path(self.db);
        let new = match old == cut.as_str() {
            true => Some(self.moved(old).into_string()),
            false => self.in_artifact(object, path, &cut),
        };
        match new {
            Some(new) => self.set_path(file, &path.path, new),
            None => {
                let there = self.moved(old);
                if there != *old {
                    self.notes.push(format!(
                        "`{}` in {} leads to `{old}` in the artifact of an ArtifactGenerator, which does not take in \
                         `{there}`: what is there is not applied any more",
                        path.path.value,
                        file.path(self.db)
                    ));
                }
            }
        }
    }

    /// A path that a JSON6902 patch gives to Flux Kustomizations: it means this repository if it leads somewhere.
    fn path_in_patch(&mut self, file: SourceFile, path: &Spanned<SmolStr>) {
        if is_templated(&path.value) {
            return self.template(file, &path.value);
        }
        let cut = secure(&path.value);
        if let Some(directory) = self.directory(&cut).filter(|_| !cut.is_empty()) {
            let old = directory.path(self.db);
            if *old == cut {
                self.set_path(file, path, self.moved(old).into_string());
            }
        }
    }

    /// Writes a path from the top of a source as the old one is written.
    fn set_path(&mut self, file: SourceFile, path: &Spanned<SmolStr>, new: String) {
        if let Some(written) = self.written(file, path.range) {
            let text = match secure(&path.value) == new {
                true => path.value.to_string(),
                false => in_style(&path.value, new),
            };
            self.change(file, written, text);
        }
    }

    fn directory(&self, path: &str) -> Option<Directory> {
        match find(self.db, self.root.top(self.db)?, path) {
            Found::Directory(directory) => Some(directory),
            _ => None,
        }
    }

    /// A path in an artifact that an ArtifactGenerator puts together, afterwards.
    fn in_artifact(&self, object: &ObjectFacts, path: &PathFact, cut: &str) -> Option<String> {
        let (kind, name) = source_of(object, path)?;
        if kind != EXTERNAL_ARTIFACT.kind {
            return None;
        }
        let mut open: Vec<Directory> = self.root.top(self.db).into_iter().collect();
        while let Some(directory) = open.pop() {
            for file in directory.files(self.db) {
                let facts = facts(self.db, file);
                let copies = facts.objects.iter().flat_map(|object| &object.copies);
                let found = copies
                    .filter(|copy| copy.artifact == name && self.is_own(copy))
                    .find_map(|copy| {
                        let source = copy.source_path(cut)?;
                        self.directory(&source)?;
                        let from = self.moved(Utf8Path::new(copy.from.as_str()));
                        let there = self.moved(Utf8Path::new(&source));
                        let inside = there.strip_prefix(&from).ok()?.to_owned();
                        let copy = ArtifactCopy {
                            from: from.as_str().into(),
                            ..copy.clone()
                        };
                        Some(join(Utf8Path::new(&copy.target()), inside.as_str()).to_string())
                    });
                if found.is_some() {
                    return found;
                }
            }
            open.extend(directory.directories(self.db));
        }
        None
    }

    fn is_own(&self, copy: &ArtifactCopy) -> bool {
        let (kind, name) = &copy.source;
        is_own_source(self.db, self.root, kind, name)
    }

    /// What an ArtifactGenerator copies from this repository.
    fn copy(&mut self, file: SourceFile, copy: &ArtifactCopy) {
        if copy.from.is_empty()
            || !self.is_own(copy)
            || !self.is_there(Utf8Path::new(copy.from.as_str()))
        {
            return;
        }
        let new = self.moved(Utf8Path::new(copy.from.as_str()));
        if new == copy.from.as_str() {
            return;
        }
        if let Some(written) = self.written(file, copy.range) {
            let text = written.text.replacen(copy.from.as_str(), new.as_str(), 1);
            self.change(file, written, text);
        }
    }

    /// `spec.components` of a Flux Kustomization: relative to its path.
    fn components(&mut self, file: SourceFile, object: &ObjectFacts) {
        if object.components.is_empty() || object.in_patch {
            return;
        }
        let Some(directory) = applied(self.db, file, object) else {
            return;
        };
        let from = directory.path(self.db).clone();
        let now = self.moved(&from);
        for component in &object.components {
            let target = join(&from, &component.value);
            if is_templated(&component.value) || !self.is_there(&target) {
                continue;
            }
            let text = self.relative(&target, &now, &component.value);
            if let Some(written) = self.written(file, component.range) {
                self.change(file, written, text);
            }
        }
    }

    /// The paths of `.infragen.yaml`.
    fn settings(&mut self) {
        let top = self.root.top(self.db);
        let Some(Child::File(file)) = top.and_then(|top| top.child(self.db, ".infragen.yaml"))
        else {
            return;
        };
        let file = *file;
        let tree = tree(self.db, file);
        let Some(root) = tree.document(0).and_then(|document| document.root()) else {
            return;
        };
        let bundles = root.get("bundles").into_iter();
        let bundles = bundles.flat_map(|bundles| bundles.own_entries().map(|entry| entry.value));
        let environments = root.get("environments").into_iter();
        let environments = environments
            .flat_map(|all| all.own_entries())
            .filter_map(|entry| entry.value.get("path"));
        for node in bundles.chain(environments) {
            let Some(path) = node.spanned_str() else {
                continue;
            };
            let target = Utf8PathBuf::from(secure(path.value));
            if path.value.starts_with("..") || !self.is_there(&target) {
                continue;
            }
            let new = self.moved(&target);
            if let Some(written) = self.written(file, path.range).filter(|_| new != target) {
                let text = in_style(path.value, new.into_string());
                self.change(file, written, text);
            }
        }
    }

    /// A path that is known only after substitution.
    fn template(&mut self, file: SourceFile, path: &str) {
        let literal = path.split(['$', '<', '{']).next().unwrap_or_default();
        let literal = secure(literal.rsplit_once('/').map_or("", |(above, _)| above));
        let may_lead_there = |(from, _): &&(Utf8PathBuf, Utf8PathBuf)| {
            !literal.is_empty()
                && self.directory(from.as_str()).is_some()
                && (from.starts_with(&literal) || Utf8Path::new(&literal).starts_with(from))
        };
        if self.moves.iter().find(may_lead_there).is_some() {
            self.notes.push(format!(
                "`{path}` in {} may lead to what moves; look at it",
                file.path(self.db)
            ));
        }
    }

    /// What no edit keeps right: a directory that loses its kustomization file, or that Flux takes as a whole.
    fn left_behind(&mut self) {
        for (from, to) in self.moves {
            let name = from.file_name().unwrap_or_default();
            let stays = from.parent() == to.parent()
                && is_kustomization_file_name(to.file_name().unwrap_or_default());
            if is_kustomization_file_name(name) && !stays {
                self.notes.push(format!(
                    "`{}` has no kustomization file any more",
                    from.parent().map_or(".", Utf8Path::as_str)
                ));
            }
            let ignore = SourceIgnore::default();
            let left_out = |path: &Utf8Path| {
                let mut above = path.ancestors();
                above.any(|above| ignore.leaves_out(above, true).is_some())
            };
            if left_out(to) && !left_out(from) {
                self.notes.push(format!(
                    "`{to}` is where Flux's sources look at nothing: what is there is not applied"
                ));
            }
            let old = taken_as_a_whole(self.db, self.root, from);
            let new = taken_as_a_whole(self.db, self.root, to);
            let whole = "which Flux applies as a whole: what it defines is applied";
            for directory in old.iter().filter(|directory| !new.contains(directory)) {
                let directory = directory.path(self.db);
                self.notes
                    .push(format!("`{from}` leaves `{directory}`, {whole} no longer"));
            }
            for directory in new.iter().filter(|directory| !old.contains(directory)) {
                let directory = directory.path(self.db);
                self.notes.push(format!(
                    "`{from}` comes into `{directory}`, {whole} there too"
                ));
            }
        }
    }

    /// What is written at a place of a file.
    fn written(&self, file: SourceFile, range: TextRange) -> Option<Written> {
        let tree = tree(self.db, file);
        let end = range.end();
        let offset = if range.is_empty() {
            range.start()
        } else {
            end - TextSize::from(1)
        };
        scalar_at(&tree, offset)
    }

    fn change(&mut self, file: SourceFile, written: Written, text: String) {
        if written.text == text {
            return;
        }
        let changes = self.changes.entry(file).or_default();
        if !changes
            .iter()
            .any(|(known, _)| known.range == written.range)
        {
            changes.push((written, text));
        }
    }

    fn finish(mut self) -> Rename {
        let mut all = Vec::new();
        for (file, changes) in &self.changes {
            let texts: Vec<NewText<'_>> = changes
                .iter()
                .map(|(written, new)| NewText {
                    range: written.range,
                    old: &written.text,
                    new,
                })
                .collect();
            match edits(&tree(self.db, *file), &texts) {
                Ok(edits) => all.push(FileEdits { file: *file, edits }),
                Err(reason) => self.notes.push(format!(
                    "{} could not be edited: {reason}",
                    file.path(self.db)
                )),
            }
        }
        all.sort_by_cached_key(|edits| edits.file.path(self.db));
        Rename {
            changes: (!all.is_empty())
                .then(|| RenameChange {
                    label: "Paths".to_owned(),
                    description: None,
                    confirm: false,
                    edits: all,
                })
                .into_iter()
                .collect(),
            notes: self.notes,
        }
    }
}

/// Kind and name of the source that a path is of.
fn source_of<'o>(object: &'o ObjectFacts, path: &PathFact) -> Option<(&'o str, &'o str)> {
    let mut sources = object.references.iter();
    let source = sources
        .find(|reference| !path.row.source.is_empty() && reference.row.path == path.row.source)?;
    match &source.kind {
        KindName::Known(kind) => Some((&kind.kind, &source.name.value)),
        _ => Some(("", &source.name.value)),
    }
}

/// The directories without a kustomization file that Flux applies with all that is below, and that a place is below.
fn taken_as_a_whole(db: &dyn Db, root: Root, place: &Utf8Path) -> Vec<Directory> {
    let entries = environments(db, root);
    let mut found = Vec::new();
    let above = place.ancestors().skip(1).filter_map(|above| {
        match find(db, root.top(db)?, above.as_str()) {
            Found::Directory(directory) => Some(directory),
            _ => None,
        }
    });
    for directory in above {
        if kustomization_file(db, directory).is_some() {
            break;
        }
        let is_entry = || entries.iter().any(|one| one.path == *directory.path(db));
        if !appliers(db, root, directory).is_empty() || is_entry() {
            found.push(directory);
        }
    }
    found
}

/// A path written as another one is: with `./` in front and `/` behind where that has them.
fn in_style(old: &str, new: String) -> String {
    let dotted = old.starts_with("./") && !new.starts_with("..");
    let rooted = old.starts_with('/');
    let before = match () {
        () if rooted => "/",
        () if dotted && new != "." => "./",
        () => "",
    };
    let behind = if old.ends_with('/') && !new.ends_with('/') && !new.is_empty() {
        "/"
    } else {
        ""
    };
    format!("{before}{new}{behind}")
}

#[cfg(test)]
mod tests;
