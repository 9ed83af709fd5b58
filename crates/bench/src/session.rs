//! One editor session against the real server.

use std::process::Stdio;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use infragen_lsp::client::{Client, ClientError};
use infragen_tests::generate::Random;
use serde_json::{Value, json};

use super::figures::Figures;

/// A server that has indexed a repository.
pub struct Session {
    /// The conversation.
    pub client: Client,
    /// From the start of the process to the end of indexing with all findings sent.
    pub cold_start: Duration,
}

/// What a round of edits measured.
#[derive(Default)]
pub struct Measured {
    /// From `didChange` to the findings of that version of the file.
    pub findings: Figures,
    /// Completion right after an edit.
    pub completion: Figures,
    /// Hover right after an edit.
    pub hover: Figures,
    /// Definition right after an edit.
    pub definition: Figures,
}

/// From the start of a process to the answer of `initialize`, many times.
pub fn start_times(binary: &Utf8Path, starts: usize) -> Result<Figures, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = Utf8Path::from_path(folder.path()).ok_or("the temporary folder is not UTF-8")?;
    let mut figures = Figures::default();
    for _ in 0..starts {
        let start = Instant::now();
        let mut client = spawn(binary)?;
        client
            .initialize(&uri(folder), capabilities())
            .map_err(text)?;
        figures.push(start.elapsed());
        client.shut_down().map_err(text)?;
    }
    Ok(figures)
}

fn spawn(binary: &Utf8Path) -> Result<Client, String> {
    Client::spawn(binary.as_std_path(), &["lsp"], Stdio::null()).map_err(text)
}

/// What went wrong in the conversation.
pub fn text(error: ClientError) -> String {
    error.to_string()
}

/// What the client of the benchmark can do.
pub fn capabilities() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-8"] },
        "window": { "workDoneProgress": true },
        "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } },
        "textDocument": {
            "publishDiagnostics": { "versionSupport": true, "relatedInformation": true },
            "hover": { "contentFormat": ["markdown"] },
            "definition": { "linkSupport": true },
        },
    })
}

/// A `file:` URI; the paths of this benchmark hold nothing that needs escaping.
pub fn uri(path: &Utf8Path) -> String {
    format!("file://{path}")
}

impl Session {
    /// Starts a server on a repository and waits until it has indexed it and sent all findings.
    pub fn open(binary: &Utf8Path, path: &Utf8Path) -> Result<Session, String> {
        let path = path
            .canonicalize_utf8()
            .map_err(|error| format!("{path}: {error}"))?;
        let start = Instant::now();
        let mut client = spawn(binary)?;
        client
            .initialize(&uri(&path), capabilities())
            .map_err(text)?;
        client
            .notification("$/progress", |params| params["value"]["kind"] == "end")
            .map_err(text)?;
        Ok(Session {
            client,
            cold_start: start.elapsed(),
        })
    }

    /// The most memory that the process ever held.
    pub fn peak_memory_megabytes(&self) -> Result<u64, String> {
        let path = format!("/proc/{}/status", self.client.process_id());
        let status = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        status
            .lines()
            .find_map(|line| {
                line.strip_prefix("VmHWM:")?
                    .trim()
                    .strip_suffix("kB")?
                    .trim()
                    .parse::<u64>()
                    .ok()
            })
            .map(|kilobytes| kilobytes.div_ceil(1024))
            .ok_or_else(|| format!("{path} does not tell the peak memory"))
    }

    /// Ends the server by the protocol.
    pub fn close(self) -> Result<(), String> {
        self.client.shut_down().map(drop).map_err(text)
    }

    /// Edits a file many times as somebody who types a name: characters come and go in the value of a
    /// reference, so that facts change with every edit; after each, one request of each kind is timed.
    pub fn edit(&mut self, path: &Utf8Path, edits: usize) -> Result<Measured, String> {
        let original = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        let path = path
            .canonicalize_utf8()
            .map_err(|error| error.to_string())?;
        let document = json!({ "uri": uri(&path) });
        let (line, column, length) = place(&original)?;
        let client = &mut self.client;
        let mut random = Random::new(7);
        let open =
            json!({ "uri": uri(&path), "languageId": "yaml", "version": 0, "text": original });
        client
            .notify("textDocument/didOpen", json!({ "textDocument": open }))
            .map_err(text)?;
        let mut measured = Measured::default();
        let mut length = length;
        for version in 1..=edits {
            // Two letters more, one less, and so on: the name is nearly always one that does not exist.
            let remove = version % 3 == 0;
            let letter = char::from(b'a' + u8::try_from(random.below(26)).unwrap_or_default());
            let start = json!({ "line": line, "character": column + length - usize::from(remove) });
            let end = json!({ "line": line, "character": column + length });
            let new = if remove {
                String::new()
            } else {
                letter.to_string()
            };
            length = if remove { length - 1 } else { length + 1 };
            let change = json!({ "range": { "start": start, "end": end }, "text": new });
            let begin = Instant::now();
            client
                .notify(
                    "textDocument/didChange",
                    json!({
                        "textDocument": { "uri": uri(&path), "version": version },
                        "contentChanges": [change],
                    }),
                )
                .map_err(text)?;
            client
                .notification("textDocument/publishDiagnostics", |params| {
                    params["uri"] == document["uri"] && params["version"] == version
                })
                .map_err(text)?;
            measured.findings.push(begin.elapsed());
            let position = json!({ "textDocument": document, "position": { "line": line, "character": column + length } });
            let mut time = |method: &str, figures: &mut Figures| -> Result<(), String> {
                let begin = Instant::now();
                client.request(method, position.clone()).map_err(text)?;
                figures.push(begin.elapsed());
                Ok(())
            };
            time("textDocument/completion", &mut measured.completion)?;
            time("textDocument/hover", &mut measured.hover)?;
            time("textDocument/definition", &mut measured.definition)?;
            client.take_unread();
        }
        client
            .notify("textDocument/didClose", json!({ "textDocument": document }))
            .map_err(text)?;
        Ok(measured)
    }
}

/// Line, column and length of the first name that something depends on, or of a source's name.
fn place(source: &str) -> Result<(usize, usize, usize), String> {
    let mut inside = false;
    for (number, line) in source.lines().enumerate() {
        inside |= line.contains("dependsOn:")
            || line.contains("sourceRef:")
            || line.contains("chartRef:");
        let value = line.trim_start_matches([' ', '-']).strip_prefix("name: ");
        if let Some(name) = value.filter(|_| inside) {
            return Ok((number, line.len() - name.len(), name.len()));
        }
    }
    Err("the file that is edited has no reference".to_owned())
}

/// Every YAML file below a folder.
pub fn yaml_files(folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    let mut stack = vec![folder.to_owned()];
    while let Some(folder) = stack.pop() {
        let Ok(entries) = folder.read_dir_utf8() else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() && !path.is_symlink() {
                stack.push(path.to_owned());
            } else if matches!(path.extension(), Some("yaml" | "yml")) {
                found.push(path.to_owned());
            }
        }
    }
    found.sort();
    found
}

/// A file in the middle of the repository with a reference to type at.
pub fn file_to_edit(files: &[Utf8PathBuf]) -> Result<Utf8PathBuf, String> {
    let middle = files.len() / 2;
    let order = files[middle..].iter().chain(&files[..middle]);
    for path in order {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        if text.contains("dependsOn:")
            && text.contains("kustomize.toolkit.fluxcd.io")
            && place(&text).is_ok()
        {
            return Ok(path.clone());
        }
    }
    Err("no file of the repository has a dependsOn".to_owned())
}
