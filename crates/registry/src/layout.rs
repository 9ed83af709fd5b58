//! An OCI image layout: a folder on disk in the place of a registry.
//!
//! The answers are as old as the file that they come from, `index.json`: a folder that was filled last week knows the
//! tags of last week.

use std::fs;
use std::io::{ErrorKind, Read as _};

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use smol_str::SmolStr;

use crate::manifest::{self, DEPTH, Descriptor, Manifest};
use crate::settings::Limits;
use crate::{Artifact, Fault, Layer, Listing, Repository, Timestamp, digest, words};

/// The annotation that holds the tag of an entry, or its full name with the tag.
pub(crate) const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// A repository in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The folder that the settings name.
    pub folder: Utf8PathBuf,
    /// The part of the repository's name that the mirror did not name.
    pub below: SmolStr,
    /// The repository.
    pub repository: Repository,
}

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    manifests: Vec<Descriptor>,
}

/// An index that was found.
struct Opened {
    /// The folder of its blobs.
    folder: Utf8PathBuf,
    index: Index,
    at: Timestamp,
}

impl Layout {
    /// The tags, in lexical order as registries list them.
    pub(crate) fn tags(&self, limits: &Limits) -> Result<Listing, Fault> {
        let opened = self.open(limits)?;
        let names = opened.index.manifests.iter();
        let mut tags: Vec<SmolStr> = names
            .filter_map(|entry| self.tag_of(entry))
            .filter(|tag| words::is_tag(tag))
            .map(SmolStr::new)
            .collect();
        tags.sort_unstable();
        tags.dedup();
        match tags.is_empty() && !self.below.is_empty() {
            true => Err(self.absent()),
            false => Ok(Listing {
                tags,
                at: opened.at,
            }),
        }
    }

    /// What is behind a tag or digest.
    pub(crate) fn artifact(&self, reference: &str, limits: &Limits) -> Result<Artifact, Fault> {
        let opened = self.open(limits)?;
        let named = if digest::is_digest(reference) {
            // A folder without its blob has no such artifact, and is not broken.
            let blob = path_of(&opened.folder, reference).filter(|blob| blob.exists());
            blob.map(|_| SmolStr::new(reference))
        } else {
            let tagged = |entry: &&Descriptor| self.tag_of(entry) == Some(reference);
            // The last one counts: tools that add to a layout append.
            opened
                .index
                .manifests
                .iter()
                .rev()
                .find(tagged)
                .map(|entry| entry.digest.clone())
        };
        let Some(named) = named else {
            let message = format!(
                "{} has no `{reference}` in {}",
                self.repository, opened.folder
            );
            return Err(Fault::new(
                message,
                "copy it into the folder, or choose another version",
            ));
        };
        let mut child = named.clone();
        for _ in 0..DEPTH {
            let bytes = self.blob(&opened.folder, &child, limits.manifest_bytes)?;
            match Manifest::parse(&bytes) {
                Ok(Manifest::Index { child: next }) => child = next,
                Ok(Manifest::Image {
                    annotations,
                    layers,
                }) => {
                    return Ok(manifest::artifact(named, &annotations, layers, opened.at));
                }
                Err(wrong) => return Err(self.broken(&format!("the manifest {child} {wrong}"))),
            }
        }
        Err(self.broken("it has indexes of indexes"))
    }

    /// The bytes of a layer; they are what their digest says, or there is a fault at the end.
    pub(crate) fn layer(
        &self,
        layer: &Layer,
        limits: &Limits,
        mut take: impl FnMut(&[u8]) -> std::io::Result<()>,
    ) -> Result<(), Fault> {
        let opened = self.open(limits)?;
        let path = path_of(&opened.folder, &layer.digest)
            .ok_or_else(|| self.broken("a layer has no digest"))?;
        let unreadable =
            |error: std::io::Error| self.broken(&format!("{path} cannot be read: {error}"));
        let mut file = fs::File::open(&path)
            .map_err(unreadable)?
            .take(limits.layer_bytes + 1);
        let mut hasher = digest::Hasher::like(&layer.digest);
        let mut chunk = vec![0; 64 * 1024];
        loop {
            let read = file.read(&mut chunk).map_err(unreadable)?;
            if read == 0 {
                break;
            }
            hasher.update(&chunk[..read]);
            take(&chunk[..read]).map_err(unreadable)?;
        }
        if file.limit() == 0 {
            return Err(self.broken(&format!(
                "{path} is larger than {} bytes",
                limits.layer_bytes
            )));
        }
        match hasher.finish() == layer.digest {
            true => Ok(()),
            false => Err(self.broken(&format!(
                "{path} is not what its name says: its digest is another one"
            ))),
        }
    }

    /// The tag of an entry, if it is one of this repository.
    fn tag_of<'a>(&self, entry: &'a Descriptor) -> Option<&'a str> {
        let name = entry.annotations.as_ref()?.get(REF_NAME)?.as_str();
        match name.rsplit_once(':') {
            None => (!name.contains('/')).then_some(name),
            Some((repository, tag)) => {
                let found =
                    Repository::named(repository).is_ok_and(|found| found == self.repository);
                found.then_some(tag)
            }
        }
    }

    /// The layout of this repository: at its path below the folder, else the folder itself.
    fn open(&self, limits: &Limits) -> Result<Opened, Fault> {
        let own = self.folder.join(self.below.as_str());
        match self.open_at(&own, limits)? {
            Some(opened) => Ok(opened),
            // One for many repositories: its entries have full names, or they belong to nobody in particular.
            None => match self.open_at(&self.folder, limits)? {
                Some(mut opened) if !self.below.is_empty() => {
                    let is_full = |entry: &Descriptor| {
                        let name = entry.annotations.as_ref().and_then(|all| all.get(REF_NAME));
                        name.is_some_and(|name| name.contains('/'))
                    };
                    opened.index.manifests.retain(is_full);
                    Ok(opened)
                }
                Some(opened) => Ok(opened),
                None => Err(self.absent()),
            },
        }
    }

    fn open_at(&self, folder: &Utf8Path, limits: &Limits) -> Result<Option<Opened>, Fault> {
        let path = folder.join("index.json");
        let file = match fs::File::open(&path) {
            Ok(file) => file,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(self.broken(&format!("{path} cannot be read: {error}"))),
        };
        let unreadable =
            |error: std::io::Error| self.broken(&format!("{path} cannot be read: {error}"));
        let at = file
            .metadata()
            .and_then(|found| found.modified())
            .map_err(unreadable)?
            .into();
        let mut bytes = Vec::new();
        file.take(limits.listing_bytes)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        let index = serde_json::from_slice(&bytes).map_err(|error| {
            self.broken(&format!("{path} is no index ({})", words::place(&error)))
        })?;
        let folder = folder.to_owned();
        Ok(Some(Opened { folder, index, at }))
    }

    fn blob(&self, folder: &Utf8Path, digest: &str, limit: u64) -> Result<Vec<u8>, Fault> {
        let path = path_of(folder, digest)
            .ok_or_else(|| self.broken(&format!("`{digest}` is no digest")))?;
        let unreadable =
            |error: std::io::Error| self.broken(&format!("{path} cannot be read: {error}"));
        let mut bytes = Vec::new();
        let file = fs::File::open(&path).map_err(unreadable)?;
        file.take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        if bytes.len() as u64 > limit {
            return Err(self.broken(&format!("{path} is larger than {limit} bytes")));
        }
        match digest::like(digest, &bytes) == digest {
            true => Ok(bytes),
            false => Err(self.broken(&format!(
                "{path} is not what its name says: its digest is another one"
            ))),
        }
    }

    fn absent(&self) -> Fault {
        Fault::new(
            format!("{} has no image layout of {}", self.folder, self.repository),
            "copy the repository into the folder, or name another folder in `mirrors`",
        )
    }

    fn broken(&self, what: &str) -> Fault {
        Fault::new(
            format!("the image layout of {} is broken: {what}", self.repository),
            "copy the repository into the folder again",
        )
    }
}

/// The file of a blob.
pub(crate) fn path_of(folder: &Utf8Path, digest: &str) -> Option<Utf8PathBuf> {
    let (algorithm, digits) = digest.split_once(':')?;
    digest::is_digest(digest).then(|| folder.join("blobs").join(algorithm).join(digits))
}
