//! What answers are made from: one state of the repository, and what the client shows and can do.

use std::sync::Arc;

use camino::Utf8PathBuf;
use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{Cancelled, Db, Root, Snapshot, SourceFile, text};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::protocol::capabilities::ClientConfig;
use crate::protocol::position::Lines;
use crate::protocol::{Location, Position, Range, Uri, uri};

/// One state, for one piece of work on another thread. While it exists the state cannot change: the owner
/// takes it only when a thread is free, and the thread drops it before it says that it is done.
#[derive(Clone)]
pub(crate) struct View {
    pub snapshot: Snapshot,
    pub open: Arc<OpenDocuments>,
    pub scope: Arc<Scope>,
    pub client: Arc<ClientConfig>,
}

/// The documents that are open in the client.
pub(crate) type OpenDocuments = FxHashMap<SourceFile, OpenDocument>;

/// How the client calls an open document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenDocument {
    /// Its address as the client writes it.
    pub uri: Uri,
    /// The version that the client gave to its text.
    pub version: i32,
}

/// Which files are told findings about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// The folders of the client.
    pub folders: Vec<Utf8PathBuf>,
    /// Roots that hold nothing but open documents: what these name may well exist somewhere else.
    pub lone: FxHashSet<Root>,
}

impl View {
    /// Runs work on the state; [`Cancelled`] where a change is waiting for it to end.
    pub fn run<T>(&self, work: impl FnOnce(&Context<'_>) -> T) -> Result<T, Cancelled> {
        self.snapshot.run(|db| {
            work(&Context {
                db,
                roots: self.snapshot.roots(),
                open: &self.open,
                scope: &self.scope,
                client: &self.client,
            })
        })
    }
}

/// What a handler may look at.
pub(crate) struct Context<'a> {
    pub db: &'a dyn Db,
    pub roots: &'a [Root],
    pub open: &'a OpenDocuments,
    pub scope: &'a Scope,
    pub client: &'a ClientConfig,
}

impl Context<'_> {
    /// The offset of a position in a file.
    pub fn offset(&self, file: SourceFile, position: Position) -> TextSize {
        let text = text(self.db, file).unwrap_or_default();
        lines(self.db, file).offset(self.client.encoding, &text, position)
    }

    /// The offsets of a range in a file.
    pub fn text_range(&self, file: SourceFile, range: Range) -> TextRange {
        let text = text(self.db, file).unwrap_or_default();
        lines(self.db, file).text_range(self.client.encoding, &text, range)
    }

    /// The positions of a range in a file.
    pub fn range(&self, file: SourceFile, range: TextRange) -> Range {
        lines(self.db, file).range(self.client.encoding, range)
    }

    /// The address of a file, as the client writes it where it is open there.
    pub fn uri(&self, file: SourceFile) -> Option<Uri> {
        match self.open.get(&file) {
            Some(document) => Some(document.uri.clone()),
            None => uri::from_path(&file.absolute_path(self.db)),
        }
    }

    /// The version of a file's text in the client, where it is open there.
    pub fn version(&self, file: SourceFile) -> Option<i32> {
        self.open.get(&file).map(|document| document.version)
    }

    /// A place in a file.
    pub fn location(&self, file: SourceFile, range: TextRange) -> Option<Location> {
        Some(Location::new(self.uri(file)?, self.range(file, range)))
    }

    /// Whether findings are told about a file: it is open or in a folder of the client, and what is around
    /// it is known.
    pub fn tells_about(&self, file: SourceFile) -> bool {
        if self.scope.lone.contains(&file.root(self.db)) {
            return false;
        }
        self.open.contains_key(&file) || {
            let path = file.absolute_path(self.db);
            self.scope
                .folders
                .iter()
                .any(|folder| path.starts_with(folder))
        }
    }
}

/// The lines of a file. Those of few closed files are kept: to tell their findings, or where they define
/// something.
#[salsa::tracked(returns(clone), lru = 128)]
pub(crate) fn lines(db: &dyn Db, file: SourceFile) -> Arc<Lines> {
    Arc::new(Lines::new(&text(db, file).unwrap_or_default()))
}
