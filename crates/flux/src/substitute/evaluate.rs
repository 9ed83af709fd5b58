//! From pieces and the values of variables to a text. [envsubst:template.go]

use infragen_syntax::TextRange;

use super::error::Error;
use super::operations::{self, Stopped};
use super::{Piece, Reference, Template};

/// The largest result in bytes. Kubernetes takes no object of more than a few MiB.
pub const MAX_TEXT: usize = 64 << 20;

/// How many comparisons the patterns of one text may take: their work grows with the square of a value.
pub const MAX_STEPS: usize = 1 << 26;

/// What a variable without a value is, where it has no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Missing {
    /// An error: strict, the default since kustomize-controller 1.9 (Flux 2.9).
    Fails,
    /// Empty: lax.
    IsEmpty,
}

/// What a negative length of a part means: `${x:1:-1}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NegativeLength {
    /// It counts from the end of the value, since envsubst 1.8 (Flux 2.10).
    FromEnd,
    /// The library panics.
    Crashes,
}

/// In what versions of Flux differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rules {
    /// What a variable without a value is, where it has no default.
    pub missing: Missing,
    /// What a negative length means.
    pub negative_length: NegativeLength,
}

impl From<Missing> for Rules {
    /// Those of the newest Flux, but for this.
    fn from(missing: Missing) -> Rules {
        Rules {
            missing,
            negative_length: NegativeLength::FromEnd,
        }
    }
}

impl Template<'_> {
    /// The text with its references replaced by what `lookup` gives for their names. Values are never
    /// expanded again. The error is the one that Flux names: the first of [`Template::errors`], or the first
    /// of evaluation.
    pub fn evaluate<'v>(
        &self,
        rules: impl Into<Rules>,
        lookup: impl Fn(&str) -> Option<&'v str>,
    ) -> Result<String, Error> {
        if let Some(error) = self.errors.first() {
            return Err(error.clone());
        }
        let mut evaluation = Evaluation {
            rules: rules.into(),
            lookup: &lookup,
            steps: MAX_STEPS,
        };
        let mut out = Vec::new();
        let mut ends = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            evaluation.piece(piece, &mut out)?;
            ends.push(out.len());
        }
        String::from_utf8(out).map_err(|error| {
            let broken = error.utf8_error().valid_up_to();
            let piece = self.pieces.get(ends.partition_point(|end| *end <= broken));
            Error::not_text(piece.map_or(TextRange::default(), Piece::range))
        })
    }
}

/// A text of which as much is replaced as can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The text. A reference that cannot be replaced stands in it as it was written.
    pub text: String,
    /// What Flux would refuse.
    pub errors: Vec<Error>,
    /// Whether it holds a reference to a variable whose value is not known.
    pub open: bool,
}

/// What is known of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known<'v> {
    /// It has this value.
    Value(&'v str),
    /// It has none.
    Missing,
    /// It may have any.
    Unknown,
}

impl Template<'_> {
    /// `source`, which the template was parsed of, with its references replaced as far as they are known.
    pub fn render<'v>(
        &self,
        source: &str,
        rules: impl Into<Rules>,
        lookup: impl Fn(&str) -> Known<'v>,
    ) -> Rendered {
        let mut rendered = Rendered {
            text: String::with_capacity(source.len()),
            errors: self.errors.clone(),
            open: false,
        };
        let value = |name: &str| match lookup(name) {
            Known::Value(value) => Some(value),
            Known::Missing | Known::Unknown => None,
        };
        let mut evaluation = Evaluation {
            rules: rules.into(),
            lookup: &value,
            steps: MAX_STEPS,
        };
        for piece in &self.pieces {
            let unknown = Template::names(piece).any(|name| lookup(name) == Known::Unknown);
            let mut out = Vec::new();
            let done = match unknown {
                true => Ok(()),
                false => evaluation.piece(piece, &mut out),
            };
            let text = done
                .and_then(|()| String::from_utf8(out).map_err(|_| Error::not_text(piece.range())));
            rendered.open |= unknown;
            match text {
                Ok(text) if !unknown => rendered.text.push_str(&text),
                Ok(_) => rendered
                    .text
                    .push_str(&source[std::ops::Range::from(piece.range())]),
                Err(error) => {
                    rendered.errors.push(error);
                    rendered
                        .text
                        .push_str(&source[std::ops::Range::from(piece.range())]);
                }
            }
        }
        rendered
    }

    fn names<'p>(piece: &'p Piece<'_>) -> impl Iterator<Item = &'p str> {
        super::references_in(vec![piece]).map(|reference| reference.name)
    }
}

struct Evaluation<'l, 'v> {
    rules: Rules,
    lookup: &'l dyn Fn(&str) -> Option<&'v str>,
    steps: usize,
}

impl Evaluation<'_, '_> {
    fn piece(&mut self, piece: &Piece<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        match piece {
            Piece::Literal(literal) => append(out, literal.text.as_bytes(), literal.range),
            Piece::Reference(reference) => {
                let value = self.reference(reference)?;
                append(out, &value, reference.range)
            }
        }
    }

    fn reference(&mut self, reference: &Reference<'_>) -> Result<Vec<u8>, Error> {
        let mut arguments = Vec::with_capacity(reference.arguments.len());
        for argument in &reference.arguments {
            let mut value = Vec::new();
            self.piece(argument, &mut value)?;
            arguments.push(value);
        }
        let value = (self.lookup)(reference.name);
        let tolerated =
            self.rules.missing == Missing::IsEmpty || reference.operator.tolerates_missing();
        if value.is_none() && !tolerated {
            return Err(Error::not_set(reference.name, reference.name_range));
        }
        let value = value.unwrap_or_default();
        let negative = self.rules.negative_length;
        let (operator, steps) = (reference.operator, &mut self.steps);
        operations::apply(operator, value, &arguments, negative, steps).map_err(|stopped| {
            match stopped {
                Stopped::NegativeLength => Error::negative_length(reference.name, reference.range),
                Stopped::TooLarge => Error::too_large(reference.range),
            }
        })
    }
}

fn append(out: &mut Vec<u8>, bytes: &[u8], range: TextRange) -> Result<(), Error> {
    if out.len() + bytes.len() > MAX_TEXT {
        return Err(Error::too_large(range));
    }
    out.extend_from_slice(bytes);
    Ok(())
}
