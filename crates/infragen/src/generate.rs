//! What the generating commands share: their options, and carrying a plan out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal as _, Write as _};

use camino::Utf8Path;
use clap::ValueEnum;
use infragen_scaffold::{Action, Plan, Problem, Refusal, VersionChoice};
use infragen_workspace::{Class, Db, Root, Workspace};
use similar::{ChangeTag, TextDiff};

use crate::commands::{Failure, Outcome};
use crate::report::{self, Reported};
use crate::repository::Repositories;
use crate::secret_lines::secret_lines;
use crate::terminal::Terminal;
use crate::write;

/// Which versions an environment takes.
#[derive(Debug, clap::Args)]
pub struct Versions {
    /// Which versions the environment takes [default: prod*, production and live are stable, others
    /// prerelease]
    #[arg(long, value_enum, value_name = "CLASS", help_heading = "Versions")]
    class: Option<VersionClass>,

    /// The semver range; of a pinned environment the tag [default: >=0.0.0, or >=0.0.0-0 for
    /// prereleases]
    #[arg(
        long,
        value_name = "RANGE",
        allow_hyphen_values = true,
        help_heading = "Versions"
    )]
    range: Option<String>,

    /// The semverFilter, a regular expression of Go (RE2) [default: that of the environment's other
    /// services, or .*-ENV-.* for prereleases]
    #[arg(
        long,
        value_name = "REGEX",
        allow_hyphen_values = true,
        help_heading = "Versions"
    )]
    filter: Option<String>,
}

/// Which versions an environment takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum VersionClass {
    /// Releases only
    Stable,
    /// Prereleases too, those that pass a filter
    Prerelease,
    /// The one version that --range names
    Pinned,
}

impl Versions {
    /// As the generator takes it.
    pub fn choice(&self) -> VersionChoice {
        VersionChoice {
            class: self.class.map(|class| match class {
                VersionClass::Stable => Class::Stable,
                VersionClass::Prerelease => Class::Prerelease,
                VersionClass::Pinned => Class::Pinned,
            }),
            range: self.range.clone(),
            filter: self.filter.clone(),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let help = refusal
            .help
            .unwrap_or_else(|| "nothing was written".to_owned());
        Failure::new(refusal.message, help)
    }
}

/// The name that was given, else the answer to a question; nobody is asked where nobody could answer.
pub fn name(given: Option<&String>, question: &str, example: &str) -> Result<String, Failure> {
    if let Some(name) = given {
        return Ok(name.clone());
    }
    let missing = || Failure::new("a name is missing", format!("for example: {example}"));
    let alone = !std::io::stdin().is_terminal()
        || !std::io::stderr().is_terminal()
        || std::env::var_os("CI").is_some();
    if alone {
        return Err(missing());
    }
    inquire::Text::new(question).prompt().map_err(|_| missing())
}

/// Makes a plan for the repository around the current folder, checks what it leaves, and writes it.
pub fn generate(
    plan: impl FnOnce(&dyn Db, Root) -> Result<Plan, Refusal>,
    dry_run: bool,
    terminal: &mut Terminal,
) -> Result<Outcome, Failure> {
    let Repositories {
        mut workspace,
        asked,
    } = Repositories::open(&[])?;
    let Some(root) = asked.first().map(|(root, _)| *root) else {
        return Ok(Outcome::Done);
    };
    let plan = plan(workspace.snapshot().db(), root)?;
    let path = root.path(workspace.snapshot().db()).clone();
    write::check(&path, &plan)?;
    let problems = plan.verify(&mut workspace, root);
    if !problems.is_empty() {
        tell(&workspace, problems, terminal)?;
        return Ok(Outcome::Findings);
    }
    if !dry_run {
        write::write(&path, &plan)?;
    }
    print(&path, &plan, dry_run, terminal)?;
    Ok(Outcome::Done)
}

fn tell(
    workspace: &Workspace,
    problems: Vec<Problem>,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let mut reported = Vec::new();
    let mut imports = Vec::new();
    for problem in problems {
        match problem {
            Problem::Finding { file, finding } => reported.push(Reported {
                file,
                finding: *finding,
            }),
            Problem::Import { file, path } => imports.push((file, path)),
        }
    }
    let snapshot = workspace.snapshot();
    report::text(snapshot.db(), &reported, false, terminal)?;
    for (file, path) in imports {
        writeln!(
            terminal.out,
            "`{file}` would name `{path}`, which is not there"
        )?;
    }
    terminal.out.flush()?;
    terminal.error(&Failure::new(
        "what would be written has errors",
        "nothing was written",
    ));
    Ok(())
}

/// Prints what was written, or would be, and what is left to do.
pub fn print(
    root: &Utf8Path,
    plan: &Plan,
    dry_run: bool,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let mut tree = Folder::default();
    for change in &plan.changes {
        let parts: Vec<&str> = change.path.components().map(|part| part.as_str()).collect();
        tree.insert(&parts, &change.action);
    }
    writeln!(terminal.out, "{}", terminal.styled("1", root.as_str()))?;
    let mut drawn = String::new();
    tree.draw("", terminal, &mut drawn);
    terminal.out.write_all(drawn.as_bytes())?;
    if dry_run {
        print_edits(plan, terminal)?;
    }
    let changed = plan
        .changes
        .iter()
        .filter(|change| matches!(change.action, Action::Edit { .. }))
        .count();
    let new = plan.changes.len() - changed;
    let files = |count: usize| format!("{count} file{}", if count == 1 { "" } else { "s" });
    let parts = [(new, "new"), (changed, "changed")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", files(*count)))
        .collect();
    let parts = match parts.is_empty() {
        true => "nothing to change".to_owned(),
        false => parts.join(", "),
    };
    let tail = if dry_run {
        " (dry run: nothing was written)"
    } else {
        ""
    };
    writeln!(terminal.out, "\n{parts}{tail}")?;
    if !plan.notes.is_empty() {
        writeln!(terminal.out, "\n{}", terminal.styled("1", "Next:"))?;
        for note in &plan.notes {
            writeln!(terminal.out, "  - {note}")?;
        }
    }
    terminal.out.flush()?;
    Ok(())
}

/// What changes in files that are there.
pub fn print_edits(plan: &Plan, terminal: &mut Terminal) -> Result<(), Failure> {
    for change in &plan.changes {
        let Action::Edit { before, after } = &change.action else {
            continue;
        };
        let diff = TextDiff::from_lines(&**before, after.as_str());
        let hidden = [secret_lines(before), secret_lines(after)];
        let mut unified = diff.unified_diff();
        unified.context_radius(2);
        let path = &change.path;
        writeln!(terminal.out)?;
        writeln!(
            terminal.out,
            "{}",
            terminal.styled("31", &format!("--- {path}"))
        )?;
        writeln!(
            terminal.out,
            "{}",
            terminal.styled("32", &format!("+++ {path}"))
        )?;
        for hunk in unified.iter_hunks() {
            writeln!(
                terminal.out,
                "{}",
                terminal.styled("2", &hunk.header().to_string())
            )?;
            for line in hunk.iter_changes() {
                let style = match line.tag() {
                    ChangeTag::Insert => "32",
                    ChangeTag::Delete => "31",
                    ChangeTag::Equal => "2",
                };
                let is_in = |number: Option<usize>, hidden: &BTreeSet<usize>| {
                    number.is_some_and(|number| hidden.contains(&number))
                };
                let is_secret =
                    is_in(line.old_index(), &hidden[0]) || is_in(line.new_index(), &hidden[1]);
                let shown = match is_secret {
                    true => "(data of a Secret: not shown)",
                    false => line.value().trim_end_matches(['\n', '\r']),
                };
                let shown = format!("{}{shown}", line.tag());
                writeln!(terminal.out, "{}", terminal.styled(style, &shown))?;
                if line.missing_newline() {
                    let told = terminal.styled("2", "\\ No newline at end of file");
                    writeln!(terminal.out, "{told}")?;
                }
            }
        }
    }
    Ok(())
}

/// A folder of the tree that is printed.
#[derive(Default)]
struct Folder<'p> {
    entries: BTreeMap<&'p str, Entry<'p>>,
}

enum Entry<'p> {
    Folder(Folder<'p>),
    File(&'p Action),
}

impl<'p> Folder<'p> {
    fn insert(&mut self, parts: &[&'p str], action: &'p Action) {
        match parts {
            [] => {}
            [name] => drop(self.entries.insert(name, Entry::File(action))),
            [name, rest @ ..] => {
                let folder = self
                    .entries
                    .entry(name)
                    .or_insert_with(|| Entry::Folder(Folder::default()));
                if let Entry::Folder(folder) = folder {
                    folder.insert(rest, action);
                }
            }
        }
    }

    fn draw(&self, indent: &str, terminal: &Terminal, out: &mut String) {
        let count = self.entries.len();
        for (number, (name, entry)) in self.entries.iter().enumerate() {
            let (elbow, below) = if number + 1 == count {
                ("└── ", "    ")
            } else {
                ("├── ", "│   ")
            };
            match entry {
                Entry::Folder(folder) => {
                    out.push_str(&format!("{indent}{elbow}{name}/\n"));
                    folder.draw(&format!("{indent}{below}"), terminal, out);
                }
                Entry::File(action) => {
                    let mark = match action {
                        Action::Edit { .. } => terminal.styled("33", "(changed)"),
                        Action::Create { .. } | Action::Copy { .. } => {
                            terminal.styled("32", "(new)")
                        }
                    };
                    out.push_str(&format!("{indent}{elbow}{name} {mark}\n"));
                }
            }
        }
    }
}
