use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{
    Db, SourceFile, VariableUse, declared_versions, facts, substitutions, text, variable_uses,
};

use crate::variables::{Shown, by_environment, given_as};
use crate::versions;

/// A text that an editor shows behind another one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InlayHint {
    /// Where.
    pub offset: TextSize,
    /// The text.
    pub label: String,
    /// The range that it is about, where there is more to tell: see [`hint_tooltip`].
    pub about: Option<TextSize>,
}

impl InlayHint {
    /// Its place as a range without extent.
    pub fn place(&self) -> TextRange {
        TextRange::empty(self.offset)
    }
}

/// How many characters of a value are shown, and of all of a hint.
const VALUE: usize = 32;
const HINT: usize = 60;

/// What stands where a file uses variables, within a range of it: `= example.com`, or one value for each environment
/// where they differ. Nothing where a value is secret in all of them, or known in none. And behind a range the version
/// that it takes.
pub fn inlay_hints(db: &dyn Db, file: SourceFile, within: TextRange) -> Vec<InlayHint> {
    let uses = variable_uses(db, file);
    let mut end = TextSize::from(0);
    let mut hints = Vec::new();
    for used in &uses.uses {
        // What stands in the default of another one is part of that one's value.
        let inner = used.range.end() <= end;
        end = end.max(used.range.end());
        let shown = within.contains_inclusive(used.range.end());
        if let Some(label) = label(db, file, used).filter(|_| !inner && shown) {
            hints.push(InlayHint {
                offset: used.range.end(),
                label,
                about: None,
            });
        }
    }
    hints.extend(version_hints(db, file, within));
    hints
}

/// What each range takes, behind it: `→ v1.4.2 · 3 days`.
fn version_hints(db: &dyn Db, file: SourceFile, within: TextRange) -> Vec<InlayHint> {
    let facts = facts(db, file);
    let text = text(db, file).unwrap_or_default();
    let mut hints = Vec::new();
    for (number, object) in (0..).zip(&facts.objects) {
        let Some(range) = object
            .versions
            .as_ref()
            .and_then(|versions| versions.range())
        else {
            continue;
        };
        let end = behind_quote(&text, range.value.range);
        if range.value.range.is_empty() || !within.contains_inclusive(end) {
            continue;
        }
        if let Some(label) = versions::hint(db, &declared_versions(db, file, number)) {
            hints.push(InlayHint {
                offset: end,
                label: format!("→ {label}"),
                about: Some(range.value.range.start()),
            });
        }
    }
    hints
}

/// All about what a hint tells in short, as Markdown: the table of environments and versions.
pub fn hint_tooltip(db: &dyn Db, file: SourceFile, about: TextSize) -> Option<String> {
    let (_, versions) = versions::versions_at(db, file, about)?;
    versions::card(db, &versions)
}

/// The end of a scalar of which the range is known within its quotes, if it has any.
fn behind_quote(text: &str, within: TextRange) -> TextSize {
    let before = text[..within.start().into()].chars().next_back();
    let behind = text[within.end().into()..].chars().next();
    match behind {
        Some('"' | '\'') if before == behind => within.end() + TextSize::from(1),
        _ => within.end(),
    }
}

fn label(db: &dyn Db, file: SourceFile, used: &VariableUse) -> Option<String> {
    let substitutions = substitutions(db, file);
    let putting = substitutions.iter().filter(|one| one.reaches(used));
    let values: Vec<_> = putting
        .map(|one| {
            let given = given_as(db, file, one, &used.name, &used.text);
            (one, given.result)
        })
        .collect();
    let told = |value: &Shown| matches!(value, Shown::Text(_));
    if !values.iter().any(|(_, value)| told(value)) {
        return None;
    }
    let groups = by_environment(&values);
    if let [(_, value)] = groups.as_slice() {
        return Some(format!("= {}", shortened(&value.to_string(), VALUE)));
    }
    let groups = groups.iter().map(|(environments, value)| {
        let value = shortened(&value.to_string(), VALUE);
        format!("{}: {value}", environments.join(", "))
    });
    let list: Vec<_> = groups.collect();
    Some(shortened(&list.join(" · "), HINT))
}

fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}
