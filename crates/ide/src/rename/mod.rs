//! Rename of an object: in every environment, with all that names it.
//!
//! What must change together is decided by what the environments build ([`effective`]): from a name that is written
//! somewhere to the objects that bear or use it in each environment, from those to every other place that gives them
//! the name, and so on until nothing is added. What no build reads (markers, files that nothing applies) is decided
//! by [`infragen_workspace::resolve`], and what chooses objects by their names (patches, replacements) by the layers
//! above them ([`layers`]).

mod chosen;
mod effective;
mod handed_down;
mod layers;
mod plan;
mod report;
mod walk;

pub(crate) use chosen::chosen_at;
pub(crate) use layers::{items, layers_above, selects};

use infragen_flux::GroupKind;
use infragen_rules::FileEdits;
use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{
    Db, Definition, Root, SourceFile, each_definition, is_manifest, target, tree,
};

use crate::subject::{Part, Subject, What, reference_of, subjects};
use crate::variables;
use crate::written::Written;

/// A rename: everything that it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rename {
    /// The changes, in order of importance; each has its own reason.
    pub changes: Vec<RenameChange>,
    /// What it does not change and somebody should look at, one sentence each.
    pub notes: Vec<String>,
}

/// The edits that are made for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameChange {
    /// What they are, and in which environments: "references in staging, production".
    pub label: String,
    /// What somebody should know before they are made.
    pub description: Option<String>,
    /// Whether they should be looked at first.
    pub confirm: bool,
    /// The edits.
    pub edits: Vec<FileEdits>,
}

/// Why something cannot be renamed: what is wrong, and what to do instead, as one sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameRefusal(pub String);

impl std::fmt::Display for RenameRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RenameRefusal {}

pub(crate) type Refused<T> = Result<T, RenameRefusal>;

pub(crate) fn refuse<T>(message: impl Into<String>) -> Refused<T> {
    Err(RenameRefusal(message.into()))
}

/// The name at an offset, which can be renamed as far as its own file tells. None where no object is named.
///
/// # Errors
/// Where a name is written that cannot be renamed.
pub fn prepare_rename(
    db: &dyn Db,
    file: SourceFile,
    offset: TextSize,
) -> Refused<Option<(TextRange, String)>> {
    if let Some(variable) = variables::prepare_rename(db, file, offset) {
        return Ok(Some(variable));
    }
    if !is_manifest(db, file) {
        return Ok(None);
    }
    let Some((shown, written)) = name_at(db, file, offset) else {
        return Ok(None);
    };
    match infragen_flux::is_templated(&written.text) {
        true => refuse(walk::templated(&written.text)),
        false => Ok(Some((shown, written.text))),
    }
}

/// Renames the object whose name is at an offset: of its manifest, of a reference to it, or of a patch of it. Or the
/// variable there.
///
/// # Errors
/// Where there is no such object, its name cannot be changed by editing this repository, or the new name is taken or
/// is none.
pub fn rename(db: &dyn Db, file: SourceFile, offset: TextSize, new: &str) -> Refused<Rename> {
    if let Some(renamed) = variables::rename(db, file, offset, new) {
        return renamed;
    }
    let Some((_, written)) = name_at(db, file, offset) else {
        return refuse("no object is named here");
    };
    plan::rename(db, file.root(db), &[(file, written)], new)
}

/// Renames all objects of a kind and name, in the given namespace where there is one; the kind's group need not be
/// known.
///
/// # Errors
/// As those of [`rename`].
pub fn rename_object(
    db: &dyn Db,
    root: Root,
    kind: &str,
    namespace: Option<&str>,
    name: &str,
    new: &str,
) -> Refused<Rename> {
    let mut found: Vec<(GroupKind, Definition)> = Vec::new();
    each_definition(db, root, &mut |of, called, definition| {
        if called == name && of.kind.eq_ignore_ascii_case(kind) {
            found.push((of.clone(), definition.clone()));
        }
    });
    found.retain(|(_, definition)| {
        let known = infragen_workspace::namespace_of(db, definition);
        !infragen_workspace::is_patch_file(db, definition.file)
            && namespace.is_none_or(|wanted| known.is_none_or(|known| known == wanted))
    });
    found.sort_by_cached_key(|(_, definition)| (definition.file.path(db), definition.by));
    let Some((first, _)) = found.first().cloned() else {
        return refuse(format!(
            "there is no {kind} `{name}` in this repository; `infragen graph` shows what there is"
        ));
    };
    if let Some((other, _)) = found.iter().find(|(of, _)| *of != first) {
        return refuse(format!(
            "`{kind}` is a kind of both `{}` and `{}`; rename it in an editor, at its name",
            first.group, other.group
        ));
    }
    let starts: Vec<_> = found
        .iter()
        .filter_map(|(_, definition)| {
            let target = target(db, definition)?;
            let tree = tree(db, target.file);
            let written = crate::written::scalar_at(&tree, target.name_range.start())?;
            Some((target.file, written))
        })
        .collect();
    plan::rename(db, root, &starts, new)
}

/// The name at an offset: its text in the file, and what is written there (of an alias, at its anchor).
fn name_at(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<(TextRange, Written)> {
    let tree = tree(db, file);
    let facts = infragen_workspace::facts(db, file);
    let names = subjects(db, file, offset).into_iter().find(names_object);
    if let Some(Subject { range, what }) = names {
        // A marker is a comment.
        if let What::Reference {
            object: None,
            reference,
            ..
        } = what
        {
            let (_, reference) = reference_of(&facts, None, reference)?;
            let text = reference.name.value.to_string();
            return Some((range, Written { range, text }));
        }
        let written = crate::written::scalar_at(&tree, range.start())?;
        return Some((range, written));
    }
    let written = crate::written::scalar_at(&tree, offset)?;
    let chooses = layers::choices_in(db, file)
        .iter()
        .any(|(_, choice)| choice.range == written.range);
    let root = file.root(db);
    let uses = || {
        let scopes = effective::scopes(db, root);
        let uses = effective::uses(db, root, &scopes, &[&written.text]);
        let place = (file, written.range.start());
        uses.iter().any(|found| {
            found
                .story
                .written
                .is_some_and(|(file, range)| (file, range.start()) == place)
        })
    };
    (chooses || uses()).then_some((written.range, written))
}

fn names_object(subject: &Subject) -> bool {
    matches!(
        subject.what,
        What::Object(_)
            | What::Reference {
                part: Part::Name,
                ..
            }
    )
}

#[cfg(test)]
mod tests;
