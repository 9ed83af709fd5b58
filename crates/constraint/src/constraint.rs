//! A constraint as data.

use std::ops::Range;
use std::str::FromStr;

use semver::Version;

use crate::error::SyntaxError;
use crate::flux::Flux;
use crate::parse::parse;

/// Which versions are taken: those that satisfy one of the groups.
///
/// ```
/// use infragen_constraint::{Constraint, Flux, loose_version};
///
/// let range: Constraint = ">=1.2 <2 || 3.0.0-rc.1".parse()?;
/// assert!(range.matches(&loose_version("1.9.0", Flux::V2_9).unwrap()));
/// assert!(!range.matches(&loose_version("1.9.0-rc.1", Flux::V2_9).unwrap()));
///
/// let error = "^1 || nope".parse::<Constraint>().unwrap_err();
/// assert_eq!(error.to_string(), "`nope` is no version");
/// assert_eq!(error.range, 6..10);
/// # Ok::<(), infragen_constraint::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// What stands between `||`; never empty.
    pub groups: Vec<Group>,
    /// What it was read from.
    pub text: Box<str>,
    /// Whose rules it was read by, and is judged by.
    pub flux: Flux,
}

/// Comparators of which a version must satisfy every one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// In the order of the text, those of `A - B` as `>=A` and `<=B`; never empty.
    pub comparators: Vec<Comparator>,
}

/// A version with what is asked of others by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparator {
    /// How others compare to it.
    pub operator: Operator,
    /// The version, with 0 for every part that [`Self::precision`] does not reach. Its prerelease is kept
    /// behind wildcards too (`1.x-0`); metadata never counts and is gone.
    pub version: Version,
    /// How many of its parts are written.
    pub precision: Precision,
    /// Its bytes in the text, operator and version; of `A - B` those of `A` or `B`.
    pub range: Range<usize>,
}

/// How versions compare to the one of a comparator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `=`, or none at all. With a wildcard the same as [`Self::Tilde`].
    Equal,
    /// `!=`
    NotEqual,
    /// `>`
    Greater,
    /// `>=` and `=>`
    GreaterEqual,
    /// `<`
    Less,
    /// `<=` and `=<`
    LessEqual,
    /// `~` and `~>`
    Tilde,
    /// `^`
    Caret,
}

/// How many parts of a version are written before the first wildcard. What stands behind a wildcard does not
/// count (`1.x.7` is `1.x`), and a part that is missing is a wildcard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// `*`
    Any,
    /// `1`, `1.x`
    Major,
    /// `1.2`, `1.2.x`
    Minor,
    /// `1.2.3`
    Patch,
}

impl Operator {
    /// The longest operator that a text begins with, and its length; [`Self::Equal`] of length 0 where there
    /// is none.
    pub(crate) fn at_start(text: &str) -> (Self, usize) {
        const SPELLINGS: [(&str, Operator); 11] = [
            ("!=", Operator::NotEqual),
            (">=", Operator::GreaterEqual),
            ("=>", Operator::GreaterEqual),
            ("<=", Operator::LessEqual),
            ("=<", Operator::LessEqual),
            ("~>", Operator::Tilde),
            ("=", Operator::Equal),
            (">", Operator::Greater),
            ("<", Operator::Less),
            ("~", Operator::Tilde),
            ("^", Operator::Caret),
        ];
        let found = SPELLINGS
            .iter()
            .find(|(spelling, _)| text.starts_with(spelling));
        found.map_or((Self::Equal, 0), |(spelling, operator)| {
            (*operator, spelling.len())
        })
    }
}

impl Constraint {
    /// Reads a text as a release of Flux does.
    ///
    /// An empty text is no constraint. Flux does not even read it: an empty `semver` counts as one that is not
    /// there.
    ///
    /// # Errors
    ///
    /// Says what is wrong and where.
    pub fn parse(text: &str, flux: Flux) -> Result<Self, SyntaxError> {
        parse(text, flux)
    }

    /// A comparator as it is written.
    pub fn written(&self, comparator: &Comparator) -> &str {
        self.text.get(comparator.range.clone()).unwrap_or_default()
    }
}

impl FromStr for Constraint {
    type Err = SyntaxError;

    /// Reads a text as the newest release of Flux does.
    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        Self::parse(text, Flux::default())
    }
}
