//! A variable gets another name: where it is set, and wherever it is used, in every environment.

use infragen_flux::substitute::{NAME_PATTERN, is_variable_name};
use infragen_rules::FileEdits;
use infragen_syntax::{TextEdit, TextRange, TextSize};
use infragen_workspace::{
    Db, DefinedIn, Found, SourceFile, VariableDefinition, importers, variable_receivers,
    variable_uses, variable_uses_in_files,
};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::references::files_using;
use super::symbol::{Applied, putting, symbol_at};
use super::values::place;
use crate::rename::{Refused, Rename, RenameChange, layers_above, refuse};

/// The name of the variable at an offset; none where there is no variable.
pub(crate) fn prepare_rename(
    db: &dyn Db,
    file: SourceFile,
    offset: TextSize,
) -> Option<(TextRange, String)> {
    let symbol = symbol_at(db, file, offset)?;
    Some((symbol.name_range, symbol.name.to_string()))
}

/// Renames the variable at an offset; none where there is no variable.
///
/// # Errors
/// Where the new name is no name or is taken, or the variable is set in an encrypted file, in a file that is no YAML,
/// or nowhere in the repository.
pub(crate) fn rename(
    db: &dyn Db,
    file: SourceFile,
    offset: TextSize,
    new_name: &str,
) -> Option<Refused<Rename>> {
    let symbol = symbol_at(db, file, offset)?;
    if !is_variable_name(new_name) {
        return Some(refuse(format!(
            "`{new_name}` is no name of a variable: it must match {NAME_PATTERN}"
        )));
    }
    let mut all = Everywhere {
        db,
        file,
        name: &symbol.name,
        applications: Vec::new(),
        definitions: Vec::new(),
        edits: FxHashMap::default(),
    };
    all.reach(symbol.applications);
    let edits = match all.rename(new_name) {
        Ok(edits) => edits,
        Err(reason) => return Some(refuse(reason)),
    };
    Some(Ok(Rename {
        changes: vec![RenameChange {
            label: format!("Variable `{}`", symbol.name),
            description: None,
            confirm: false,
            edits,
        }],
        notes: Vec::new(),
    }))
}

/// A reference to a variable.
struct Use {
    file: SourceFile,
    name_range: TextRange,
    /// Who puts a value there.
    putting: Vec<Applied>,
}

/// A variable in all applications that share a text which sets it.
struct Everywhere<'a> {
    db: &'a dyn Db,
    file: SourceFile,
    name: &'a SmolStr,
    applications: Vec<Applied>,
    definitions: Vec<VariableDefinition>,
    edits: FxHashMap<SourceFile, Vec<TextRange>>,
}

impl Everywhere<'_> {
    /// Adds applications, all that get the variable from where these get it, and all that put it into the same
    /// text.
    fn reach(&mut self, mut open: Vec<Applied>) {
        let uses = self.uses();
        while let Some(applied) = open.pop() {
            if self.applications.contains(&applied) {
                continue;
            }
            for definition in applied.definitions(self.db, self.file, self.name).iter() {
                if !self.definitions.contains(definition) {
                    self.definitions.push(definition.clone());
                    open.extend(self.receivers(definition));
                }
            }
            let sharing = uses.iter().filter(|used| used.putting.contains(&applied));
            open.extend(sharing.flat_map(|used| used.putting.iter().cloned()));
            self.applications.push(applied);
        }
        self.applications
            .sort_by(|a, b| (&a.environment.name, a.number).cmp(&(&b.environment.name, b.number)));
        for used in uses {
            if used
                .putting
                .iter()
                .any(|one| self.applications.contains(one))
            {
                self.edits
                    .entry(used.file)
                    .or_default()
                    .push(used.name_range);
            }
        }
    }

    /// The applications that get the variable from a text.
    fn receivers(&self, definition: &VariableDefinition) -> Vec<Applied> {
        let receivers = variable_receivers(self.db, definition.file);
        let receivers = receivers.iter().map(|(environment, number)| Applied {
            environment: environment.clone(),
            number: *number,
        });
        let gets = |other: &Applied| {
            let definitions = other.definitions(self.db, self.file, self.name);
            definitions.contains(definition)
        };
        receivers.filter(gets).collect()
    }

    /// Every reference to a variable of the name.
    fn uses(&self) -> Vec<Use> {
        let db = self.db;
        let mut found = Vec::new();
        for file in files_using(db, self.file, self.name) {
            let uses = variable_uses(db, file);
            let uses = uses.uses.iter().filter(|used| used.name == *self.name);
            found.extend(uses.map(|used| Use {
                file,
                name_range: used.name_range,
                putting: putting(db, file, used).iter().map(Applied::of).collect(),
            }));
        }
        found
    }

    /// Adds the uses in what nothing puts values into, and that builds with a text that changes: a patch finds its
    /// object by the name as it is written.
    fn unapplied(&mut self) {
        let db = self.db;
        let mut rest: Vec<Use> = self.uses();
        rest.retain(|used| used.putting.is_empty());
        let mut layers: FxHashSet<SourceFile> = FxHashSet::default();
        let mut open: Vec<SourceFile> = self.edits.keys().copied().collect();
        while !open.is_empty() && !rest.is_empty() {
            for file in open.drain(..) {
                layers.extend(layers_of(db, file));
            }
            let (with, without): (Vec<_>, Vec<_>) = rest.into_iter().partition(|used| {
                layers_of(db, used.file)
                    .iter()
                    .any(|layer| layers.contains(layer))
            });
            rest = without;
            for used in with {
                open.push(used.file);
                let ranges = self.edits.entry(used.file).or_default();
                ranges.push(used.name_range);
            }
        }
    }

    fn rename(mut self, new_name: &str) -> Result<Vec<FileEdits>, String> {
        self.refuse(new_name)?;
        self.unapplied();
        for definition in &self.definitions {
            let ranges = self.edits.entry(definition.file).or_default();
            ranges.push(definition.range);
        }
        let db = self.db;
        let mut files: Vec<_> = self.edits.into_iter().collect();
        files.sort_by_cached_key(|(file, _)| file.path(db));
        let edits = files.into_iter().map(|(file, mut ranges)| {
            ranges.sort_by_key(|range| range.start());
            ranges.dedup();
            let edit = |range| TextEdit {
                range,
                new_text: new_name.to_owned(),
            };
            FileEdits {
                file,
                edits: ranges.into_iter().map(edit).collect(),
            }
        });
        Ok(edits.collect())
    }

    fn refuse(&self, new_name: &str) -> Result<(), String> {
        let name = self.name;
        if self.definitions.is_empty() {
            return Err(format!(
                "nothing in the repository sets `{name}`: rename it where it is set, or define it here first"
            ));
        }
        for definition in &self.definitions {
            let at = || place(self.db, definition.file, definition.range);
            if !definition.named {
                return Err(format!(
                    "`{name}` is set in a file that {} names, and that is no YAML: rename it there by hand",
                    at()
                ));
            }
            if matches!(
                definition.within,
                DefinedIn::Object {
                    encrypted: true,
                    ..
                }
            ) {
                // The name of a value is a part of what SOPS encrypts it with.
                return Err(format!(
                    "`{name}` is set in an encrypted file ({}), which would be unreadable afterwards: rename \
                     it there with `sops` first",
                    at()
                ));
            }
        }
        for file in files_using(self.db, self.file, name) {
            for in_file in variable_uses_in_files(self.db, file).iter() {
                let is_here = in_file.uses.iter().any(|used| {
                    let putting = putting(self.db, file, used);
                    let mut putting = putting.iter().map(Applied::of);
                    used.name == *name && putting.any(|one| self.applications.contains(&one))
                });
                if is_here {
                    return Err(format!(
                        "`{name}` is used in `{}`, which {} names, and that is no YAML: rename it there by hand first",
                        in_file.path,
                        place(self.db, file, in_file.entry)
                    ));
                }
            }
        }
        for applied in &self.applications {
            let application = applied.application(self.db, self.file);
            let Some(application) = application else {
                continue;
            };
            if application.variables.known.contains_key(new_name) {
                return Err(format!(
                    "`{}` of {} has a variable `{new_name}` already",
                    application.spec.name, applied.environment.name
                ));
            }
        }
        Ok(())
    }
}

/// The kustomization files in whose builds a file takes part.
fn layers_of(db: &dyn Db, file: SourceFile) -> FxHashSet<SourceFile> {
    let mut start: Vec<SourceFile> = importers(db, file.root(db), Found::File(file))
        .iter()
        .map(|import| import.from)
        .collect();
    if file.is_kustomization_file(db) {
        start.push(file);
    }
    let above = start.into_iter().map(|layer| layers_above(db, layer));
    above.flatten().collect()
}
