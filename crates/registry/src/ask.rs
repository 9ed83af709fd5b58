//! What a registry can be asked.

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Artifact, Fault, Listing, Repository};

/// A repository as a source names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Endpoint {
    /// The repository.
    pub repository: Repository,
    /// Whether its registry is asked over plain HTTP, as `insecure: true` of a source wants it.
    pub insecure: bool,
}

impl Endpoint {
    /// A repository whose registry is asked over TLS.
    pub fn new(repository: Repository) -> Self {
        Self {
            repository,
            insecure: false,
        }
    }
}

/// One thing to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// The tags of a repository.
    Tags(Endpoint),
    /// What is behind a tag or a digest.
    Artifact(Endpoint, SmolStr),
    /// The files of an artifact.
    Pull {
        /// Where it is.
        endpoint: Endpoint,
        /// The artifact.
        artifact: Artifact,
        /// The layer to take, by its media type; the first where there is none.
        media_type: Option<SmolStr>,
    },
}

impl Ask {
    /// The repository that it is about.
    pub fn endpoint(&self) -> &Endpoint {
        match self {
            Self::Tags(endpoint) | Self::Artifact(endpoint, _) | Self::Pull { endpoint, .. } => {
                endpoint
            }
        }
    }
}

/// What came of an [`Ask`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Of [`Ask::Tags`].
    Tags(Result<Listing, Fault>),
    /// Of [`Ask::Artifact`].
    Artifact(Result<Artifact, Fault>),
    /// Of [`Ask::Pull`]: the folder with the files.
    Pull(Result<Utf8PathBuf, Fault>),
}
