//! What can go wrong in a build, each with the place that must change.

use camino::Utf8Path;

use crate::loader::LeftOut;
use crate::origin::Place;

/// An error of a build: kustomize refuses to build, infragen goes on with the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError {
    /// What is wrong: a stable name for rules, tests and documentation.
    pub kind: ErrorKind,
    /// The text that must change.
    pub place: Place,
    /// One sentence without a full stop that says what is wrong.
    pub message: String,
    /// What to do about it, where that is known.
    pub help: Option<String>,
    /// Other places that belong to it, each with what it is.
    pub related: Vec<(Place, String)>,
}

/// The kinds of errors; each becomes a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorKind {
    /// A file or directory that is not there.
    MissingPath,
    /// A file or directory that is there, and that the source of the build leaves out.
    LeftOut,
    /// A directory without a kustomization file.
    NoKustomizationFile,
    /// A directory with more than one.
    SeveralKustomizationFiles,
    /// A kustomization file that says nothing.
    EmptyKustomization,
    /// `apiVersion` or `kind` of a kustomization file that kustomize does not take.
    WrongKind,
    /// A Component among `resources`, or something else among `components`.
    WrongList,
    /// A field that kustomize does not know.
    UnknownField,
    /// A value of a wrong type.
    WrongType,
    /// A value that is none of those that may stand there.
    WrongValue,
    /// A text that is not YAML.
    Syntax,
    /// A key that is there twice.
    DuplicateKey,
    /// A document that is no object: without kind or name.
    NotAnObject,
    /// Two objects of the same id.
    DuplicateId,
    /// A directory that includes itself.
    Cycle,
    /// An address outside the repository, or what only another program could do.
    Unsupported,
    /// A generator whose settings or sources are wrong.
    Generator,
    /// A patch that cannot be read.
    UnreadablePatch,
    /// A patch that finds no object, or several.
    PatchTarget,
    /// A patch that cannot be applied to its object.
    PatchFails,
    /// A selector that cannot be read.
    Selector,
    /// A replacement that cannot be made.
    Replacement,
    /// A `replicas` entry that finds no object.
    Replicas,
    /// A field that a transformer cannot change, for what is there.
    Transformer,
    /// A reference that fits several objects.
    AmbiguousReference,
    /// A `vars` entry that means nothing, or more than one thing.
    Vars,
    /// A file of `configurations`, `crds`, `openapi`, `transformers` … that cannot be used.
    Configuration,
    /// A file outside the directory of the kustomization file, in a build that is restricted to it.
    Restricted,
    /// A value that JSON has no text for: kustomize cannot print the object.
    Unprintable,
    /// What comes after a build: Flux cannot put the values of variables into an object.
    Substitution,
}

impl ErrorKind {
    /// The id of the rule that it belongs to, as findings show it. `unsupported` and `restricted` are no rules:
    /// they say what this program does not do.
    pub fn id(self) -> &'static str {
        match self {
            ErrorKind::MissingPath | ErrorKind::LeftOut => "missing-path",
            ErrorKind::NoKustomizationFile => "no-kustomization-file",
            ErrorKind::SeveralKustomizationFiles => "several-kustomization-files",
            ErrorKind::EmptyKustomization => "empty-kustomization",
            ErrorKind::WrongKind => "wrong-kustomization-type",
            ErrorKind::WrongList => "misplaced-component",
            ErrorKind::UnknownField => "unknown-kustomization-field",
            ErrorKind::WrongType | ErrorKind::WrongValue => "wrong-type",
            ErrorKind::Syntax => "invalid-yaml",
            ErrorKind::DuplicateKey => "duplicate-key",
            ErrorKind::NotAnObject => "not-an-object",
            ErrorKind::DuplicateId => "duplicate-resource",
            ErrorKind::Cycle => "import-cycle",
            ErrorKind::Unsupported => "unsupported",
            ErrorKind::Generator => "generator-fails",
            ErrorKind::UnreadablePatch => "unreadable-patch",
            ErrorKind::PatchTarget => "unmatched-patch",
            ErrorKind::PatchFails => "failing-patch",
            ErrorKind::Selector => "invalid-selector",
            ErrorKind::Replacement => "failing-replacement",
            ErrorKind::Replicas => "unmatched-replicas",
            ErrorKind::Transformer
            | ErrorKind::AmbiguousReference
            | ErrorKind::Vars
            | ErrorKind::Configuration
            | ErrorKind::Unprintable => "failing-build",
            ErrorKind::Restricted => "restricted",
            ErrorKind::Substitution => "failing-substitution",
        }
    }
}

impl BuildError {
    /// Says that a source leaves out what a path leads to.
    pub fn left_out(place: Place, path: &str, why: LeftOut) -> BuildError {
        let (message, help) = match why {
            LeftOut::ByPatterns => (
                format!("`{path}` is there, but the source leaves it out"),
                "see `spec.ignore` of the source, and `.sourceignore` files".to_owned(),
            ),
            LeftOut::ByDefault => {
                let name = Utf8Path::new(path).file_name().unwrap_or(path);
                (
                    format!("`{path}` is there, but sources leave out what has such a name"),
                    format!("a pattern `!{name}` in a `.sourceignore` file brings it back"),
                )
            }
            LeftOut::Link => (
                format!("`{path}` is a symbolic link, or behind one: sources leave links out"),
                "name what the link leads to".to_owned(),
            ),
        };
        BuildError::new(ErrorKind::LeftOut, place, message).with_help(help)
    }

    /// An error without help.
    pub fn new(kind: ErrorKind, place: Place, message: impl Into<String>) -> BuildError {
        BuildError {
            kind,
            place,
            message: message.into(),
            help: None,
            related: Vec::new(),
        }
    }

    /// It with what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> BuildError {
        self.help = Some(help.into());
        self
    }

    /// It with one more place.
    #[must_use]
    pub fn with_related(mut self, place: Place, what: impl Into<String>) -> BuildError {
        self.related.push((place, what.into()));
        self
    }
}
