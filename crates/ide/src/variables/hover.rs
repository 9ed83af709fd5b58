//! What a variable is, and where that is set, for each environment.

use infragen_syntax::TextSize;
use infragen_workspace::{Db, SourceFile, Substitution, VariableUse};

use super::references::uses_of;
use super::symbol::{Symbol, What, symbol_at};
use super::values::{Given, Shown, by_environment, given_as, place, shown};
use crate::hover::Hover;
use crate::markdown::{code, counted, fit, item, names};

/// So many different values are listed.
const MAX_VALUES: usize = 8;

/// What there is to say about the variable at an offset.
pub(crate) fn hover(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<Hover> {
    let symbol = symbol_at(db, file, offset)?;
    let markdown = match &symbol.what {
        What::Use(used, putting) => of_use(db, file, used, putting),
        What::Definition => of_definition(db, file, &symbol),
    };
    Some(Hover {
        range: symbol.range,
        markdown: fit(&markdown),
    })
}

fn of_use(db: &dyn Db, file: SourceFile, used: &VariableUse, putting: &[Substitution]) -> String {
    let given: Vec<_> = putting
        .iter()
        .map(|one| (one, given_as(db, file, one, &used.name, &used.text)))
        .collect();
    let mut lines = vec![format!("**Variable** {}", code(&used.text)), String::new()];
    let groups = by_environment(&given);
    let more = groups.len().saturating_sub(MAX_VALUES);
    for (environments, given) in groups.into_iter().take(MAX_VALUES) {
        lines.push(item(&label(&environments), &value(db, &given)));
    }
    if more > 0 {
        lines.push(item("", &format!("and {more} more")));
    }
    lines.join("\n")
}

/// The environments of a value: `production, staging:`.
fn label(environments: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown = environments.iter().take(SHOWN).cloned().collect::<Vec<_>>();
    match environments.len() - shown.len() {
        0 => format!("{}:", shown.join(", ")),
        more => format!("{} and {more} more:", shown.join(", ")),
    }
}

/// A value, what an operator makes of it, and where it is set.
fn value(db: &dyn Db, given: &Given) -> String {
    let mut text = told(&given.value);
    if given.result != given.value {
        text = format!("{text} → {}", told(&given.result));
    }
    match &given.definition {
        Some(definition) => {
            let place = place(db, definition.file, definition.range);
            // A line of its own, which keeps its directories: they tell the environments apart.
            format!("{text}\n  in {}", code(&place))
        }
        None => text,
    }
}

fn told(value: &Shown) -> String {
    match value {
        Shown::Text(text) if !text.is_empty() => code(text),
        Shown::Text(_) => "empty".to_owned(),
        other => other.to_string(),
    }
}

fn of_definition(db: &dyn Db, file: SourceFile, symbol: &Symbol) -> String {
    let mut lines = vec![
        format!("**Variable** {}", code(&symbol.name)),
        String::new(),
    ];
    let mut seen: Vec<(String, String)> = Vec::new();
    for applied in &symbol.applications {
        let Some(application) = applied.application(db, file) else {
            continue;
        };
        let definitions = applied.definitions(db, file, &symbol.name);
        let counts = definitions.first();
        let is_it = counts
            .is_some_and(|definition| definition.file == file && definition.range == symbol.range);
        let what = match counts {
            Some(other) if !is_it => {
                format!("replaced in {}", code(&place(db, other.file, other.range)))
            }
            _ => told(&shown(application.variables.get(&symbol.name), counts)),
        };
        let label = format!("{}/{}", applied.environment.name, application.spec.name);
        seen.push((what, label));
    }
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for (what, label) in seen {
        match groups.iter_mut().find(|(known, _)| *known == what) {
            Some((_, labels)) => labels.push(label),
            None => groups.push((what, vec![label])),
        }
    }
    for (what, labels) in groups.into_iter().take(MAX_VALUES) {
        lines.push(item("", &what));
        lines.push(item("for", &names("for ".len(), &labels)));
    }
    let uses = uses_of(db, file, symbol);
    let mut files: Vec<_> = uses.iter().map(|place| place.file).collect();
    files.sort_unstable();
    files.dedup();
    lines.push(match uses.len() {
        0 => item("", "nothing uses it"),
        count => item(
            "used",
            &format!("{count}× in {}", counted(files.len(), "file")),
        ),
    });
    lines.join("\n")
}
