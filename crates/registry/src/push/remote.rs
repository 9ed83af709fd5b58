//! Into a registry.

use smol_str::SmolStr;

use super::Bundle;
use super::bundle::MANIFEST;
use crate::place::Place;
use crate::{Endpoint, Fault, Registry};

/// Puts an artifact into a registry under some tags; answers the digest.
///
/// # Errors
///
/// The registry does not take it, the network is off, or a mirror maps the repository to a folder.
pub fn to_registry(
    registry: &Registry,
    endpoint: &Endpoint,
    tags: &[&str],
    bundle: &Bundle,
) -> Result<SmolStr, Fault> {
    let Place::Remote(remote) = registry.place(endpoint) else {
        let message = format!(
            "{} is mapped to a folder, and not at a registry",
            endpoint.repository
        );
        return Err(Fault::new(message, "fill the folder instead"));
    };
    registry.need_network(&remote.origin.host)?;
    let manifest = bundle.manifest();
    let layers = bundle.layers.iter().map(|(_, bytes)| bytes.as_slice());
    let blobs: Vec<&[u8]> = layers.chain([bundle.config()]).collect();
    registry
        .client()
        .push(&remote, &blobs, (MANIFEST, &manifest), tags)
}
