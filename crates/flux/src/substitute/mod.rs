//! Flux's variable substitution: `${NAME}` and its operators in a text.
//!
//! [`Template::parse`] takes a text apart into literal pieces and references, each with its place;
//! [`Template::evaluate`] puts it together with the values of variables. Both do what the library
//! `github.com/fluxcd/pkg/envsubst` does (as of kustomize-controller 1.9), also where that differs from a
//! shell and from its own README; `tests/substitute.tsv` holds its answers. The differences:
//!
//! - Where the library panics (a negative length in `${x:0:-1}`), this is an error.
//! - A result that is no longer UTF-8 (`${x:1}` counts bytes) is an error here; Flux fails a step later, when
//!   it reads the result as YAML.
//! - Nesting, the size of the result and the work of patterns are bounded ([`MAX_NESTING`], [`MAX_TEXT`],
//!   [`MAX_STEPS`]).
//!
//! Flux substitutes in the YAML of each object that a build gives, not in files as they are written, so
//! comments and quotes of a file play no part. `variables` reads what kustomize-controller puts into the map
//! of variables.

mod error;
mod evaluate;
mod glob;
mod operations;
mod parse;
mod runes;
mod variables;

use std::borrow::Cow;

use infragen_syntax::TextRange;

pub use error::{Error, ErrorKind};
pub use evaluate::{Known, MAX_STEPS, MAX_TEXT, Missing, NegativeLength, Rendered, Rules};
pub use parse::MAX_NESTING;
pub use variables::{
    NAME_PATTERN, Variable, VariableError, is_variable_name, value_of_variable, variables_of,
};

/// A text, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template<'t> {
    /// The pieces in order; together they cover the text.
    pub pieces: Vec<Piece<'t>>,
    /// What Flux would refuse. The first is the one that the library names, which goes no further; here a
    /// broken reference becomes literal text and what follows is read all the same.
    pub errors: Vec<Error>,
}

/// A part of a text, or of an argument of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Text that stays.
    Literal(Literal<'t>),
    /// `${…}`.
    Reference(Reference<'t>),
}

/// Text that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal<'t> {
    /// Where it is written.
    pub range: TextRange,
    /// What is left of it: `$$` is `$` outside of braces and in the arguments of `/`, where `\/` is `/` and
    /// `\\` is `\` too; everywhere else text stays as it is. Nothing is left of what stands behind a NUL,
    /// which the library takes for the end [envsubst:parse/scan.go].
    pub text: Cow<'t, str>,
}

/// `${name}`, with an operator or without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference<'t> {
    /// From `$` to `}`.
    pub range: TextRange,
    /// The variable. Any letters and digits of Unicode and `_`, also a digit first
    /// [envsubst:parse/scan.go acceptIdent], though no variable of Flux is called so ([`NAME_PATTERN`]).
    pub name: &'t str,
    /// Where the name stands.
    pub name_range: TextRange,
    /// What is done with the value.
    pub operator: Operator,
    /// What stands behind the operator: one or two pieces, or for [`Operator::Default`] any number, which are
    /// one text. All are evaluated first and always, so a missing variable in a default that is not needed
    /// is an error too [envsubst:template.go evalFunc].
    pub arguments: Vec<Piece<'t>>,
}

/// What a reference does with the value of its variable. [envsubst:funcs.go, template.go lookupFunc]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `${x}`: the value. And `${x^,}`, `${x,^}`, which the library reads and does nothing for.
    Value,
    /// `${#x}`: how many bytes it has.
    Length,
    /// `${x^}`: the first character in upper case.
    UpperFirst,
    /// `${x^^}`: all in upper case, a character for a character (`ß` stays).
    Upper,
    /// `${x,}`: the first character in lower case.
    LowerFirst,
    /// `${x,,}`: all in lower case.
    Lower,
    /// `${x:start}`, `${x:start:length}`: part of it, counted in bytes; a negative start counts from the end,
    /// and what is not a number leaves the value as it is (`${x: -3}`, as blanks are part of it).
    Substring,
    /// `${x#pattern}`: without the shortest part at its start that a glob of `*`, `?` and `[…]` matches. `*`
    /// matches `/` too. A pattern that is no glob leaves the value as it is.
    TrimShortestPrefix,
    /// `${x##pattern}`: without the longest.
    TrimLongestPrefix,
    /// `${x%pattern}`: the same at its end. The library matches both backwards, so classes do not work.
    TrimShortestSuffix,
    /// `${x%%pattern}`: without the longest.
    TrimLongestSuffix,
    /// `${x/text/replacement}`: the first such text replaced. No glob, unlike in a shell. The first argument
    /// ends at `/` and nothing else, not at `}` either.
    ReplaceFirst,
    /// `${x//text/replacement}`: every such text replaced.
    ReplaceAll,
    /// `${x/#text/replacement}`: the text replaced where the value starts with it. Nothing happens without a
    /// replacement (`${x/#text/}`).
    ReplacePrefix,
    /// `${x/%text/replacement}`: the same at the end.
    ReplaceSuffix,
    /// `${x:-text}`, `${x:=text}`, `${x=text}`, and also `${x:?text}` and `${x:+text}`: the text where the
    /// value is missing or empty. In a shell `=` does not look for empty values, `:?` fails and `:+` does the
    /// opposite.
    Default,
}

impl Operator {
    /// Whether a missing variable is no error of strict mode. [envsubst:template.go isDefaultOp]
    pub fn tolerates_missing(self) -> bool {
        self == Self::Default
    }
}

impl<'t> Template<'t> {
    /// Takes a text apart. Never fails: see [`Template::errors`].
    pub fn parse(text: &'t str) -> Self {
        parse::parse(text)
    }

    /// Every reference, those in arguments of others included, in the order of the text.
    pub fn references(&self) -> impl Iterator<Item = &Reference<'t>> {
        references_in(self.pieces.iter().rev().collect())
    }
}

/// The references of pieces, the last piece first, and of their arguments.
fn references_in<'p, 't>(mut rest: Vec<&'p Piece<'t>>) -> impl Iterator<Item = &'p Reference<'t>> {
    std::iter::from_fn(move || {
        loop {
            if let Piece::Reference(reference) = rest.pop()? {
                rest.extend(reference.arguments.iter().rev());
                return Some(reference);
            }
        }
    })
}

impl Piece<'_> {
    /// Where it is written.
    pub fn range(&self) -> TextRange {
        match self {
            Piece::Literal(literal) => literal.range,
            Piece::Reference(reference) => reference.range,
        }
    }
}
