//! What a variable is in each environment.

use std::fmt;

use infragen_flux::substitute::{Known, Template};
use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{Db, DefinedIn, SourceFile, Substitution, VariableDefinition, text};
use smol_str::SmolStr;

use super::symbol::Applied;

/// What may be shown of a value. What a Secret or an encrypted file holds is shown to nobody.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Shown {
    /// This text.
    Text(String),
    /// It is encrypted.
    Encrypted,
    /// A Secret holds it.
    Secret,
    /// Something that is not in the repository may set it.
    Open,
    /// Nothing sets it.
    Undefined,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Shown::Text(text) if text.is_empty() => "\"\"",
            Shown::Text(text) => text,
            Shown::Encrypted => "encrypted",
            Shown::Secret => "secret",
            Shown::Open => "may come from the cluster",
            Shown::Undefined => "undefined",
        })
    }
}

/// What an application makes of a variable, or of a reference to it with its operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    /// The variable itself.
    pub value: Shown,
    /// What stands where it is referred to.
    pub result: Shown,
    /// The text that sets it.
    pub definition: Option<VariableDefinition>,
}

/// What an application makes of a reference to a variable.
pub(crate) fn given_as(
    db: &dyn Db,
    file: SourceFile,
    substitution: &Substitution,
    name: &SmolStr,
    reference: &str,
) -> Given {
    let applied = Applied::of(substitution);
    let known = |name: &str| substitution.known(name);
    let definition = match known(name) {
        Known::Missing => None,
        _ => applied.definitions(db, file, name).first().cloned(),
    };
    let value = shown(known(name), definition.as_ref());
    let template = Template::parse(reference);
    let rendered = template.render(reference, substitution.rules, known);
    let result = match &value {
        Shown::Text(_) | Shown::Undefined if rendered.open => Shown::Open,
        Shown::Undefined
            if template
                .references()
                .any(|one| !one.operator.tolerates_missing()) =>
        {
            Shown::Undefined
        }
        Shown::Text(_) | Shown::Undefined => Shown::Text(rendered.text),
        hidden => hidden.clone(),
    };
    Given {
        value,
        result,
        definition,
    }
}

/// What may be shown of a variable.
pub(crate) fn shown(known: Known<'_>, definition: Option<&VariableDefinition>) -> Shown {
    match (known, definition.map(|definition| &definition.within)) {
        (Known::Value(value), _) => Shown::Text(value.to_owned()),
        (Known::Missing, _) => Shown::Undefined,
        (
            Known::Unknown,
            Some(DefinedIn::Object {
                encrypted: true, ..
            }),
        ) => Shown::Encrypted,
        (Known::Unknown, Some(DefinedIn::Object { secret: true, .. })) => Shown::Secret,
        (Known::Unknown, _) => Shown::Open,
    }
}

/// Values with the environments that have them, in order of environment. An environment in which several
/// applications have different ones is told with these: `production/web`.
pub(crate) fn by_environment<T: PartialEq + Clone>(
    values: &[(&Substitution, T)],
) -> Vec<(Vec<String>, T)> {
    let mut groups: Vec<(Vec<String>, T)> = Vec::new();
    for (substitution, value) in values {
        let environment = &substitution.environment;
        let differs = values
            .iter()
            .any(|(other, other_value)| other.environment == *environment && other_value != value);
        let label = match differs {
            true => format!(
                "{}/{}",
                environment.name, substitution.application.spec.name
            ),
            false => environment.name.to_string(),
        };
        match groups.iter_mut().find(|(_, known)| known == value) {
            Some((labels, _)) if labels.contains(&label) => {}
            Some((labels, _)) => labels.push(label),
            None => groups.push((vec![label], value.clone())),
        }
    }
    groups
}

/// `path:line`
pub(crate) fn place(db: &dyn Db, file: SourceFile, range: TextRange) -> String {
    let text = text(db, file).unwrap_or_default();
    let before = text.get(..usize::from(range.start().min(TextSize::of(&*text))));
    let line = before.unwrap_or_default().matches('\n').count() + 1;
    format!("{}:{line}", file.path(db))
}
