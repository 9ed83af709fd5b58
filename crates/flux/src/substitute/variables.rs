//! The map of variables, as kustomize-controller fills it from ConfigMaps and Secrets.
//! [pkg:kustomize/kustomize_varsub.go]

use std::borrow::Cow;

use infragen_syntax::{Entry, Node, TextRange, Typed, type_of};

/// What kustomize-controller wants the name of a variable to match. One other name in the map, be it used or
/// not, and everything fails.
pub const NAME_PATTERN: &str = "^[_[:alpha:]][_[:alpha:][:digit:]]*$";

/// Whether a name matches [`NAME_PATTERN`].
pub fn is_variable_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The value that a variable gets: that of the map without line feeds. (Carriage returns stay.)
pub fn value_of_variable(value: &str) -> Cow<'_, str> {
    if value.contains('\n') {
        Cow::Owned(value.replace('\n', ""))
    } else {
        Cow::Borrowed(value)
    }
}

/// A variable that a ConfigMap or Secret gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value, without line feeds.
    pub value: String,
    /// Where its name stands.
    pub name_range: TextRange,
}

/// Why an object gives no variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableError {
    /// Where.
    pub range: TextRange,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// The variables of a ConfigMap (`data`) or Secret (`data`, base64, and over it `stringData`, which is how the
/// cluster puts the two together), in the order of the text; of a name given twice the last counts. None for an
/// object of another kind.
pub fn variables_of(root: Node<'_>) -> Option<Result<Vec<Variable>, VariableError>> {
    let text = |key| root.get(key).and_then(Node::as_str);
    if text("apiVersion") != Some("v1") {
        return None;
    }
    match text("kind")? {
        "ConfigMap" => Some(values(root, "data", false)),
        "Secret" => Some(secret(root)),
        _ => None,
    }
}

fn secret(root: Node<'_>) -> Result<Vec<Variable>, VariableError> {
    if let Some(sops) = root.entry("sops") {
        return Err(VariableError {
            range: sops.key.range(),
            message: "this Secret is encrypted with SOPS".to_owned(),
            help: "decrypt it first: `sops --decrypt FILE`".to_owned(),
        });
    }
    let mut variables = values(root, "data", true)?;
    variables.extend(values(root, "stringData", false)?);
    Ok(variables)
}

fn values(root: Node<'_>, field: &str, base64: bool) -> Result<Vec<Variable>, VariableError> {
    let entries = root.get(field).into_iter().flat_map(Node::own_entries);
    entries.map(|entry| variable(entry, base64)).collect()
}

fn variable(entry: Entry<'_>, base64: bool) -> Result<Variable, VariableError> {
    let error = |at: Node<'_>, message: String, help: &str| VariableError {
        range: at.range(),
        message,
        help: help.to_owned(),
    };
    let name = entry.key.scalar().map(|(text, _)| text).unwrap_or_default();
    if !is_variable_name(name) {
        return Err(error(
            entry.key,
            format!("`{name}` is no name of a variable, and Flux refuses the whole object"),
            "a name is ASCII letters, digits and `_`, and starts with no digit",
        ));
    }
    let not_text = "a value is text: put it in quotes";
    let value = match entry.value.scalar() {
        Some((text, style)) => match type_of(text, style, entry.value.tag()) {
            // An API server reads null as the empty string.
            Typed::Null => "",
            typed if typed.is_string() => text,
            _ => {
                let message = format!("the value of `{name}` is no string");
                return Err(error(entry.value, message, not_text));
            }
        },
        None => {
            let message = format!("the value of `{name}` is no string");
            return Err(error(entry.value, message, not_text));
        }
    };
    let value = if base64 {
        let bytes = infragen_kustomize::base64_decode(value).ok_or_else(|| {
            error(
                entry.value,
                format!("the value of `{name}` is not base64"),
                "`data` of a Secret is base64; plain text belongs to `stringData`",
            )
        })?;
        Cow::Owned(String::from_utf8(bytes).map_err(|_| {
            error(
                entry.value,
                format!("the value of `{name}` is not UTF-8"),
                "only text can stand in YAML",
            )
        })?)
    } else {
        Cow::Borrowed(value)
    };
    Ok(Variable {
        name: name.to_owned(),
        value: value_of_variable(&value).into_owned(),
        name_range: entry.key.range(),
    })
}
