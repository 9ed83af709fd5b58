//! Docker's credential helpers: programs that keep credentials, and the only ones that this crate ever runs.
//!
//! Which one is run is decided by the user's own settings, never by a repository.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use super::Credential;

/// No credential is longer.
const LIMIT: u64 = 1024 * 1024;

/// How a helper says that it knows nothing; it also ends with an error then.
const NOT_FOUND: &str = "credentials not found";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
}

/// A program by its name, in the absolute folders of a `PATH`.
pub(super) fn locate(program: &str, path: &str) -> Option<Utf8PathBuf> {
    std::env::split_paths(path)
        .filter_map(|folder| Utf8PathBuf::from_path_buf(folder).ok())
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(format!("{program}{}", std::env::consts::EXE_SUFFIX)))
        .find(|file| file.is_file())
}

/// Asks a helper for the credential of a registry; none if it knows none.
///
/// # Errors
///
/// What went wrong, as the end of a sentence, with nothing of what the program printed.
pub(super) fn get(
    program: &Utf8Path,
    address: &str,
    deadline: Instant,
) -> Result<Option<Credential>, String> {
    let mut child = Command::new(program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot be run: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        // A program that does not read it says so by its own end.
        let _ = input.write_all(address.as_bytes());
    }
    let (sender, receiver) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = output.take(LIMIT).read_to_end(&mut bytes);
            // Nobody waits for it any more if the time is over.
            let _ = sender.send(read.map(|_| bytes));
        });
    }
    let left = deadline.saturating_duration_since(Instant::now());
    let output = match receiver.recv_timeout(left) {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => {
            end(&mut child);
            return Err(format!("cannot be read: {error}"));
        }
        Err(_) => {
            end(&mut child);
            return Err("does not answer".to_owned());
        }
    };
    if !succeeded(&mut child, deadline)? {
        let known = String::from_utf8_lossy(&output).contains(NOT_FOUND);
        return if known {
            Ok(None)
        } else {
            Err("fails".to_owned())
        };
    }
    let output: Output =
        serde_json::from_slice(&output).map_err(|_| "prints no JSON".to_owned())?;
    Ok(match (output.username.as_str(), output.secret) {
        (_, secret) if secret.is_empty() => None,
        ("<token>", token) => Some(Credential::Identity(token)),
        (user, password) => Some(Credential::Password {
            user: user.to_owned(),
            password,
        }),
    })
}

/// Whether the program ended well. It has closed its output, so it will end at once.
fn succeeded(child: &mut Child, deadline: Instant) -> Result<bool, String> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(5)),
            Ok(None) => {
                end(child);
                return Err("does not end".to_owned());
            }
            Err(error) => return Err(format!("cannot be waited for: {error}")),
        }
    }
}

fn end(child: &mut Child) {
    // It can only fail because it has ended.
    let _ = child.kill();
    let _ = child.wait();
}
