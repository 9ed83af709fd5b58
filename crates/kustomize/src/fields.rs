/// A field of a kustomization file that names other files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// `resources[]`
    Resources,
    /// `bases[]`, the old name of `resources[]` for directories.
    Bases,
    /// `components[]`
    Components,
    /// `patches[].path`
    Patches,
    /// `patchesStrategicMerge[]`, where the item is not an inline patch.
    PatchesStrategicMerge,
    /// `patchesJson6902[].path`
    PatchesJson6902,
    /// `configMapGenerator[].files[]` and `secretGenerator[].files[]`: `path` or `key=path`.
    GeneratorFiles,
    /// `configMapGenerator[].envs[]` and `secretGenerator[].envs[]`, and the old `env`.
    GeneratorEnvs,
    /// `replacements[].path`
    Replacements,
    /// `configurations[]`
    Configurations,
    /// `crds[]`
    Crds,
    /// `openapi.path`
    Openapi,
    /// `transformers[]`, where the item is not an inline object; likewise below.
    Transformers,
    /// `generators[]`
    Generators,
    /// `validators[]`
    Validators,
}

/// What a path must lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expects {
    /// A manifest file, or a directory with a kustomization file.
    FileOrDirectory,
    /// A directory with a kustomization file.
    Directory,
    /// A file.
    File,
}

/// One row of the table of path fields.
#[derive(Debug, Clone, Copy)]
pub struct FieldRow {
    /// The field.
    pub field: Field,
    /// Its path from the root of the file; `[]` is every item of a list.
    pub path: &'static [&'static str],
    /// What the path there must lead to.
    pub expects: Expects,
}

/// Every field whose value is a path, relative to the directory of the file.
pub const FIELDS: &[FieldRow] = &[
    row(
        Field::Resources,
        &["resources", "[]"],
        Expects::FileOrDirectory,
    ),
    row(Field::Bases, &["bases", "[]"], Expects::Directory),
    row(Field::Components, &["components", "[]"], Expects::Directory),
    row(Field::Patches, &["patches", "[]", "path"], Expects::File),
    row(
        Field::PatchesStrategicMerge,
        &["patchesStrategicMerge", "[]"],
        Expects::File,
    ),
    row(
        Field::PatchesJson6902,
        &["patchesJson6902", "[]", "path"],
        Expects::File,
    ),
    row(
        Field::GeneratorFiles,
        &["configMapGenerator", "[]", "files", "[]"],
        Expects::File,
    ),
    row(
        Field::GeneratorFiles,
        &["secretGenerator", "[]", "files", "[]"],
        Expects::File,
    ),
    row(
        Field::GeneratorEnvs,
        &["configMapGenerator", "[]", "envs", "[]"],
        Expects::File,
    ),
    row(
        Field::GeneratorEnvs,
        &["secretGenerator", "[]", "envs", "[]"],
        Expects::File,
    ),
    row(
        Field::GeneratorEnvs,
        &["configMapGenerator", "[]", "env"],
        Expects::File,
    ),
    row(
        Field::GeneratorEnvs,
        &["secretGenerator", "[]", "env"],
        Expects::File,
    ),
    row(
        Field::Replacements,
        &["replacements", "[]", "path"],
        Expects::File,
    ),
    row(
        Field::Configurations,
        &["configurations", "[]"],
        Expects::File,
    ),
    row(Field::Crds, &["crds", "[]"], Expects::File),
    row(Field::Openapi, &["openapi", "path"], Expects::File),
    row(
        Field::Transformers,
        &["transformers", "[]"],
        Expects::FileOrDirectory,
    ),
    row(
        Field::Generators,
        &["generators", "[]"],
        Expects::FileOrDirectory,
    ),
    row(
        Field::Validators,
        &["validators", "[]"],
        Expects::FileOrDirectory,
    ),
];

const fn row(field: Field, path: &'static [&'static str], expects: Expects) -> FieldRow {
    FieldRow {
        field,
        path,
        expects,
    }
}

impl Field {
    /// The field's name as it is written, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Field::Resources => "resources",
            Field::Bases => "bases",
            Field::Components => "components",
            Field::Patches => "patches",
            Field::PatchesStrategicMerge => "patchesStrategicMerge",
            Field::PatchesJson6902 => "patchesJson6902",
            Field::GeneratorFiles => "files",
            Field::GeneratorEnvs => "envs",
            Field::Replacements => "replacements",
            Field::Configurations => "configurations",
            Field::Crds => "crds",
            Field::Openapi => "openapi.path",
            Field::Transformers => "transformers",
            Field::Generators => "generators",
            Field::Validators => "validators",
        }
    }

    /// Whether what the path leads to becomes part of the build: a build descends into these.
    pub fn includes(self) -> bool {
        matches!(self, Field::Resources | Field::Bases | Field::Components)
    }

    /// Whether what the path leads to changes objects, so that an object in it is not one of its own.
    pub fn patches(self) -> bool {
        matches!(
            self,
            Field::Patches | Field::PatchesStrategicMerge | Field::PatchesJson6902
        )
    }
}
