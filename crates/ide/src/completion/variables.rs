//! Variables: their names behind `${`, and the keys of `postBuild.substitute`.

use std::collections::BTreeMap;

use infragen_flux::known::KUSTOMIZATION;
use infragen_flux::substitute::is_variable_name;
use infragen_syntax::{TextEdit, TextRange, TextSize};
use infragen_workspace::{
    Application, Db, SourceFile, builds_with, object_variables, variable_definitions,
    variable_receivers,
};
use smol_str::SmolStr;

use super::position::Position;
use super::typed::fits;
use super::{Completion, CompletionKind, MAX_COMPLETIONS};
use crate::variables::shown;

/// The rank of names that have a default where they are used.
const WITH_DEFAULT: u32 = 10;

/// Offers the variables of the Flux Kustomizations that put values into the file, where a name is written behind
/// `${`. Whether one is written there.
pub(super) fn complete_reference(
    db: &dyn Db,
    file: SourceFile,
    text: &str,
    offset: TextSize,
    found: &mut Vec<Completion>,
) -> bool {
    let Some((range, closed)) = name_at(text, offset) else {
        return false;
    };
    let typed = &text[TextRange::new(range.start(), offset)];
    let root = file.root(db);
    let mut offered: BTreeMap<SmolStr, Vec<(SmolStr, String)>> = BTreeMap::new();
    let mut substituted = false;
    for applied in builds_with(db, file).iter() {
        let (environment, application) = (&applied.environment, &applied.application);
        if !application.spec.substitutes(&application.variables) {
            continue;
        }
        substituted = true;
        let names = application.variables.known.keys();
        for name in names.filter(|name| fits(typed, name)) {
            let environment_name = environment.name.clone();
            let definitions = || {
                let environment = environment.clone();
                variable_definitions(db, root, environment, applied.number, name.clone())
            };
            let known = application.variables.get(name);
            let value = match known {
                infragen_flux::substitute::Known::Value(value) => value.to_owned(),
                hidden => shown(hidden, definitions().first()).to_string(),
            };
            let values = offered.entry(name.clone()).or_default();
            if !values.contains(&(environment_name.clone(), value.clone())) {
                values.push((environment_name, value));
            }
        }
    }
    for (name, values) in offered.into_iter().take(MAX_COMPLETIONS) {
        let same = values.iter().all(|(_, value)| *value == values[0].1);
        let detail = match same {
            true => values[0].1.clone(),
            false => {
                let values = values
                    .iter()
                    .map(|(environment, value)| format!("{environment}: {value}"));
                values.collect::<Vec<_>>().join(" · ")
            }
        };
        let brace = if closed { "" } else { "}" };
        found.push(Completion {
            label: name.to_string(),
            kind: CompletionKind::Value,
            detail: Some(detail),
            documentation: None,
            edit: TextEdit {
                range,
                new_text: format!("{name}{brace}"),
            },
            snippet: false,
            additional: Vec::new(),
            rank: 0,
        });
    }
    substituted
}

/// The name behind `${` at an offset, and whether its `}` or an operator follows.
fn name_at(text: &str, offset: TextSize) -> Option<(TextRange, bool)> {
    let (before, after) = text.split_at_checked(usize::from(offset))?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let start = before.trim_end_matches(is_part).len();
    let opening = before[..start].strip_suffix("${")?;
    if opening.ends_with('$') {
        // `$${` is text.
        return None;
    }
    let rest = after.trim_start_matches(is_part);
    let end = text.len() - rest.len();
    let range = TextRange::new(
        TextSize::try_from(start).ok()?,
        TextSize::try_from(end).ok()?,
    );
    Some((
        range,
        rest.starts_with(['}', ':', '=', '#', '%', '/', '^', ',']),
    ))
}

/// Offers names for `postBuild.substitute`: those that what the Flux Kustomization applies uses, and that nothing sets.
pub(super) fn complete_names(position: &Position<'_>, found: &mut Vec<Completion>) {
    let Some((kind, path)) = position.field() else {
        return;
    };
    let is_key = position.on_key() && path == ["spec", "postBuild", "substitute"];
    if !is_key || *kind != *KUSTOMIZATION {
        return;
    }
    let mut names: BTreeMap<SmolStr, bool> = BTreeMap::new();
    for application in applications_at(position) {
        for object in object_variables(position.db, &application).iter() {
            for (name, required) in &object.names {
                let known = application.variables.known.contains_key(name)
                    || position.cursor.siblings().any(|other| other.name == *name);
                if !known && is_variable_name(name) {
                    *names.entry(name.clone()).or_default() |= required;
                }
            }
        }
    }
    for (name, required) in names.into_iter().take(MAX_COMPLETIONS) {
        let rank = if required { 0 } else { WITH_DEFAULT };
        let detail = match required {
            true => "used, and not set",
            false => "used with a default",
        };
        let writing = position.key(&name);
        let offer = writing.map(|writing| {
            let offer = writing.offer(CompletionKind::Field, name.as_str());
            offer.detailed(detail.to_owned()).ranked(rank)
        });
        found.extend(offer);
    }
}

/// What the Flux Kustomization at the cursor is in each environment.
fn applications_at(position: &Position<'_>) -> Vec<Application> {
    let (db, file) = (position.db, position.file);
    let receivers = variable_receivers(db, file);
    let applications = receivers.iter().filter_map(|(environment, number)| {
        let cluster = infragen_workspace::cluster(db, position.root, environment.clone());
        cluster.applications.get(*number).cloned()
    });
    applications
        .filter(|application| {
            application.file.as_deref() == Some(&*file.path(db))
                && position.is_named(&application.spec.name)
        })
        .collect()
}
