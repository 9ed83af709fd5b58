//! `infragen build --env`: what Flux applies in an environment.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

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
    let mut first = true;
    let mut secret = BTreeSet::new();
    for application in asked {
        if application.directory.is_err() {
            elsewhere += 1;
            continue;
        }
        let wrong = cluster.errors(db, *root, application);
        if wrong.is_empty() {
            print(
                db,
                *root,
                &cluster,
                application,
                args.origins,
                &mut first,
                &mut secret,
                terminal,
            )?;
        }
        for error in wrong {
            if !errors.contains(&error) {
                errors.push(error);
            }
        }
    }
    let disk = Disk::new(root.path(db).clone(), false);
    report::builds(&disk, &errors, terminal)?;
    if !secret.is_empty() {
        let names: Vec<String> = secret.iter().map(|name| format!("`${{{name}}}`")).collect();
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

fn print(
    db: &dyn Db,
    root: Root,
    cluster: &Cluster,
    application: &Application,
    origins: bool,
    first: &mut bool,
    secret: &mut BTreeSet<SmolStr>,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let (plain, traced);
    let resources: &[Resource] = if origins {
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
        let known = application.variables.known.iter();
        secret.extend(
            known
                .filter(|(name, variable)| variable.value.is_none() && uses(&text, name))
                .map(|(name, _)| name.clone()),
        );
        if origins {
            text = annotate(db, root, cluster, application, resource, &text);
        }
        if !std::mem::take(first) {
            terminal.out.write_all(b"---\n")?;
        }
        terminal.out.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// Whether a text reads a variable.
fn uses(text: &str, variable: &str) -> bool {
    text.split("${").skip(1).any(|behind| {
        let rest = behind.strip_prefix(variable);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    })
}

#[cfg(test)]
mod tests {
    use super::uses;

    #[test]
    fn a_variable_is_a_whole_name() {
        assert!(uses("a: x-${A}", "A"));
        assert!(uses("a: ${A:-b}", "A"));
        assert!(!uses("a: ${AB}", "A"));
        assert!(!uses("a: A", "A"));
    }
}
