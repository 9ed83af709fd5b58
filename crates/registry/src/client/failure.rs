//! What can go wrong between here and a registry, and how it is said.

use std::io::ErrorKind;
use std::time::Duration;

use camino::Utf8PathBuf;
use rustls::{CertificateError, Error as Tls};
use smol_str::SmolStr;

use crate::Fault;

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The time is over.
    Deadline,
    /// The name of the host leads nowhere.
    Name,
    /// Nobody listens there.
    Refused,
    /// The connection ended before the answer did.
    Closed,
    /// There is no way to that host.
    Unreachable(String),
    /// The other side does not speak TLS.
    NoTls,
    /// The certificate is of an authority that is not trusted.
    UnknownAuthority,
    /// Another fault of the certificate or of the connection.
    Certificate(String),
    /// The answer is larger than this many bytes.
    TooLarge(u64),
    /// Redirects that end nowhere, or lead to something that is no address.
    Redirect,
    /// A redirect to this host without TLS.
    Downgrade(SmolStr),
    /// The proxy of this address cannot be reached, and why.
    NoProxy(String, &'static str),
    /// The proxy does not connect.
    ProxyRefused(String),
    /// This setting is no address of a proxy.
    Proxy(String),
    /// This file of an authority cannot be used, and why.
    Authority(Utf8PathBuf, String),
    /// The answer is no HTTP.
    Protocol(String),
    /// A file of the cache cannot be written.
    Cache(String),
}

impl From<ureq::Error> for Failure {
    fn from(error: ureq::Error) -> Self {
        match error {
            ureq::Error::Timeout(_) => Self::Deadline,
            ureq::Error::HostNotFound => Self::Name,
            ureq::Error::Rustls(error) => Self::of_tls(&error),
            ureq::Error::ConnectProxyFailed(why) => Self::ProxyRefused(why),
            ureq::Error::Io(error) => {
                if let Some(inner) = error
                    .get_ref()
                    .and_then(|inner| inner.downcast_ref::<Tls>())
                {
                    return Self::of_tls(inner);
                }
                match error.kind() {
                    ErrorKind::ConnectionRefused => Self::Refused,
                    ErrorKind::TimedOut | ErrorKind::WouldBlock => Self::Deadline,
                    ErrorKind::UnexpectedEof
                    | ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionAborted
                    | ErrorKind::BrokenPipe => Self::Closed,
                    // The resolver of the system answers with an error of no kind of its own.
                    _ if error.to_string().contains("lookup address") => Self::Name,
                    _ => Self::Unreachable(error.to_string()),
                }
            }
            other => Self::Protocol(other.to_string()),
        }
    }
}

impl Failure {
    fn of_tls(error: &Tls) -> Self {
        match error {
            // A bad signature is of an authority with the name of a known one.
            Tls::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::BadSignature,
            ) => Self::UnknownAuthority,
            Tls::InvalidCertificate(
                CertificateError::Expired | CertificateError::ExpiredContext { .. },
            ) => Self::Certificate("its certificate has expired".to_owned()),
            Tls::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            ) => Self::Certificate("its certificate is of another name".to_owned()),
            Tls::InvalidMessage(_) => Self::NoTls,
            other => Self::Certificate(other.to_string()),
        }
    }

    /// The same of a request through a proxy: it is the proxy that is looked for and connected to.
    pub(crate) fn through(self, proxy: &str) -> Self {
        let why = match self {
            Self::Name => "its name leads to no address",
            Self::Refused => "it refuses the connection",
            Self::Unreachable(_) => "there is no way to it",
            Self::Deadline => "no complete answer came in time",
            other => return other,
        };
        Self::NoProxy(shown_proxy(proxy), why)
    }

    /// Whether the same request may do better in a moment.
    pub(crate) fn is_worth_a_retry(&self) -> bool {
        matches!(self, Self::Closed)
    }

    /// In words. `whole` is how long was waited at most.
    pub(crate) fn fault(&self, host: &str, whole: Duration) -> Fault {
        let seconds = whole.as_secs_f32();
        match self {
            Self::Deadline => Fault::passing(
                format!("{host} gave no complete answer within {seconds} s"),
                "it is asked again later; is it slow, or is a firewall between?",
            ),
            Self::Name => Fault::passing(
                format!("the name `{host}` leads to no address"),
                "look at its spelling, and whether this machine reaches a name server that knows it",
            ),
            Self::Refused => Fault::passing(
                format!("{host} refuses the connection"),
                "is a registry running there, at this port?",
            ),
            Self::Closed => Fault::passing(
                format!("{host} ended the connection before its answer was complete"),
                "it is asked again later",
            ),
            Self::Unreachable(why) => Fault::passing(
                format!("{host} cannot be reached: {why}"),
                "look at the network of this machine",
            ),
            Self::NoTls => Fault::new(
                format!("{host} does not speak TLS"),
                "if it is meant to be plain HTTP, set `insecure: true` on the source",
            ),
            Self::UnknownAuthority => Fault::new(
                format!(
                    "the certificate of {host} is from an authority that this machine does not trust"
                ),
                "name a file with the certificate of that authority in INFRAGEN_CA_FILE",
            ),
            Self::Certificate(why) => Fault::new(
                format!("no safe connection to {host}: {why}"),
                "the owner of the registry must mend this",
            ),
            Self::TooLarge(limit) => Fault::new(
                format!(
                    "{host} answers with more than {}, which is not read",
                    size(*limit)
                ),
                "look at what the address really is; no such thing is that large",
            ),
            Self::Redirect => Fault::new(
                format!("{host} redirects to nowhere"),
                "look at the address; is this a registry?",
            ),
            Self::Downgrade(to) => Fault::new(
                format!("{host} redirects to {to} without TLS"),
                "this is not followed; the owner of the registry must mend it",
            ),
            Self::NoProxy(proxy, why) => Fault::passing(
                format!("{host} is asked through the proxy {proxy}, but {why}"),
                "look at HTTPS_PROXY and HTTP_PROXY; hosts in NO_PROXY are asked without it",
            ),
            Self::ProxyRefused(why) => Fault::passing(
                format!("the proxy does not connect to {host}: {why}"),
                "look at HTTPS_PROXY, HTTP_PROXY and NO_PROXY",
            ),
            Self::Proxy(text) => Fault::new(
                format!("`{text}` is no address of a proxy"),
                "write HTTPS_PROXY or HTTP_PROXY as `http://proxy.example.com:3128`",
            ),
            Self::Authority(path, why) => Fault::new(
                format!("{path} cannot be used as an authority: {why}"),
                "name a file with certificates in PEM in INFRAGEN_CA_FILE",
            ),
            Self::Protocol(why) => Fault::new(
                format!("{host} does not answer as a registry: {why}"),
                "look at the address; is this a registry?",
            ),
            Self::Cache(why) => Fault::new(
                format!("the cache cannot be written: {why}"),
                "name another folder in INFRAGEN_CACHE",
            ),
        }
    }
}

/// A proxy as it can be shown: without a scheme, and without a user and a password.
pub(crate) fn shown_proxy(text: &str) -> String {
    let host = text.rsplit('@').next().unwrap_or_default();
    let host = host.split_once("://").map_or(host, |(_, host)| host);
    host.trim_end_matches('/').to_owned()
}

/// A size as people say it.
pub(crate) fn size(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    match bytes {
        _ if bytes >= MIB && bytes.is_multiple_of(MIB) => format!("{} MiB", bytes / MIB),
        _ if bytes >= 1024 && bytes.is_multiple_of(1024) => format!("{} KiB", bytes / 1024),
        _ => format!("{bytes} bytes"),
    }
}
