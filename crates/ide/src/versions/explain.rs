//! All that there is to say about the versions at a place.

use infragen_syntax::TextSize;
use infragen_workspace::{Db, SourceFile};

use super::at::versions_at;
use super::card::card;

/// Why each environment takes what it takes, as Markdown; none where a place is about no version.
pub fn explain_version(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<String> {
    let (_, versions) = versions_at(db, file, offset)?;
    card(db, &versions)
}
