//! Manifests and layers. What is sent must be what its digest says.

use std::time::Instant;

use smol_str::SmolStr;

use super::trouble::Trouble;
use super::{Client, Failure};
use crate::manifest::{self, DEPTH, Manifest};
use crate::place::Remote;
use crate::{Artifact, Fault, Layer, Timestamp, digest, words};

impl Client {
    /// What is behind a tag or digest.
    pub(crate) fn artifact(&self, remote: &Remote, reference: &str) -> Result<Artifact, Fault> {
        if !digest::is_digest(reference) && !words::is_tag(reference) {
            return Err(Fault::new(
                format!("`{reference}` is neither a tag nor a digest"),
                "a tag has letters, digits and `._-`; a digest is `sha256:` with 64 hexadecimal digits",
            ));
        }
        self.asked(remote, self.limits.answer, |deadline| {
            let (named, mut manifest) = self.manifest(remote, reference, deadline)?;
            for _ in 0..DEPTH {
                match manifest {
                    Manifest::Image {
                        annotations,
                        layers,
                    } => {
                        return Ok(manifest::artifact(
                            named,
                            &annotations,
                            layers,
                            Timestamp::now(),
                        ));
                    }
                    Manifest::Index { child } => {
                        manifest = self.manifest(remote, &child, deadline)?.1
                    }
                }
            }
            let message = format!("`{reference}` of {} is an index of indexes", remote.shown());
            Err(Fault::new(message, "choose another version").into())
        })
    }

    /// A manifest with its digest. It is what its digest says, or there is a fault.
    fn manifest(
        &self,
        remote: &Remote,
        reference: &str,
        deadline: Instant,
    ) -> Result<(SmolStr, Manifest), Trouble> {
        let address = remote
            .origin
            .at(format!("/v2/{}/manifests/{reference}", remote.path));
        let what = format!("`{reference}`");
        let mut reply = self.get(
            remote,
            &address,
            Some(manifest::MEDIA_TYPES),
            &what,
            deadline,
        )?;
        let bytes = self.body(&mut reply, self.limits.manifest_bytes, remote)?;
        let told = reply
            .header("docker-content-digest")
            .filter(|told| digest::is_digest(told));
        let expected = if digest::is_digest(reference) {
            Some(reference)
        } else {
            told
        };
        let found = expected.map_or_else(
            || digest::of(&bytes),
            |expected| digest::like(expected, &bytes),
        );
        if let Some(expected) = expected
            && found != expected
        {
            let message = format!(
                "{} sends something else for `{reference}` than its digest says",
                remote.shown()
            );
            return Err(Fault::new(
                message,
                "do not trust this registry; it, or somebody in between, changes things",
            )
            .into());
        }
        let manifest = Manifest::parse(&bytes).map_err(|wrong| {
            let message = format!(
                "the manifest of `{reference}` of {} {wrong}",
                remote.shown()
            );
            Fault::new(
                message,
                "whoever pushed it must push it anew, or choose another version",
            )
        })?;
        Ok((found, manifest))
    }

    /// The bytes of a layer, as they come; they are what their digest says, or there is a fault at the end.
    pub(crate) fn layer(
        &self,
        remote: &Remote,
        layer: &Layer,
        mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Fault> {
        let host = &remote.origin.host;
        let limit = self.limits.layer_bytes;
        if layer.size > limit {
            return Err(Failure::TooLarge(limit).fault(host, self.limits.pull));
        }
        self.asked(remote, self.limits.pull, |deadline| {
            let address = remote
                .origin
                .at(format!("/v2/{}/blobs/{}", remote.path, layer.digest));
            let mut reply = self.get(remote, &address, None, "a layer", deadline)?;
            let mut hasher = digest::Hasher::like(&layer.digest);
            let copied = reply.copy(limit, |chunk| {
                hasher.update(chunk);
                take(chunk)
            });
            copied.map_err(|failure| self.told_of(&failure, host, self.limits.pull))?;
            if hasher.finish() != layer.digest {
                let message = format!(
                    "{} sends something else for a layer than its digest says",
                    remote.shown()
                );
                let help = "do not trust this registry; it, or somebody in between, changes things";
                return Err(Fault::new(message, help).into());
            }
            Ok(())
        })
    }
}
