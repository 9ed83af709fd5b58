//! A registry, which the `registry` suite starts on this machine.

use camino::Utf8PathBuf;

use super::{
    cache::Cache,
    debian::{self, Suite},
    on_path,
};
use crate::process::Result;

/// Any version of it will do.
pub fn locate(cache: &Cache) -> Result<Utf8PathBuf> {
    if let Some(path) = on_path("docker-registry") {
        return Ok(path);
    }
    let entry = cache.entry("docker-registry", |folder| {
        debian::unpack(Suite::OfMachine, &["docker-registry"], folder).map(drop)
    })?;
    Ok(entry.join("usr/bin/docker-registry"))
}
