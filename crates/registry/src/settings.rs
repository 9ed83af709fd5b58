//! What the user has decided: the network, the cache, mirrors, and what the environment says.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use smol_str::SmolStr;

use crate::cache;
use crate::no_proxy::is_direct;

/// How registries are asked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether the network may be used at all.
    pub network: bool,
    /// The folder of the cache; without one nothing outlives the process, and nothing can be pulled.
    pub cache: Option<Utf8PathBuf>,
    /// What hosts or repositories (`ghcr.io`, `ghcr.io/acme`) are asked elsewhere; the longest one that fits counts.
    pub mirrors: Vec<(String, Mirror)>,
    /// Docker's settings, with the credentials.
    pub docker_config: Option<Utf8PathBuf>,
    /// Files like that which count where there is none: the first one that is there.
    pub auth_files: Vec<Utf8PathBuf>,
    /// `PATH`, on which Docker's credential helpers are looked for. Only absolute folders of it count, because a relative
    /// one could be in a repository.
    pub path: Option<String>,
    /// The home of the user, to write paths as people do, and nothing else.
    pub home: Option<Utf8PathBuf>,
    /// Files with certificates (PEM) of authorities to trust beside those of the machine.
    pub authorities: Vec<Utf8PathBuf>,
    /// The proxies.
    pub proxies: Proxies,
    /// How long things may take and how large they may be.
    pub limits: Limits,
}

/// Where a host or repository is asked instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mirror {
    /// At another registry: its host, and a path that comes before what is left of the repository's.
    Registry {
        /// `mirror.example.com` or `mirror.example.com/prefix`.
        address: String,
        /// Whether it is asked over plain HTTP.
        insecure: bool,
    },
    /// In a folder that is an OCI image layout, or has one for each repository at its path.
    Layout(Utf8PathBuf),
}

/// The proxies, as the environment names them. They may have passwords, so nothing prints them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// For addresses with TLS: `HTTPS_PROXY`, else `ALL_PROXY`.
    pub https: Option<String>,
    /// For plain ones: `http_proxy`, else `ALL_PROXY`.
    pub http: Option<String>,
    /// Hosts that are asked directly: `NO_PROXY`, as Go reads it.
    pub except: Option<String>,
}

impl Proxies {
    /// The proxy for a host. This machine itself is always asked directly, as Go does it.
    pub(crate) fn of(&self, tls: bool, host: &str) -> Option<&str> {
        let proxy = if tls { &self.https } else { &self.http };
        let proxy = proxy.as_deref()?;
        let except = self.except.as_deref().unwrap_or_default();
        (!is_direct(tls, host, except)).then_some(proxy)
    }
}

impl std::fmt::Debug for Proxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proxies")
    }
}

/// Bounds of what is waited for, read and kept. A registry that goes over one is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long an answer may take as a whole: with all its pages, tokens and repetitions.
    pub answer: Duration,
    /// The same for the files of an artifact.
    pub pull: Duration,
    /// How many asks a host gets at the same time.
    pub per_host: usize,
    /// Tags of a repository.
    pub tags: usize,
    /// Pages that they come in.
    pub pages: usize,
    /// Bytes of all these pages together.
    pub listing_bytes: u64,
    /// Bytes of a manifest. Registries refuse larger ones than this.
    pub manifest_bytes: u64,
    /// Bytes of a layer as it is sent.
    pub layer_bytes: u64,
    /// Bytes of its archive once it is unpacked.
    pub unpacked_bytes: u64,
    /// Files and folders in it.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            answer: Duration::from_secs(20),
            pull: Duration::from_secs(120),
            per_host: 4,
            tags: 200_000,
            pages: 1_000,
            listing_bytes: 32 * MIB,
            manifest_bytes: 4 * MIB,
            layer_bytes: 128 * MIB,
            unpacked_bytes: 512 * MIB,
            entries: 100_000,
        }
    }
}

impl Settings {
    /// Settings without network, cache and credentials.
    pub fn offline() -> Self {
        Self {
            network: false,
            cache: None,
            mirrors: Vec::new(),
            docker_config: None,
            auth_files: Vec::new(),
            path: None,
            home: None,
            authorities: Vec::new(),
            proxies: Proxies::default(),
            limits: Limits::default(),
        }
    }

    /// What an environment says. The network is off until somebody turns it on.
    ///
    /// - `INFRAGEN_CACHE`, `XDG_CACHE_HOME`, `HOME`: the cache ([`cache::folder`]);
    /// - `DOCKER_CONFIG`: the folder of Docker's `config.json`, else `~/.docker`;
    /// - `REGISTRY_AUTH_FILE`, else `containers/auth.json` in `XDG_RUNTIME_DIR`: where Podman keeps its own, if Docker has
    ///   none. [go-containerregistry:pkg/authn/keychain.go]
    /// - `INFRAGEN_CA_FILE`: an authority to trust beside those of the machine. These are the system's, or those that
    ///   `SSL_CERT_FILE` and `SSL_CERT_DIR` name instead;
    /// - `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`, each also in small letters, which come first.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let path = |name: &str| variable(name).filter(|value| !value.is_empty());
        let either = |name: &str| path(&name.to_ascii_lowercase()).or_else(|| path(name));
        let home = path("HOME").map(Utf8PathBuf::from);
        let docker = path("DOCKER_CONFIG").map(Utf8PathBuf::from);
        let docker = docker.or_else(|| Some(home.as_ref()?.join(".docker")));
        let of_all = either("ALL_PROXY");
        Self {
            cache: cache::folder(&variable),
            docker_config: docker.map(|folder| folder.join("config.json")),
            auth_files: [
                path("REGISTRY_AUTH_FILE").map(Utf8PathBuf::from),
                path("XDG_RUNTIME_DIR")
                    .map(|folder| Utf8PathBuf::from(folder).join("containers/auth.json")),
            ]
            .into_iter()
            .flatten()
            .collect(),
            path: path("PATH"),
            home,
            authorities: path("INFRAGEN_CA_FILE")
                .map(Utf8PathBuf::from)
                .into_iter()
                .collect(),
            proxies: Proxies {
                https: either("HTTPS_PROXY").or_else(|| of_all.clone()),
                http: either("HTTP_PROXY").or(of_all),
                except: either("NO_PROXY"),
            },
            ..Self::offline()
        }
    }

    /// A path as a person writes it.
    pub(crate) fn shown(&self, path: &Utf8Path) -> SmolStr {
        let below = self
            .home
            .as_ref()
            .and_then(|home| path.strip_prefix(home).ok());
        match below {
            Some(below) => format!("~/{below}").into(),
            None => path.as_str().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Settings {
        Settings::of_environment(|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_says_where_things_are() {
        let settings = of(&[("HOME", "/home/ada")]);
        assert!(!settings.network);
        assert_eq!(settings.cache.unwrap(), "/home/ada/.cache/infragen");
        assert_eq!(
            settings.docker_config.unwrap(),
            "/home/ada/.docker/config.json"
        );
        assert_eq!(settings.authorities, [""; 0]);
        let settings = of(&[
            ("HOME", "/home/ada"),
            ("DOCKER_CONFIG", "/d"),
            ("INFRAGEN_CA_FILE", "/ca.pem"),
        ]);
        assert_eq!(
            settings.shown("/home/ada/.docker/config.json".into()),
            "~/.docker/config.json"
        );
        assert_eq!(settings.docker_config.unwrap(), "/d/config.json");
        assert_eq!(settings.authorities, ["/ca.pem"]);
        assert_eq!(of(&[]).docker_config, None);
    }

    #[test]
    fn the_environment_names_proxies() {
        let proxies = of(&[
            ("ALL_PROXY", "a"),
            ("https_proxy", "s"),
            ("HTTPS_PROXY", "S"),
            ("NO_PROXY", "n"),
        ])
        .proxies;
        assert_eq!(proxies.https.as_deref(), Some("s"));
        assert_eq!(proxies.http.as_deref(), Some("a"));
        assert_eq!(proxies.except.as_deref(), Some("n"));
        assert!(of(&[("HTTP_PROXY", "")]).proxies == Proxies::default());
        assert_eq!(format!("{proxies:?}"), "Proxies");
    }

    #[test]
    fn some_hosts_need_no_proxy() {
        let proxies = Proxies {
            https: Some("s".to_owned()),
            http: None,
            except: Some("example.com".to_owned()),
        };
        assert_eq!(proxies.of(true, "ghcr.io"), Some("s"));
        assert_eq!(proxies.of(true, "r.example.com"), None);
        assert_eq!(proxies.of(true, "127.0.0.1:5000"), None);
        assert_eq!(proxies.of(false, "ghcr.io"), None);
    }

    #[test]
    fn credentials_are_looked_for_where_podman_keeps_them_too() {
        let settings = of(&[
            ("HOME", "/home/ada"),
            ("REGISTRY_AUTH_FILE", "/auth.json"),
            ("XDG_RUNTIME_DIR", "/run/user/1"),
        ]);
        assert_eq!(
            settings.auth_files,
            ["/auth.json", "/run/user/1/containers/auth.json"]
        );
        assert_eq!(of(&[]).auth_files, [""; 0]);
    }
}
