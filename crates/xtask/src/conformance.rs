//! `cargo xtask conformance`: whether `infragen build` gives what kustomize gives.
//!
//! Two kinds of cases, neither part of this project: fixtures, each with the output that kustomize once gave,
//! and every kustomization of real repositories, built by both. What builds must be the same byte for byte,
//! what fails must fail.

use std::{
    env, fs,
    process::{Command, ExitCode, Output},
    time::{Duration, Instant},
};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use crate::{
    process::{Result, run as run_program},
    repository,
    tools::{self, Tool},
};

/// Cases that may differ, each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// The names of kustomization files.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Compare `infragen build` with kustomize over fixtures and real repositories.
#[derive(clap::Args)]
pub struct Args {
    /// The folder with `conformance/` and `corpora/` [default: INFRAGEN_SHARED, else ../shared]
    #[arg(long, value_name = "DIR")]
    shared: Option<Utf8PathBuf>,

    /// A built `infragen`; without it one is built for release
    #[arg(long, value_name = "FILE")]
    binary: Option<Utf8PathBuf>,

    /// Only cases whose names have this text in them
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// How the cases of a set went.
#[derive(Default)]
struct Score {
    passed: usize,
    failures: Vec<(String, String)>,
    excepted: Vec<(String, &'static str)>,
}

/// Compares and prints.
pub fn run(args: &Args) -> ExitCode {
    match compare(args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(args: &Args) -> Result<bool> {
    let shared = args
        .shared
        .clone()
        .or_else(|| env::var("INFRAGEN_SHARED").ok().map(Utf8PathBuf::from))
        .unwrap_or_else(|| repository().join("../shared"));
    if !shared.join("conformance").is_dir() {
        return Err(format!("there are no cases in `{shared}` (--shared)"));
    }
    let infragen = match &args.binary {
        Some(binary) => absolute(binary)?,
        None => {
            run_program(
                Command::new("cargo")
                    .args(["build", "--release", "--package", "infragen"])
                    .current_dir(repository()),
            )?;
            repository().join("target/release/infragen")
        }
    };
    let kustomize = tools::locate(Tool::Kustomize)?;
    let programs = Programs {
        infragen,
        kustomize,
        only: args.only.clone().unwrap_or_default(),
    };
    let mut all = programs
        .fixtures(&shared.join("conformance/kustomize"))?
        .print("fixtures");
    for corpus in folders(&shared.join("corpora"))? {
        let name = corpus.file_name().unwrap_or_default().to_owned();
        all &= programs.corpus(&corpus)?.print(&name);
    }
    Ok(all)
}

struct Programs {
    infragen: Utf8PathBuf,
    kustomize: Utf8PathBuf,
    only: String,
}

impl Programs {
    /// The fixtures: what kustomize gave is beside them.
    fn fixtures(&self, folder: &Utf8Path) -> Result<Score> {
        let index = read(&folder.join("index.json"))?;
        let index: Value = serde_json::from_slice(&index).map_err(|error| error.to_string())?;
        let mut score = Score::default();
        for case in index.as_array().into_iter().flatten() {
            let text = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
            let (name, directory) = (text("name"), text("dir"));
            if !name.contains(&self.only) {
                continue;
            }
            let at = folder.join(&name);
            let wanted = match case["rc"].as_u64() {
                Some(0) => Some(read(&at.join("expected.yaml"))?),
                _ => None,
            };
            score.note(name, wanted, &self.build(&at, &directory)?);
        }
        Ok(score)
    }

    /// A repository: built by both programs in a copy, where empty files stand in for what was not copied.
    fn corpus(&self, corpus: &Utf8Path) -> Result<Score> {
        let mut score = Score::default();
        let copy = env::temp_dir().join(format!("infragen-conformance-{}", std::process::id()));
        let copy = Utf8PathBuf::from_path_buf(copy)
            .map_err(|_| "the folder for temporary files is not UTF-8")?;
        let copied = copy_tree(corpus, &copy).and_then(|()| stand_in(corpus, &copy));
        let (mut theirs, mut ours) = (Duration::ZERO, Duration::ZERO);
        let compared = copied.and_then(|()| {
            for directory in kustomizations(&copy)? {
                let name = directory
                    .strip_prefix(&copy)
                    .unwrap_or(&directory)
                    .to_string();
                let full = format!("{}/{name}", corpus.file_name().unwrap_or_default());
                if !full.contains(&self.only) {
                    continue;
                }
                let started = Instant::now();
                let wanted = output(
                    Command::new(&self.kustomize)
                        .args(["build", "--load-restrictor", "LoadRestrictionsNone"])
                        .arg(&directory),
                )?;
                theirs += started.elapsed();
                let started = Instant::now();
                let built = self.build(&copy, if name.is_empty() { "." } else { &name })?;
                ours += started.elapsed();
                let wanted = wanted.status.success().then_some(wanted.stdout);
                score.note(full, wanted, &built);
            }
            Ok(())
        });
        // The copy has no other use; where it cannot be removed the system will.
        let _ = fs::remove_dir_all(&copy);
        compared?;
        let faster = theirs.as_secs_f64() / ours.as_secs_f64().max(f64::EPSILON);
        println!(
            "kustomize {} ms, infragen {} ms: {faster:.1} times as fast",
            theirs.as_millis(),
            ours.as_millis()
        );
        Ok(score)
    }

    fn build(&self, folder: &Utf8Path, directory: &str) -> Result<Output> {
        output(
            Command::new(&self.infragen)
                .args(["build", directory])
                .current_dir(folder),
        )
    }
}

impl Score {
    /// Notes how a case went; `wanted` is none where kustomize fails.
    fn note(&mut self, name: String, wanted: Option<Vec<u8>>, built: &Output) {
        let why = match wanted {
            Some(_) if !built.status.success() => {
                Some(format!("fails: {}", first_line(&built.stderr)))
            }
            Some(wanted) if wanted != built.stdout => {
                Some(first_difference(&wanted, &built.stdout))
            }
            None if built.status.success() => Some("builds, but kustomize fails".to_owned()),
            // Findings are the one way to fail; a crash is none.
            None if built.status.code().is_none_or(|code| code > 2) => {
                Some(format!("ends with {}", built.status))
            }
            _ => None,
        };
        let exception = EXCEPTIONS.iter().find(|(case, _)| *case == name);
        match (why, exception) {
            (None, _) => self.passed += 1,
            (Some(_), Some((_, reason))) => self.excepted.push((name, reason)),
            (Some(why), None) => self.failures.push((name, why)),
        }
    }

    /// Prints the score; false where something failed.
    fn print(&self, set: &str) -> bool {
        let total = self.passed + self.failures.len() + self.excepted.len();
        println!("{set}: {}/{total}", self.passed);
        for (name, reason) in &self.excepted {
            println!("  {name} may differ: {reason}");
        }
        for (name, why) in &self.failures {
            println!("  {name} {why}");
        }
        self.failures.is_empty()
    }
}

/// The first line that differs, with what was wanted.
fn first_difference(wanted: &[u8], built: &[u8]) -> String {
    let (wanted, built) = (
        String::from_utf8_lossy(wanted),
        String::from_utf8_lossy(built),
    );
    let mut built = built.lines();
    for (number, wanted) in wanted.lines().enumerate() {
        let line = built.next();
        if line != Some(wanted) {
            let line = line.unwrap_or("nothing");
            return format!(
                "differs in line {}: `{line}` instead of `{wanted}`",
                number + 1
            );
        }
    }
    "says more than kustomize".to_owned()
}

fn first_line(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.lines().next().unwrap_or("without a word").to_owned()
}

/// The directories with a kustomization file, in order of path.
fn kustomizations(top: &Utf8Path) -> Result<Vec<Utf8PathBuf>> {
    let mut found = Vec::new();
    let mut stack = vec![top.to_owned()];
    while let Some(folder) = stack.pop() {
        if NAMES.iter().any(|name| folder.join(name).is_file()) {
            found.push(folder.clone());
        }
        stack.extend(folders(&folder)?);
    }
    found.sort();
    Ok(found)
}

fn folders(folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>> {
    let entries = folder
        .read_dir_utf8()
        .map_err(|error| format!("{folder}: {error}"))?;
    let mut found: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(camino::Utf8DirEntry::into_path)
        .collect();
    found.sort();
    Ok(found)
}

fn copy_tree(from: &Utf8Path, to: &Utf8Path) -> Result<()> {
    fs::create_dir_all(to).map_err(|error| format!("{to}: {error}"))?;
    for entry in from
        .read_dir_utf8()
        .map_err(|error| format!("{from}: {error}"))?
        .flatten()
    {
        let target = to.join(entry.file_name());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            copy_tree(entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).map_err(|error| format!("{target}: {error}"))?;
        }
    }
    Ok(())
}

/// Makes an empty file of each that the list of the repository has and the corpus has not.
fn stand_in(corpus: &Utf8Path, copy: &Utf8Path) -> Result<()> {
    let list = fs::read_to_string(corpus.join("FILELIST.txt")).unwrap_or_default();
    for path in list.lines().filter_map(|line| line.splitn(3, ' ').nth(2)) {
        let file = copy.join(path);
        if path.starts_with('"') || file.exists() {
            continue;
        }
        let made =
            fs::create_dir_all(file.parent().unwrap_or(copy)).and_then(|()| fs::write(&file, ""));
        made.map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(())
}

fn output(command: &mut Command) -> Result<Output> {
    let program = command.get_program().to_string_lossy().into_owned();
    command
        .output()
        .map_err(|error| format!("`{program}` could not be run: {error}"))
}

fn read(file: &Utf8Path) -> Result<Vec<u8>> {
    fs::read(file).map_err(|error| format!("{file}: {error}"))
}

fn absolute(file: &Utf8Path) -> Result<Utf8PathBuf> {
    file.canonicalize_utf8()
        .map_err(|error| format!("{file}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn says_where_texts_part() {
        assert_eq!(
            first_difference(b"a\nb\n", b"a\nc\n"),
            "differs in line 2: `c` instead of `b`"
        );
        assert_eq!(
            first_difference(b"a\n", b"a\nc\n"),
            "says more than kustomize"
        );
    }
}
