//! Patches: strategic merge and JSON6902.

mod directive;
mod fault;
mod hidden;
mod items;
mod json;
mod labels;
mod merge;
mod object;
mod operate;
mod parse;
mod select;
mod strict_json;
#[cfg(test)]
pub(crate) mod tests;
mod text;

pub(crate) use self::hidden::write as write_hidden;
pub(crate) use self::select::Select;

use std::sync::Arc;

use infragen_syntax::TextRange;

use self::json::Step;
use self::object::Allowed;
use self::parse::{MergePatch, Patch};
use self::text::PatchText;
use crate::context::Context;
use crate::error::{BuildError, ErrorKind};
use crate::id::Id;
use crate::matched;
use crate::resource::Resource;
use crate::spec::{Inline, PatchEntry, Selector};
use crate::unmatched;
use crate::value::Value;

/// Applies `patches`.
pub(crate) fn apply_patches(
    entries: &[PatchEntry],
    resources: &mut Vec<Resource>,
    context: &mut Context<'_>,
) {
    let (traced, lenient) = reading(context);
    for entry in entries {
        let Some(text) = text_of(entry, true, context) else {
            continue;
        };
        match parse::read(&text, traced, lenient) {
            Ok(Patch::Merge(patches)) => merge_entry(entry, &text, &patches, resources, context),
            Ok(Patch::Json(operations)) => {
                json_entry(entry, &text, &operations, true, resources, context);
            }
            Err((range, message)) => {
                let place = text.place(range);
                context.push(BuildError::new(ErrorKind::UnreadablePatch, place, message));
            }
        }
        resources.retain(is_there);
    }
}

/// Applies `patchesStrategicMerge`.
pub(crate) fn apply_strategic_merge(
    entries: &[Inline],
    resources: &mut Vec<Resource>,
    context: &mut Context<'_>,
) {
    let mut empty = true;
    for entry in entries {
        // An item that can be read as objects is a patch, any other a path.
        let inline = PatchText::of_inline(entry, false, context);
        let (text, patches) = match parse::read_objects(&inline, context.loader.traced()) {
            Ok(patches) => (inline, patches),
            Err(_) => {
                let Some(text) = PatchText::of_file(&entry.text, context) else {
                    empty = false;
                    continue;
                };
                match parse::read_objects(&text, context.loader.traced()) {
                    Ok(patches) => (text, patches),
                    Err((range, message)) => {
                        empty = false;
                        let place = text.place(range);
                        context.push(BuildError::new(ErrorKind::UnreadablePatch, place, message));
                        continue;
                    }
                }
            }
        };
        empty &= patches.is_empty();
        for patch in &patches {
            let Some(index) = named(patch, &text, resources, context) else {
                continue;
            };
            let value = object::for_target(&patch.value, &resources[index]);
            let item = context.place(entry.text.range);
            matched::note(item, text.place(patch.range), &resources[index], context);
            merge_one(
                &mut resources[index],
                &value,
                Allowed::default(),
                &text,
                patch,
                context,
            );
            resources.retain(is_there);
        }
    }
    if let (true, Some(first)) = (empty, entries.first()) {
        let message = "these patches are all empty";
        context.report(ErrorKind::UnreadablePatch, first.text.range, message);
    }
}

/// Applies `patchesJson6902`.
pub(crate) fn apply_json6902(
    entries: &[PatchEntry],
    resources: &mut [Resource],
    context: &mut Context<'_>,
) {
    let (traced, lenient) = reading(context);
    for entry in entries {
        if let Some(target) = &entry.target
            && target.name.value.is_empty()
        {
            let message = "`patchesJson6902` needs the `name` of its target";
            context.report(ErrorKind::PatchTarget, target.range, message);
            continue;
        }
        let Some(text) = text_of(entry, false, context) else {
            continue;
        };
        match json::read(&text, traced, lenient) {
            Ok(operations) if operations.is_empty() => {
                let message = "the patch has no operations";
                context.report(ErrorKind::UnreadablePatch, entry.range, message);
            }
            Ok(operations) => json_entry(entry, &text, &operations, false, resources, context),
            Err((range, message)) => {
                let place = text.place(range);
                context.push(BuildError::new(ErrorKind::UnreadablePatch, place, message));
            }
        }
    }
}

/// Whether patches are read with places, and whether leniently.
fn reading(context: &Context<'_>) -> (bool, bool) {
    let loader = context.loader;
    (loader.traced(), loader.lenient_operations())
}

fn is_there(resource: &Resource) -> bool {
    resource.value.as_map().is_some_and(|map| !map.is_empty())
}

/// The text of an entry, which must have exactly one of `path` and `patch`; see [`PatchText::of_inline`] for
/// `trimmed`.
fn text_of(entry: &PatchEntry, trimmed: bool, context: &mut Context<'_>) -> Option<PatchText> {
    let inline = entry
        .patch
        .as_ref()
        .filter(|patch| !patch.text.value.trim().is_empty());
    let path = entry.path.as_ref().filter(|path| !path.value.is_empty());
    match (inline, path) {
        (Some(inline), None) => Some(PatchText::of_inline(inline, trimmed, context)),
        (None, Some(path)) => PatchText::of_file(path, context),
        (None, None) => {
            let message = "the entry has neither `path` nor `patch`";
            context.report(ErrorKind::UnreadablePatch, entry.range, message);
            None
        }
        (Some(_), Some(path)) => {
            let message = "the entry has both `path` and `patch`";
            context.report(ErrorKind::UnreadablePatch, path.range, message);
            None
        }
    }
}

fn merge_entry(
    entry: &PatchEntry,
    text: &PatchText,
    patches: &[MergePatch],
    resources: &mut [Resource],
    context: &mut Context<'_>,
) {
    let allowed = Allowed {
        name: entry.allow_name_change,
        kind: entry.allow_kind_change,
    };
    let Some(target) = &entry.target else {
        for patch in patches {
            if let Some(index) = named(patch, text, resources, context) {
                let value = object::with_options(&patch.value, allowed);
                let item = context.place(entry.range);
                matched::note(item, text.place(patch.range), &resources[index], context);
                merge_one(&mut resources[index], &value, allowed, text, patch, context);
            }
        }
        return;
    };
    let [patch] = patches else {
        if let [_, second, ..] = patches {
            let place = text.place(second.range);
            let message = "a patch with `target` can hold one object only, and this is another";
            let help = "make two entries of it, or leave `target` out";
            context
                .push(BuildError::new(ErrorKind::UnreadablePatch, place, message).with_help(help));
        }
        return;
    };
    let Some(select) = Select::read(target, context) else {
        return;
    };
    let selected: Vec<usize> = selected(&select, resources);
    if selected.is_empty() {
        note_unmatched(target, &select, resources, context);
    }
    for &index in &selected {
        let value = object::for_target(&patch.value, &resources[index]);
        let item = context.place(entry.range);
        matched::note(item, text.place(patch.range), &resources[index], context);
        merge_one(&mut resources[index], &value, allowed, text, patch, context);
    }
    if allowed.any() {
        fault::report_duplicates(&selected, resources, &text.place(patch.range), context);
    }
}

fn selected(select: &Select, resources: &[Resource]) -> Vec<usize> {
    let all = resources.iter().enumerate();
    all.filter(|(_, resource)| is_there(resource) && select.selects(resource))
        .map(|(index, _)| index)
        .collect()
}

/// The one object that a patch names itself; else an error.
fn named(
    patch: &MergePatch,
    text: &PatchText,
    resources: &[Resource],
    context: &mut Context<'_>,
) -> Option<usize> {
    let place = text.place(patch.range);
    let id: Id = Resource::new(patch.value.clone(), place.clone()).id();
    let mut found = resources
        .iter()
        .enumerate()
        .filter(|(_, resource)| is_there(resource) && resource.had_id(&id))
        .map(|(index, _)| index);
    match (found.next(), found.next()) {
        (Some(index), None) => Some(index),
        (Some(_), Some(_)) => {
            let message = format!(
                "the patch fits several objects that are, or were, called {}",
                fault::name(&id)
            );
            context.push(BuildError::new(ErrorKind::PatchTarget, place, message));
            None
        }
        _ => {
            let error = fault::no_object(&id, &patch.value, text, place, resources, context);
            context.push(error);
            None
        }
    }
}

/// Merges a value, which a patch became for this object.
fn merge_one(
    resource: &mut Resource,
    value: &Value,
    allowed: Allowed,
    text: &PatchText,
    patch: &MergePatch,
    context: &mut Context<'_>,
) {
    for (range, message) in &patch.repeated {
        let place = text.place(*range);
        let error = BuildError::new(ErrorKind::UnreadablePatch, place, message.clone());
        resource.repeated.push(Arc::new(error));
    }
    context.consulted |= context.schema.is_none();
    if let Err(error) = object::apply(resource, value, allowed, context.schemas()) {
        let place = text.place(fault::range_of(&error.path, patch.range, text));
        let message = format!("{}, in {}", error.message, fault::name(&resource.id()));
        let error = BuildError::new(ErrorKind::PatchFails, place, message)
            .with_related(resource.place.clone(), "the object");
        context.push(error);
    }
}

/// Notes a target that selects nothing.
fn note_unmatched(
    target: &Selector,
    select: &Select,
    resources: &[Resource],
    context: &mut Context<'_>,
) {
    let elsewhere = resources
        .iter()
        .filter(|resource| select.takes_in_any_namespace(resource))
        .count();
    let unmatched = unmatched::target(target, elsewhere, resources, context);
    context.unmatched.push(unmatched);
}

fn json_entry(
    entry: &PatchEntry,
    text: &PatchText,
    operations: &[Step],
    remembers: bool,
    resources: &mut [Resource],
    context: &mut Context<'_>,
) {
    let Some(target) = &entry.target else {
        let message = "a list of operations needs a `target`";
        let error = BuildError::new(ErrorKind::PatchTarget, context.place(entry.range), message)
            .with_help("say with `target` which objects the operations are for");
        context.push(error);
        return;
    };
    let Some(select) = Select::read(target, context) else {
        return;
    };
    let selected = selected(&select, resources);
    if selected.is_empty() {
        note_unmatched(target, &select, resources, context);
        return;
    }
    if let Some((range, message)) = operations.iter().find_map(|step| step.as_ref().err()) {
        let (place, message) = (text.place(*range), message.clone());
        context.push(BuildError::new(ErrorKind::UnreadablePatch, place, message));
        return;
    }
    for index in selected {
        let item = context.place(entry.range);
        matched::note(item, text.whole(), &resources[index], context);
        json_one(&mut resources[index], operations, text, remembers, context);
    }
}

fn json_one(
    resource: &mut Resource,
    operations: &[Step],
    text: &PatchText,
    remembers: bool,
    context: &mut Context<'_>,
) {
    let what = fault::name(&resource.id());
    let before = resource.previous.len();
    if remembers {
        resource.remember_id();
    }
    let done = operated(
        resource,
        operations,
        text,
        &what,
        context.loader.lenient_operations(),
    );
    match done {
        Ok(value) => {
            resource.value = value;
            resource.plain_annotations = true;
            resource.part();
        }
        Err(error) => {
            resource.previous.truncate(before);
            context.push(error.with_related(resource.place.clone(), "the object"));
        }
    }
}

/// What an object is after the operations.
fn operated(
    resource: &Resource,
    operations: &[Step],
    text: &PatchText,
    what: &str,
    lenient: bool,
) -> Result<Value, BuildError> {
    let mut value = resource.value.clone();
    if resource.has_hidden_annotations() {
        hidden::write(&mut value, resource);
    }
    if let Some(repeated) = resource.repeated.first()
        && value.repeats_keys()
    {
        return Err(repeated.as_ref().clone());
    }
    let error = |range, message| BuildError::new(ErrorKind::PatchFails, text.place(range), message);
    let first = operations.iter().flatten().next();
    let first = first.map(|first| first.path.range);
    if let Some(key) = resource.odd_annotation() {
        let message = format!(
            "an earlier JSON patch took the quotes off the annotation `{key}` of {what}, and it is no text without them"
        );
        return Err(error(first.unwrap_or_default(), message));
    }
    if let Some(number) = operate::endless(&value) {
        let message = format!("JSON has no number `{}`, which is in {what}", number.text);
        return Err(error(first.unwrap_or_default(), message));
    }
    for operation in operations.iter().flatten() {
        operate::operate(&mut value, operation, what, lenient).map_err(|failure| {
            let mut error = error(failure.pointer.range, failure.message);
            error.help = failure.help.map(str::to_owned);
            error
        })?;
    }
    operate::through_json(&mut value);
    let range = operations.iter().flatten().next_back();
    let range = range.map_or_else(TextRange::default, |last| last.path.range);
    hidden::take_out(&mut value).map_err(|message| error(range, format!("{message} {what}")))?;
    Ok(value)
}
