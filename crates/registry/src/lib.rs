//! What OCI registries say: which tags a repository has, and what is behind a tag.

mod answer;
mod repository;

pub use answer::{Artifact, Fault, Layer, Listing, Timestamp};
pub use repository::{AddressError, Repository};
