//! Version constraints of Masterminds/semver v3, as Flux reads `spec.ref.semver`.
//!
//! ```text
//! constraint = group *( "||" group )
//! group      = blanks comparator *( separator comparator ) blanks
//! separator  = 1*blank / blanks "," blanks
//! comparator = [ operator blanks ] version  /  version 1*blank "-" 1*blank version
//! operator   = "=" / "!=" / ">" / "<" / ">=" / "=>" / "<=" / "=<" / "~" / "~>" / "^"
//! version    = ["v"] part [ "." part [ "." part ] ] [ "-" identifiers ] [ "+" identifiers ]
//! part       = number / "x" / "X" / "*"
//! ```
//!
//! The library accepts a little more and a little less than that, because it puts `>=` and `<=` in place of
//! `A - B` in the text before it reads anything else; this crate does the same, so that both accept the same
//! texts and mean the same by them.

mod constraint;
mod error;
mod hyphen;
mod parse;
mod version;

pub use constraint::{Comparator, Constraint, Group, Operator, Precision};
pub use error::SyntaxError;
