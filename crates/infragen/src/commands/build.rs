//! `infragen build`

mod environment;
mod origins;
mod outputs;

use std::collections::HashSet;
use std::io::Write;
use std::time::Instant;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_kustomize::{Options, Printed, build, join};
use rayon::prelude::*;

use crate::commands::{Failure, Outcome};
use crate::disk::Disk;
use crate::report;
use crate::repository::current_dir;
use crate::terminal::Terminal;

/// Build a kustomization as `kustomize build` does, or all that Flux applies in an environment
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen build apps/production               the objects as YAML, or what is wrong
  infragen build --restrict apps/production    files beside and below only
  infragen build --recursive . --out-dir out   every directory below, a file each
  infragen build --env production              all that Flux applies in production
  infragen build --env production flux-system/apps
                                               what one Flux Kustomization applies there
  infragen build --env production --origins    and where each field comes from")]
pub struct Args {
    /// The directory with the kustomization file [default: this folder]; with `--env`, a Flux Kustomization
    /// as NAMESPACE/NAME or NAME [default: all of them]
    #[arg(value_name = "DIR", conflicts_with = "recursive")]
    pub directory: Option<Utf8PathBuf>,

    /// Build what Flux applies in this environment: with what Flux Kustomizations add, and with the values of
    /// variables. What a Secret gives to variables is shown nowhere: `${NAME}` stays as it is written, and a line on
    /// standard error names those of which this is so
    #[arg(long, value_name = "NAME", conflicts_with_all = ["recursive", "restrict"])]
    pub env: Option<String>,

    /// Say behind each field where its value comes from, and what it was before
    #[arg(long, requires = "env")]
    pub origins: bool,

    /// Go on in the bundles that `infragen pull` fetched. The cache decides then what is seen
    #[arg(long, requires = "env")]
    pub bundles: bool,

    /// Build every directory with a kustomization file at or below this one
    #[arg(long, value_name = "ROOT", requires = "out_dir")]
    pub recursive: Option<Utf8PathBuf>,

    /// Where `--recursive` writes the builds: that of `a/b` becomes `a/b.yaml`, that of the root itself `root.yaml`
    /// (`root-1.yaml` if there is a directory `root`). Where a build fails, the file of an earlier one is removed
    #[arg(long, value_name = "OUT", requires = "recursive")]
    pub out_dir: Option<Utf8PathBuf>,

    /// Let a kustomization name files only beside and below it, as kustomize does unless told otherwise
    #[arg(long)]
    pub restrict: bool,
}

/// Builds and prints.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    if let Some(name) = &args.env {
        let only = args.directory.as_deref().map(Utf8Path::as_str);
        return environment::run(name, only, args, terminal);
    }
    let mut disk = Disk::new(current_dir()?, args.restrict);
    let outcome = match (&args.recursive, &args.out_dir) {
        (Some(root), Some(out)) => every(&mut disk, root, out, terminal),
        _ => one(&disk, args.directory.as_deref(), terminal),
    };
    // The process ends now, which frees what it holds faster than giving it back piece by piece.
    std::mem::forget(disk);
    outcome
}

fn one(disk: &Disk, given: Option<&Utf8Path>, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let directory = directory(disk, given.unwrap_or(Utf8Path::new(".")))?;
    let printed = print(disk, &directory);
    report::deprecated(disk, &printed.deprecated, terminal)?;
    report::builds(disk, &printed.errors, terminal)?;
    let outcome = if printed.errors.is_empty() {
        terminal.out.write_all(printed.yaml.as_bytes())?;
        Outcome::Done
    } else {
        Outcome::Findings
    };
    terminal.out.flush()?;
    std::mem::forget(printed);
    Ok(outcome)
}

fn every(
    disk: &mut Disk,
    root: &Utf8Path,
    out: &Utf8Path,
    terminal: &mut Terminal,
) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let root = directory(disk, root)?;
    let directories = disk.kustomizations(&root);
    let disk = &*disk;
    let files = outputs::name(&root, &directories)?;
    let out_folder = disk.absolute(out);
    let builds: Vec<Printed> = directories
        .par_iter()
        .zip(&files)
        .with_max_len(1) // their sizes differ too much to deal them out in larger lots
        .map(|(directory, file)| {
            let mut printed = print(disk, directory);
            let yaml = std::mem::take(&mut printed.yaml);
            let file = out_folder.join(file);
            match printed.errors.is_empty() {
                true => outputs::write(&file, &yaml)?,
                false => outputs::remove(&file)?,
            }
            Ok(printed)
        })
        .collect::<Result<_, Failure>>()?;
    let failed = builds
        .iter()
        .filter(|printed| !printed.errors.is_empty())
        .count();
    let mut seen = HashSet::new();
    let deprecated = builds.iter().flat_map(|printed| &printed.deprecated);
    let deprecated: Vec<_> = deprecated
        .filter(|field| seen.insert(*field))
        .cloned()
        .collect();
    report::deprecated(disk, &deprecated, terminal)?;
    let mut errors: Vec<_> = Vec::new();
    for error in builds.iter().flat_map(|printed| &printed.errors) {
        // A base with an error fails every overlay of it; once is enough to say so.
        if !errors.contains(error) {
            errors.push(error.clone());
        }
    }
    report::builds(disk, &errors, terminal)?;
    writeln!(
        terminal.out,
        "{} of {} directories built into {out} in {} ms{}",
        builds.len() - failed,
        builds.len(),
        started.elapsed().as_millis(),
        if failed > 0 {
            format!("; {failed} failed")
        } else {
            String::new()
        }
    )?;
    terminal.out.flush()?;
    Ok(if failed > 0 {
        Outcome::Findings
    } else {
        Outcome::Done
    })
}

/// Builds one directory and prints its objects.
fn print(disk: &Disk, directory: &Utf8Path) -> Printed {
    infragen_kustomize::print(build(disk, directory, Options { sorted: true }))
}

/// A directory as the builds of this process call it.
fn directory(disk: &Disk, given: &Utf8Path) -> Result<Utf8PathBuf, Failure> {
    let absolute = disk.absolute(given);
    if !absolute.is_dir() {
        return Err(Failure::new(
            format!("there is no folder `{given}`"),
            "name a folder with a kustomization file",
        ));
    }
    if given.is_absolute() {
        let here = current_dir()?;
        return Ok(relative(&here, given));
    }
    Ok(join(Utf8Path::new(""), given.as_str()).to_path_buf())
}

/// An absolute path from a folder: `..` until both agree.
fn relative(from: &Utf8Path, to: &Utf8Path) -> Utf8PathBuf {
    let to = to.components().as_path();
    let common = from
        .ancestors()
        .find(|ancestor| to.starts_with(ancestor))
        .unwrap_or(from);
    let up = from
        .strip_prefix(common)
        .map_or(0, |rest| rest.components().count());
    let mut path: Utf8PathBuf = std::iter::repeat_n("..", up).collect();
    path.extend(to.strip_prefix(common).unwrap_or(to).components());
    join(Utf8Path::new(""), path.as_str()).to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn paths_are_seen_from_here() {
        for (to, expected) in [
            ("/a/b", ""),
            ("/a/b/c/d", "c/d"),
            ("/a/x", "../x"),
            ("/y/", "../../y"),
        ] {
            assert_eq!(relative("/a/b".into(), to.into()), expected, "{to}");
        }
    }
}
