//! Into an OCI image layout on disk.

use std::fs;
use std::io;

use camino::Utf8Path;
use serde_json::{Value, json};
use smol_str::SmolStr;

use super::Bundle;
use super::bundle::MANIFEST;
use crate::layout::{REF_NAME, path_of};
use crate::{Repository, digest};

/// Puts an artifact into the image layout at the path of its repository below `folder`, which so stands for a whole
/// registry; what had the tag before loses it. Answers the digest.
///
/// # Errors
///
/// Something cannot be read or written, or the index that is there is none.
pub fn to_layout(
    folder: &Utf8Path,
    repository: &Repository,
    tag: &str,
    bundle: &Bundle,
) -> io::Result<SmolStr> {
    let layout = folder.join(repository.path.as_str());
    fs::create_dir_all(&layout)?;
    let manifest = bundle.manifest();
    let blobs = bundle.layers.iter().map(|(_, bytes)| bytes.as_slice());
    for blob in blobs.chain([bundle.config(), &manifest]) {
        let path = path_of(&layout, &digest::of(blob))
            .ok_or_else(|| io::Error::other("a digest is none"))?;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, blob)?;
    }
    fs::write(
        layout.join("oci-layout"),
        r#"{"imageLayoutVersion":"1.0.0"}"#,
    )?;
    let path = layout.join("index.json");
    let mut index: Value = match fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            json!({"schemaVersion": 2, "manifests": []})
        }
        Err(error) => return Err(error),
    };
    let digest = digest::of(&manifest);
    let entries = index.get_mut("manifests").and_then(Value::as_array_mut);
    let entries = entries.ok_or_else(|| io::Error::other(format!("{path} is no index")))?;
    entries.retain(|entry| entry["annotations"][REF_NAME] != tag);
    entries.push(json!({
        "mediaType": MANIFEST, "digest": digest, "size": manifest.len(), "annotations": {REF_NAME: tag},
    }));
    fs::write(path, index.to_string())?;
    Ok(digest)
}
