//! The name of a repository in a registry.

use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

/// A repository: a registry and a path in it, such as `ghcr.io/acme/web`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Repository {
    /// The host, with its port where it has one.
    pub registry: SmolStr,
    /// The path.
    pub path: SmolStr,
}

/// The registry of names that have none, as Flux's library (go-containerregistry) calls it.
const DEFAULT_REGISTRY: &str = "index.docker.io";

/// Why an address names no repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressError {
    /// It does not begin with `oci://`.
    Scheme,
    /// It has a user in it, perhaps with a password, which Flux refuses.
    User,
    /// It has a tag or digest at its end, which Flux refuses: they belong into `spec.ref`.
    Tagged(SmolStr),
    /// It is no name of a repository.
    Name,
}

impl Repository {
    /// Reads an address as `spec.url` of an `OCIRepository` has it: `oci://ghcr.io/acme/web`.
    ///
    /// ```
    /// use infragen_registry::Repository;
    ///
    /// let repository = Repository::parse("oci://ghcr.io/acme/web").unwrap();
    /// assert_eq!((&*repository.registry, &*repository.path), ("ghcr.io", "acme/web"));
    /// ```
    ///
    /// # Errors
    ///
    /// Says why Flux would refuse it.
    pub fn parse(url: &str) -> Result<Self, AddressError> {
        Self::named(url.strip_prefix("oci://").ok_or(AddressError::Scheme)?)
    }

    /// Reads a name without a scheme, as `spec.image` of an `ImageRepository` has it.
    ///
    /// # Errors
    ///
    /// Says why it is none.
    pub fn named(name: &str) -> Result<Self, AddressError> {
        let (registry, path) = match name.split_once('/') {
            Some((first, rest)) if is_host(first) => (first, rest),
            _ => (DEFAULT_REGISTRY, name),
        };
        if user_of(name).is_some() {
            return Err(AddressError::User);
        }
        let path = path.strip_suffix('/').unwrap_or(path);
        let last = path.rsplit('/').next().unwrap_or(path);
        if let Some(at) = last.find([':', '@']) {
            return Err(AddressError::Tagged(last[at..].into()));
        }
        let registry = registry_name(registry);
        let is_part = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|c| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.'))
        };
        if path.is_empty() || !path.split('/').all(is_part) || !is_authority(registry) {
            return Err(AddressError::Name);
        }
        let path = if registry == DEFAULT_REGISTRY && !path.contains('/') {
            format_smolstr!("library/{path}")
        } else {
            path.into()
        };
        Ok(Self {
            registry: registry.into(),
            path,
        })
    }
}

/// An address as it can be shown: without a user and a password that somebody left in it.
///
/// ```
/// use infragen_registry::without_user;
///
/// assert_eq!(without_user("oci://ada:secret@ghcr.io/acme/web"), "oci://ghcr.io/acme/web");
/// assert_eq!(without_user("oci://ghcr.io/acme/web@sha256:0a"), "oci://ghcr.io/acme/web@sha256:0a");
/// ```
pub fn without_user(url: &str) -> SmolStr {
    let (scheme, name) = match url.split_once("://") {
        Some((scheme, name)) => (&url[..scheme.len() + 3], name),
        None => ("", url),
    };
    let user = user_of(name).unwrap_or_default();
    format_smolstr!("{scheme}{}", &name[user.len()..])
}

/// What stands before the host, with its `@`. A password may hold any sign, so all counts that is before the last `@`.
fn user_of(name: &str) -> Option<&str> {
    let first = name.split('/').next().unwrap_or(name);
    let is_digest = |at: usize| name[at + 1..].starts_with("sha");
    let has_user = first.rfind('@').is_some_and(|at| !is_digest(at));
    // What is no port is the beginning of a password.
    let has_password = first
        .split_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_err());
    let mut ends = name.rmatch_indices('@').map(|(at, _)| at);
    let end = ends.find(|at| !is_digest(*at))?;
    (has_user || has_password).then(|| &name[..=end])
}

/// The one name of a registry: Docker Hub has several.
pub(crate) fn registry_name(host: &str) -> &str {
    match host {
        "docker.io" | "registry-1.docker.io" | "registry.hub.docker.com" => DEFAULT_REGISTRY,
        other => other,
    }
}

/// Whether the first part of a name is a host and not a part of the path.
fn is_host(part: &str) -> bool {
    part.contains(['.', ':']) || part == "localhost"
}

fn is_authority(registry: &str) -> bool {
    let (host, port) = registry.split_once(':').unwrap_or((registry, "443"));
    let good = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-');
    !host.is_empty() && host.bytes().all(good) && port.parse::<u16>().is_ok()
}

impl std::fmt::Display for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.registry == DEFAULT_REGISTRY {
            write!(f, "docker.io/{}", self.path)
        } else {
            write!(f, "{}/{}", self.registry, self.path)
        }
    }
}

impl std::fmt::Display for AddressError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Scheme => f.write_str("the address must begin with `oci://`"),
            Self::User => f.write_str(
                "the address has a user in it, which Flux refuses; put user and password into a Secret that \
                 `secretRef` names",
            ),
            Self::Tagged(tag) => write!(
                f,
                "the address has `{tag}` at its end, which belongs into `spec.ref`"
            ),
            Self::Name => {
                f.write_str("this names no repository; write it as `oci://ghcr.io/acme/web`")
            }
        }
    }
}

impl std::error::Error for AddressError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<String, AddressError> {
        Repository::parse(url)
            .map(|repository| format!("{} {}", repository.registry, repository.path))
    }

    #[test]
    fn a_registry_and_a_path() {
        assert_eq!(
            read("oci://ghcr.io/acme/web").as_deref(),
            Ok("ghcr.io acme/web")
        );
        assert_eq!(
            read("oci://127.0.0.1:5000/web/").as_deref(),
            Ok("127.0.0.1:5000 web")
        );
        assert_eq!(
            read("oci://docker.io/nginx").as_deref(),
            Ok("index.docker.io library/nginx")
        );
        assert_eq!(
            read("oci://acme/web").as_deref(),
            Ok("index.docker.io acme/web")
        );
        assert_eq!(
            Repository::parse("oci://docker.io/acme/web")
                .unwrap()
                .to_string(),
            "docker.io/acme/web"
        );
    }

    #[test]
    fn what_names_none() {
        assert_eq!(read("https://ghcr.io/acme/web"), Err(AddressError::Scheme));
        assert_eq!(
            read("oci://127.0.0.1:5000/acme/web:1.0"),
            Err(AddressError::Tagged(":1.0".into()))
        );
        for url in [
            "oci://ada:secret@ghcr.io/acme/web",
            "oci://ada:secret@ghcr.io",
            "oci://ada:se/cr@et@ghcr.io/acme/web",
            "oci://ada@ghcr.io/acme/web@sha256:0a",
        ] {
            assert_eq!(read(url), Err(AddressError::User), "{url}");
            assert!(without_user(url).starts_with("oci://ghcr.io"), "{url}");
        }
        for (url, end) in [
            ("oci://nginx@sha256:0a", "@sha256:0a"),
            ("oci://ghcr.io:80/acme/web@latest", "@latest"),
        ] {
            assert_eq!(read(url), Err(AddressError::Tagged(end.into())));
            assert_eq!(without_user(url), url);
        }
        for url in [
            "oci://",
            "oci://ghcr.io/",
            "oci://ghcr.io/Acme",
            "oci://ghcr.io//a",
            "oci://gh cr.io/a",
        ] {
            assert_eq!(read(url), Err(AddressError::Name), "{url}");
        }
    }
}
