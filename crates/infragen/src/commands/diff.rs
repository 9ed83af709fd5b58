//! `infragen diff`

mod bundle;
mod json;
mod markdown;
mod report;
mod text;
mod words;

use std::io::Write;
use std::sync::Arc;

use camino::Utf8PathBuf;
use clap::ValueEnum;
use infragen_workspace::{
    Cluster, CompareOptions, Comparison, Db, Fate, Root, Side, Unknown, Workspace, clusters,
    compare_change, compare_environments, has_service,
};

use crate::commands::{Failure, Outcome};
use crate::environments::environment;
use crate::registries::{Lookup, look_up};
use crate::repository::Repositories;
use crate::revision;
use crate::terminal::Terminal;
use report::{Environment, Report, What};

/// Tell what a change does to each environment, or what differs between two: by object and field
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen diff --since HEAD                     what is changed and not committed
  infragen diff --since main event-bus           what this branch does to one service
  infragen diff --since main --format markdown   for a pull request
  infragen diff --since main --fail-on delete    for CI: exit 1 if something would be deleted
  infragen diff --env staging production         what differs between two environments
  infragen diff --bundle v1.3.0 v1.4.2 activity   what moving to another version of a bundle changes")]
#[command(group = clap::ArgGroup::new("sides").required(true).args(["since", "env", "bundle"]))]
pub struct Args {
    /// Compare with this commit: a branch, a tag, a hash. What is on disk is what would be pushed. git is
    /// read, never written. For a pull request give what `git merge-base` says
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,

    /// Compare two environments
    #[arg(long, num_args = 2, value_names = ["NAME", "OTHER"])]
    pub env: Option<Vec<String>>,

    /// Compare two versions of the bundle that a service takes: what an environment that moves from one to the other
    /// gets. The registry is asked for what the cache does not have
    #[arg(long, num_args = 2, value_names = ["VERSION", "OTHER"], requires = "service")]
    pub bundle: Option<Vec<String>>,

    /// Only what belongs to this service: Flux Kustomizations and objects of its name, or from folders of
    /// its name
    #[arg(value_name = "SERVICE")]
    pub service: Option<String>,

    /// Go on in the bundles that `infragen pull` fetched. The cache decides then what is seen
    #[arg(long)]
    pub bundles: bool,

    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Exit with 1 if something would be deleted, or could not be changed. A build that fails on disk does
    /// that in any case
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "env")]
    pub fail_on: Option<FailOn>,
}

/// How to print what differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a terminal
    Text,
    /// For programs
    Json,
    /// For a pull request
    Markdown,
}

/// What makes a comparison fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Something would be deleted, for good or for a while, or the API server would refuse the change
    Delete,
}

/// Compares and prints.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let mut repositories = Repositories::open(&[])?;
    let Some(root) = repositories.asked.first().map(|(root, _)| *root) else {
        return Ok(Outcome::Done);
    };
    let options = CompareOptions {
        service: args.service.as_deref().map(Into::into),
    };
    if args.bundles {
        look_up(&mut repositories.workspace, &[root], Lookup::CACHED_BUNDLES);
    }
    if let (Some([from, to]), Some(service)) = (args.bundle.as_deref(), &args.service) {
        let report = bundle::compare(&mut repositories.workspace, root, service, [from, to])?;
        return print(&report, args, terminal);
    }
    let report = match (&args.since, args.env.as_deref()) {
        (Some(revision), _) => {
            let before = open(&mut repositories.workspace, root, revision)?;
            if args.bundles {
                let roots = [root, before];
                look_up(&mut repositories.workspace, &roots, Lookup::CACHED_BUNDLES);
            }
            let db = repositories.workspace.db();
            since(db, before, root, revision, &options)?
        }
        (None, Some([left, right])) => {
            between(repositories.workspace.db(), root, left, right, &options)?
        }
        // The command line has one of both.
        _ => return Ok(Outcome::Done),
    };
    print(&report, args, terminal)
}

fn print(report: &Report<'_>, args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let printed = match args.format {
        Format::Text => text::print(report, terminal),
        Format::Json => json::print(report)?,
        Format::Markdown => markdown::print(report),
    };
    terminal.out.write_all(printed.as_bytes())?;
    terminal.out.flush()?;
    let fails = args.fail_on.is_some() && report.comparisons().any(has_losses);
    let broken = report
        .comparisons()
        .any(|comparison| is_broken(comparison, args.env.is_some()));
    Ok(if fails || broken {
        Outcome::Findings
    } else {
        Outcome::Done
    })
}

fn has_losses(comparison: &Comparison) -> bool {
    let mut fates = comparison.deletions.iter().map(|deletion| deletion.fate);
    fates.any(Fate::is_loss)
}

/// Whether a build fails: of two environments either's, of a change what it makes.
fn is_broken(comparison: &Comparison, both: bool) -> bool {
    comparison.unknown.iter().any(|unknown| {
        let fails = |why: &Option<Unknown>| matches!(why, Some(Unknown::Fails(_)));
        fails(&unknown.after) || both && fails(&unknown.before)
    })
}

/// Opens the files of a commit beside those on disk.
fn open(workspace: &mut Workspace, root: Root, revision: &str) -> Result<Root, Failure> {
    let path = root.path(workspace.db()).clone();
    let read = revision::read(&path, revision)?;
    let name = path.file_name().unwrap_or("repository");
    let path: Utf8PathBuf = path.with_file_name(format!("{name}@{}", read.commit));
    let before = workspace.open_stored_root(&path, read.files);
    workspace.index(before, &|_, _| {});
    Ok(before)
}

fn side(db: &dyn Db, root: Root, cluster: Arc<Cluster>) -> Side<'_> {
    Side { db, root, cluster }
}

/// What the files on disk make of every environment of a commit.
fn since<'db>(
    db: &'db dyn Db,
    before: Root,
    after: Root,
    revision: &str,
    options: &CompareOptions,
) -> Result<Report<'db>, Failure> {
    let sides = |root| -> Vec<Side<'db>> {
        let clusters = clusters(db, root).into_iter();
        clusters.map(|cluster| side(db, root, cluster)).collect()
    };
    let (old, new) = (sides(before), sides(after));
    let all: Vec<_> = old.iter().chain(&new).collect();
    known_service(&all, options)?;
    let name = |side: &Side<'_>| side.cluster.environment.name.to_string();
    let mut environments: Vec<Environment> = Vec::new();
    for new in &new {
        let old = old.iter().find(|old| name(old) == name(new));
        let what = match old {
            Some(old) => What::Compared(compare_change(old, new, options)),
            None => What::New,
        };
        environments.push(Environment::new(name(new), what));
    }
    for old in &old {
        if !new.iter().any(|new| name(new) == name(old)) {
            environments.push(Environment::new(name(old), What::Gone));
        }
    }
    let sides = [revision.to_owned(), "on disk".to_owned()];
    Ok(Report::new(db, true, sides, [before, after], environments))
}

/// What differs between two environments.
fn between<'db>(
    db: &'db dyn Db,
    root: Root,
    left: &str,
    right: &str,
    options: &CompareOptions,
) -> Result<Report<'db>, Failure> {
    let old = side(db, root, environment(db, root, left)?);
    let new = side(db, root, environment(db, root, right)?);
    known_service(&[&old, &new], options)?;
    let comparison = compare_environments(&old, &new, options);
    let environment = Environment::new(format!("{left} → {right}"), What::Compared(comparison));
    let sides = [left.to_owned(), right.to_owned()];
    Ok(Report::new(
        db,
        false,
        sides,
        [root, root],
        vec![environment],
    ))
}

/// Refuses a service that nothing belongs to: it is misspelt.
fn known_service(sides: &[&Side<'_>], options: &CompareOptions) -> Result<(), Failure> {
    let Some(service) = &options.service else {
        return Ok(());
    };
    if sides.iter().any(|side| has_service(side, service)) {
        return Ok(());
    }
    let names = sides.iter().flat_map(|side| &side.cluster.applications);
    let names = names.map(|application| application.spec.name.as_str());
    let help = match infragen_syntax::nearest(service, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a Flux Kustomization, an object, or a folder that they come from".to_owned(),
    };
    Err(Failure::new(
        format!("nothing belongs to a service `{service}`"),
        help,
    ))
}
