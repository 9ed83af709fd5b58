//! Places of builds as people read them.

use camino::Utf8PathBuf;
use infragen_kustomize::Place;
use infragen_workspace::{Db, Found, Root, find, text};
use line_index::LineIndex;
use rustc_hash::FxHashMap;

/// Shows places as `file:line`, with the lines of each file counted once.
pub struct Places<'db> {
    db: &'db dyn Db,
    root: Root,
    lines: FxHashMap<Utf8PathBuf, Option<LineIndex>>,
}

impl<'db> Places<'db> {
    /// Places of the files of a root.
    pub fn new(db: &'db dyn Db, root: Root) -> Places<'db> {
        Places {
            db,
            root,
            lines: FxHashMap::default(),
        }
    }

    /// The file from the root, and the line.
    pub fn show(&mut self, place: &Place) -> String {
        let (db, root) = (self.db, self.root);
        let index = self
            .lines
            .entry(place.file.to_path_buf())
            .or_insert_with(|| {
                let Found::File(file) = find(db, root.top(db)?, place.file.as_str()) else {
                    return None;
                };
                Some(LineIndex::new(&text(db, file).ok()?))
            });
        let at = index
            .as_ref()
            .and_then(|index| index.try_line_col(place.range.start()));
        match at {
            Some(at) => format!("{}:{}", place.file, at.line + 1),
            None => place.file.to_string(),
        }
    }
}
