//! The files of layers: one folder each, named by the layer's digest, so that a name can only ever mean one content.

use std::fs;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};

use super::{eviction, partial};
use crate::settings::Limits;
use crate::unpack::unpack;
use crate::{Fault, digest};

/// The folder of the folders.
pub(super) const FOLDER: &str = "layers";

/// All layers are measured again after so many bytes: that looks at every file of them.
const MEASURED: u64 = super::MOST_BYTES / 16;

/// Unpacked layers.
#[derive(Debug)]
pub(crate) struct Layers {
    folder: Option<Utf8PathBuf>,
    /// Bytes that arrived since all were measured.
    unmeasured: AtomicU64,
}

/// A layer that is on its way into the cache.
pub(crate) struct Arriving {
    file: fs::File,
    path: Utf8PathBuf,
    target: Utf8PathBuf,
}

impl Layers {
    /// Those of a cache.
    pub(crate) fn new(root: Option<&Utf8Path>) -> Self {
        Self {
            folder: root.map(|root| root.join(super::VERSION).join(FOLDER)),
            // What other processes left there was not measured.
            unmeasured: AtomicU64::new(MEASURED),
        }
    }

    /// The files of a layer, if they are there.
    pub(crate) fn get(&self, digest: &str) -> Option<Utf8PathBuf> {
        let path = self.path(digest).filter(|path| path.is_dir())?;
        eviction::note_use(&path);
        Some(path)
    }

    fn path(&self, digest: &str) -> Option<Utf8PathBuf> {
        let folder = self.folder.as_ref()?;
        digest::is_digest(digest).then(|| folder.join(digest.replace(':', "-")))
    }

    /// Begins to take a layer in.
    pub(crate) fn arrive(&self, digest: &str) -> Result<Arriving, Fault> {
        let target = self.path(digest).ok_or_else(|| {
            Fault::new(
                "there is no folder for a cache, into which files could be pulled",
                "set HOME or INFRAGEN_CACHE",
            )
        })?;
        let path = partial::name_for(&target.with_extension("tar"));
        let folder = target.parent().unwrap_or(&target);
        let file = partial::make_folder(folder).and_then(|()| {
            partial::sweep(folder);
            fs::File::options()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&path)
        });
        let file = file.map_err(|error| unwritable(&error))?;
        Ok(Arriving { file, path, target })
    }

    /// Makes room for others after a layer has arrived, where there may be too many.
    pub(crate) fn make_room(&self, arrived: &Utf8Path) {
        let more = super::bytes(arrived);
        let before = self.unmeasured.fetch_add(more, Ordering::Relaxed);
        if before.saturating_add(more) >= MEASURED
            && let Some(folder) = &self.folder
        {
            self.unmeasured.store(0, Ordering::Relaxed);
            eviction::evict(folder, super::MOST_BYTES, SystemTime::now());
        }
    }
}

impl Arriving {
    /// Takes more bytes in.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Unpacks what has arrived; answers the folder. If another process was faster, its folder is taken.
    pub(crate) fn unpack(mut self, what: &str, limits: &Limits) -> Result<Utf8PathBuf, Fault> {
        let partial = partial::name_for(&self.target);
        let made = self
            .file
            .seek(SeekFrom::Start(0))
            .and_then(|_| fs::create_dir(&partial));
        made.map_err(|error| unwritable(&error))?;
        let unpacked = unpack(&self.file, &partial, limits).map_err(|wrong| {
            Fault::new(
                format!("the layer of {what} {wrong}"),
                "whoever pushed it must push it anew; choose another version",
            )
        });
        let finished = unpacked.and_then(|()| match fs::rename(&partial, &self.target) {
            Err(error) if !self.target.is_dir() => Err(unwritable(&error)),
            _ => Ok(self.target.clone()),
        });
        // Nothing is left of it where all went well.
        let _ = partial::remove(&partial);
        finished
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        // What stays is swept an hour later.
        let _ = fs::remove_file(&self.path);
    }
}

fn unwritable(error: &io::Error) -> Fault {
    crate::client::Failure::Cache(error.to_string()).fault("", std::time::Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A layer of so many bytes, which take no room on disk.
    fn layer(folder: &Utf8Path, name: &str, bytes: u64, days: u64) -> Utf8PathBuf {
        let layer = folder.join(name);
        fs::create_dir_all(&layer).unwrap();
        let file = fs::File::create(layer.join("file")).unwrap();
        file.set_len(bytes).unwrap();
        let used = SystemTime::now() - Duration::from_secs(days * 24 * 3600);
        fs::File::open(&layer).unwrap().set_modified(used).unwrap();
        layer
    }

    #[test]
    fn room_is_made_with_the_first_layer_and_after_many_bytes() {
        let root = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(root.path()).unwrap();
        let layers = Layers::new(Some(root));
        let folder = layers.folder.clone().unwrap();
        let most = crate::cache::MOST_BYTES;
        let old = layer(&folder, "old", most, 30);
        let small = layer(&folder, "small", 10, 0);
        layers.make_room(&small);
        assert!(!old.exists() && small.exists());

        let old = layer(&folder, "old", most, 30);
        layers.make_room(&small);
        assert!(old.exists());
        let large = layer(&folder, "large", MEASURED, 0);
        layers.make_room(&large);
        assert!(!old.exists() && large.exists());
    }
}
