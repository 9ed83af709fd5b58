//! The server's own file watcher, for clients that have none.

use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};
use notify::{RecursiveMode, Watcher as _};

use crate::workspace::FileEvent;

/// Watches roots and tells what changed; stops when dropped.
pub struct Watcher {
    inner: notify::RecommendedWatcher,
}

impl Watcher {
    /// Starts a watcher. `changed` is called from the watcher's thread with the paths of one event, or
    /// with nothing where events were lost and everything must be looked at again.
    ///
    /// # Errors
    /// The system's own, as text, where it offers no watching or its limits are used up.
    pub fn start(
        mut changed: impl FnMut(Vec<FileEvent>) + Send + 'static,
    ) -> Result<Watcher, String> {
        let handler = move |event: notify::Result<notify::Event>| match event {
            Ok(event) if event.need_rescan() => changed(Vec::new()),
            Ok(event) if event.kind.is_access() => {}
            Ok(event) => {
                let paths = event
                    .paths
                    .iter()
                    .filter_map(|path: &std::path::PathBuf| utf8(path));
                let events: Vec<_> = paths
                    .filter(is_of_work_tree)
                    .map(|path| FileEvent { path })
                    .collect();
                if !events.is_empty() {
                    changed(events);
                }
            }
            Err(_) => changed(Vec::new()),
        };
        notify::recommended_watcher(handler)
            .map(|inner| Watcher { inner })
            .map_err(|error| format!("files cannot be watched: {error}"))
    }

    /// Watches everything below a directory.
    ///
    /// # Errors
    /// The system's own, as text.
    pub fn watch(&mut self, root: &Utf8Path) -> Result<(), String> {
        self.inner
            .watch(root.as_std_path(), RecursiveMode::Recursive)
            .map_err(|error| format!("{root} cannot be watched: {error}"))
    }
}

fn utf8(path: &Path) -> Option<Utf8PathBuf> {
    Utf8Path::from_path(path).map(Utf8Path::to_owned)
}

/// Git's own files change with every command and concern nobody.
fn is_of_work_tree(path: &Utf8PathBuf) -> bool {
    !path.components().any(|part| part.as_str() == ".git")
}
