//! Places of builds as people read them.

use camino::Utf8PathBuf;
use infragen_kustomize::Place;
use infragen_workspace::{Db, Root, file_from, shown_path, text};
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
        let file = shown_path(self.db, self.root, &place.file);
        match self.line(place) {
            Some(line) => format!("{file}:{line}"),
            None => file,
        }
    }

    /// The line, from 1; none where there is no such file.
    pub fn line(&mut self, place: &Place) -> Option<u32> {
        let (db, root) = (self.db, self.root);
        let index = self
            .lines
            .entry(place.file.to_path_buf())
            .or_insert_with(|| {
                let file = file_from(db, root, &place.file)?;
                Some(LineIndex::new(&text(db, file).ok()?))
            });
        let at = index
            .as_ref()
            .and_then(|index| index.try_line_col(place.range.start()));
        at.map(|at| at.line + 1)
    }
}
