//! Repositories on disk, written in one string: files behind `//- path` lines, and a cursor `$0` in one.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

/// A repository on disk, until it is dropped.
pub struct Repository {
    directory: TempDir,
    cursor: Option<Cursor>,
}

/// A place in a file: where `$0` stood.
#[derive(Clone)]
struct Cursor {
    path: String,
    line: usize,
    /// In UTF-16 code units.
    character: usize,
}

impl Repository {
    /// Writes a repository.
    pub fn new(files: &str) -> Self {
        let mut repository = Self {
            directory: tempfile::tempdir().unwrap(),
            cursor: None,
        };
        repository.write_all(files);
        repository
    }

    /// Writes more files, or others in their place.
    pub fn write_all(&mut self, files: &str) {
        let mut parsed: Vec<(&str, String)> = Vec::new();
        for line in files.split_inclusive('\n') {
            match line.strip_prefix("//- ") {
                Some(path) => parsed.push((path.trim(), String::new())),
                None => parsed.last_mut().unwrap().1.push_str(line),
            }
        }
        for (path, text) in parsed {
            let text = match text.split_once("$0") {
                None => text,
                Some((before, after)) => {
                    let line = before.rsplit('\n').next().unwrap();
                    self.cursor = Some(Cursor {
                        path: path.to_owned(),
                        line: before.matches('\n').count(),
                        character: line.encode_utf16().count(),
                    });
                    format!("{before}{after}")
                }
            };
            self.write(path, &text);
        }
    }

    /// Writes one file.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Takes a file or a directory away.
    pub fn remove(&self, path: &str) {
        let path = self.path(path);
        if path.is_dir() {
            std::fs::remove_dir_all(path).unwrap();
        } else {
            std::fs::remove_file(path).unwrap();
        }
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    /// The path of a file on disk.
    pub fn path(&self, path: &str) -> PathBuf {
        // Temporary directories may lie behind a link; the server is told the true path.
        let top = self.directory.path().canonicalize().unwrap();
        if path.is_empty() { top } else { top.join(path) }
    }

    /// The address of a file.
    pub fn uri(&self, path: &str) -> String {
        uri(&self.path(path))
    }

    /// The file of the cursor.
    pub fn cursor_path(&self) -> &str {
        &self.cursor.as_ref().expect("a fixture with a cursor").path
    }

    /// The parameters of a request about the place of the cursor.
    pub fn at_cursor(&self) -> Value {
        let cursor = self.cursor.as_ref().expect("a fixture with a cursor");
        json!({
            "textDocument": { "uri": self.uri(&cursor.path) },
            "position": { "line": cursor.line, "character": cursor.character },
        })
    }

    /// The parameters of a request about a file.
    pub fn document(&self, path: &str) -> Value {
        json!({ "textDocument": { "uri": self.uri(path) } })
    }

    /// Runs git in the repository, as nobody in particular.
    pub fn git(&self, arguments: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=test", "-c", "user.email=test@example.com"])
            .args([
                "-c",
                "commit.gpgsign=false",
                "-c",
                "init.defaultBranch=main",
            ])
            .args(arguments)
            .current_dir(self.path(""))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .output()
            .expect("git runs");
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
    }

    /// A place in an answer as a test expects it: `apps/a.yaml:3:9 text`, from 1.
    pub fn place(&self, uri: &str, range: &Value) -> String {
        let path = self.relative(uri);
        let text = self.text(&path);
        let (line, character) = (
            number(&range["start"]["line"]),
            number(&range["start"]["character"]),
        );
        let shown = text_in(&text, range);
        let shown = shown.lines().next().unwrap_or_default();
        format!("{path}:{}:{} {shown}", line + 1, character + 1)
            .trim_end()
            .to_owned()
    }

    /// The path of an address in the repository.
    pub fn relative(&self, uri: &str) -> String {
        let top = self.uri("") + "/";
        uri.strip_prefix(&top).unwrap_or(uri).to_owned()
    }
}

/// The address of a path that needs no escapes.
pub fn uri(path: &Path) -> String {
    format!("file://{}", path.to_str().unwrap())
}

/// The text in a range, whose columns count UTF-16 code units.
pub fn text_in(text: &str, range: &Value) -> String {
    let from = offset(text, &range["start"]);
    let to = offset(text, &range["end"]);
    text[from..to].to_owned()
}

fn offset(text: &str, position: &Value) -> usize {
    let line: usize = number(&position["line"]);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let mut units = number(&position["character"]);
    let mut at = start;
    for character in text[start..].chars() {
        if units == 0 {
            break;
        }
        units -= character.len_utf16();
        at += character.len_utf8();
    }
    at
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().expect("a number")).unwrap()
}
