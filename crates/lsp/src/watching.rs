//! Who watches the files of a root: the client where it can, else we ourselves.

use std::sync::atomic::{AtomicU32, Ordering};

use camino::Utf8Path;
use crossbeam_channel::Sender;
use infragen_workspace::{FileEvent, Watcher};
use tokio::runtime::Handle;
use tower_lsp::Client;

use crate::context::Scope;
use crate::message::Message;
use crate::protocol::capabilities::ClientConfig;
use crate::protocol::notification::{DidChangeWatchedFiles, Notification as _};
use crate::protocol::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, OneOf, Registration,
    RelativePattern, uri,
};

/// Every file counts, not YAML alone: a generator takes files of any kind, and `.gitignore` decides which
/// exist at all.
const EVERYTHING: &str = "**/*";

/// What the client is to be asked so that it watches a root; none where it cannot.
pub(crate) fn registration(
    client: &ClientConfig,
    scope: &Scope,
    root: &Utf8Path,
) -> Option<Registration> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let in_folder = scope.folders.iter().any(|folder| root.starts_with(folder));
    let glob_pattern = if client.watches_any_folder {
        GlobPattern::Relative(RelativePattern {
            base_uri: OneOf::Right(uri::from_path(root)?),
            pattern: EVERYTHING.to_owned(),
        })
    } else if in_folder {
        GlobPattern::String(EVERYTHING.to_owned())
    } else {
        return None;
    };
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: vec![FileSystemWatcher {
            glob_pattern,
            kind: None,
        }],
    };
    client.watches_files.then(|| Registration {
        id: format!("infragen/files/{}", NEXT.fetch_add(1, Ordering::Relaxed)),
        method: DidChangeWatchedFiles::METHOD.to_owned(),
        register_options: serde_json::to_value(options).ok(),
    })
}

/// Asks the client to watch; tells the owner where it refuses.
pub(crate) fn ask(
    client: Client,
    runtime: &Handle,
    registration: Registration,
    root: &Utf8Path,
    inbox: Sender<Message>,
) {
    let root = root.to_owned();
    runtime.spawn(async move {
        if let Err(error) = client.register_capability(vec![registration]).await {
            tracing::warn!("the client does not watch {root}: {error}");
            // The owner lives as long as the session.
            let _ = inbox.send(Message::NotWatched(root));
        }
    });
}

/// Starts a watcher of our own that tells the owner.
///
/// # Errors
/// The system's, as text.
pub(crate) fn start(inbox: Sender<Message>) -> Result<Watcher, String> {
    Watcher::start(move |events: Vec<FileEvent>| {
        let message = if events.is_empty() {
            Message::EventsLost
        } else {
            Message::OnDisk(events)
        };
        // The owner lives as long as the session.
        let _ = inbox.send(message);
    })
}
