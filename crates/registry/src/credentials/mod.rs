//! Who asks: the credentials of Docker's settings, and the programs that these name.

mod config;
mod helper;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camino::Utf8PathBuf;
use smol_str::{SmolStr, format_smolstr};

use crate::settings::Settings;
use config::{Config, Entry};

/// What is known of the user for a registry. It has no `Debug`: nothing may print it.
#[derive(Clone)]
pub(crate) enum Credential {
    /// A user with a password.
    Password { user: String, password: String },
    /// A token that a server of tokens changes into others.
    Identity(String),
    /// A token for the registry itself.
    Token(String),
}

/// A credential, and how it is called in a message.
#[derive(Clone)]
pub(crate) struct Found {
    /// The credential; none for somebody without a name.
    pub credential: Option<Credential>,
    /// Where it is from, never what it is.
    pub who: SmolStr,
}

/// Finds credentials.
#[derive(Debug)]
pub(crate) struct Keychain {
    path: Option<Utf8PathBuf>,
    shown: SmolStr,
}

impl Keychain {
    pub(crate) fn new(settings: &Settings) -> Self {
        let path = settings.docker_config.clone();
        let shown = path.as_ref().map(|path| settings.shown(path));
        Self {
            shown: shown.unwrap_or_default(),
            path,
        }
    }

    /// The credential for a repository: what Docker's settings say of it, of a part of its path, or of its registry;
    /// the helper of that registry comes before the helper of all, and that before what stands in the file, as for
    /// Docker itself.
    pub(crate) fn find(&self, host: &str, path: &str, deadline: std::time::Instant) -> Found {
        let Some(file) = &self.path else {
            return anonymous("anonymous");
        };
        let config = match Config::read(file) {
            Ok(Some(config)) => config,
            Ok(None) => return anonymous("anonymous"),
            Err(why) => {
                return anonymous(format_smolstr!("anonymous, because {} {why}", self.shown));
            }
        };
        if let Some(name) = config.helper(host) {
            let program = format!("docker-credential-{name}");
            let mut why = None;
            for address in config::names(host) {
                match helper::get(&program, address, deadline) {
                    Ok(Some(credential)) => {
                        return Found {
                            credential: Some(credential),
                            who: format_smolstr!("the helper {program}"),
                        };
                    }
                    Ok(None) => {}
                    Err(failed) => {
                        // Its other names would fail as well.
                        why = Some(failed);
                        break;
                    }
                }
            }
            // What a helper of one registry does not know may still be in the file.
            return match (self.written(&config, host, path), why) {
                (Some(found), _) => found,
                (None, Some(why)) => {
                    anonymous(format_smolstr!("anonymous, because {program} {why}"))
                }
                (None, None) => anonymous(format_smolstr!(
                    "anonymous ({program} knows nothing of {host})"
                )),
            };
        }
        let found = self.written(&config, host, path);
        found.unwrap_or_else(|| {
            anonymous(format_smolstr!(
                "anonymous ({} has no entry for {host})",
                self.shown
            ))
        })
    }

    fn written(&self, config: &Config, host: &str, path: &str) -> Option<Found> {
        let (name, entry) = config.entry(host, path)?;
        let credential = entry_credential(entry)?;
        Some(Found {
            credential: Some(credential),
            who: format_smolstr!("the entry for {name} in {}", self.shown),
        })
    }
}

fn anonymous(who: impl Into<SmolStr>) -> Found {
    Found {
        credential: None,
        who: who.into(),
    }
}

/// What an entry of the file holds; nothing where a helper keeps it.
fn entry_credential(entry: &Entry) -> Option<Credential> {
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    if let Some(token) = filled(&entry.registrytoken) {
        return Some(Credential::Token(token));
    }
    if let Some(token) = filled(&entry.identitytoken) {
        return Some(Credential::Identity(token));
    }
    if let Some(auth) = filled(&entry.auth) {
        let decoded = STANDARD.decode(auth.trim()).ok()?;
        let decoded = String::from_utf8(decoded).ok()?;
        let (user, password) = decoded.split_once(':')?;
        return Some(Credential::Password {
            user: user.to_owned(),
            // Docker writes a zero at the end at times.
            password: password.trim_end_matches('\0').to_owned(),
        });
    }
    Some(Credential::Password {
        user: filled(&entry.username)?,
        password: filled(&entry.password)?,
    })
}
