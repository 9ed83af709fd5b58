//! `infragen mv`

use std::collections::BTreeMap;
use std::io::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_ide::rename_files;
use infragen_kustomize::join;
use infragen_rules::{Severity, check};
use infragen_scaffold::Plan;
use infragen_workspace::{Child, Db, Directory, Found, Root, Workspace, find, text};

use crate::commands::rename::plan;
use crate::commands::{Failure, Outcome};
use crate::generate::print_edits;
use crate::report::{self, Reported};
use crate::repository::{Repositories, current_dir, files};
use crate::terminal::Terminal;
use crate::write::{check_move, relocate};

/// Move a file or folder, and edit every path that leads to it or from it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen mv apps/activity services/activity
      kustomization files, spec.path of Flux Kustomizations and .infragen.yaml follow

  infragen mv apps/activity/base/app.yaml apps/activity/base/flux.yaml --dry-run
      what would change

Nothing is overwritten, and whatever fails is taken back. What `git mv` knows is found out by git itself.")]
pub struct Args {
    /// What is moved
    #[arg(value_name = "FROM")]
    from: Utf8PathBuf,

    /// Where it will be: its whole new path, where nothing is yet
    #[arg(value_name = "TO")]
    to: Utf8PathBuf,

    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Plans, checks and makes the move.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let here = current_dir()?;
    let source = join(&here, args.from.as_str()).to_path_buf();
    if source.symlink_metadata().is_err() {
        return Err(Failure::new(
            format!("there is no file or folder `{}`", args.from),
            "name what is to be moved, and its whole new path",
        ));
    }
    let mut above = source.parent().unwrap_or(&source).to_owned();
    // Where nothing marks a repository, it is the current folder, as for the other commands.
    let top = Workspace::root_of(&above);
    let is_marked = [".infragen.yaml", ".git"]
        .iter()
        .any(|name| top.join(name).exists());
    if !is_marked && above.starts_with(&here) {
        above.clone_from(&here);
    }
    let Repositories {
        mut workspace,
        asked,
    } = Repositories::open(&[above])?;
    let Some(root) = asked.first().map(|(root, _)| *root) else {
        return Ok(Outcome::Done);
    };
    let top = root.path(workspace.snapshot().db()).clone();
    let inside = |given: &Utf8Path| {
        let path = join(&here, given.as_str());
        let inside = path.strip_prefix(&top).ok().map(Utf8Path::to_owned);
        inside
            .filter(|path| !path.as_str().is_empty())
            .ok_or_else(|| {
                Failure::new(
                    format!("`{given}` is not in the repository {top}"),
                    "things move inside of one repository only",
                )
            })
    };
    let (from, to) = (inside(&args.from)?, inside(&args.to)?);
    if to.starts_with(&from) {
        return Err(Failure::new(
            format!("`{}` is in `{}`, or is it", args.to, args.from),
            "choose another place",
        ));
    }
    if top.join(&to).is_dir() {
        return Err(Failure::new(
            format!("`{}` is there already", args.to),
            format!(
                "write the whole new path, as in `{}`",
                args.to.join(from.file_name().unwrap_or_default())
            ),
        ));
    }
    let moves = [(from.clone(), to.clone())];
    let plan = {
        let snapshot = workspace.snapshot();
        plan(snapshot.db(), &rename_files(snapshot.db(), root, &moves))?
    };
    check_move(&top, &plan, &from, &to)?;
    let errors = new_errors(&mut workspace, root, &plan, (&from, &to));
    if !errors.is_empty() {
        report::text(workspace.snapshot().db(), &errors, false, terminal)?;
        terminal.error(&Failure::new(
            "what would be there has errors",
            "nothing was written",
        ));
        return Ok(Outcome::Findings);
    }
    if !args.dry_run {
        relocate(&top, &plan, &from, &to)?;
    }
    print(&plan, (&from, &to), args.dry_run, terminal)?;
    Ok(Outcome::Done)
}

/// What would be wrong after a move that is not wrong now: errors of a rule in a file that had fewer of them.
fn new_errors(
    workspace: &mut Workspace,
    root: Root,
    plan: &Plan,
    (from, to): (&Utf8Path, &Utf8Path),
) -> Vec<Reported> {
    let moved = |path: &Utf8Path| match path.strip_prefix(from) {
        Ok(rest) if rest.as_str().is_empty() => to.to_owned(),
        Ok(rest) => to.join(rest),
        Err(_) => path.to_owned(),
    };
    let mut known: BTreeMap<(Utf8PathBuf, &'static str), usize> = BTreeMap::new();
    {
        let snapshot = workspace.snapshot();
        for error in errors(snapshot.db(), root) {
            let path = moved(&error.file.path(snapshot.db()));
            *known.entry((path, error.finding.rule.id)).or_default() += 1;
        }
    }
    preview(workspace, root, plan, from, to);
    let snapshot = workspace.snapshot();
    let mut new = errors(snapshot.db(), root);
    new.retain(|error| {
        let key = (error.file.path(snapshot.db()), error.finding.rule.id);
        match known.get_mut(&key).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                false
            }
            None => true,
        }
    });
    new
}

fn errors(db: &dyn Db, root: Root) -> Vec<Reported> {
    let everything = [root.path(db).clone()];
    let mut found = Vec::new();
    for file in files(db, root, &everything) {
        let findings = check(db, file);
        let errors = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        found.extend(errors.map(|finding| Reported {
            file,
            finding: finding.clone(),
        }));
    }
    found
}

/// Makes a workspace see the repository after the move; nothing is written.
fn preview(workspace: &mut Workspace, root: Root, plan: &Plan, from: &Utf8Path, to: &Utf8Path) {
    let top = root.path(workspace.snapshot().db()).clone();
    plan.preview(workspace, root);
    let mut files: Vec<(Utf8PathBuf, Option<String>)> = Vec::new();
    {
        let snapshot = workspace.snapshot();
        let db = snapshot.db();
        match root.top(db).map(|top| find(db, top, from.as_str())) {
            Some(Found::Directory(directory)) => below(db, directory, &mut files),
            Some(Found::File(file)) => {
                let text = text(db, file).ok().map(|text| text.to_string());
                files.push((file.path(db), text));
            }
            Some(Found::Other) => files.push((from.to_owned(), None)),
            _ => {}
        }
    }
    for (path, text) in files {
        let target = match path.strip_prefix(from) {
            Ok(rest) if !rest.as_str().is_empty() => to.join(rest),
            _ => to.to_owned(),
        };
        workspace.set_memory(&top.join(&path), None);
        workspace.set_memory(&top.join(target), Some(text.as_deref().unwrap_or_default()));
    }
}

/// The files below a directory with their texts; of one that is no YAML only its existence counts.
fn below(db: &dyn Db, directory: Directory, files: &mut Vec<(Utf8PathBuf, Option<String>)>) {
    for entry in directory.entries(db).iter() {
        let path = directory.path(db).join(&*entry.name);
        match &entry.child {
            Child::File(file) => {
                files.push((path, text(db, *file).ok().map(|text| text.to_string())));
            }
            Child::Directory(directory) => below(db, *directory, files),
            Child::Other(_) | Child::Link(_) => files.push((path, None)),
        }
    }
}

fn print(
    plan: &Plan,
    (from, to): (&Utf8Path, &Utf8Path),
    dry_run: bool,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    writeln!(terminal.out, "{from} → {to}")?;
    print_edits(plan, terminal)?;
    let edits = match plan.changes.len() {
        0 => "no file needs an edit".to_owned(),
        1 => "1 file edited".to_owned(),
        count => format!("{count} files edited"),
    };
    let tail = if dry_run {
        " (dry run: nothing was written)"
    } else {
        ""
    };
    writeln!(terminal.out, "\n{edits}{tail}")?;
    for note in &plan.notes {
        writeln!(terminal.out, "note: {note}")?;
    }
    terminal.out.flush()?;
    Ok(())
}
