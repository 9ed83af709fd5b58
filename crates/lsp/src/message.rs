//! What the owner of the state is told, in the order in which it came about.

use camino::Utf8PathBuf;
use infragen_registry::Repository;
use infragen_workspace::{Answer, FileEvent};

use crate::protocol::capabilities::Network;
use crate::protocol::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};
use crate::work::{Done, Question};

/// What the owner of the state is told.
pub(crate) enum Message {
    /// The session begins.
    Start,
    /// A document was opened.
    Opened(TextDocumentItem),
    /// The text of an open document changed.
    Changed {
        uri: Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    },
    /// A document was closed.
    Closed(Uri),
    /// The client opened and closed folders.
    Folders {
        added: Vec<Utf8PathBuf>,
        removed: Vec<Utf8PathBuf>,
    },
    /// Something happened to these paths on disk.
    OnDisk(Vec<FileEvent>),
    /// More happened on disk than was told.
    EventsLost,
    /// The client does not watch this root after all.
    NotWatched(Utf8PathBuf),
    /// A request.
    Question(Question),
    /// A thread is free again.
    Done(Done),
    /// What the cache or registries say of versions; nothing where the cache knew nothing.
    Versions(Vec<(Repository, Answer)>),
    /// The user decided in the settings whether registries may be asked.
    Network(Network),
    /// The user answered the question whether registries may be asked.
    NetworkAnswer { allowed: bool },
    /// The user wants all versions asked for anew.
    RefreshVersions,
}
