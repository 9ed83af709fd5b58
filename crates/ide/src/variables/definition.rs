//! From a variable to the texts that set it.

use infragen_syntax::TextSize;
use infragen_workspace::{Db, SourceFile};
use smol_str::SmolStr;

use super::symbol::{What, symbol_at};
use crate::definition::NavigationTarget;

/// Where the variable at an offset gets its value: one place for each environment, each place once. None where there
/// is no variable.
pub(crate) fn definition(
    db: &dyn Db,
    file: SourceFile,
    offset: TextSize,
) -> Option<Vec<NavigationTarget>> {
    let symbol = symbol_at(db, file, offset)?;
    if symbol.what == What::Definition {
        return Some(vec![NavigationTarget {
            origin: symbol.range,
            file,
            range: symbol.range,
            focus: symbol.range,
        }]);
    }
    let mut targets = Vec::new();
    for (_, target) in definitions_by_environment(db, file, offset) {
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    Some(targets)
}

/// What sets the variable that the text at an offset uses, once for each application, with the environment of that.
pub(crate) fn definitions_by_environment(
    db: &dyn Db,
    file: SourceFile,
    offset: TextSize,
) -> Vec<(SmolStr, NavigationTarget)> {
    let Some(symbol) = symbol_at(db, file, offset) else {
        return Vec::new();
    };
    if symbol.what == What::Definition {
        return Vec::new();
    }
    let applications = symbol.applications.iter();
    applications
        .filter_map(|applied| {
            let definitions = applied.definitions(db, file, &symbol.name);
            let definition = definitions.first()?;
            let target = NavigationTarget {
                origin: symbol.range,
                file: definition.file,
                range: definition.range,
                focus: definition.range,
            };
            Some((applied.environment.name.clone(), target))
        })
        .collect()
}
