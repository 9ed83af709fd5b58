//! `infragen rename`

use std::collections::BTreeMap;

use infragen_ide::{Rename, RenameRefusal, rename_object};
use infragen_scaffold::{Action, Change, Plan, Refusal};
use infragen_workspace::{Db, SourceFile, text};

use crate::commands::{Failure, Outcome};
use crate::generate::generate;
use crate::terminal::Terminal;

/// Rename an object and all that names it: references, patches, replacements, in every environment
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen rename Kustomization/flux-system/event-bus bus
      what would change: the object in every environment, and who names it

  infragen rename ConfigMap/settings options --write
      change it; the namespace may be left out

What is written is built and checked first: it is written whole, or not at all. A Flux Kustomization
that prunes deletes what it applied when it gets another name: read what is said then.")]
pub struct Args {
    /// The object: its kind, its namespace if needed, and its name
    #[arg(value_name = "KIND/[NAMESPACE/]NAME")]
    object: String,

    /// Its new name
    #[arg(value_name = "NEW")]
    new: String,

    /// Write the changes; without it they are shown
    #[arg(long)]
    write: bool,
}

/// Plans, checks and perhaps writes the rename.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let parts: Vec<&str> = args.object.split('/').collect();
    let (kind, namespace, name) = match parts.as_slice() {
        [kind, name] => (*kind, None, *name),
        [kind, namespace, name] => (*kind, Some(*namespace), *name),
        _ => {
            return Err(Failure::new(
                format!("`{}` names no object", args.object),
                "write its kind and its name, as in `ConfigMap/settings`",
            ));
        }
    };
    generate(
        |db, root| {
            let rename = rename_object(db, root, kind, namespace, name, &args.new)
                .map_err(|refusal| refused(&refusal))?;
            plan(db, &rename)
        },
        !args.write,
        terminal,
    )
}

/// A refusal says what to do behind its last semicolon.
fn refused(refusal: &RenameRefusal) -> Refusal {
    match refusal.0.rsplit_once("; ") {
        Some((message, help)) => Refusal::new(message).help(help),
        None => Refusal::new(refusal.to_string()),
    }
}

/// The rename as changes of files; what somebody should know is what is left to do.
pub fn plan(db: &dyn Db, rename: &Rename) -> Result<Plan, Refusal> {
    let mut by_file: BTreeMap<SourceFile, Vec<_>> = BTreeMap::new();
    for edits in rename.changes.iter().flat_map(|change| &change.edits) {
        let all = by_file.entry(edits.file).or_default();
        all.extend(edits.edits.iter().cloned());
    }
    let mut changes = Vec::new();
    for (file, edits) in by_file {
        let path = file.path(db);
        let cannot = |reason: &str| Refusal::new(format!("`{path}` cannot be edited: {reason}"));
        let before = text(db, file).map_err(|error| cannot(&error.message))?;
        let after = infragen_syntax::apply(&before, &edits).map_err(|e| cannot(&e.message))?;
        let action = Action::Edit { before, after };
        changes.push(Change { path, action });
    }
    changes.sort_by(|one, other| one.path.cmp(&other.path));
    // What several parts warn of alike is said once.
    let mut warnings: Vec<(&str, Vec<&str>)> = Vec::new();
    for change in &rename.changes {
        let Some(description) = change.description.as_deref() else {
            continue;
        };
        match warnings.iter_mut().find(|(known, _)| *known == description) {
            Some((_, labels)) => labels.push(&change.label),
            None => warnings.push((description, vec![&change.label])),
        }
    }
    let warnings = warnings
        .into_iter()
        .map(|(description, labels)| format!("{}: {description}", labels.join("; ")));
    Ok(Plan {
        changes,
        notes: warnings.chain(rename.notes.iter().cloned()).collect(),
    })
}
