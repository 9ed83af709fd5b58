//! Addresses of HTTP: what registries, their links, redirects and token servers are named by.

use std::fmt;

use smol_str::SmolStr;

/// `https://host:port/path?query`, without what else an address could have: a user in it is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// Who is talked to.
    pub origin: Origin,
    /// The path with the query.
    pub target: String,
}

/// A server: credentials belong to one, and go nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    /// Whether it is asked over TLS.
    pub tls: bool,
    /// Host and port, the port only where it is not that of the scheme.
    pub host: SmolStr,
}

impl Origin {
    /// A server by its host, with a port or without.
    pub(crate) fn new(tls: bool, host: &str) -> Self {
        let usual = if tls { ":443" } else { ":80" };
        let host = host.strip_suffix(usual).unwrap_or(host);
        Self {
            tls,
            host: host.to_ascii_lowercase().into(),
        }
    }

    /// An address at this server.
    pub(crate) fn at(&self, target: impl Into<String>) -> Address {
        Address {
            origin: self.clone(),
            target: target.into(),
        }
    }
}

impl Address {
    /// Reads an absolute address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, target) = rest.split_at(end);
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        if host.is_empty() || !host.bytes().all(is_host) {
            return None;
        }
        let target = target.split('#').next().unwrap_or_default();
        let slash = if target.starts_with('/') { "" } else { "/" };
        let target = format!("{slash}{target}");
        is_target(&target).then(|| Origin::new(tls, host).at(target))
    }

    /// What a link on this page leads to.
    pub(crate) fn join(&self, link: &str) -> Option<Self> {
        let link = link.split('#').next().unwrap_or_default();
        let path = self.target.split('?').next().unwrap_or_default();
        let target = match link {
            _ if link.contains("://") && !link.starts_with(['/', '?']) => return Self::parse(link),
            _ if link.starts_with("//") => {
                let scheme = if self.origin.tls { "https:" } else { "http:" };
                return Self::parse(&format!("{scheme}{link}"));
            }
            "" => self.target.clone(),
            _ if link.starts_with('/') => link.to_owned(),
            _ if link.starts_with('?') => format!("{path}{link}"),
            _ => {
                let folder = path.rfind('/').map_or("/", |at| &path[..=at]);
                format!("{folder}{link}")
            }
        };
        is_target(&target).then(|| self.origin.at(target))
    }
}

/// Whether a text can stand in the first line of a request.
fn is_target(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
}

/// A text as the value of a query.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte))
            }
            _ => {
                escaped.push('%');
                escaped.push_str(&crate::digest::hex(&[byte]).to_ascii_uppercase());
            }
        }
    }
    escaped
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.host)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let read = |text| Address::parse(text).map(|address| address.to_string());
        assert_eq!(
            read("https://ghcr.io/v2/a?n=1#x").as_deref(),
            Some("https://ghcr.io/v2/a?n=1")
        );
        assert_eq!(
            read("HTTPS://GHCR.io:443").as_deref(),
            Some("https://ghcr.io/")
        );
        assert_eq!(
            read("http://a:5000?x=1").as_deref(),
            Some("http://a:5000/?x=1")
        );
        assert_eq!(
            read("http://[::1]:5000/").as_deref(),
            Some("http://[::1]:5000/")
        );
        for wrong in [
            "",
            "ghcr.io",
            "ftp://a",
            "https://",
            "https://ada:secret@a/",
            "http://a/b c",
            "http://a/\r\nb",
            "http://a b/",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn links_lead_from_where_they_stand() {
        let page = Address::parse("https://a/v2/b/tags/list?n=10").unwrap();
        let join = |link| page.join(link).map(|address| address.to_string());
        assert_eq!(
            join("/v2/b?last=x").as_deref(),
            Some("https://a/v2/b?last=x")
        );
        assert_eq!(
            join("?last=x").as_deref(),
            Some("https://a/v2/b/tags/list?last=x")
        );
        assert_eq!(join("other").as_deref(), Some("https://a/v2/b/tags/other"));
        assert_eq!(join("//c/d").as_deref(), Some("https://c/d"));
        assert_eq!(join("http://c/d").as_deref(), Some("http://c/d"));
        assert_eq!(
            join("?realm=https://x").as_deref(),
            Some("https://a/v2/b/tags/list?realm=https://x")
        );
        assert_eq!(join("ftp://c/d"), None);
        assert_eq!(join("/a\nb"), None);
    }

    #[test]
    fn values_of_queries_are_escaped() {
        assert_eq!(
            escaped("repository:a/b:pull ü"),
            "repository%3Aa%2Fb%3Apull%20%C3%BC"
        );
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_read_is_one_line_of_a_request(text in "(https?://)?\\PC*", link in "\\PC*") {
            let page = Address::parse(&text).unwrap_or_else(|| Origin::new(true, "a").at("/b"));
            for address in [Some(page.clone()), page.join(&link)].into_iter().flatten() {
                let shown = address.to_string();
                assert!(shown.bytes().all(|byte| byte.is_ascii_graphic()), "{shown}");
                assert_eq!(Address::parse(&shown), Some(address));
            }
        }
    }
}
