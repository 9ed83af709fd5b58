//! Manifests: what is behind a tag.

use std::collections::BTreeMap;

use serde::Deserialize;
use smol_str::SmolStr;

use crate::{Artifact, Layer, Timestamp, words};

/// The media types of manifests, for the header `Accept`.
pub(crate) const MEDIA_TYPES: &str = "application/vnd.oci.image.manifest.v1+json, \
     application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, \
     application/vnd.docker.distribution.manifest.list.v2+json";

/// How deep indexes of indexes are followed.
pub(crate) const DEPTH: usize = 4;

/// A manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Manifest {
    /// Of an artifact.
    Image {
        annotations: BTreeMap<SmolStr, SmolStr>,
        layers: Vec<Layer>,
    },
    /// A list of artifacts for several platforms; this is the digest of the one that Flux takes.
    Index { child: SmolStr },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    schema_version: Option<i64>,
    annotations: Option<BTreeMap<SmolStr, SmolStr>>,
    layers: Option<Vec<Descriptor>>,
    manifests: Option<Vec<Descriptor>>,
}

/// A reference to a blob or manifest by its digest.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    #[serde(default)]
    pub media_type: SmolStr,
    pub digest: SmolStr,
    #[serde(default)]
    size: i64,
    platform: Option<Platform>,
    pub annotations: Option<BTreeMap<SmolStr, SmolStr>>,
}

#[derive(Deserialize)]
struct Platform {
    #[serde(default)]
    os: SmolStr,
    #[serde(default)]
    architecture: SmolStr,
}

impl Manifest {
    /// Reads one.
    ///
    /// Of an index the first entry for Linux on amd64 counts, and an entry without a platform is one for that: so does
    /// go-containerregistry (`pkg/v1/remote`), by which Flux pulls.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as the end of a sentence.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let raw: Raw = serde_json::from_slice(bytes)
            .map_err(|error| format!("is no JSON of a manifest ({})", words::place(&error)))?;
        if raw.schema_version == Some(1) {
            return Err("is of schema 1, which no longer is pulled by anybody".to_owned());
        }
        let good = |descriptor: &Descriptor| match crate::digest::is_digest(&descriptor.digest) {
            true => Ok(()),
            false => Err(format!(
                "names `{}`, which is no digest",
                descriptor.digest.chars().take(80).collect::<String>()
            )),
        };
        if let Some(entries) = raw.manifests {
            let is_ours = |entry: &&Descriptor| match &entry.platform {
                Some(platform) => platform.os == "linux" && platform.architecture == "amd64",
                None => true,
            };
            let Some(entry) = entries.iter().find(is_ours) else {
                return Err(
                    "is an index without an entry for linux/amd64, the one that Flux takes"
                        .to_owned(),
                );
            };
            good(entry)?;
            return Ok(Self::Index {
                child: entry.digest.clone(),
            });
        }
        let Some(layers) = raw.layers else {
            return Err("has neither layers nor manifests".to_owned());
        };
        layers.iter().try_for_each(good)?;
        let layers = layers.into_iter().map(|layer| Layer {
            media_type: layer.media_type,
            digest: layer.digest,
            size: u64::try_from(layer.size).unwrap_or_default(),
        });
        Ok(Self::Image {
            annotations: raw.annotations.unwrap_or_default(),
            layers: layers.collect(),
        })
    }
}

/// The artifact of a manifest.
pub(crate) fn artifact(
    digest: SmolStr,
    annotations: &BTreeMap<SmolStr, SmolStr>,
    layers: Vec<Layer>,
    at: Timestamp,
) -> Artifact {
    let annotation = |name: &str| {
        let value = annotations.get(format!("org.opencontainers.image.{name}").as_str());
        value.filter(|value| words::is_line(value)).cloned()
    };
    Artifact {
        digest,
        created: annotation("created").and_then(|text| Timestamp::parse(&text)),
        source: annotation("source"),
        revision: annotation("revision"),
        layers,
        at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    fn index(entries: &str) -> Result<Manifest, String> {
        Manifest::parse(format!("{{\"manifests\": [{entries}]}}").as_bytes())
    }

    fn entry(digest: &str, os: &str, architecture: &str) -> String {
        format!(
            r#"{{"digest": "{digest}", "platform": {{"os": "{os}", "architecture": "{architecture}"}}}}"#
        )
    }

    #[test]
    fn of_an_index_linux_on_amd64_counts() {
        let child = |digest: &str| {
            Ok(Manifest::Index {
                child: digest.into(),
            })
        };
        let (arm, amd) = (entry(A, "linux", "arm64"), entry(B, "linux", "amd64"));
        assert_eq!(index(&format!("{arm}, {amd}")), child(B));
        assert_eq!(
            index(&format!(r#"{arm}, {{"digest": "{A}"}}, {amd}"#)),
            child(A)
        );
        assert!(index(&arm).unwrap_err().contains("linux/amd64"));
        assert!(index("").is_err());
    }

    #[test]
    fn what_a_manifest_says_of_itself() {
        let text = format!(
            r#"{{"schemaVersion": 2, "config": {{}}, "layers": [{{"mediaType": "m", "digest": "{A}", "size": 7}}],
                "annotations": {{"org.opencontainers.image.created": "2026-01-01T00:00:00Z",
                                 "org.opencontainers.image.revision": "v1@sha1:00", "org.opencontainers.image.source": ""}}}}"#
        );
        let Ok(Manifest::Image {
            annotations,
            layers,
        }) = Manifest::parse(text.as_bytes())
        else {
            panic!("no image")
        };
        let artifact = artifact(B.into(), &annotations, layers, Timestamp(5));
        assert_eq!(artifact.created, Some(Timestamp(1_767_225_600)));
        assert_eq!(artifact.revision.as_deref(), Some("v1@sha1:00"));
        assert_eq!(artifact.source, None);
        assert_eq!(
            artifact.layers,
            [Layer {
                media_type: "m".into(),
                digest: A.into(),
                size: 7
            }]
        );
    }

    #[test]
    fn what_is_no_manifest() {
        for wrong in [
            "",
            "[]",
            "{}",
            r#"{"schemaVersion": 1, "layers": []}"#,
            r#"{"layers": [{"digest": "sha256:../.."}]}"#,
        ] {
            assert!(Manifest::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(0u8.., 0..200)) {
            let _ = Manifest::parse(&bytes);
        }

        #[test]
        fn no_changed_manifest_makes_it_panic(at in 0usize..100, with in "\\PC") {
            let text = format!(r#"{{"layers": [{{"digest": "{A}", "size": 7}}], "annotations": {{"a": "b"}}}}"#);
            let changed: String = text.char_indices().map(|(index, old)| if index == at { with.clone() } else { old.to_string() }).collect();
            let _ = Manifest::parse(changed.as_bytes());
        }
    }
}
