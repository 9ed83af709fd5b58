//! Reading settings as Go's JSON decoder does: a wrong type is an error, null is as if nothing were there.

use infragen_syntax::{Spanned, TextRange};
use smol_str::SmolStr;

use super::input::{Input, Shape};
use super::{Pairs, Text};
use crate::error::{BuildError, ErrorKind};
use crate::origin::{Path, Place};
use crate::value::shortest;

/// Decodes the settings of one file and keeps what is wrong with them.
pub(crate) struct Decoder {
    /// The file.
    pub file: Path,
    /// Whether a key that is not known is an error, and a number where a text is wanted.
    pub strict: bool,
    /// Whether a number or a boolean is taken for a text where a text is wanted: in all files but the
    /// kustomization file.
    converts: bool,
    /// What is wrong.
    pub errors: Vec<BuildError>,
}

impl Decoder {
    /// A decoder of a file.
    pub(crate) fn new(file: Path, strict: bool) -> Decoder {
        Decoder {
            file,
            strict,
            converts: false,
            errors: Vec::new(),
        }
    }

    /// It, but taking numbers and booleans for texts.
    pub(crate) fn converting(mut self) -> Decoder {
        self.converts = true;
        self
    }

    /// Notes an error.
    pub(crate) fn report(&mut self, kind: ErrorKind, range: TextRange, message: String) {
        let place = Place {
            file: self.file.clone(),
            range,
        };
        self.errors.push(BuildError::new(kind, place, message));
    }

    /// Reports keys that are none of these; and what is no mapping at all.
    pub(crate) fn keys(&mut self, input: &Input, known: &[&str]) {
        match &input.shape {
            Shape::Map(entries) if self.strict => {
                for (key, _) in entries {
                    if !known
                        .iter()
                        .any(|known| known.eq_ignore_ascii_case(&key.value))
                    {
                        let message = format!("kustomize knows no field `{}` here", key.value);
                        self.report(ErrorKind::UnknownField, key.range, message);
                    }
                }
            }
            Shape::Map(_) | Shape::Null => {}
            _ => self.wrong(input, "a mapping"),
        }
    }

    /// The text of a key, where it is given.
    pub(crate) fn given(&mut self, input: &Input, key: &str) -> Option<Text> {
        let value = input.get(key)?;
        self.as_text(value)
    }

    /// The text of a key; empty, and in the place of the mapping, where it is not given.
    pub(crate) fn text(&mut self, input: &Input, key: &str) -> Text {
        self.given(input, key).unwrap_or(Spanned {
            value: SmolStr::default(),
            range: input.range,
        })
    }

    /// The texts of a key.
    pub(crate) fn texts(&mut self, input: &Input, key: &str) -> Vec<Text> {
        let items = self.items(input, key);
        items
            .iter()
            .map(|item| {
                self.as_text(item).unwrap_or(Spanned {
                    value: SmolStr::default(),
                    range: item.range,
                })
            })
            .collect()
    }

    /// The items of a key's list.
    pub(crate) fn items<'i>(&mut self, input: &'i Input, key: &str) -> &'i [Input] {
        match input.get(key) {
            None => &[],
            Some(value) => match &value.shape {
                Shape::List(items) => items,
                Shape::Null => &[],
                _ => {
                    self.wrong(value, "a list");
                    &[]
                }
            },
        }
    }

    /// The texts with keys of a key.
    pub(crate) fn pairs(&mut self, input: &Input, key: &str) -> Pairs {
        let Some(value) = input.get(key) else {
            return Vec::new();
        };
        match &value.shape {
            Shape::Map(entries) => {
                let mut pairs: Pairs = entries
                    .iter()
                    .map(|(key, value)| {
                        let text = self.as_text(value).unwrap_or(Spanned {
                            value: SmolStr::default(),
                            range: value.range,
                        });
                        (key.clone(), text)
                    })
                    .collect();
                pairs.sort_by(|(one, _), (other, _)| one.value.cmp(&other.value));
                pairs
            }
            Shape::Null => Vec::new(),
            _ => {
                self.wrong(value, "a mapping");
                Vec::new()
            }
        }
    }

    /// Whether a key is true.
    pub(crate) fn flag(&mut self, input: &Input, key: &str) -> bool {
        match input.get(key) {
            None => false,
            Some(value) => match value.shape {
                Shape::Bool(flag) => flag,
                Shape::Null => false,
                _ => {
                    self.wrong(value, "true or false");
                    false
                }
            },
        }
    }

    /// The whole number of a key, and where it stands.
    pub(crate) fn number(&mut self, input: &Input, key: &str) -> Option<(i64, TextRange)> {
        let value = input.get(key)?;
        match &value.shape {
            Shape::Number(text) => match text.parse() {
                Ok(number) => Some((number, value.range)),
                Err(_) => {
                    self.wrong(value, "a whole number");
                    None
                }
            },
            Shape::Null => None,
            _ => {
                self.wrong(value, "a whole number");
                None
            }
        }
    }

    /// A mapping below a key.
    pub(crate) fn mapping<'i>(&mut self, input: &'i Input, key: &str) -> Option<&'i Input> {
        let value = input.get(key)?;
        match value.shape {
            Shape::Map(_) => Some(value),
            Shape::Null => None,
            _ => {
                self.wrong(value, "a mapping");
                None
            }
        }
    }

    /// The text of a scalar.
    pub(crate) fn as_text(&mut self, value: &Input) -> Option<Text> {
        match &value.shape {
            Shape::Text(text) => Some(Spanned {
                value: text.clone(),
                range: value.range,
            }),
            Shape::Number(number) if self.converts => Some(Spanned {
                value: number.clone(),
                range: value.range,
            }),
            Shape::Bool(flag) if self.converts => Some(Spanned {
                value: SmolStr::new_static(if *flag { "true" } else { "false" }),
                range: value.range,
            }),
            Shape::Null => None,
            // Flux decodes with a library that turns scalars into the texts that are wanted, and loses how they were
            // written: `1.10` is `1.1`. [sigs.k8s.io/yaml Unmarshal]
            Shape::Bool(is_true) if !self.strict => Some(Spanned {
                value: SmolStr::new_static(if *is_true { "true" } else { "false" }),
                range: value.range,
            }),
            Shape::Number(text) if !self.strict => Some(Spanned {
                value: as_go_prints(text),
                range: value.range,
            }),
            _ => {
                self.wrong(value, "a text");
                None
            }
        }
    }

    fn wrong(&mut self, value: &Input, wanted: &str) {
        let (is, help) = match &value.shape {
            Shape::Null => ("nothing", None),
            Shape::Bool(_) => ("a boolean", Some("put it in quotes")),
            Shape::Number(_) => ("a number", Some("put it in quotes")),
            Shape::Text(_) => ("a text", None),
            Shape::Map(_) => ("a mapping", None),
            Shape::List(_) => ("a list", None),
        };
        self.report(
            ErrorKind::WrongType,
            value.range,
            format!("this is {is} where kustomize wants {wanted}"),
        );
        if let (Some(error), "a text") = (self.errors.last_mut(), wanted) {
            error.help = help.map(str::to_owned);
        }
    }
}

/// A number as the library prints it that makes texts of numbers.
fn as_go_prints(text: &SmolStr) -> SmolStr {
    match text.parse::<f64>() {
        Ok(number) if text.contains(['.', 'e']) => SmolStr::new(shortest(number)),
        _ => text.clone(),
    }
}
