//! `infragen build --env`: what Flux applies in an environment.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use infragen_flux::kustomization::is_kept;
use infragen_flux::substitute::Template;
use infragen_kustomize::{BuildError, Resource, emit};
use infragen_workspace::{Application, Cluster, Db, Root};
use smol_str::SmolStr;

use super::Args;
use super::origins::annotate;
use crate::commands::{Failure, Outcome};
use crate::disk::Disk;
use crate::environments::{application, environment};
use crate::report;
use crate::repository::Repositories;
use crate::terminal::Terminal;

/// Prints the objects of an environment, or those of one Flux Kustomization.
pub fn run(
    name: &str,
    only: Option<&str>,
    args: &Args,
    terminal: &mut Terminal,
) -> Result<Outcome, Failure> {
    let repositories = Repositories::open(&[])?.with_bundles(args.bundles);
    let snapshot = repositories.workspace.snapshot();
    let db = snapshot.db();
    let Some((root, _)) = repositories.asked.first() else {
        return Ok(Outcome::Done);
    };
    let cluster = environment(db, *root, name)?;
    let asked: Vec<&Application> = match only {
        Some(only) => vec![application(&cluster, only)?],
        None => cluster.applications.iter().collect(),
    };
    let mut errors: Vec<Arc<BuildError>> = Vec::new();
    let mut elsewhere = 0;
    let mut printer = Printer {
        db,
        root: *root,
        cluster: &cluster,
        origins: args.origins,
        is_first: true,
        of_secrets: BTreeSet::new(),
    };
    for application in asked {
        if application.directory.is_err() {
            elsewhere += 1;
            continue;
        }
        let wrong = cluster.errors(db, *root, application);
        if wrong.is_empty() {
            printer.print(application, terminal)?;
        }
        for error in wrong {
            if !errors.contains(&error) {
                errors.push(error);
            }
        }
    }
    let disk = Disk::new(root.path(db).clone(), false);
    report::builds(&disk, &errors, terminal)?;
    if !printer.of_secrets.is_empty() {
        let names = printer.of_secrets.iter();
        let names: Vec<String> = names.map(|name| format!("`${{{name}}}`")).collect();
        writeln!(
            terminal.err,
            "left as written, because Secrets give their values: {}",
            names.join(", ")
        )?;
    }
    if elsewhere > 0 {
        let (noun, verb) = if elsewhere == 1 {
            ("Kustomization", "is")
        } else {
            ("Kustomizations", "are")
        };
        writeln!(
            terminal.err,
            "{elsewhere} {noun} of {name} {verb} not here: `infragen check --coverage` says why"
        )?;
    }
    terminal.out.flush()?;
    Ok(if errors.is_empty() {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// Prints the objects of one Flux Kustomization after the other.
struct Printer<'a> {
    db: &'a dyn Db,
    root: Root,
    cluster: &'a Cluster,
    origins: bool,
    is_first: bool,
    /// The variables that stay because Secrets give them.
    of_secrets: BTreeSet<SmolStr>,
}

impl Printer<'_> {
    fn print(&mut self, application: &Application, terminal: &mut Terminal) -> Result<(), Failure> {
        let (db, cluster) = (self.db, self.cluster);
        let (plain, traced);
        let resources: &[Resource] = if self.origins {
            traced = cluster.traced(db, application).unwrap_or_default();
            &traced.resources
        } else {
            plain = cluster.built(db, application).unwrap_or_default();
            &plain.resources
        };
        for resource in resources {
            let mut text = String::new();
            if emit(&resource.value, &mut text).is_err() {
                continue;
            }
            if !is_kept(resource) {
                let template = Template::parse(&text);
                let used = template.references().map(|reference| reference.name);
                let known = used.filter_map(|name| application.variables.known.get_key_value(name));
                let left = known.filter(|(_, known)| known.value.is_none());
                self.of_secrets.extend(left.map(|(name, _)| name.clone()));
            }
            if self.origins {
                text = annotate(db, self.root, cluster, application, resource, &text);
            }
            if !std::mem::take(&mut self.is_first) {
                terminal.out.write_all(b"---\n")?;
            }
            terminal.out.write_all(text.as_bytes())?;
        }
        Ok(())
    }
}
