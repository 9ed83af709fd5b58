//! Lists of tags, which come in pages.

use std::collections::HashSet;

use serde::Deserialize;
use smol_str::SmolStr;

use super::http::Reply;
use super::{Client, Failure};
use crate::address::Address;
use crate::place::Remote;
use crate::{Fault, Listing, Timestamp, words};

/// How many tags come in a page, if the registry has pages. As many as Flux asks for.
const PAGE: usize = 1000;

#[derive(Deserialize)]
struct Tags {
    tags: Option<Vec<SmolStr>>,
}

impl Client {
    /// The tags of a repository, in the order of the registry. Pages are followed by the links that it gives and in
    /// no other way, so that these are the tags that Flux sees (go-containerregistry, `pkg/v1/remote/list.go`).
    pub(crate) fn tags(&self, remote: &Remote) -> Result<Listing, Fault> {
        self.asked(remote, self.limits.answer, |deadline| {
            let mut page = remote
                .origin
                .at(format!("/v2/{}/tags/list?n={PAGE}", remote.path));
            let mut seen = HashSet::from([page.target.clone()]);
            let mut tags: Vec<SmolStr> = Vec::new();
            let mut left = self.limits.listing_bytes;
            loop {
                let mut reply = self.get(remote, &page, None, "the list of tags", deadline)?;
                let bytes = reply.bytes(left).map_err(|failure| match failure {
                    Failure::TooLarge(_) => Failure::TooLarge(self.limits.listing_bytes),
                    other => other,
                });
                let bytes = bytes.map_err(|failure| self.told(&failure, &remote.origin.host))?;
                left -= bytes.len() as u64;
                let listed: Tags = serde_json::from_slice(&bytes).map_err(|error| {
                    let message = format!(
                        "the list of tags of {} is no JSON of one ({})",
                        remote.shown(),
                        words::place(&error)
                    );
                    Fault::new(message, "look at the address; is this a registry?")
                })?;
                // Flux cannot pull what is no tag either.
                let listed = listed.tags.unwrap_or_default().into_iter();
                tags.extend(listed.filter(|tag| words::is_tag(tag)));
                let endless = |what: String| {
                    Fault::new(
                        format!(
                            "the list of tags of {} does not end: {what}",
                            remote.shown()
                        ),
                        "the owner of the registry must mend this",
                    )
                };
                if tags.len() > self.limits.tags {
                    return Err(endless(format!("more than {} tags", self.limits.tags)).into());
                }
                let Some(next) = next_page(&reply, remote)? else {
                    break;
                };
                if seen.len() >= self.limits.pages {
                    return Err(endless(format!("more than {} pages", self.limits.pages)).into());
                }
                if !seen.insert(next.target.clone()) {
                    return Err(endless("a page leads back to an earlier one".to_owned()).into());
                }
                page = next;
            }
            // A registry that says one twice has one.
            let mut known = HashSet::new();
            tags.retain(|tag| known.insert(tag.clone()));
            Ok(Listing {
                tags,
                at: Timestamp::now(),
            })
        })
    }
}

/// The page that comes after this one: at the same registry, as Flux wants it too.
fn next_page(reply: &Reply, remote: &Remote) -> Result<Option<Address>, Fault> {
    let Some(link) = reply.header("link") else {
        return Ok(None);
    };
    let target = link
        .trim()
        .strip_prefix('<')
        .and_then(|rest| rest.split_once('>'));
    let wrong = || {
        Fault::new(
            format!(
                "the list of tags of {} goes on at no address of the same registry",
                remote.shown()
            ),
            "Flux does not follow this either; the owner of the registry must mend it",
        )
    };
    let (target, _) = target.ok_or_else(wrong)?;
    if target.is_empty() {
        return Ok(None);
    }
    let next = reply.address.join(target).ok_or_else(wrong)?;
    match next.origin == remote.origin {
        true => Ok(Some(next)),
        false => Err(wrong()),
    }
}
