//! playwright-core, which drives the browser from a test script.

use camino::Utf8PathBuf;

use super::{cache::Cache, node::Node};
use crate::process::Result;

const VERSION: &str = "1.65.1";

/// The folder of the package.
pub fn locate(cache: &Cache) -> Result<Utf8PathBuf> {
    let entry = cache.entry(&format!("playwright-core-{VERSION}"), |folder| {
        Node::of_tests()?.install(folder, &format!("playwright-core@{VERSION}"))
    })?;
    Ok(entry.join("node_modules/playwright-core"))
}
