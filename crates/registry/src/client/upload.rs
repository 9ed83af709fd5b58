//! Pushing, which the rest of infragen never does: see `push`.

use std::time::Instant;

use smol_str::SmolStr;

use super::Client;
use super::http::{Call, Reply};
use super::tokens::Action;
use super::trouble::Trouble;
use crate::address::{self, Address};
use crate::place::Remote;
use crate::{Fault, digest};

impl Client {
    /// Uploads blobs and a manifest that names them, and tags it.
    pub(crate) fn push(
        &self,
        remote: &Remote,
        blobs: &[&[u8]],
        (media_type, manifest): (&str, &[u8]),
        tags: &[&str],
    ) -> Result<SmolStr, Fault> {
        self.asked(remote, self.limits.pull, |deadline| {
            for blob in blobs {
                self.upload(remote, blob, deadline)?;
            }
            for tag in tags {
                let address = remote
                    .origin
                    .at(format!("/v2/{}/manifests/{tag}", remote.path));
                self.write(
                    remote,
                    "PUT",
                    &address,
                    Some((media_type, manifest)),
                    201,
                    deadline,
                )?;
            }
            Ok(digest::of(manifest))
        })
    }

    fn upload(&self, remote: &Remote, blob: &[u8], deadline: Instant) -> Result<(), Trouble> {
        let begin = remote
            .origin
            .at(format!("/v2/{}/blobs/uploads/", remote.path));
        let begun = self.write(remote, "POST", &begin, None, 202, deadline)?;
        let location = begun
            .header("location")
            .and_then(|link| begun.address.join(link));
        // What is uploaded belongs to this registry, and so does what it is uploaded with.
        let location = location
            .filter(|location| location.origin == remote.origin)
            .ok_or_else(|| {
                let message = format!(
                    "{} names no place of its own to upload to",
                    remote.origin.host
                );
                Fault::new(message, "the owner of the registry must mend this")
            })?;
        let joint = if location.target.contains('?') {
            '&'
        } else {
            '?'
        };
        let digest = address::escaped(&digest::of(blob));
        let address = location
            .origin
            .at(format!("{}{joint}digest={digest}", location.target));
        let body = Some(("application/octet-stream", blob));
        self.write(remote, "PUT", &address, body, 201, deadline)
            .map(drop)
    }

    fn write(
        &self,
        remote: &Remote,
        method: &'static str,
        address: &Address,
        body: Option<(&str, &[u8])>,
        expected: u16,
        deadline: Instant,
    ) -> Result<Reply, Trouble> {
        let call = Call {
            method,
            body: Some(body.unwrap_or(("application/octet-stream", b""))),
            ..Call::get(address, deadline)
        };
        let reply = self.request(remote, Action::Push, call, "what is pushed")?;
        match reply.status.as_u16() {
            status if status == expected => Ok(reply),
            404 => Err(self.not_found(remote, "a place for what is pushed").into()),
            status => Err(Trouble::of_status(
                &remote.origin.host,
                "what is pushed",
                status,
                &reply,
            )),
        }
    }
}
