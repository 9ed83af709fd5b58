//! What a registry answered.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A moment: seconds since 1970 in UTC.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// The tags of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Listing {
    /// In the order of the registry, which decides among tags that are the same version.
    pub tags: Vec<SmolStr>,
    /// When the registry said so.
    pub at: Timestamp,
}

/// What is behind a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// The digest of its manifest: `sha256:…`.
    pub digest: SmolStr,
    /// When it was made, by its annotation `org.opencontainers.image.created`.
    pub created: Option<Timestamp>,
    /// Where its content comes from, by `org.opencontainers.image.source`.
    pub source: Option<SmolStr>,
    /// What revision of that it is, by `org.opencontainers.image.revision`: `v1.4.2@sha1:…` or a bare commit.
    pub revision: Option<SmolStr>,
    /// Its layers.
    pub layers: Vec<Layer>,
    /// When the registry said so.
    pub at: Timestamp,
}

/// A layer of an artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// What it is: `application/vnd.cncf.flux.content.v1.tar+gzip` for the files of a bundle.
    pub media_type: SmolStr,
    /// The digest of its bytes.
    pub digest: SmolStr,
    /// How many bytes it has.
    pub size: u64,
}

/// Why a registry gave no answer, in words: what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// One sentence without a full stop.
    pub message: SmolStr,
    /// What to do, where there is something.
    pub help: Option<SmolStr>,
    /// When this was.
    pub at: Timestamp,
    /// Whether trying again later may help.
    pub is_passing: bool,
    /// When the registry is asked again at the earliest; until then every ask gets this same answer.
    pub retry_at: Option<Timestamp>,
}

impl Fault {
    /// A fault of now that stays until somebody does something.
    pub(crate) fn new(message: impl Into<SmolStr>, help: impl Into<SmolStr>) -> Self {
        Self {
            message: message.into(),
            help: Some(help.into()),
            at: Timestamp::now(),
            is_passing: false,
            retry_at: None,
        }
    }

    /// The same, but it may pass by itself.
    pub(crate) fn passing(message: impl Into<SmolStr>, help: impl Into<SmolStr>) -> Self {
        Self {
            is_passing: true,
            ..Self::new(message, help)
        }
    }
}

impl std::fmt::Display for Fault {
    /// What is wrong and what to do, in one line.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.help {
            Some(help) => write!(f, "{}; {help}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Fault {}
