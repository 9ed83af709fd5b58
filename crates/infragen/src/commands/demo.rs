//! `infragen demo`: a small repository from the generator, its check, and a short editor session against
//! the real language server.

mod registry;

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use infragen_lsp::client::{Client, ClientError, file_uri};
use infragen_scaffold::demo_plan;
use serde_json::{Value, json};

use crate::commands::{Failure, Outcome, check, versions};
use crate::generate;
use crate::repository::{current_dir, shown};
use crate::terminal::Terminal;
use crate::write;

/// See it all work: a small repository, its check, and an editor session
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen demo                 write ./infragen-demo and show what an editor shows
  infragen demo /tmp/fleet      the same in another folder; it must be new or empty")]
pub struct Args {
    /// Where to write the repository
    #[arg(value_name = "DIR", default_value = "infragen-demo")]
    pub folder: Utf8PathBuf,
}

/// Writes, checks and plays.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let folder = new_folder(&args.folder)?;
    heading(
        terminal,
        "The generator writes a repository: two environments, a service with a chain",
    )?;
    let plan = demo_plan()?;
    write::check(&folder, &plan)?;
    write::write(&folder, &plan)?;
    registry::fill(&folder)?;
    generate::print(&folder, &plan, false, terminal)?;
    heading(terminal, &format!("infragen check {}", shown(&folder)))?;
    let checked = check::run(&check::Args::of(&folder), terminal)?;
    heading(
        terminal,
        &format!("infragen versions, in {}", shown(&folder)),
    )?;
    let asked = versions::Args::offline();
    versions::run_in(&folder, &asked, terminal)?;
    heading(
        terminal,
        "An editor session, answered by `infragen lsp` over stdio",
    )?;
    play(&folder, terminal).map_err(|error| {
        Failure::new(
            error.to_string(),
            "please report this with the output of `infragen demo`",
        )
    })?;
    heading(terminal, "Now in your editor")?;
    writeln!(
        terminal.out,
        "  cd {}\n  nvim clusters/production/apps/activity.yaml     with the plugin in editors/neovim\n  code .                                          with the extension in editors/vscode\n\nTry: infragen versions activity --explain · infragen graph · infragen new-service search",
        shown(&folder)
    )?;
    terminal.out.flush()?;
    Ok(checked)
}

/// Makes the folder; one that holds something is left alone.
fn new_folder(folder: &Utf8Path) -> Result<Utf8PathBuf, Failure> {
    let path = current_dir()?.join(folder);
    let used = path
        .read_dir_utf8()
        .is_ok_and(|mut entries| entries.next().is_some());
    if used || path.is_file() {
        return Err(Failure::new(
            format!("`{folder}` is not empty"),
            "name a new folder: infragen demo DIR",
        ));
    }
    std::fs::create_dir_all(&path)?;
    Ok(path.canonicalize_utf8()?)
}

fn heading(terminal: &mut Terminal, text: &str) -> std::io::Result<()> {
    let line = terminal.styled("1;36", &format!("── {text}"));
    writeln!(terminal.out, "\n{line}\n")?;
    terminal.out.flush()
}

/// Why the session could not be played.
#[derive(Debug)]
enum Stop {
    Client(ClientError),
    Output(std::io::Error),
    /// The server's answer is not what the demo is about.
    Unexpected(&'static str),
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Client(error) => error.fmt(f),
            Self::Output(error) => error.fmt(f),
            Self::Unexpected(what) => write!(f, "the language server gave no {what}"),
        }
    }
}

impl From<ClientError> for Stop {
    fn from(error: ClientError) -> Self {
        Self::Client(error)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

fn play(folder: &Utf8Path, terminal: &mut Terminal) -> Result<(), Stop> {
    let program = std::env::current_exe()?;
    let mut client = Client::spawn(&program, &["lsp"], Stdio::null())?;
    let capabilities = json!({
        "general": { "positionEncodings": ["utf-8"] },
        "window": { "workDoneProgress": true },
        "textDocument": {
            "hover": { "contentFormat": ["markdown"] },
            "publishDiagnostics": { "versionSupport": true },
            "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } } },
        },
    });
    client.initialize(&file_uri(folder), capabilities)?;
    client.notification("$/progress", |params| params["value"]["kind"] == "end")?;
    let mut outer = Buffer::open(
        folder,
        "clusters/production/apps/activity.yaml",
        &mut client,
    )?;
    let mut api = Buffer::open(folder, "apps/activity/base/api.yaml", &mut client)?;
    definition(&mut client, terminal, folder, &outer)?;
    completion(&mut client, terminal, &mut api)?;
    hover(&mut client, terminal, &api)?;
    broken_reference(&mut client, terminal, &mut outer)?;
    client.shut_down()?;
    Ok(())
}

fn definition(
    client: &mut Client,
    terminal: &mut Terminal,
    folder: &Utf8Path,
    outer: &Buffer,
) -> Result<(), Stop> {
    let at = outer
        .place("name: event-bus", "event-bus")
        .ok_or(Stop::Unexpected("dependsOn"))?;
    step(terminal, "go to definition, on the name in `dependsOn`")?;
    outer.show(terminal, at, "event-bus".len())?;
    let answer = client.request("textDocument/definition", outer.at(at))?;
    let first = if answer.is_array() {
        &answer[0]
    } else {
        &answer
    };
    let (target, range) = if first.get("targetUri").is_some() {
        (&first["targetUri"], &first["targetSelectionRange"])
    } else {
        (&first["uri"], &first["range"])
    };
    let target = target.as_str().ok_or(Stop::Unexpected("definition"))?;
    let path = target
        .strip_prefix(&file_uri(folder))
        .unwrap_or(target)
        .trim_start_matches('/');
    let line = range["start"]["line"].as_u64().unwrap_or_default() + 1;
    let text = std::fs::read_to_string(folder.join(path))?;
    let source = text
        .lines()
        .nth(usize::try_from(line).unwrap_or(1) - 1)
        .unwrap_or_default();
    let place = terminal.styled("32", &format!("{path}:{line}"));
    writeln!(terminal.out, "  → {place}\n    {source}\n")?;
    Ok(())
}

fn completion(client: &mut Client, terminal: &mut Terminal, api: &mut Buffer) -> Result<(), Stop> {
    let at = api
        .place("sourceRef:", "name: ")
        .ok_or(Stop::Unexpected("sourceRef"))?;
    let name = Place {
        column: at.column + "name: ".len(),
        ..at
    };
    let whole = api.text.clone();
    step(terminal, "completion, on an empty `name` of a `sourceRef`")?;
    api.replace(client, name, usize::MAX, "")?;
    api.show(terminal, name, 1)?;
    let answer = client.request("textDocument/completion", api.at(name))?;
    let items = if answer.is_array() {
        &answer
    } else {
        &answer["items"]
    };
    let items = items
        .as_array()
        .filter(|items| !items.is_empty())
        .ok_or(Stop::Unexpected("completion"))?;
    for item in items.iter().take(5) {
        let detail = item["detail"]
            .as_str()
            .or_else(|| item["labelDetails"]["description"].as_str());
        let label = terminal.styled("32", item["label"].as_str().unwrap_or_default());
        let detail = terminal.styled("2", detail.unwrap_or_default());
        writeln!(terminal.out, "  → {label}  {detail}")?;
    }
    writeln!(terminal.out)?;
    api.set(client, whole)
}

fn hover(client: &mut Client, terminal: &mut Terminal, api: &Buffer) -> Result<(), Stop> {
    let at = api
        .place("sourceRef:", "name: ")
        .ok_or(Stop::Unexpected("sourceRef"))?;
    let name = Place {
        column: at.column + "name: ".len(),
        ..at
    };
    step(
        terminal,
        "hover, on the name of the source: what each environment takes",
    )?;
    api.show(terminal, name, "activity".len())?;
    // The server looks into the cache and the folder beside its other work.
    let begun = Instant::now();
    let text = loop {
        let answer = client.request("textDocument/hover", api.at(name))?;
        let text = answer["contents"]["value"]
            .as_str()
            .ok_or(Stop::Unexpected("hover"))?
            .to_owned();
        if text.contains("v1.4.2") && text.contains(" days") {
            break text;
        }
        if begun.elapsed() > Duration::from_secs(20) {
            return Err(Stop::Unexpected("version"));
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    for line in text.lines() {
        writeln!(terminal.out, "  │ {line}")?;
    }
    writeln!(terminal.out)?;
    Ok(())
}

fn broken_reference(
    client: &mut Client,
    terminal: &mut Terminal,
    outer: &mut Buffer,
) -> Result<(), Stop> {
    let at = outer
        .place("name: event-bus", "event-bus")
        .ok_or(Stop::Unexpected("dependsOn"))?;
    step(terminal, "a slip of the finger, and its fix")?;
    outer.replace(client, at, "event-bus".len(), "event-buz")?;
    outer.show(terminal, at, "event-buz".len())?;
    let findings = outer.findings(client, true)?;
    let finding = &findings[0];
    let rule = finding["code"].as_str().unwrap_or_default();
    let message = finding["message"].as_str().unwrap_or_default();
    let title = terminal.styled("1;31", &format!("{rule}:"));
    for (number, line) in message.lines().enumerate() {
        let title = if number == 0 {
            format!("{title} ")
        } else {
            "  ".to_owned()
        };
        writeln!(terminal.out, "  {title}{line}")?;
    }
    let params = json!({
        "textDocument": { "uri": outer.uri },
        "range": finding["range"],
        "context": { "diagnostics": [finding] },
    });
    let actions = client.request("textDocument/codeAction", params)?;
    let action = actions.get(0).ok_or(Stop::Unexpected("quick fix"))?;
    let fix = terminal.styled("32", action["title"].as_str().unwrap_or_default());
    writeln!(terminal.out, "  fix: {fix}")?;
    let edits = action["edit"]["changes"][&outer.uri]
        .as_array()
        .or_else(|| action["edit"]["documentChanges"][0]["edits"].as_array())
        .ok_or(Stop::Unexpected("edit"))?;
    for edit in edits {
        let start = &edit["range"]["start"];
        let end = &edit["range"]["end"];
        let number =
            |value: &Value| usize::try_from(value.as_u64().unwrap_or_default()).unwrap_or_default();
        let place = Place {
            line: number(&start["line"]),
            column: number(&start["character"]),
        };
        let length = number(&end["character"]).saturating_sub(place.column);
        outer.replace(
            client,
            place,
            length,
            edit["newText"].as_str().unwrap_or_default(),
        )?;
    }
    outer.findings(client, false)?;
    outer.show(terminal, at, "event-bus".len())?;
    writeln!(
        terminal.out,
        "  → {}\n",
        terminal.styled("32", "no findings")
    )?;
    Ok(())
}

fn step(terminal: &mut Terminal, what: &str) -> std::io::Result<()> {
    let what = terminal.styled("1", what);
    writeln!(terminal.out, "{what}")
}

/// A position in a buffer; line and column from 0, a column counts bytes.
#[derive(Debug, Clone, Copy)]
struct Place {
    line: usize,
    column: usize,
}

/// A file that is open in the session.
struct Buffer {
    path: String,
    uri: String,
    text: String,
    version: i64,
}

impl Buffer {
    fn open(folder: &Utf8Path, path: &str, client: &mut Client) -> Result<Buffer, Stop> {
        let text = std::fs::read_to_string(folder.join(path))?;
        let uri = file_uri(&folder.join(path));
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 0, "text": text });
        client.notify("textDocument/didOpen", json!({ "textDocument": document }))?;
        Ok(Buffer {
            path: path.to_owned(),
            uri,
            text,
            version: 0,
        })
    }

    /// The place of `what` in the first line that holds it, at or behind the first that holds `after`.
    fn place(&self, after: &str, what: &str) -> Option<Place> {
        let lines = || self.text.lines().enumerate();
        let (first, _) = lines().find(|(_, line)| line.contains(after))?;
        lines().skip(first).find_map(|(line, text)| {
            Some(Place {
                line,
                column: text.find(what)?,
            })
        })
    }

    fn at(&self, place: Place) -> Value {
        json!({
            "textDocument": { "uri": self.uri },
            "position": { "line": place.line, "character": place.column },
        })
    }

    fn replace(
        &mut self,
        client: &mut Client,
        at: Place,
        length: usize,
        new: &str,
    ) -> Result<(), Stop> {
        let mut lines: Vec<String> = self.text.split('\n').map(str::to_owned).collect();
        if let Some(line) = lines.get_mut(at.line) {
            let end = at.column.saturating_add(length).min(line.len());
            line.replace_range(at.column.min(end)..end, new);
        }
        self.set(client, lines.join("\n"))
    }

    fn set(&mut self, client: &mut Client, text: String) -> Result<(), Stop> {
        self.text = text;
        self.version += 1;
        let params = json!({
            "textDocument": { "uri": self.uri, "version": self.version },
            "contentChanges": [{ "text": self.text }],
        });
        Ok(client.notify("textDocument/didChange", params)?)
    }

    /// Waits for the findings of the text as it is now.
    fn findings(&self, client: &mut Client, some: bool) -> Result<Value, Stop> {
        let mut params = client.notification("textDocument/publishDiagnostics", |params| {
            let found = params["diagnostics"]
                .as_array()
                .is_some_and(|found| !found.is_empty());
            params["uri"] == self.uri && params["version"] == self.version && found == some
        })?;
        Ok(params["diagnostics"].take())
    }

    fn show(&self, terminal: &mut Terminal, at: Place, length: usize) -> std::io::Result<()> {
        let line = self.text.lines().nth(at.line).unwrap_or_default();
        let place = terminal.styled("2", &format!("{}:{}", self.path, at.line + 1));
        let marks = terminal.styled("36", &"^".repeat(length));
        writeln!(
            terminal.out,
            "  {place}\n    {line}\n    {}{marks}",
            " ".repeat(at.column)
        )
    }
}
