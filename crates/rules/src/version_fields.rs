//! The fields that choose a version, for the rules about them.

use std::ops::Range;

use infragen_constraint::Constraint;
use infragen_flux::{ObjectFacts, Rule, VersionFacts, VersionField};
use infragen_syntax::{NewValue, Spanned, TextRange, remove_entry, set_scalar};
use infragen_workspace::{
    DefinedBy, PlacedVersion, declared_versions, definitions, is_patch_file, knows_registries,
    versions_of_object,
};

use crate::above::Reach;
use crate::context::Context;
use crate::finding::{Fix, Severity};

/// What one object says of the versions that it takes.
pub(crate) struct VersionFields<'a> {
    context: &'a Context<'a>,
    number: u32,
    object: &'a ObjectFacts,
    pub facts: &'a VersionFacts,
}

/// Those of a file; none of one that is no YAML.
pub(crate) fn version_fields<'a>(
    context: &'a Context<'a>,
) -> impl Iterator<Item = VersionFields<'a>> {
    let objects = (0..).zip(&context.facts.objects);
    let objects = objects.filter(|_| !context.facts.broken);
    objects.filter_map(|(number, object)| {
        Some(VersionFields {
            context,
            number,
            object,
            facts: object.versions.as_deref()?,
        })
    })
}

impl VersionFields<'_> {
    /// The range as text, where it is one that is known here.
    pub fn range(&self) -> Option<&VersionField> {
        self.facts.range().filter(|field| field.is_literal())
    }

    /// The filter, likewise.
    pub fn filter(&self) -> Option<&VersionField> {
        self.facts.filter().filter(|field| field.is_literal())
    }

    /// The range as the newest Flux reads it.
    pub fn constraint(&self) -> Option<(&VersionField, Constraint)> {
        let range = self.range()?;
        Some((range, range.value.value.parse().ok()?))
    }

    /// Whether the object is part of another: what it lacks may be there.
    pub fn is_patch(&self) -> bool {
        self.object.in_patch || is_patch_file(self.context.db, self.context.file)
    }

    /// What environments take by the field with this key as it stands here, by what registries have answered. What a
    /// patch changes is told by its name; where nothing has that, because `target` alone chooses, by the histories of
    /// the builds, which cost more.
    pub fn taken_by(&self, key: &str) -> Vec<PlacedVersion> {
        let (db, file) = (self.context.db, self.context.file);
        let Some(field) = self.facts.field(key).filter(|_| knows_registries(db)) else {
            return Vec::new();
        };
        let mut versions = match self.is_patch() {
            false => versions_of_object(db, file, DefinedBy::Object(self.number)),
            true => self.namesakes(),
        };
        if versions.is_empty() && self.is_patch() {
            versions = declared_versions(db, file, self.number);
        }
        // Another layer may have written another one, and a variable stands for any.
        let is_known = field.is_literal();
        versions.retain(|version| {
            let (decides, text) = match &version.pull.rule {
                Rule::Digest(digest) => ("digest", digest),
                Rule::Tag(tag) => ("tag", tag),
                Rule::Range { range, .. } | Rule::Chart(range) | Rule::Image { range, .. } => {
                    (self.facts.row.range, range)
                }
            };
            decides == key && (!is_known || *text == field.value.value)
        });
        versions
    }

    /// What the objects take that have the kind and name of a patch.
    fn namesakes(&self) -> Vec<PlacedVersion> {
        let (db, file, object) = (self.context.db, self.context.file, self.object);
        let Some(name) = &object.name else {
            return Vec::new();
        };
        definitions(db, self.context.root, &object.kind, &name.value)
            .into_iter()
            .filter(|definition| definition.file != file)
            .flat_map(|definition| versions_of_object(db, definition.file, definition.by))
            .collect()
    }

    /// Whether something above may write these fields.
    pub fn may_be_patched(&self) -> bool {
        let patches =
            |patch: &ObjectFacts| patch.kind == self.object.kind && patch.versions.is_some();
        let above = self.context.above();
        above.may_set(self.context.db, self.facts.row.path, &patches)
    }

    /// An error where a cluster gets to see the fields as they stand here and Flux reads them, else a warning.
    pub fn severity(&self) -> Severity {
        let mut over = self.facts.row.over.iter();
        let is_read = !over.any(|key| self.facts.field(key).is_some());
        if is_read {
            self.severity_of_object()
        } else {
            Severity::Warning
        }
    }

    /// An error where a cluster gets to see the fields as they stand here, else a warning.
    pub fn severity_of_object(&self) -> Severity {
        let certain = !self.is_patch()
            && self.context.above().reach == Reach::Applied
            && !self.may_be_patched();
        if certain {
            Severity::Error
        } else {
            Severity::Warning
        }
    }

    /// A part of a value in the file; all of it where the text is written otherwise there.
    pub fn place(&self, field: &VersionField, part: &Range<usize>) -> TextRange {
        let Spanned { value, range } = &field.value;
        let whole = Spanned {
            value: value.as_str(),
            range: *range,
        };
        self.context.part(whole, part)
    }

    /// A fix that writes another value; in a patch that is text within a text, none.
    pub fn rewrite(&self, title: String, field: &VersionField, new: &str) -> Option<Fix> {
        let range = field.value.range;
        (!self.object.in_patch).then_some(())?;
        self.context.edit_at(title, range, |tree, target| {
            set_scalar(tree, target, NewValue::String(new))
        })
    }

    /// A fix that takes a field out.
    pub fn remove(&self, field: &VersionField) -> Option<Fix> {
        let key = field.key.value;
        (!self.object.in_patch).then_some(())?;
        let title = format!("remove `{key}`");
        self.context
            .edit_at(title, field.key.range, |tree, target| {
                remove_entry(tree, target, key)
            })
    }
}

/// The names of environments behind ` in `; nothing where there is one only that is meant anyway.
pub(crate) fn in_environments(versions: &[&PlacedVersion], all: &[PlacedVersion]) -> String {
    let mut names: Vec<&str> = versions
        .iter()
        .map(|version| &*version.environment)
        .collect();
    names.dedup();
    match all.len() {
        0 | 1 => String::new(),
        _ => format!(" in {}", names.join(", ")),
    }
}
