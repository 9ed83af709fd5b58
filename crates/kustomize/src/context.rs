//! What the steps of one kustomization file share.

use std::sync::Arc;

use camino::Utf8Path;
use infragen_syntax::{TextRange, Tree};
use smol_str::SmolStr;

use crate::error::{BuildError, ErrorKind};
use crate::loader::{LeftOut, Loader};
use crate::matched::Matched;
use crate::origin::{Before, How, Origin, Path, Place};
use crate::remote::is_fetched;
use crate::schema::{Chosen, Schemas};
use crate::unmatched::Unmatched;
use crate::value::{Layout, Scalar, ScalarKind, Shared, Value, plain_kind};

/// One kustomization file at work.
pub(crate) struct Context<'a> {
    /// The world.
    pub loader: &'a dyn Loader,
    /// The directory that paths are relative to.
    pub directory: Path,
    /// The file that what is done now is written in.
    pub file: Path,
    /// Its tree: where inline texts stand. None where settings came out of an object.
    pub tree: Option<Arc<Tree>>,
    /// The schema that was chosen, if any was.
    pub schema: Option<Arc<Chosen>>,
    /// Whether kustomize looked into the schema that it has built in: for a kind that is in none of its tables, or to
    /// merge a patch. One that is chosen after that stands beside it.
    pub consulted: bool,
    /// What is wrong.
    pub errors: Vec<Arc<BuildError>>,
    /// What changes nothing.
    pub unmatched: Vec<Unmatched>,
    /// What patches change, where the build is traced.
    pub matched: Vec<Matched>,
}

impl Context<'_> {
    /// The schema that is in force.
    pub(crate) fn schemas(&self) -> Schemas<'_> {
        match self.schema.as_deref() {
            Some(Chosen::Custom(custom)) => Schemas::Custom(custom),
            Some(Chosen::Beside(custom)) => Schemas::Both(custom),
            Some(Chosen::Builtin) | None => Schemas::Builtin,
        }
    }

    /// Notes an error at a place of the file.
    pub(crate) fn report(&mut self, kind: ErrorKind, range: TextRange, message: impl Into<String>) {
        let place = self.place(range);
        self.push(BuildError::new(kind, place, message));
    }

    /// Notes an error.
    pub(crate) fn push(&mut self, error: BuildError) {
        self.errors.push(Arc::new(error));
    }

    /// A place in the file.
    pub(crate) fn place(&self, range: TextRange) -> Place {
        Place {
            file: self.file.clone(),
            range,
        }
    }

    /// A path as the file writes it, from the root of the loader.
    pub(crate) fn resolve(&self, path: &str) -> Path {
        crate::path::join(&self.directory, path)
    }

    /// A scalar that a step sets, with its history where the build is traced. It keeps the quotes of what was
    /// there before, and is a text then.
    pub(crate) fn scalar(
        &self,
        text: impl Into<SmolStr>,
        kind: ScalarKind,
        how: How,
        range: TextRange,
        before: Option<&Value>,
    ) -> Value {
        let there = before.and_then(Value::as_scalar);
        let quoted = there.is_some_and(|before| before.quoted);
        Value::Scalar(Scalar {
            text: text.into(),
            kind: if quoted { ScalarKind::String } else { kind },
            quoted,
            origin: self.origin(how, range, before),
            layout: there.map_or(Layout::Usual, |before| before.layout.after_set()),
            shared: there.map_or(Shared::NONE, |before| before.shared.after_set()),
        })
    }

    /// A text that a transformer puts in the place of another, with the type that it would be read with.
    pub(crate) fn untyped(&self, text: SmolStr, range: TextRange, before: &Value) -> Value {
        let kind = plain_kind(&text);
        let mut value = self.scalar(text, kind, How::Transformer, range, Some(before));
        if let Value::Scalar(scalar) = &mut value
            && scalar.layout == Layout::Usual
        {
            scalar.layout = Layout::Untyped;
        }
        value
    }

    /// The history of a scalar that a step sets; empty unless the build is traced.
    pub(crate) fn origin(&self, how: How, range: TextRange, before: Option<&Value>) -> Origin {
        if !self.loader.traced() {
            return Origin::default();
        }
        Origin::step(how, self.place(range), Before::of(before))
    }

    /// The tree of a file that the kustomization file names; an error where there is none.
    pub(crate) fn tree_of(&mut self, path: &str, range: TextRange) -> Option<(Path, Arc<Tree>)> {
        let file = self.resolve(path);
        if !self.may_read(path, &file, range) {
            return None;
        }
        match self.loader.tree(&file) {
            Some(tree) => Some((file, tree)),
            None => {
                self.missing(path, &file, range);
                None
            }
        }
    }

    /// Whether the kustomization file may name a file; an error where it may not.
    pub(crate) fn may_read(&mut self, path: &str, file: &Utf8Path, range: TextRange) -> bool {
        let is_below = || {
            file.strip_prefix(&*self.directory)
                .is_ok_and(|rest| !rest.starts_with("..") && !rest.is_absolute())
        };
        if !self.loader.restricted() || is_below() {
            return true;
        }
        let message = format!("`{path}` is not beside or below this file");
        self.push(
            BuildError::new(ErrorKind::Restricted, self.place(range), message)
                .with_help("move the file, or build without `--restrict`"),
        );
        false
    }

    /// Says that a path leads nowhere.
    pub(crate) fn missing(&mut self, path: &str, file: &Utf8Path, range: TextRange) {
        if let Some(why) = self.loader.leaves_out(file) {
            self.left_out(path, range, why);
            return;
        }
        if is_fetched(path) {
            return self.not_fetched(path, range);
        }
        let message = match self.loader.entry(file) {
            Some(_) => format!("`{path}` is no file"),
            None => format!("there is no file `{path}`"),
        };
        self.report(ErrorKind::MissingPath, range, message);
    }

    /// Says that what a path names is elsewhere: a build here reads what is on disk only.
    pub(crate) fn not_fetched(&mut self, path: &str, range: TextRange) {
        let message = format!("`{path}` is outside the repository and is not fetched");
        self.report(ErrorKind::Unsupported, range, message);
    }

    /// Says that the source leaves out what a path leads to.
    pub(crate) fn left_out(&mut self, path: &str, range: TextRange, why: LeftOut) {
        self.push(BuildError::left_out(self.place(range), path, why));
    }
}
