//! Registries for tests: a real one where it is installed, and a server that answers whatever a test wants, also what
//! no registry should.

mod authority;
mod distribution;
mod server;
mod tokens;

pub use authority::{Authority, Certificate};
pub use distribution::{Access, Distribution};
pub use server::{Reply, Request, Server};
pub use tokens::TokenServer;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_registry::{Endpoint, Repository, Settings};

/// A folder of a test: a cache, a home and what else it needs.
#[derive(Debug)]
pub struct Folder {
    _folder: tempfile::TempDir,
    /// Its path.
    pub path: Utf8PathBuf,
}

impl Folder {
    /// A new one.
    ///
    /// # Panics
    /// None can be made.
    #[allow(clippy::unwrap_used)] // without it there is no test
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        Self {
            _folder: folder,
            path,
        }
    }

    /// Settings with the network, and with a cache and Docker's settings in this folder.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::offline();
        settings.network = true;
        settings.cache = Some(self.path.join("cache"));
        settings.home = Some(self.path.clone());
        settings.docker_config = Some(self.path.join(".docker/config.json"));
        settings
    }

    /// Writes a file.
    ///
    /// # Panics
    /// It cannot be written.
    #[allow(clippy::unwrap_used)] // see above
    pub fn write(&self, path: impl AsRef<Utf8Path>, text: &str) -> Utf8PathBuf {
        let path = self.path.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Writes Docker's settings.
    pub fn docker(&self, text: &str) {
        self.write(".docker/config.json", text);
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

/// The repository `acme/web` of a host.
///
/// # Panics
/// That is no host.
#[allow(clippy::unwrap_used)] // see above
pub fn web(host: &str, insecure: bool) -> Endpoint {
    Endpoint {
        repository: Repository::parse(&format!("oci://{host}/acme/web")).unwrap(),
        insecure,
    }
}
