//! Where a variable is used.

use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{
    Db, Directory, SourceFile, VariableUse, variable_uses, variable_uses_in_files,
};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::symbol::{Applied, Symbol, putting, symbol_at};
use crate::references::FileRange;

/// The uses of the variable at an offset, in all files of all environments that get it from the same places; with its
/// declarations, those that it shadows included, where these are asked for. None where there is no variable.
pub(crate) fn references(
    db: &dyn Db,
    file: SourceFile,
    offset: TextSize,
    include_declaration: bool,
) -> Option<Vec<FileRange>> {
    let symbol = symbol_at(db, file, offset)?;
    let mut found = uses_of(db, file, &symbol);
    if include_declaration {
        found.extend(definitions_of(db, file, &symbol));
    }
    found.sort_by_cached_key(|place| (place.file.path(db), place.range.start(), place.range.end()));
    found.dedup();
    Some(found)
}

/// The places of the variable at an offset in its file; `true` marks where it is set.
pub(crate) fn highlights(
    db: &dyn Db,
    file: SourceFile,
    offset: TextSize,
) -> Option<Vec<(TextRange, bool)>> {
    let symbol = symbol_at(db, file, offset)?;
    let definitions = definitions_of(db, file, &symbol);
    let uses = variable_uses(db, file);
    let uses = uses.uses.iter().filter(|used| used.name == symbol.name);
    let uses = uses.filter(|used| is_same(db, file, used, &symbol, &definitions));
    let mut found: Vec<_> = uses.map(|used| (used.range, false)).collect();
    let here = definitions.iter().filter(|place| place.file == file);
    found.extend(here.map(|place| (place.range, true)));
    found.sort_by_key(|(range, _)| (range.start(), range.end()));
    Some(found)
}

/// The texts that set a variable, for all its applications.
pub(super) fn definitions_of(
    db: &dyn Db,
    file: SourceFile,
    symbol: &Symbol,
) -> FxHashSet<FileRange> {
    let applications = symbol.applications.iter();
    applications
        .flat_map(|applied| places_in(db, file, applied, &symbol.name))
        .collect()
}

pub(super) fn places_in(
    db: &dyn Db,
    file: SourceFile,
    applied: &Applied,
    name: &SmolStr,
) -> Vec<FileRange> {
    let definitions = applied.definitions(db, file, name);
    let places = definitions.iter().map(|definition| FileRange {
        file: definition.file,
        range: definition.range,
    });
    places.collect()
}

/// The references to a variable.
pub(super) fn uses_of(db: &dyn Db, file: SourceFile, symbol: &Symbol) -> Vec<FileRange> {
    let definitions = definitions_of(db, file, symbol);
    let mut found = Vec::new();
    for other in files_using(db, file, &symbol.name) {
        for used in variable_uses(db, other).uses.iter() {
            if used.name == symbol.name && is_same(db, other, used, symbol, &definitions) {
                found.push(FileRange {
                    file: other,
                    range: used.range,
                });
            }
        }
        // What is no YAML stands for the entry that names it.
        for in_file in variable_uses_in_files(db, other).iter() {
            let mut uses = in_file.uses.iter().filter(|used| used.name == symbol.name);
            if uses.any(|used| is_same(db, other, used, symbol, &definitions)) {
                found.push(FileRange {
                    file: other,
                    range: in_file.entry,
                });
            }
        }
    }
    found
}

/// Whether a use means the same variable: it is set at one of the same places, or by nothing for the same
/// application.
fn is_same(
    db: &dyn Db,
    file: SourceFile,
    used: &VariableUse,
    symbol: &Symbol,
    definitions: &FxHashSet<FileRange>,
) -> bool {
    putting(db, file, used).iter().any(|substitution| {
        let applied = Applied::of(substitution);
        if symbol.applications.contains(&applied) {
            return true;
        }
        let places = places_in(db, file, &applied, &used.name);
        places.iter().any(|place| definitions.contains(place))
    })
}

/// The files of the root that use a variable of a name, also those that bring in a text that does.
pub(super) fn files_using(db: &dyn Db, file: SourceFile, name: &str) -> Vec<SourceFile> {
    let mut found = Vec::new();
    let mut open: Vec<Directory> = file.root(db).top(db).into_iter().collect();
    while let Some(directory) = open.pop() {
        open.extend(directory.directories(db));
        found.extend(directory.files(db).filter(|file| {
            let uses = variable_uses(db, *file);
            let in_files = variable_uses_in_files(db, *file);
            let in_files = in_files.iter().flat_map(|file| &file.uses);
            uses.uses
                .iter()
                .chain(in_files)
                .any(|used| used.name == name)
        }));
    }
    found
}
