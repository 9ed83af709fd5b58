//! A kustomization file as the build reads it: every field, with the places of what it says.
//!
//! [`KustomizationFile`](crate::KustomizationFile) is the small view that editors need of a file by itself;
//! this is all of it. Lists that were spelled in an old way (`bases`, `imageTags`, `env`) are already where
//! their successors are.

pub(crate) mod decode;
pub(crate) mod input;
mod read;
pub(crate) mod refused;
mod spellings;

use infragen_syntax::{Spanned, TextRange};
use smol_str::SmolStr;

pub(crate) use self::input::Input;
pub use self::input::read_through_json;
pub(crate) use self::read::{find, read_patch, read_replacement, read_replacements, read_selector};
use crate::file::FileKind;
use crate::origin::Path;

/// A text and where it is written.
pub type Text = Spanned<SmolStr>;

/// Texts with keys, in the order of the file.
pub type Pairs = Vec<(Text, Text)>;

/// What a kustomization file tells a build to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// The file.
    pub file: Path,
    /// Its directory.
    pub directory: Path,
    /// Which of the two kinds it is.
    pub kind: FileKind,
    /// `resources`, then `bases`.
    pub resources: Vec<Text>,
    /// `components`
    pub components: Vec<Text>,
    /// `namespace`
    pub namespace: Option<Text>,
    /// `namePrefix`
    pub name_prefix: Option<Text>,
    /// `nameSuffix`
    pub name_suffix: Option<Text>,
    /// `commonLabels`
    pub common_labels: Pairs,
    /// `labels`
    pub labels: Vec<LabelEntry>,
    /// `commonAnnotations`
    pub common_annotations: Pairs,
    /// `patchesStrategicMerge`: a path or an inline patch each.
    pub patches_strategic_merge: Vec<Inline>,
    /// `patches`
    pub patches: Vec<PatchEntry>,
    /// `patchesJson6902`
    pub patches_json6902: Vec<PatchEntry>,
    /// `images`, then `imageTags`.
    pub images: Vec<ImageEntry>,
    /// `replicas`
    pub replicas: Vec<ReplicaEntry>,
    /// `replacements`
    pub replacements: Vec<ReplacementEntry>,
    /// `vars`
    pub vars: Vec<Var>,
    /// `configMapGenerator`
    pub config_maps: Vec<GeneratorEntry>,
    /// `secretGenerator`
    pub secrets: Vec<GeneratorEntry>,
    /// `generatorOptions`
    pub generator_options: Option<GeneratorOptions>,
    /// `configurations`
    pub configurations: Vec<Text>,
    /// `crds`
    pub crds: Vec<Text>,
    /// `openapi.path`
    pub openapi_path: Option<Text>,
    /// `openapi.version`
    pub openapi_version: Option<Text>,
    /// `transformers`: a path or an inline object each.
    pub transformers: Vec<Inline>,
    /// `generators`, likewise.
    pub generators: Vec<Inline>,
    /// `validators`, likewise.
    pub validators: Vec<Inline>,
    /// `sortOptions`
    pub sort_options: Option<SortOptions>,
    /// `buildMetadata`
    pub build_metadata: BuildMetadata,
    /// Where something stands that only another program could do (`helmCharts`).
    pub unsupported: Vec<Text>,
}

/// A text that is YAML by itself, or perhaps a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inline {
    /// The text and its place.
    pub text: Text,
    /// The scalar that holds it, to map places in the text to places in the file; none where the text was
    /// itself read out of an object.
    pub node: Option<infragen_syntax::NodeId>,
}

/// An item of `patches` or `patchesJson6902`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchEntry {
    /// The whole item.
    pub range: TextRange,
    /// `path`
    pub path: Option<Text>,
    /// `patch`
    pub patch: Option<Inline>,
    /// `target`
    pub target: Option<Selector>,
    /// `options.allowNameChange`
    pub allow_name_change: bool,
    /// `options.allowKindChange`
    pub allow_kind_change: bool,
}

/// What chooses objects; an empty text chooses all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// The whole mapping.
    pub range: TextRange,
    /// `group`
    pub group: Text,
    /// `version`
    pub version: Text,
    /// `kind`
    pub kind: Text,
    /// `name`
    pub name: Text,
    /// `namespace`
    pub namespace: Text,
    /// `labelSelector`
    pub label_selector: Text,
    /// `annotationSelector`
    pub annotation_selector: Text,
}

/// An item of `labels`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelEntry {
    /// `pairs`
    pub pairs: Pairs,
    /// `includeSelectors`
    pub include_selectors: bool,
    /// `includeTemplates`
    pub include_templates: bool,
    /// `fields`
    pub fields: Vec<crate::field_spec::FieldSpec>,
}

/// An item of `images`; an empty text is one that is not given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageEntry {
    /// The whole item.
    pub range: TextRange,
    /// `name`
    pub name: Text,
    /// `newName`
    pub new_name: Text,
    /// `newTag`
    pub new_tag: Text,
    /// `tagSuffix`
    pub tag_suffix: Text,
    /// `digest`
    pub digest: Text,
}

/// An item of `replicas`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaEntry {
    /// `name`
    pub name: Text,
    /// `count`
    pub count: i64,
    /// Where the count stands.
    pub count_range: TextRange,
}

/// An item of `replacements`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacementEntry {
    /// The whole item.
    pub range: TextRange,
    /// `path`: a file with replacements.
    pub path: Option<Text>,
    /// `source`
    pub source: Option<ReplacementSource>,
    /// `sourceValue`
    pub source_value: Option<Text>,
    /// `targets`; none where the key is missing.
    pub targets: Option<Vec<ReplacementTarget>>,
}

/// `source` of a replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacementSource {
    /// The object: exact texts, not patterns; the label and annotation selectors are empty.
    pub selector: Selector,
    /// `fieldPath`; `metadata.name` where empty.
    pub field_path: Text,
    /// `options`
    pub options: Option<FieldOptions>,
}

/// An item of `targets` of a replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacementTarget {
    /// The whole item.
    pub range: TextRange,
    /// `select`
    pub select: Option<Selector>,
    /// `reject`
    pub reject: Vec<Selector>,
    /// `fieldPaths`
    pub field_paths: Vec<Text>,
    /// `options`
    pub options: Option<FieldOptions>,
}

/// `options` of a replacement's source or target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldOptions {
    /// The whole mapping.
    pub range: TextRange,
    /// `delimiter`
    pub delimiter: Text,
    /// `index`
    pub index: i64,
    /// `encoding`
    pub encoding: Text,
    /// `create`
    pub create: bool,
}

/// An item of `vars`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Var {
    /// `name`
    pub name: Text,
    /// `objref`: group, version and kind.
    pub gvk: crate::id::Gvk,
    /// `objref.name`
    pub object: SmolStr,
    /// `objref.namespace`
    pub namespace: SmolStr,
    /// `fieldref.fieldPath`, `metadata.name` where it is not given.
    pub field_path: SmolStr,
    /// The file that declares it.
    pub file: Path,
}

/// An item of `configMapGenerator` or `secretGenerator`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratorEntry {
    /// The whole item.
    pub range: TextRange,
    /// `name`
    pub name: Text,
    /// `namespace`
    pub namespace: Text,
    /// `behavior`
    pub behavior: Text,
    /// `literals`
    pub literals: Vec<Text>,
    /// `files`
    pub files: Vec<Text>,
    /// `envs`, then `env`.
    pub envs: Vec<Text>,
    /// `type`, of a Secret.
    pub secret_type: Text,
    /// `options`
    pub options: Option<GeneratorOptions>,
}

/// `generatorOptions`, or `options` of a generator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GeneratorOptions {
    /// `labels`
    pub labels: Pairs,
    /// `annotations`
    pub annotations: Pairs,
    /// `disableNameSuffixHash`
    pub disable_name_suffix_hash: bool,
    /// `immutable`
    pub immutable: bool,
}

/// `sortOptions`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortOptions {
    /// The whole mapping.
    pub range: TextRange,
    /// `order`
    pub order: Text,
    /// `legacySortOptions`: the kinds that come first and last.
    pub legacy: Option<(Vec<SmolStr>, Vec<SmolStr>)>,
}

/// `buildMetadata`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct BuildMetadata {
    /// `originAnnotations`
    pub origins: bool,
    /// `transformerAnnotations`
    pub transformers: bool,
    /// `managedByLabel`
    pub managed_by: bool,
    /// Whether the list has any item.
    pub any: bool,
}
