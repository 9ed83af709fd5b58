//! A real registry: the program of the CNCF, as Debian packages it or as Go installs it.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::authority::Certificate;
use super::{Folder, TokenServer};

/// The variable that names Debian's program.
const PROGRAM: &str = "INFRAGEN_DOCKER_REGISTRY";

/// The version of distribution that Go installs, where there is one.
const VERSION: &str = "v3.1.2";

/// Who is let in.
#[derive(Debug, Clone, Copy)]
pub enum Access<'a> {
    /// Everybody.
    All,
    /// `ada` with the password `lovelace`.
    Password,
    /// Who has a token of this server.
    Token(&'a TokenServer),
}

/// A running registry. It ends when it is dropped.
#[derive(Debug)]
pub struct Distribution {
    /// Its host with the port.
    pub host: String,
    /// Where it keeps its files.
    pub folder: Folder,
    child: Child,
}

impl Distribution {
    /// The program of Debian, if it is there.
    pub fn program() -> Option<PathBuf> {
        if let Some(named) = std::env::var_os(PROGRAM) {
            return Some(named.into());
        }
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path)
            .map(|folder| folder.join("docker-registry"))
            .find(|program| program.is_file())
    }

    /// The third version, which knows pages, if `INFRAGEN_GO` names the command of Go.
    ///
    /// # Panics
    /// It cannot be installed.
    #[allow(clippy::unwrap_used, clippy::panic)] // without it there is no test
    pub fn with_pages() -> Option<PathBuf> {
        let go = std::env::var_os("INFRAGEN_GO")?;
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../target/distribution")
            .join(VERSION);
        let program = folder.join("registry");
        if !program.is_file() {
            let installed = Command::new(go)
                .args([
                    "install",
                    &format!("github.com/distribution/distribution/v3/cmd/registry@{VERSION}"),
                ])
                .env("GOBIN", &folder)
                .status()
                .unwrap();
            assert!(installed.success(), "distribution could not be installed");
        }
        Some(program)
    }

    /// Starts one, with TLS if it has a certificate.
    ///
    /// # Panics
    /// It does not start.
    #[allow(clippy::unwrap_used, clippy::panic)] // see above
    pub fn start(program: &PathBuf, access: Access<'_>, certificate: Option<&Certificate>) -> Self {
        let folder = Folder::new();
        // Free a moment ago; nobody else on 127.0.0.1 asks for ports while tests run.
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let mut config = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: {}/data}}}}\nhttp:\n  addr: {address}\n",
            folder.path
        );
        if let Some(certificate) = certificate {
            let (pem, key) = (
                folder.write("tls.pem", &certificate.pem),
                folder.write("tls.key", &certificate.key.serialize_pem()),
            );
            config += &format!("  tls: {{certificate: {pem}, key: {key}}}\n");
        }
        match access {
            Access::All => {}
            Access::Password => {
                let users = folder.write("htpasswd", &format!("ada:{LOVELACE}\n"));
                config += &format!("auth: {{htpasswd: {{realm: tests, path: {users}}}}}\n");
            }
            Access::Token(server) => {
                let bundle = folder.write("tokens.pem", server.root());
                config += &format!(
                    "auth:\n  token:\n    realm: {}\n    service: tests\n    issuer: tests\n    rootcertbundle: {bundle}\n",
                    server.realm()
                );
            }
        }
        let config = folder.write("config.yml", &config);
        let child = Command::new(program)
            .args(["serve", config.as_str()])
            .env("OTEL_TRACES_EXPORTER", "none")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut registry = Self {
            host: address.to_string(),
            folder,
            child,
        };
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = registry.child.try_wait().unwrap();
            assert!(ended.is_none(), "the registry ended: {ended:?}");
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "the registry does not start"
            );
            thread::sleep(Duration::from_millis(20));
        }
        registry
    }
}

impl Drop for Distribution {
    fn drop(&mut self) {
        // It can only fail because it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The password `lovelace`, as htpasswd hashes it with bcrypt.
const LOVELACE: &str = "$2a$04$abcdefghijklmnopqrstuuhiTVLHQPvYzPykOsCOnc5I00eOfh33K";
