//! The network side: what is asked of a registry, and how its answers are taken.

mod challenge;
mod failure;
mod gates;
mod http;
mod tokens;
mod trouble;
mod upload;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde::Deserialize;
use smol_str::SmolStr;

use crate::address::Address;
use crate::credentials::Keychain;
use crate::manifest::{self, DEPTH, Manifest};
use crate::place::Remote;
use crate::settings::{Limits, Settings};
use crate::{Artifact, Fault, Layer, Listing, Timestamp, digest, words};
pub(crate) use failure::{Failure, size};
use gates::{Gates, Slots};
use http::{Call, Http, Reply};
use tokens::{Action, Authorization, Tokens};
use trouble::{Scope, Trouble};

/// How often a request is made that fails in passing, and the pause before it is made again.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(300);

/// The longest pause within one ask, if the registry asks for one; else it is left alone, and asked again later.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How many tags come in a page, if the registry has pages. As many as Flux asks for.
const PAGE: usize = 1000;

/// Asks registries.
#[derive(Debug)]
pub(crate) struct Client {
    http: Http,
    keychain: Keychain,
    tokens: Tokens,
    gates: Gates,
    slots: Slots,
    limits: Limits,
}

#[derive(Deserialize)]
struct Tags {
    tags: Option<Vec<SmolStr>>,
}

impl Client {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            http: Http::new(settings),
            keychain: Keychain::new(settings),
            tokens: Tokens::default(),
            gates: Gates::default(),
            slots: Slots::default(),
            limits: settings.limits,
        }
    }

    /// Forgets the faults that hosts are left alone for.
    pub(crate) fn retry(&self) {
        self.gates.open_all();
    }

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
            Ok(Listing {
                tags,
                at: Timestamp::now(),
            })
        })
    }

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

    /// One ask as a whole: within its deadline, in a slot of its host, and not at all while that is left alone.
    fn asked<T>(
        &self,
        remote: &Remote,
        whole: Duration,
        work: impl FnOnce(Instant) -> Result<T, Trouble>,
    ) -> Result<T, Fault> {
        let (host, repository) = (remote.origin.to_string(), remote.key());
        let closed = || {
            self.gates
                .fault(&host)
                .or_else(|| self.gates.fault(&repository))
        };
        if let Some(fault) = closed() {
            return Err(fault);
        }
        let wait = Instant::now() + whole;
        let Some(_slot) = self.slots.take(&host, self.limits.per_host, wait) else {
            return Err(Failure::Deadline.fault(&remote.origin.host, whole));
        };
        // Somebody else may have found out in the meantime.
        if let Some(fault) = closed() {
            return Err(fault);
        }
        match work(Instant::now() + whole) {
            Ok(answer) => {
                self.gates.open(&host);
                self.gates.open(&repository);
                Ok(answer)
            }
            Err(mut trouble) => {
                if trouble.fault.is_passing {
                    let key = match trouble.scope {
                        Scope::Host => &host,
                        Scope::Repository => &repository,
                    };
                    self.gates.close(key, trouble.asked, &mut trouble.fault);
                }
                Err(trouble.fault)
            }
        }
    }

    /// The answer to a request that reads. `what` is what is asked for, in words.
    fn get(
        &self,
        remote: &Remote,
        address: &Address,
        accept: Option<&str>,
        what: &str,
        deadline: Instant,
    ) -> Result<Reply, Trouble> {
        let call = Call {
            accept,
            ..Call::get(address, deadline)
        };
        let reply = self.request(remote, Action::Pull, call, what)?;
        match reply.status.as_u16() {
            200 => Ok(reply),
            404 => Err(self.not_found(remote, what).into()),
            status => Err(Trouble::of_status(
                &remote.origin.host,
                what,
                status,
                &reply,
            )),
        }
    }

    /// A request to a registry with what it wants to know of the user, made again where that is worth it.
    fn request(
        &self,
        remote: &Remote,
        action: Action,
        call: Call<'_>,
        what: &str,
    ) -> Result<Reply, Trouble> {
        let mut tries = 0;
        loop {
            tries += 1;
            let trouble = match self.request_once(remote, action, call) {
                Ok(reply) => match reply.status.as_u16() {
                    status @ (408 | 429 | 500 | 502..=504) => {
                        Trouble::of_status(&remote.origin.host, what, status, &reply)
                    }
                    _ => return Ok(reply),
                },
                Err(trouble) => trouble,
            };
            let pause = trouble.asked.unwrap_or(PAUSE * 2u32.pow(tries - 1));
            let in_time = pause <= LONGEST_PAUSE && Instant::now() + pause < call.deadline;
            if !trouble.again || tries >= TRIES || !in_time {
                return Err(trouble);
            }
            std::thread::sleep(pause);
        }
    }

    fn request_once(
        &self,
        remote: &Remote,
        action: Action,
        call: Call<'_>,
    ) -> Result<Reply, Trouble> {
        let known = self.tokens.known(remote, action);
        let with = |known: &Authorization| {
            self.send(Call {
                authorization: known.header.as_deref(),
                ..call
            })
        };
        let mut who = known.as_ref().map(|known| known.who.clone());
        let mut reply = match &known {
            Some(known) => with(known)?,
            None => self.send(call)?,
        };
        if reply.status.as_u16() == 401 {
            self.tokens.forget(remote, action);
            let given = self.authorize(&reply, remote, action, call.deadline)?;
            if given.header.is_some() {
                reply = with(&given)?;
            }
            who = Some(given.who.clone());
        }
        match reply.status.as_u16() {
            status @ (401 | 403) => {
                self.tokens.forget(remote, action);
                Err(self
                    .refused(remote, who.as_deref().unwrap_or("as anonymous"), status)
                    .into())
            }
            _ => Ok(reply),
        }
    }

    fn send(&self, call: Call<'_>) -> Result<Reply, Trouble> {
        let host = call.address.origin.host.clone();
        self.http
            .send(call)
            .map_err(|failure| self.told(&failure, &host))
    }

    fn body(&self, reply: &mut Reply, limit: u64, remote: &Remote) -> Result<Vec<u8>, Trouble> {
        reply
            .bytes(limit)
            .map_err(|failure| self.told(&failure, &remote.origin.host))
    }

    fn told(&self, failure: &Failure, host: &str) -> Trouble {
        self.told_of(failure, host, self.limits.answer)
    }

    fn told_of(&self, failure: &Failure, host: &str, whole: Duration) -> Trouble {
        Trouble {
            fault: failure.fault(host, whole),
            scope: Scope::Host,
            asked: None,
            again: failure.is_worth_a_retry(),
        }
    }

    fn refused(&self, remote: &Remote, who: &str, status: u16) -> Fault {
        let login = format!(
            "`docker login {}` with an account that may read it",
            remote.origin.host
        );
        Fault::new(
            format!(
                "{} refuses access to {} (status {status}), asked {who}",
                remote.origin.host, remote.path
            ),
            login,
        )
    }

    fn not_found(&self, remote: &Remote, what: &str) -> Fault {
        Fault::new(
            format!(
                "{} has not got {what} of {} (status 404)",
                remote.origin.host, remote.path
            ),
            "look at the spelling; some registries also answer so where a login is needed",
        )
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
