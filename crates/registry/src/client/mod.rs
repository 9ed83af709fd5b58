//! The network side: what is asked of a registry, and how its answers are taken.

mod artifacts;
mod challenge;
mod failure;
mod gates;
mod http;
mod listing;
mod tokens;
mod trouble;
mod upload;

use std::time::{Duration, Instant};

use crate::Fault;
use crate::address::Address;
use crate::credentials::Keychain;
use crate::place::Remote;
use crate::settings::{Limits, Settings};
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
        let deadline = Instant::now() + whole;
        if remote.may_have_tls {
            self.http.find_tls(&remote.origin.host, deadline);
        }
        match work(deadline) {
            Ok(answer) => {
                self.gates.open(&host);
                self.gates.open(&repository);
                Ok(answer)
            }
            Err(mut trouble) => {
                // Whoever answers is there, with or without TLS.
                if matches!(trouble.scope, Scope::Host) {
                    self.http.forget_tls(&remote.origin.host);
                }
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
