//! What a filter of tags can be told of by itself: few are written in many files, and to tell takes a machine.

use infragen_constraint::FilterReach;
use infragen_go_regex::{GoRegex, SyntaxError};
use infragen_workspace::Db;
use smol_str::SmolStr;

/// What is known of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VersionFilter {
    /// Why Flux does not read it, if it does not.
    pub error: Option<SyntaxError>,
    /// What it can let through; none where it is too large to tell.
    pub reach: Option<FilterReach>,
}

/// What is known of a filter with this text; `helm` says that the tags are those of Helm charts.
#[salsa::tracked(returns(clone))]
pub(crate) fn version_filter(_db: &dyn Db, text: SmolStr, helm: bool) -> VersionFilter {
    VersionFilter {
        error: GoRegex::new(&text).err(),
        reach: FilterReach::of(&text, helm),
    }
}
