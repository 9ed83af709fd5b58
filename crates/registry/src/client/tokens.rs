//! Authorizations: a password or a token for one registry, and how long it is good.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use smol_str::SmolStr;

use super::Client;
use super::challenge::{self, Challenge};
use super::http::{Call, Reply};
use super::trouble::Trouble;
use crate::Fault;
use crate::address::{self, Address};
use crate::credentials::{Credential, Found};
use crate::place::Remote;

/// How long a credential of the user is taken as unchanged.
const CREDENTIAL: Duration = Duration::from_secs(300);

/// How long a token is good that does not say it: so much the specification gives it.
const TOKEN: Duration = Duration::from_secs(60);

/// How much earlier a token is not used any more: what is asked with it must arrive in time.
const MARGIN: Duration = Duration::from_secs(10);

/// No token is longer than this.
const TOKEN_BYTES: u64 = 1024 * 1024;

/// What is done with a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// Reading it.
    Pull,
    /// Writing into it.
    Push,
}

/// The header `Authorization`, and who that is. No `Debug`: nothing may print it.
pub(crate) struct Authorization {
    pub header: Option<String>,
    pub who: SmolStr,
    until: Instant,
}

/// What has been given to this process.
#[derive(Default)]
pub(crate) struct Tokens {
    known: Mutex<HashMap<(String, Action), Arc<Authorization>>>,
    found: Mutex<HashMap<String, (Instant, Found)>>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

#[derive(Deserialize)]
struct Given {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<u64>,
}

impl Tokens {
    /// One that is still good for this repository.
    pub(crate) fn known(&self, remote: &Remote, action: Action) -> Option<Arc<Authorization>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(&(remote.key(), action))?;
        (Instant::now() < found.until).then(|| Arc::clone(found))
    }

    /// Forgets what a registry did not take: the user may have logged in since.
    pub(crate) fn forget(&self, remote: &Remote, action: Action) {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&(remote.key(), action));
        self.found
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&remote.key());
    }
}

impl Client {
    /// What a registry asks for with its status 401.
    pub(super) fn authorize(
        &self,
        reply: &Reply,
        remote: &Remote,
        action: Action,
        deadline: Instant,
    ) -> Result<Arc<Authorization>, Trouble> {
        let found = self.credential(remote, deadline);
        let headers = reply.headers.get_all("www-authenticate").iter();
        let challenges: Vec<Challenge> = headers
            .filter_map(|header| header.to_str().ok())
            .flat_map(challenge::parse)
            .collect();
        let bearer = challenges.iter().find_map(|challenge| match challenge {
            Challenge::Bearer {
                realm,
                service,
                scope,
            } => Some((realm, service.as_deref(), scope.as_deref())),
            Challenge::Basic => None,
        });
        // A redirect may have led to somebody who must not get what belongs to this registry.
        let is_own = reply.address.origin == remote.origin;
        let authorization = match (&found.credential, bearer) {
            _ if !is_own => Authorization {
                header: None,
                who: format!(
                    "as anonymous, because {} is another host",
                    reply.address.origin.host
                )
                .into(),
                until: Instant::now(),
            },
            (Some(Credential::Token(token)), _) => of_user(format!("Bearer {token}"), &found),
            (_, Some((realm, service, scope))) => {
                self.token(&found, remote, action, (realm, service, scope), deadline)?
            }
            (Some(Credential::Password { user, password }), None)
                if challenges.contains(&Challenge::Basic) =>
            {
                of_user(basic(user, password), &found)
            }
            _ => Authorization {
                header: None,
                who: found.who.clone(),
                until: Instant::now(),
            },
        };
        let authorization = Arc::new(authorization);
        let mut known = self
            .tokens
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        known.insert((remote.key(), action), Arc::clone(&authorization));
        Ok(authorization)
    }

    fn credential(&self, remote: &Remote, deadline: Instant) -> Found {
        let now = Instant::now();
        let known = self
            .tokens
            .found
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&remote.key())
            .cloned();
        if let Some((until, found)) = known
            && now < until
        {
            return found;
        }
        let found = self
            .keychain
            .find(&remote.origin.host, &remote.path, deadline);
        let mut all = self
            .tokens
            .found
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.insert(remote.key(), (now + CREDENTIAL, found.clone()));
        found
    }

    /// Asks the server of tokens that a registry names. It gets the user's credential only if it is the registry
    /// itself, or if the registry has named it over TLS and it is asked over TLS too.
    fn token(
        &self,
        found: &Found,
        remote: &Remote,
        action: Action,
        (realm, service, scope): (&str, Option<&str>, Option<&str>),
        deadline: Instant,
    ) -> Result<Authorization, Trouble> {
        let host = &remote.origin.host;
        let Some(realm) = Address::parse(realm) else {
            return Err(Fault::new(
                format!("{host} names no server of tokens that could be asked"),
                "the owner of the registry must mend this",
            )
            .into());
        };
        let is_trusted = realm.origin == remote.origin || (remote.origin.tls && realm.origin.tls);
        let credential = found.credential.as_ref().filter(|_| is_trusted);
        let who = match (&found.credential, credential) {
            (Some(_), None) => format!(
                "as anonymous, because {} is asked for tokens without TLS",
                realm.origin.host
            )
            .into(),
            _ => found.who.clone(),
        };
        let actions = match action {
            Action::Pull => "pull",
            Action::Push => "pull,push",
        };
        let scope = scope.map_or_else(
            || format!("repository:{}:{actions}", remote.path),
            str::to_owned,
        );
        let service = service.unwrap_or(host);
        let header;
        let mut reply = if let Some(Credential::Identity(token)) = credential {
            let form = format!(
                "grant_type=refresh_token&client_id=infragen&service={}&scope={}&refresh_token={}",
                address::escaped(service),
                address::escaped(&scope),
                address::escaped(token)
            );
            let call = Call {
                method: "POST",
                body: Some(("application/x-www-form-urlencoded", form.as_bytes())),
                ..Call::get(&realm, deadline)
            };
            self.send(call)?
        } else {
            let joint = if realm.target.contains('?') { '&' } else { '?' };
            let query = format!(
                "service={}&scope={}",
                address::escaped(service),
                address::escaped(&scope)
            );
            let target = realm.origin.at(format!("{}{joint}{query}", realm.target));
            header = match credential {
                Some(Credential::Password { user, password }) => Some(basic(user, password)),
                _ => None,
            };
            let call = Call {
                authorization: header.as_deref(),
                ..Call::get(&target, deadline)
            };
            self.send(call)?
        };
        match reply.status.as_u16() {
            200 => {}
            401 | 403 => return Err(self.refused(remote, &who, reply.status.as_u16()).into()),
            status => {
                return Err(Trouble::of_status(
                    &realm.origin.host,
                    "the request for a token",
                    status,
                    &reply,
                ));
            }
        }
        let bytes = reply
            .bytes(TOKEN_BYTES)
            .map_err(|failure| self.told(&failure, &realm.origin.host))?;
        let given: Option<Given> = serde_json::from_slice(&bytes).ok();
        let (lasts, token) = match given {
            Some(given) => (given.expires_in, given.token.or(given.access_token)),
            None => (None, None),
        };
        let good =
            |token: &String| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        let Some(token) = token.filter(good) else {
            return Err(Fault::new(
                format!("{} gives no token that could be used", realm.origin.host),
                "the owner of the registry must mend this",
            )
            .into());
        };
        let lasts = lasts
            .map_or(TOKEN, Duration::from_secs)
            .min(Duration::from_secs(3600));
        Ok(Authorization {
            header: Some(format!("Bearer {token}")),
            who,
            until: Instant::now() + lasts.saturating_sub(MARGIN),
        })
    }
}

fn of_user(header: String, found: &Found) -> Authorization {
    Authorization {
        header: Some(header),
        who: found.who.clone(),
        until: Instant::now() + CREDENTIAL,
    }
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}
