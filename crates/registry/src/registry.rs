//! What the rest of infragen sees: registries, asked or remembered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use camino::Utf8PathBuf;

use crate::cache::{Answers, Kept, Layers};
use crate::client::{Client, Failure};
use crate::place::Place;
use crate::settings::{Limits, Settings};
use crate::{Artifact, Endpoint, Fault, Layer, Listing, digest};

/// Registries, and what is remembered of them. Cheap to clone; all clones are one.
#[derive(Debug, Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    network: AtomicBool,
    answers: Answers,
    layers: Layers,
    client: Client,
}

impl Registry {
    /// Registries with these settings. Nothing is read, connected or started before something is asked.
    pub fn new(settings: Settings) -> Self {
        let inner = Inner {
            network: AtomicBool::new(settings.network),
            answers: Answers::new(settings.cache.as_deref()),
            layers: Layers::new(settings.cache.as_deref()),
            client: Client::new(&settings),
            settings,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Whether the network may be used.
    pub fn network(&self) -> bool {
        self.inner.network.load(Ordering::Relaxed)
    }

    /// Lets the network be used, or not any more. What runs at the moment runs to its end.
    pub fn set_network(&self, on: bool) {
        self.inner.network.store(on, Ordering::Relaxed);
    }

    /// Lets hosts be asked again at once that are left alone because of a fault: a person asks for it.
    pub fn retry(&self) {
        self.inner.client.retry();
    }

    /// The tags that a repository had when it was asked last, or has in its layout folder. Never from the network.
    pub fn remembered_tags(&self, endpoint: &Endpoint) -> Option<Listing> {
        match self.place(endpoint) {
            Place::Remote(remote) => self.inner.answers.tags(&format!("tags {}", remote.key())),
            Place::Layout(layout) => layout.tags(self.limits()).ok(),
        }
    }

    /// What was behind a tag or digest when it was asked last, or is in the layout folder. Never from the network.
    pub fn remembered_artifact(&self, endpoint: &Endpoint, reference: &str) -> Option<Artifact> {
        match self.place(endpoint) {
            Place::Remote(remote) => self
                .inner
                .answers
                .artifact(&format!("artifact {} {reference}", remote.key())),
            Place::Layout(layout) => layout.artifact(reference, self.limits()).ok(),
        }
    }

    /// The tags of a repository, asked now.
    ///
    /// # Errors
    ///
    /// The registry gives no good answer in time, or the network is off.
    pub fn tags(&self, endpoint: &Endpoint) -> Result<Listing, Fault> {
        match self.place(endpoint) {
            Place::Remote(remote) => {
                self.need_network(&remote.origin.host)?;
                let listing = self.inner.client.tags(&remote)?;
                self.inner.answers.put(
                    &format!("tags {}", remote.key()),
                    Kept::Tags(listing.clone()),
                );
                Ok(listing)
            }
            Place::Layout(layout) => layout.tags(self.limits()),
        }
    }

    /// What is behind a tag, asked now; or behind a digest, which never changes and so is asked once.
    ///
    /// # Errors
    ///
    /// The registry gives no good answer in time, or the network is off.
    pub fn artifact(&self, endpoint: &Endpoint, reference: &str) -> Result<Artifact, Fault> {
        match self.place(endpoint) {
            Place::Remote(remote) => {
                let key = format!("artifact {} {reference}", remote.key());
                if digest::is_digest(reference)
                    && let Some(known) = self.inner.answers.artifact(&key)
                {
                    return Ok(known);
                }
                self.need_network(&remote.origin.host)?;
                let artifact = self.inner.client.artifact(&remote, reference)?;
                self.inner
                    .answers
                    .put(&key, Kept::Artifact(artifact.clone()));
                Ok(artifact)
            }
            Place::Layout(layout) => layout.artifact(reference, self.limits()),
        }
    }

    /// The folder with the files of an artifact's layer: the first of this media type, else the first, as Flux takes
    /// them. They are unpacked once, are read-only, and need no network after that.
    ///
    /// # Errors
    ///
    /// There is no such layer, it cannot be had or unpacked, or the network is off.
    pub fn pull(
        &self,
        endpoint: &Endpoint,
        artifact: &Artifact,
        media_type: Option<&str>,
    ) -> Result<Utf8PathBuf, Fault> {
        let layer = self.layer(endpoint, artifact, media_type)?;
        if let Some(folder) = self.inner.layers.get(&layer.digest) {
            return Ok(folder);
        }
        let limits = self.limits();
        let mut arriving = self.inner.layers.arrive(&layer.digest)?;
        match self.place(endpoint) {
            Place::Remote(remote) => {
                self.need_network(&remote.origin.host)?;
                self.inner.client.layer(&remote, layer, |chunk| {
                    arriving
                        .write(chunk)
                        .map_err(|error| Failure::Cache(error.to_string()))
                })?;
            }
            Place::Layout(layout) => layout.layer(layer, limits, |chunk| arriving.write(chunk))?,
        }
        let folder = arriving.unpack(&endpoint.repository.to_string(), limits)?;
        self.inner.layers.make_room(&folder);
        Ok(folder)
    }

    /// The folder with the files of an artifact's layer, if they were pulled before.
    pub fn pulled(
        &self,
        endpoint: &Endpoint,
        artifact: &Artifact,
        media_type: Option<&str>,
    ) -> Option<Utf8PathBuf> {
        let layer = self.layer(endpoint, artifact, media_type).ok()?;
        self.inner.layers.get(&layer.digest)
    }

    pub(crate) fn place(&self, endpoint: &Endpoint) -> Place {
        Place::of(endpoint, &self.inner.settings.mirrors)
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.settings.limits
    }

    pub(crate) fn client(&self) -> &Client {
        &self.inner.client
    }

    pub(crate) fn need_network(&self, host: &str) -> Result<(), Fault> {
        match self.network() {
            true => Ok(()),
            false => Err(Fault::new(
                format!("{host} is not asked, because the network is off"),
                "allow infragen the network, or map the registry to a folder in `mirrors`",
            )),
        }
    }

    fn layer<'a>(
        &self,
        endpoint: &Endpoint,
        artifact: &'a Artifact,
        media_type: Option<&str>,
    ) -> Result<&'a Layer, Fault> {
        let wanted = media_type.filter(|wanted| !wanted.is_empty());
        let found = match wanted {
            Some(wanted) => artifact
                .layers
                .iter()
                .find(|layer| layer.media_type == wanted),
            None => artifact.layers.first(),
        };
        found.ok_or_else(|| {
            let which = wanted.map_or(String::new(), |wanted| {
                format!(" of the media type `{wanted}`")
            });
            let message = format!(
                "{} has no layer{which} in {}",
                endpoint.repository, artifact.digest
            );
            Fault::new(message, "look at `layerSelector`, and at what was pushed")
        })
    }
}
