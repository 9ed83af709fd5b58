//! An artifact that is made here.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};

use camino::Utf8Path;
use flate2::{Compression, GzBuilder};
use smol_str::SmolStr;

use crate::digest;

/// The media types of what `flux push artifact` pushes.
pub const FLUX_CONFIG: &str = "application/vnd.cncf.flux.config.v1+json";
/// The layer with the files.
pub const FLUX_CONTENT: &str = "application/vnd.cncf.flux.content.v1.tar+gzip";
/// The media types of what `helm push` pushes.
pub const HELM_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
/// The layer with the chart.
pub const HELM_CONTENT: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// An artifact with its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The media type of its configuration, which is an empty object.
    pub config_type: SmolStr,
    /// Its layers: the media type and the bytes of each.
    pub layers: Vec<(SmolStr, Vec<u8>)>,
    /// Its annotations.
    pub annotations: BTreeMap<SmolStr, SmolStr>,
}

impl Bundle {
    /// An artifact of Flux with these files. The same files give the same bytes, whenever and wherever.
    pub fn flux<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        Self {
            config_type: FLUX_CONFIG.into(),
            layers: vec![(FLUX_CONTENT.into(), archive(files))],
            annotations: BTreeMap::new(),
        }
    }

    /// A Helm chart with these files.
    pub fn helm<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        Self {
            config_type: HELM_CONFIG.into(),
            layers: vec![(HELM_CONTENT.into(), archive(files))],
            annotations: BTreeMap::new(),
        }
    }

    /// An artifact of Flux with the files of a folder; links are left out.
    ///
    /// # Errors
    ///
    /// Something in it cannot be read.
    pub fn of_folder(folder: &Utf8Path) -> io::Result<Self> {
        let mut files = Vec::new();
        read(folder, folder, &mut files)?;
        Ok(Self::flux(
            files
                .iter()
                .map(|(path, text)| (path.as_str(), text.as_slice())),
        ))
    }

    /// The same with an annotation: `created`, `source` or `revision` of `org.opencontainers.image`.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let name = format!("org.opencontainers.image.{name}");
        self.annotations.insert(name.into(), value.into());
        self
    }

    /// Its configuration.
    pub(super) fn config(&self) -> &'static [u8] {
        b"{}"
    }

    /// Its manifest, as a registry has it.
    pub fn manifest(&self) -> Vec<u8> {
        let descriptor = |media_type: &str, bytes: &[u8]| serde_json::json!({"mediaType": media_type, "digest": digest::of(bytes), "size": bytes.len()});
        let layers: Vec<_> = self
            .layers
            .iter()
            .map(|(media_type, bytes)| descriptor(media_type, bytes))
            .collect();
        let manifest = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(&self.config_type, self.config()),
            "layers": layers,
            "annotations": self.annotations,
        });
        manifest.to_string().into_bytes()
    }
}

/// The files as a gzipped tar archive, in order of name, without times and owners.
fn archive<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let files: BTreeMap<_, _> = files.into_iter().collect();
    let mut builder = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        // In memory it can only fail for a name that is none, such as an empty one.
        let _ = builder.append_data(&mut header, path, bytes);
    }
    let tar = builder.into_inner().unwrap_or_default();
    let mut gzip = GzBuilder::new().write(Vec::new(), Compression::default());
    // Nothing in memory fails.
    let _ = gzip.write_all(&tar);
    gzip.finish().unwrap_or_default()
}

fn read(top: &Utf8Path, folder: &Utf8Path, files: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    for entry in folder.read_dir_utf8()? {
        let entry = entry?;
        let (kind, path) = (entry.file_type()?, entry.path());
        if kind.is_dir() {
            read(top, path, files)?;
        } else if kind.is_file() {
            let name = path.strip_prefix(top).unwrap_or(path);
            files.push((name.as_str().to_owned(), fs::read(path)?));
        }
    }
    Ok(())
}
