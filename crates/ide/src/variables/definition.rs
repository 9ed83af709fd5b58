//! From a variable to the texts that set it.

use infragen_syntax::TextSize;
use infragen_workspace::{Db, SourceFile, VariableDefinition};

use super::symbol::{Symbol, What, symbol_at};
use crate::definition::NavigationTarget;

/// Where the variable at an offset gets its value: one place for each environment, each place once. None where there
/// is no variable.
pub(crate) fn definition(
    db: &dyn Db,
    file: SourceFile,
    offset: TextSize,
) -> Option<Vec<NavigationTarget>> {
    let symbol = symbol_at(db, file, offset)?;
    let target = |file, range| NavigationTarget {
        origin: symbol.range,
        file,
        range,
        focus: range,
    };
    if symbol.what == What::Definition {
        return Some(vec![target(file, symbol.range)]);
    }
    let mut targets = Vec::new();
    for definition in effective(db, file, &symbol) {
        let target = target(definition.file, definition.range);
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    Some(targets)
}

/// The definitions that count, one for each application.
fn effective(db: &dyn Db, file: SourceFile, symbol: &Symbol) -> Vec<VariableDefinition> {
    let applications = symbol.applications.iter();
    applications
        .filter_map(|applied| {
            let definitions = applied.definitions(db, file, &symbol.name);
            definitions.first().cloned()
        })
        .collect()
}
