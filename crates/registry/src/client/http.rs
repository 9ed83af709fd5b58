//! Requests over the network: one deadline over each, bounded answers, and redirects that carry no credentials away.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use smol_str::SmolStr;
use ureq::http::{HeaderMap, Request, StatusCode};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body, Proxy, ProxyProtocol};

use super::failure::{Failure, shown_proxy};
use crate::address::{Address, Origin};
use crate::settings::{Proxies, Settings};

/// How many redirects are followed, one after the other.
const REDIRECTS: usize = 5;

/// Makes requests. Nothing of it exists before the first.
#[derive(Debug)]
pub(crate) struct Http {
    proxies: Proxies,
    authorities: Vec<Utf8PathBuf>,
    agents: OnceLock<Result<Agents, Failure>>,
    /// Hosts that need not be asked over TLS, and whether they are all the same, with whatever certificate.
    insecure: Mutex<HashMap<SmolStr, bool>>,
}

#[derive(Debug, Clone)]
struct Agents {
    /// Through the proxies for addresses with TLS and for plain ones, where there are any.
    tls: Option<Agent>,
    plain: Option<Agent>,
    /// Through none.
    direct: Agent,
    /// Over TLS with whatever certificate, through the proxy and through none.
    unverified: Option<Agent>,
    unverified_direct: Agent,
}

/// How long a host that need not have TLS gets to show that it has.
const TLS_SHOWS: Duration = Duration::from_secs(2);

/// A request.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    /// `GET`, `POST` …
    pub method: &'static str,
    /// To where.
    pub address: &'a Address,
    /// What is accepted as an answer.
    pub accept: Option<&'a str>,
    /// The header `Authorization`, for the server of `address` alone.
    pub authorization: Option<&'a str>,
    /// What is sent, with its media type.
    pub body: Option<(&'a str, &'a [u8])>,
    /// When the answer must be complete.
    pub deadline: Instant,
}

impl<'a> Call<'a> {
    /// A `GET`.
    pub(crate) fn get(address: &'a Address, deadline: Instant) -> Self {
        Self {
            method: "GET",
            address,
            accept: None,
            authorization: None,
            body: None,
            deadline,
        }
    }
}

/// An answer whose body is not read yet.
pub(crate) struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// Who answered in the end.
    pub address: Address,
    body: Body,
    deadline: Instant,
}

impl Http {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            proxies: settings.proxies.clone(),
            authorities: settings.authorities.clone(),
            agents: OnceLock::new(),
            insecure: Mutex::default(),
        }
    }

    /// Finds out whether a host that need not be asked over TLS can be: from then on it is.
    pub(crate) fn find_tls(&self, host: &SmolStr, deadline: Instant) {
        if self.insecure().contains_key(host) {
            return;
        }
        let now = Instant::now();
        // What does not answer to that may still answer to the other, in time.
        let soon = now + TLS_SHOWS.min(deadline.saturating_duration_since(now) / 4);
        let address = Origin::new(false, host).at("/v2/");
        let shows = self.send_once(&Call::get(&address, soon), &address, None, true);
        self.insecure().insert(host.clone(), shows.is_ok());
    }

    /// Finds it out again the next time.
    pub(crate) fn forget_tls(&self, host: &str) {
        self.insecure().remove(host);
    }

    fn insecure(&self) -> MutexGuard<'_, HashMap<SmolStr, bool>> {
        self.insecure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a request, and follows its redirects if it is a `GET`. A status that tells of a fault is an answer too.
    pub(crate) fn send(&self, call: Call<'_>) -> Result<Reply, Failure> {
        let mut address = call.address.clone();
        for _ in 0..=REDIRECTS {
            // What is for one server is not for the one that it names instead.
            let authorization = call
                .authorization
                .filter(|_| address.origin == call.address.origin);
            let origin = &address.origin;
            let unverified =
                !origin.tls && self.insecure().get(&origin.host).copied().unwrap_or(false);
            let reply = self.send_once(&call, &address, authorization, unverified)?;
            let is_redirect = matches!(reply.status.as_u16(), 301 | 302 | 303 | 307 | 308);
            let next = match reply.header("location") {
                Some(link) if is_redirect && call.method == "GET" => link,
                _ => return Ok(reply),
            };
            let next = address.join(next).ok_or(Failure::Redirect)?;
            if address.origin.tls && !next.origin.tls {
                return Err(Failure::Downgrade(next.origin.host));
            }
            address = next;
        }
        Err(Failure::Redirect)
    }

    fn send_once(
        &self,
        call: &Call<'_>,
        address: &Address,
        authorization: Option<&str>,
        unverified: bool,
    ) -> Result<Reply, Failure> {
        let left = call.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Failure::Deadline);
        }
        let agents = self
            .agents
            .get_or_init(|| self.agents())
            .as_ref()
            .map_err(Clone::clone)?;
        let Origin { tls, host } = &address.origin;
        let proxy = self.proxies.of(*tls || unverified, host);
        let agent = match (tls, unverified) {
            (true, _) => agents.tls.as_ref(),
            (false, true) => agents.unverified.as_ref(),
            (false, false) => agents.plain.as_ref(),
        };
        let direct = match unverified {
            true => &agents.unverified_direct,
            false => &agents.direct,
        };
        let agent = agent.filter(|_| proxy.is_some()).unwrap_or(direct);
        let uri = match unverified {
            true => format!("https://{host}{}", address.target),
            false => address.to_string(),
        };
        let mut request = Request::builder().method(call.method).uri(uri);
        if let Some(accept) = call.accept {
            request = request.header("accept", accept);
        }
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        if let Some((media_type, _)) = call.body {
            request = request.header("content-type", media_type);
        }
        let answer = match call.body {
            Some((_, body)) => run(agent, request.body(body), left),
            None => run(agent, request.body(()), left),
        };
        let answer = answer.map_err(|error| match (Failure::from(error), proxy) {
            (failure, Some(proxy)) => failure.through(proxy),
            (failure, None) => failure,
        });
        let (parts, body) = answer?.into_parts();
        Ok(Reply {
            status: parts.status,
            headers: parts.headers,
            address: address.clone(),
            body,
            deadline: call.deadline,
        })
    }

    fn agents(&self) -> Result<Agents, Failure> {
        let roots = RootCerts::Specific(Arc::new(self.roots()?));
        let agent = |proxy: Option<Proxy>, verified: bool| {
            let tls = TlsConfig::builder()
                .root_certs(roots.clone())
                .disable_verification(!verified)
                .unversioned_rustls_crypto_provider(Arc::new(
                    rustls::crypto::ring::default_provider(),
                ));
            let config = Agent::config_builder()
                .user_agent(concat!("infragen/", env!("CARGO_PKG_VERSION")))
                .accept_encoding("identity")
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .proxy(proxy)
                .tls_config(tls.build());
            config.build().new_agent()
        };
        let through = |proxy: &Option<String>, verified| {
            let proxy = proxy.as_deref().map(parse_proxy).transpose()?;
            Ok::<_, Failure>(proxy.map(|proxy| agent(Some(proxy), verified)))
        };
        Ok(Agents {
            tls: through(&self.proxies.https, true)?,
            plain: through(&self.proxies.http, true)?,
            direct: agent(None, true),
            unverified: through(&self.proxies.https, false)?,
            unverified_direct: agent(None, false),
        })
    }

    /// The authorities that the machine trusts, and those of the settings. One of the machine that cannot be read is
    /// missing only where it is needed.
    fn roots(&self) -> Result<Vec<Certificate<'static>>, Failure> {
        let mut roots = rustls_native_certs::load_native_certs().certs;
        for path in &self.authorities {
            let wrong = |why: String| Failure::Authority(path.clone(), why);
            let text = fs::read(path).map_err(|error| wrong(error.to_string()))?;
            let before = roots.len();
            for certificate in CertificateDer::pem_slice_iter(&text) {
                roots.push(certificate.map_err(|error| wrong(error.to_string()))?);
            }
            if roots.len() == before {
                return Err(wrong("it has no certificate in PEM".to_owned()));
            }
        }
        Ok(roots
            .iter()
            .map(|der| Certificate::from_der(der).to_owned())
            .collect())
    }
}

fn run<B: ureq::AsSendBody>(
    agent: &Agent,
    request: Result<Request<B>, ureq::http::Error>,
    left: Duration,
) -> Result<ureq::http::Response<Body>, ureq::Error> {
    let request = agent
        .configure_request(request?)
        .timeout_global(Some(left))
        .build();
    agent.run(request)
}

fn parse_proxy(text: &str) -> Result<Proxy, Failure> {
    let parsed = Proxy::new(text).ok();
    let known =
        |proxy: &Proxy| matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
    parsed
        .filter(known)
        .ok_or_else(|| Failure::Proxy(shown_proxy(text)))
}

impl Reply {
    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The whole body, if it is not larger than `limit`.
    pub(crate) fn bytes(&mut self, limit: u64) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        self.copy(limit, |chunk| {
            bytes.extend_from_slice(chunk);
            Ok(())
        })?;
        Ok(bytes)
    }

    /// The body in pieces, as they come.
    pub(crate) fn copy(
        &mut self,
        limit: u64,
        mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        // What announces itself as too large is not read at all.
        if self
            .body
            .content_length()
            .is_some_and(|length| length > limit)
        {
            return Err(Failure::TooLarge(limit));
        }
        let mut reader = self.body.as_reader();
        let mut chunk = vec![0; 64 * 1024];
        let mut total = 0;
        loop {
            let read = reader
                .read(&mut chunk)
                .map_err(|error| Failure::from(ureq::Error::from(error)))?;
            if read == 0 {
                return Ok(());
            }
            total += read as u64;
            if total > limit {
                return Err(Failure::TooLarge(limit));
            }
            if Instant::now() > self.deadline {
                return Err(Failure::Deadline);
            }
            take(&chunk[..read])?;
        }
    }
}
