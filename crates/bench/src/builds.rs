//! Builds beside kustomize: one directory, and every directory of the real repositories.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use super::figures::{Figures, milliseconds};

/// Pairs of processes for one directory.
const PAIRS: usize = 15;

/// The lines of the table about builds; empty where the real repositories are not at hand.
pub fn measure(binary: &Utf8Path, corpora: &[Utf8PathBuf]) -> Result<String, String> {
    let Some(parent) = corpora.first().and_then(|corpus| corpus.parent()) else {
        return Ok(String::new());
    };
    let kustomize = kustomize();
    if kustomize.is_none() {
        eprintln!(
            "kustomize is not at hand (INFRAGEN_KUSTOMIZE names it): its figures are left out"
        );
    }
    let kustomize = kustomize.as_deref();
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let out = Utf8Path::from_path(folder.path()).ok_or("the temporary folder is not UTF-8")?;
    let largest = corpora
        .iter()
        .max_by_key(|corpus| kustomizations(corpus).len())
        .ok_or("no repository")?;
    let mut table = String::from(
        "\n| builds | infragen p50 | kustomize | times as fast |\n|---|--:|--:|--:|\n",
    );
    let one = kustomizations(largest);
    let one = one.get(one.len() / 2).ok_or("no kustomization")?;
    table.push_str(&one_directory(binary, kustomize, one)?);
    for (what, root) in [("all repositories", parent), ("the largest one", largest)] {
        table.push_str(&recursive(binary, kustomize, what, root, out)?);
    }
    table.push_str(&environments(binary, largest)?);
    Ok(table)
}

fn kustomize() -> Option<String> {
    let program = std::env::var("INFRAGEN_KUSTOMIZE").unwrap_or_else(|_| "kustomize".to_owned());
    let works = Command::new(&program).arg("version").output();
    works
        .is_ok_and(|output| output.status.success())
        .then_some(program)
}

/// The directories with a kustomization file.
fn kustomizations(root: &Utf8Path) -> Vec<Utf8PathBuf> {
    super::session::yaml_files(root)
        .into_iter()
        .filter(|file| file.file_name() == Some("kustomization.yaml"))
        .filter_map(|file| file.parent().map(Utf8Path::to_owned))
        .collect()
}

/// How long a process takes; that it fails is no matter, for a repository may lack files.
fn time(command: &mut Command) -> Result<Duration, String> {
    let begin = Instant::now();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| error.to_string())?;
    Ok(begin.elapsed())
}

fn kustomize_build(program: &str, directory: &Utf8Path) -> Result<Duration, String> {
    let arguments = ["build", "--load-restrictor", "LoadRestrictionsNone"];
    time(Command::new(program).args(arguments).arg(directory))
}

fn row(what: &str, ours: Duration, theirs: Option<Duration>) -> String {
    let (theirs, ratio) = match theirs {
        Some(theirs) => {
            let ratio = theirs.as_secs_f64() / ours.as_secs_f64().max(f64::EPSILON);
            (milliseconds(theirs), format!("{ratio:.1}"))
        }
        None => (String::new(), String::new()),
    };
    format!("| {what} | {} | {theirs} | {ratio} |\n", milliseconds(ours))
}

/// One directory, one process: pairs of the two, one after the other.
fn one_directory(
    binary: &Utf8Path,
    kustomize: Option<&str>,
    directory: &Utf8Path,
) -> Result<String, String> {
    let (mut ours, mut theirs) = (Figures::default(), Figures::default());
    for _ in 0..PAIRS {
        ours.push(time(Command::new(binary).arg("build").arg(directory))?);
        if let Some(program) = kustomize {
            theirs.push(kustomize_build(program, directory)?);
        }
    }
    let theirs = kustomize.map(|_| theirs.at(50));
    Ok(row("one directory, one process", ours.at(50), theirs))
}

/// Every directory below a root, kustomize called for each: over the outputs of a run before, and into an empty
/// folder, where the file system has most to do. Both write every output.
fn recursive(
    binary: &Utf8Path,
    kustomize: Option<&str>,
    what: &str,
    root: &Utf8Path,
    out: &Utf8Path,
) -> Result<String, String> {
    let run = || {
        let mut command = Command::new(binary);
        let command = command.args(["build", "--recursive"]);
        time(command.arg(root).arg("--out-dir").arg(out))
    };
    let (mut again, mut anew) = (Figures::default(), Figures::default());
    for _ in 0..5 {
        std::fs::remove_dir_all(out)
            .and_then(|()| std::fs::create_dir(out))
            .map_err(|error| error.to_string())?;
        anew.push(run()?);
        again.push(run()?);
    }
    let directories = kustomizations(root);
    let theirs = match kustomize {
        Some(program) => {
            let mut sum = Duration::ZERO;
            for directory in &directories {
                sum += kustomize_build(program, directory)?;
            }
            Some(sum)
        }
        None => None,
    };
    let what = format!("{what}: {} directories", directories.len());
    let rows = [
        row(&what, again.at(50), theirs),
        row("the same into an empty folder", anew.at(50), theirs),
    ];
    Ok(rows.concat())
}

/// All environments of a repository, from a cold process.
fn environments(binary: &Utf8Path, root: &Utf8Path) -> Result<String, String> {
    let mut ours = Figures::default();
    for _ in 0..5 {
        let mut command = Command::new(binary);
        ours.push(time(command.args(["check", "--coverage"]).arg(root))?);
    }
    Ok(row(
        "all environments of the largest one, cold",
        ours.at(50),
        None,
    ))
}
