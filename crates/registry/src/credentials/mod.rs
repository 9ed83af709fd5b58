//! Who asks: the credentials of Docker's settings, and the programs that these name.

mod config;
mod helper;

use std::time::Instant;

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
    /// Where it is from, never what it is: `as anonymous`, `with the helper docker-credential-pass`.
    pub who: SmolStr,
}

/// Finds credentials.
#[derive(Debug)]
pub(crate) struct Keychain {
    /// The files that may say who asks, each with its path as people write it: the first one that is there counts.
    files: Vec<(Utf8PathBuf, SmolStr)>,
    path: String,
}

impl Keychain {
    pub(crate) fn new(settings: &Settings) -> Self {
        let files = settings.docker_config.iter().chain(&settings.auth_files);
        Self {
            files: files
                .map(|file| (file.clone(), settings.shown(file)))
                .collect(),
            path: settings.path.clone().unwrap_or_default(),
        }
    }

    /// The credential for a repository: what Docker's settings say of it, of a part of its path, or of its registry;
    /// the helper of that registry comes before the helper of all, and that before what stands in the file, as for
    /// Docker itself.
    pub(crate) fn find(&self, host: &str, path: &str, deadline: Instant) -> Found {
        let mut read = self.files.iter().map(|(file, shown)| {
            let config = Config::read(file);
            config
                .map(|config| config.map(|config| (config, shown)))
                .map_err(|why| format_smolstr!("as anonymous, because {shown} {why}"))
        });
        let (config, shown) = match read.find_map(Result::transpose) {
            Some(Ok(found)) => found,
            None => return anonymous("as anonymous"),
            Some(Err(why)) => return anonymous(why),
        };
        if let Some(name) = config.helper(host) {
            let program = format!("docker-credential-{name}");
            let why = match self.ask(&program, host, deadline) {
                Ok(Some(credential)) => {
                    return Found {
                        credential: Some(credential),
                        who: format_smolstr!("with the helper {program}"),
                    };
                }
                Ok(None) => format_smolstr!("as anonymous ({program} knows nothing of {host})"),
                Err(why) => format_smolstr!("as anonymous, because {program} {why}"),
            };
            // What a helper of one registry does not know may still be in the file.
            let found = written((&config, shown), host, path);
            return found.unwrap_or_else(|| anonymous(why));
        }
        let found = written((&config, shown), host, path);
        found.unwrap_or_else(|| {
            anonymous(format_smolstr!(
                "as anonymous ({shown} has no entry for {host})"
            ))
        })
    }

    /// What a helper knows of a registry, under any of its names.
    fn ask(
        &self,
        program: &str,
        host: &str,
        deadline: Instant,
    ) -> Result<Option<Credential>, String> {
        let file = helper::locate(program, &self.path).ok_or("is not on the PATH")?;
        for address in config::names(host) {
            if let Some(credential) = helper::get(&file, address, deadline)? {
                return Ok(Some(credential));
            }
        }
        Ok(None)
    }
}

fn written((config, shown): (&Config, &SmolStr), host: &str, path: &str) -> Option<Found> {
    let (name, entry) = config.entry(host, path)?;
    match entry_credential(entry) {
        Ok(credential) => Some(Found {
            credential: Some(credential?),
            who: format_smolstr!("with the entry for {name} in {shown}"),
        }),
        Err(why) => Some(anonymous(format_smolstr!(
            "as anonymous, because the entry for {name} in {shown} {why}"
        ))),
    }
}

fn anonymous(who: impl Into<SmolStr>) -> Found {
    Found {
        credential: None,
        who: who.into(),
    }
}

/// What an entry of the file holds; nothing where a helper keeps it.
///
/// # Errors
///
/// What is wrong with it, as the end of a sentence that quotes nothing of it.
fn entry_credential(entry: &Entry) -> Result<Option<Credential>, &'static str> {
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    if let Some(token) = filled(&entry.registrytoken) {
        return Ok(Some(Credential::Token(token)));
    }
    if let Some(token) = filled(&entry.identitytoken) {
        return Ok(Some(Credential::Identity(token)));
    }
    if let Some(auth) = filled(&entry.auth) {
        let decoded = STANDARD.decode(auth.trim()).ok();
        let decoded = decoded.and_then(|decoded| String::from_utf8(decoded).ok());
        let decoded = decoded.ok_or("cannot be read: its `auth` is no base64")?;
        let (user, password) = decoded
            .split_once(':')
            .ok_or("cannot be read: its `auth` has no colon between user and password")?;
        return Ok(Some(Credential::Password {
            user: user.to_owned(),
            // Docker writes a zero at the end at times.
            password: password.trim_end_matches('\0').to_owned(),
        }));
    }
    let both = filled(&entry.username).zip(filled(&entry.password));
    Ok(both.map(|(user, password)| Credential::Password { user, password }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use camino::Utf8Path;

    use super::*;

    #[test]
    fn the_first_file_that_is_there_counts() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        // A user `a` with the password `b`.
        let auth = r#"{"auths": {"ghcr.io": {"auth": "YTpi"}}}"#;
        std::fs::write(root.join("auth.json"), auth).unwrap();
        let mut settings = Settings::offline();
        settings.home = Some(root.to_owned());
        settings.docker_config = Some(root.join("config.json"));
        settings.auth_files = vec![root.join("none.json"), root.join("auth.json")];
        let who = |settings: &Settings| {
            let deadline = Instant::now() + Duration::from_secs(1);
            let found = Keychain::new(settings).find("ghcr.io", "acme/web", deadline);
            (found.credential.is_some(), found.who)
        };
        let podman = "with the entry for ghcr.io in ~/auth.json";
        assert_eq!(who(&settings), (true, podman.into()));
        // What is there and cannot be read is told, and nothing of it.
        for (auth, why) in [
            ("hunter2!!!", "is no base64"),
            ("aHVudGVyMg==", "has no colon between user and password"),
        ] {
            let text = format!(r#"{{"auths": {{"ghcr.io": {{"auth": "{auth}"}}}}}}"#);
            std::fs::write(root.join("config.json"), text).unwrap();
            let unreadable = format_smolstr!(
                "as anonymous, because the entry for ghcr.io in ~/config.json cannot be read: its `auth` {why}"
            );
            assert_eq!(who(&settings), (false, unreadable));
        }
        // Docker's own file comes first, whatever it says.
        std::fs::write(root.join("config.json"), "{}").unwrap();
        let docker = "as anonymous (~/config.json has no entry for ghcr.io)";
        assert_eq!(who(&settings), (false, docker.into()));
    }
}
