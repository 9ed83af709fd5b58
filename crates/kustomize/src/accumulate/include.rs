//! `resources` and `components`: what they name, and how it is added.

use std::sync::Arc;

use camino::Utf8Path;

use super::{State, Way, read_spec};
use crate::additions::refuse_component;
use crate::context::Context;
use crate::error::{BuildError, ErrorKind};
use crate::file::FileKind;
use crate::loader::Entry;
use crate::origin::Path;
use crate::path::contains;
use crate::remote::is_remote;
use crate::schema::{Chosen, Schemas};
use crate::spec::{self, Text};
use crate::trail::Trail;

impl State {
    /// Adds what an entry of `resources` names.
    pub(super) fn include(
        &mut self,
        entry: &Text,
        context: &mut Context<'_>,
        way: &Way<'_>,
        trail: Trail<'_>,
    ) {
        let path = context.resolve(&entry.value);
        match context.loader.entry(&path) {
            Some(Entry::File) => {
                if context.may_read(&entry.value, &path, entry.range) {
                    self.add_file(&path, context, trail);
                }
            }
            Some(Entry::Directory) => {
                if self.may_descend(entry, &path, FileKind::Kustomization, context, way) {
                    self.add_directory(entry, &path, context, way);
                }
            }
            None => missing(entry, context, "file or directory"),
        }
    }

    fn add_file(&mut self, file: &Path, context: &mut Context<'_>, trail: Trail<'_>) {
        let found = context.loader.resources(file);
        context.errors.extend(found.errors.iter().cloned());
        for resource in &found.resources {
            let mut resource = resource.clone();
            trail.note_file(file, &mut resource);
            // kustomize asks whether it has a namespace.
            context.consulted |= context.schema.is_none()
                && Schemas::Builtin
                    .of_object(resource.api_version(), resource.kind())
                    .is_none();
            self.add(resource, &mut context.errors);
        }
    }

    fn add_directory(
        &mut self,
        entry: &Text,
        directory: &Path,
        context: &mut Context<'_>,
        way: &Way<'_>,
    ) {
        let here = context.directory.clone();
        let schema = context.schema.clone();
        let way = way.on(&here, schema.as_ref());
        let mut found = context.loader.accumulate(directory, &way);
        let chosen = found.schema.as_deref();
        if (self.found.consulted || context.consulted)
            && matches!(chosen, Some(Chosen::Custom(_)))
            && schema.is_none()
        {
            let late = Way { late: true, ..way };
            found = context.loader.accumulate(directory, &late);
        }
        let around = found
            .directories
            .iter()
            .find(|other| contains(other, &here));
        if let Some(around) = around {
            cycle(entry, around, context);
            return;
        }
        self.merge(&found, entry, context);
    }

    /// Applies a component to what is there.
    pub(super) fn component(&mut self, entry: &Text, context: &mut Context<'_>, way: &Way<'_>) {
        let directory = context.resolve(&entry.value);
        match context.loader.entry(&directory) {
            Some(Entry::Directory) => {}
            Some(Entry::File) => {
                let message = format!("`{}` is a file, a component is a directory", entry.value);
                context.report(ErrorKind::MissingPath, entry.range, message);
                return;
            }
            None => {
                missing(entry, context, "directory");
                return;
            }
        }
        if !self.may_descend(entry, &directory, FileKind::Component, context, way) {
            return;
        }
        let place = context.place(entry.range);
        let Ok(file) = spec::find(context.loader, &directory, &place) else {
            return;
        };
        let Some((spec, tree)) = read_spec(context.loader, &file, &mut context.errors) else {
            return;
        };
        let here = context.directory.clone();
        let schema = context.schema.clone();
        let way = way.on(&here, schema.as_ref());
        self.found.consulted |= context.consulted;
        self.run(context.loader, &spec, Some(tree), None, &way);
        self.found.directories.push(directory);
        self.ids = None;
    }

    /// Applies a component that is added to the top.
    pub(super) fn added_component(
        &mut self,
        entry: &Text,
        ignore_missing: bool,
        context: &mut Context<'_>,
        way: &Way<'_>,
    ) {
        if let Some((kind, message)) = refuse_component(&entry.value) {
            context.report(kind, entry.range, message);
            return;
        }
        let there = context.loader.entry(&context.resolve(&entry.value));
        if there.is_some() || !ignore_missing {
            self.component(entry, context, way);
        }
    }

    /// Whether a directory may be read from here: it is not around this one or one on the way, has a
    /// kustomization file, and that is of the right kind.
    fn may_descend(
        &mut self,
        entry: &Text,
        directory: &Path,
        wanted: FileKind,
        context: &mut Context<'_>,
        way: &Way<'_>,
    ) -> bool {
        if entry.value.starts_with('/') {
            let message = format!(
                "`{}` is absolute, a directory must be relative",
                entry.value
            );
            context.report(ErrorKind::MissingPath, entry.range, message);
            return false;
        }
        if contains(directory, &context.directory) || way.visits(directory) {
            cycle(entry, directory, context);
            return false;
        }
        let place = context.place(entry.range);
        let file = match spec::find(context.loader, directory, &place) {
            Ok(file) => file,
            Err(error) => {
                context.push(error);
                return false;
            }
        };
        // What the file says is reported by whoever reads it whole.
        let is_component = context
            .loader
            .tree(&file)
            .and_then(|tree| {
                let kind = tree.document(0)?.root()?.get("kind")?.as_str()?;
                Some(kind == "Component")
            })
            .unwrap_or_default();
        let (list, help) = match (is_component, wanted) {
            (true, FileKind::Kustomization) => ("a component", "list it under `components`"),
            (false, FileKind::Component) => (
                "no component",
                "list it under `resources`, or give it `kind: Component`",
            ),
            _ => return true,
        };
        let message = format!("`{}` is {list}", entry.value);
        context.push(BuildError::new(ErrorKind::WrongList, place, message).with_help(help));
        false
    }
}

fn missing(entry: &Text, context: &mut Context<'_>, what: &str) {
    let path = &entry.value;
    if let Some(why) = context.loader.leaves_out(&context.resolve(path)) {
        context.left_out(path, entry.range, why);
        return;
    }
    if is_remote(path) {
        return context.not_fetched(path, entry.range);
    }
    let message = match path.is_empty() {
        true => "this entry is empty".to_owned(),
        false => format!("there is no {what} `{path}`"),
    };
    context.report(ErrorKind::MissingPath, entry.range, message);
}

fn cycle(entry: &Text, around: &Utf8Path, context: &mut Context<'_>) {
    let message = format!(
        "`{}` leads to `{around}`, which is around this directory",
        entry.value
    );
    context.errors.push(Arc::new(BuildError::new(
        ErrorKind::Cycle,
        context.place(entry.range),
        message,
    )));
}
