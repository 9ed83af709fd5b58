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
//!
//! [`Selection::choose`] takes a tag as Flux does and keeps what became of every other one;
//! [`Selection::reason`] says it in words. Releases of Flux differ in that, see [`Flux`].
//!
//! ```
//! use infragen_constraint::{Flux, Selection};
//!
//! let tags = ["1.4.2", "1.5.0-rc.1", "2.0.0"];
//! let stable = Selection::parse(">=1.0.0 <2.0.0", None, Flux::default()).unwrap();
//! let choice = stable.choose(&tags);
//! assert_eq!(choice.chosen.map(|number| tags[number]), Some("1.4.2"));
//! assert_eq!(stable.reason(&choice, &tags, 2), "above the range: too new for `<2.0.0`");
//! ```
//!
//! Versions are those of the crate `semver`: its numbers are as large as the library's, and it keeps any
//! prerelease. Only its order differs, so versions are compared by [`compare`].

mod choice;
mod constraint;
mod error;
mod extent;
mod filter;
mod flux;
mod hyphen;
mod judge;
mod order;
mod parse;
mod reason;
mod version;
mod widen;

pub use choice::{Choice, MAX_STABLE, Reading, Selection, SelectionError, Verdict};
pub use constraint::{Comparator, Constraint, Group, Operator, Precision};
pub use error::{SyntaxError, VersionError, place};
pub use filter::FilterReach;
pub use flux::{Flux, UnknownFlux};
pub use judge::{Exclusion, Place};
pub use order::compare;
pub use version::{loose_version, strict_version, tag_version};
