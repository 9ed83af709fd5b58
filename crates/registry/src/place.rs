//! Where a repository is asked for: mirrors are decided here, and nowhere else.

use camino::Utf8PathBuf;
use smol_str::{SmolStr, format_smolstr};

use crate::address::Origin;
use crate::layout::Layout;
use crate::settings::Mirror;
use crate::{Endpoint, Repository};

/// Where a repository is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// At a registry.
    Remote(Remote),
    /// In a folder on disk.
    Layout(Layout),
}

/// A repository at the registry that is contacted for it, which a mirror may have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remote {
    /// The registry.
    pub origin: Origin,
    /// The path of the repository there.
    pub path: SmolStr,
    /// Whether TLS is tried first although the origin has none, as Flux does it where a source has `insecure: true`:
    /// then with whatever certificate. [go-containerregistry:pkg/v1/remote/transport/ping.go Ping,
    /// source-controller:internal/controller/ocirepository_controller.go getTLSConfig]
    pub may_have_tls: bool,
}

impl Place {
    /// Where these mirrors say that it is.
    pub(crate) fn of(endpoint: &Endpoint, mirrors: &[(String, Mirror)]) -> Self {
        let name = full_name(&endpoint.repository);
        let fitting = mirrors.iter().filter_map(|(key, mirror)| {
            let key = key_of(key);
            let rest = name.strip_prefix(key.as_str())?;
            let fits = rest.is_empty() || rest.starts_with('/');
            fits.then(|| (key.len(), rest.trim_start_matches('/'), mirror))
        });
        // The last of equal ones: what is told later overrides.
        match fitting.max_by_key(|(length, ..)| *length) {
            Some((_, rest, Mirror::Registry { address, insecure })) => {
                let address = address.trim_end_matches('/');
                let (host, prefix) = address.split_once('/').unwrap_or((address, ""));
                let path = match (prefix, rest) {
                    ("", path) | (path, "") => path.into(),
                    (prefix, rest) => format_smolstr!("{prefix}/{rest}"),
                };
                Self::Remote(Remote {
                    origin: Origin::new(!insecure, host),
                    path,
                    // Who writes `http://` means it.
                    may_have_tls: false,
                })
            }
            Some((_, rest, Mirror::Layout(folder))) => Self::Layout(Layout {
                folder: Utf8PathBuf::from(folder),
                below: rest.into(),
                repository: endpoint.repository.clone(),
            }),
            None => Self::Remote(Remote::unmirrored(endpoint)),
        }
    }
}

/// Who is contacted for a repository: `ghcr.io`, `10.0.0.1:5000 (mirror of ghcr.io)`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Contact {
    /// The host, with its port where that is none of the usual ones.
    pub host: SmolStr,
    /// The registry that it stands in for.
    pub mirror_of: Option<SmolStr>,
}

impl Contact {
    /// Who is contacted with these mirrors; none where a folder stands in for the repository, which needs no network.
    pub fn of(endpoint: &Endpoint, mirrors: &[(String, Mirror)]) -> Option<Self> {
        let own = Remote::unmirrored(endpoint);
        match Place::of(endpoint, mirrors) {
            Place::Layout(_) => None,
            Place::Remote(remote) => Some(Self {
                mirror_of: (remote.origin.host != own.origin.host)
                    .then(|| endpoint.repository.registry.clone()),
                host: remote.origin.host,
            }),
        }
    }
}

impl std::fmt::Display for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.mirror_of {
            Some(registry) => write!(f, "{} (mirror of {registry})", self.host),
            None => f.write_str(&self.host),
        }
    }
}

impl Remote {
    fn unmirrored(endpoint: &Endpoint) -> Self {
        Self {
            origin: Origin::new(!endpoint.insecure, &endpoint.repository.registry),
            path: endpoint.repository.path.clone(),
            may_have_tls: endpoint.insecure,
        }
    }

    /// What this repository is remembered by. A plain answer never stands for one over TLS.
    pub(crate) fn key(&self) -> String {
        format!("{}/{}", self.origin, self.path)
    }

    /// The repository as people write it.
    pub(crate) fn shown(&self) -> String {
        format!("{}/{}", self.origin.host, self.path)
    }
}

fn full_name(repository: &Repository) -> String {
    format!("{}/{}", repository.registry, repository.path)
}

/// The key of a mirror with the same name for Docker Hub that repositories have.
fn key_of(key: &str) -> String {
    let key = key.strip_prefix("oci://").unwrap_or(key);
    let key = key.trim_end_matches('/');
    let (host, path) = key
        .split_once('/')
        .map_or((key, ""), |(host, _)| (host, &key[host.len()..]));
    format!("{}{path}", crate::repository::registry_name(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str, mirrors: &[(&str, Mirror)]) -> String {
        let mirrors: Vec<_> = mirrors
            .iter()
            .map(|(key, mirror)| ((*key).to_owned(), mirror.clone()))
            .collect();
        let endpoint = Endpoint::new(Repository::parse(url).unwrap());
        match Place::of(&endpoint, &mirrors) {
            Place::Remote(remote) => remote.key(),
            Place::Layout(layout) => format!("{} {}", layout.folder, layout.below),
        }
    }

    fn registry(address: &str) -> Mirror {
        Mirror::Registry {
            address: address.to_owned(),
            insecure: false,
        }
    }

    #[test]
    fn what_lies_in_a_folder_needs_no_network() {
        let mirrors = [
            ("ghcr.io".to_owned(), Mirror::Layout("/registry".into())),
            ("ghcr.io/other".to_owned(), registry("mirror.example.com")),
        ];
        let of = |url| Endpoint::new(Repository::parse(url).unwrap());
        let contact = |url| Contact::of(&of(url), &mirrors).map(|contact| contact.to_string());
        assert_eq!(contact("oci://ghcr.io/acme/web"), None);
        let mirror = contact("oci://ghcr.io/other/web");
        assert_eq!(mirror.unwrap(), "mirror.example.com (mirror of ghcr.io)");
        assert_eq!(contact("oci://quay.io/acme/web").unwrap(), "quay.io");
    }

    #[test]
    fn the_longest_prefix_counts() {
        let mirrors = [
            ("ghcr.io", registry("mirror.example.com/ghcr")),
            ("ghcr.io/acme", registry("acme.example.com")),
            ("ghcr.io/acme/web", Mirror::Layout("/layouts/web".into())),
            (
                "docker.io",
                Mirror::Registry {
                    address: "127.0.0.1:5000/hub/".to_owned(),
                    insecure: true,
                },
            ),
            ("quay.io/a", Mirror::Layout("/layouts".into())),
        ];
        let of = |url| place(url, &mirrors);
        assert_eq!(
            of("oci://ghcr.io/other/x"),
            "https://mirror.example.com/ghcr/other/x"
        );
        assert_eq!(of("oci://ghcr.io/acme/api"), "https://acme.example.com/api");
        assert_eq!(
            of("oci://ghcr.io/acme-two/api"),
            "https://mirror.example.com/ghcr/acme-two/api"
        );
        assert_eq!(of("oci://ghcr.io/acme/web"), "/layouts/web ");
        assert_eq!(of("oci://nginx"), "http://127.0.0.1:5000/hub/library/nginx");
        assert_eq!(of("oci://quay.io/a/b/c"), "/layouts b/c");
        assert_eq!(of("oci://quay.io/ab"), "https://quay.io/ab");
    }

    #[test]
    fn a_registry_keeps_its_port_and_scheme() {
        assert_eq!(
            place("oci://127.0.0.1:5000/a", &[]),
            "https://127.0.0.1:5000/a"
        );
        let endpoint = Endpoint {
            repository: Repository::parse("oci://a.b:80/c").unwrap(),
            insecure: true,
        };
        let Place::Remote(remote) = Place::of(&endpoint, &[]) else {
            panic!("a layout")
        };
        assert_eq!(remote.key(), "http://a.b/c");
    }
}
