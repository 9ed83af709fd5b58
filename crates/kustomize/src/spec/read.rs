//! From a kustomization file to its [`Spec`].

use std::sync::Arc;

use camino::Utf8Path;
use infragen_syntax::{Spanned, TextRange, Tree};
use smol_str::SmolStr;

use super::decode::Decoder;
use super::input::{Input, Shape};
use super::refused;
use super::{
    BuildMetadata, FieldOptions, GeneratorEntry, GeneratorOptions, ImageEntry, Inline, LabelEntry,
    PatchEntry, ReplacementEntry, ReplacementSource, ReplacementTarget, ReplicaEntry, Selector,
    SortOptions, Spec, Text, Var,
};
use crate::error::{BuildError, ErrorKind};
use crate::field_spec::FieldSpec;
use crate::file::{FILE_NAMES, FileKind};
use crate::id::Gvk;
use crate::keys::KEYS;
use crate::loader::{Entry, Loader};
use crate::origin::{Path, Place};

/// The kustomization file of a directory.
///
/// # Errors
///
/// There is none, or more than one.
pub(crate) fn find(
    loader: &dyn Loader,
    directory: &Utf8Path,
    named_at: &Place,
) -> Result<Path, BuildError> {
    let mut found = FILE_NAMES
        .iter()
        .map(|name| directory.join(name))
        .filter(|path| loader.entry(path) == Some(Entry::File));
    let Some(first) = found.next() else {
        return Err(BuildError::new(
            ErrorKind::NoKustomizationFile,
            named_at.clone(),
            format!("`{directory}` has no kustomization file"),
        ));
    };
    if let Some(second) = found.next() {
        return Err(BuildError::new(
            ErrorKind::SeveralKustomizationFiles,
            Place::start_of(Path::from(first.as_path())),
            format!("`{directory}` has two kustomization files, kustomize takes neither"),
        )
        .with_related(
            Place::start_of(Path::from(second.as_path())),
            "the other one",
        ));
    }
    Ok(Path::from(first.as_path()))
}

impl Spec {
    /// Reads a kustomization file; none where nothing can be said about it. What is wrong goes to `errors`.
    pub(crate) fn read(
        file: &Path,
        tree: &Tree,
        errors: &mut Vec<Arc<BuildError>>,
    ) -> Option<Spec> {
        let mut decoder = Decoder::new(file.clone(), true);
        let spec = decoder.spec(tree);
        errors.extend(decoder.causes().map(Arc::new));
        spec
    }

    /// Reads a kustomization file as Flux reads the one at the top before it writes it down anew: fields that
    /// it does not know are lost, `imageTags` among them, and a file that says nothing is no error.
    /// [pkg:kustomize/kustomize_generator.go GenerateManifest]
    pub(crate) fn read_leniently(
        file: &Path,
        tree: &Tree,
        errors: &mut Vec<Arc<BuildError>>,
    ) -> Option<Spec> {
        let mut decoder = Decoder::new(file.clone(), false);
        let spec = decoder.spec(tree);
        errors.extend(decoder.causes().map(Arc::new));
        spec
    }

    /// A kustomization file that says nothing.
    pub(crate) fn empty(file: &Path) -> Spec {
        let input = Input {
            shape: Shape::Null,
            range: TextRange::empty(0.into()),
            node: None,
        };
        Decoder::new(file.clone(), false).fields(&input, FileKind::Kustomization)
    }
}

impl Decoder {
    /// What is wrong, without what only seems so: a file that is no YAML is read by guessing, and no tool goes on
    /// to what comes out.
    fn causes(self) -> impl Iterator<Item = BuildError> {
        let is_broken = |error: &BuildError| error.kind == ErrorKind::Syntax;
        let broken = self.errors.iter().any(is_broken);
        let errors = self.errors.into_iter();
        errors.filter(move |error| !broken || is_broken(error))
    }

    fn spec(&mut self, tree: &Tree) -> Option<Spec> {
        let document = tree.document(0)?;
        let broken = tree
            .errors()
            .iter()
            .find(|error| document.range().contains_inclusive(error.range.start()));
        if let Some(error) = broken {
            self.report(ErrorKind::Syntax, error.range, error.message.clone());
        }
        let Some(root) = document.root() else {
            if !self.strict {
                return Some(Spec::empty(&self.file));
            }
            self.report(
                ErrorKind::EmptyKustomization,
                TextRange::empty(0.into()),
                "the kustomization file is empty".to_owned(),
            );
            return None;
        };
        if let Some((range, message)) = refused::contradiction(root) {
            self.report(ErrorKind::WrongValue, range, message);
            return None;
        }
        let input = Input::of_node(root).united();
        self.keys(&input, KEYS[0].keys);
        let entries = match &input.shape {
            Shape::Map(entries) => entries.as_slice(),
            Shape::Null => &[],
            _ => return None,
        };
        let empty = entries.iter().all(|(key, value)| {
            matches!(value.shape, Shape::Null)
                || ["apiVersion", "kind"]
                    .iter()
                    .any(|own| own.eq_ignore_ascii_case(&key.value))
        });
        if empty && self.strict {
            self.report(
                ErrorKind::EmptyKustomization,
                input.range,
                "the kustomization file is empty".to_owned(),
            );
            return None;
        }
        let kind = self.kind(&input)?;
        if let Some(metadata) = self.mapping(&input, "metadata") {
            self.keys(metadata, &["name", "namespace", "labels", "annotations"]);
            self.given(metadata, "name");
            self.given(metadata, "namespace");
            self.pairs(metadata, "labels");
            self.pairs(metadata, "annotations");
        }
        Some(self.fields(&input, kind))
    }

    /// What the fields of a kustomization file say.
    fn fields(&mut self, input: &Input, kind: FileKind) -> Spec {
        let mut resources = self.texts(input, "resources");
        resources.extend(self.texts(input, "bases"));
        let mut images = self.images(input, "images");
        if self.strict {
            images.extend(self.images(input, "imageTags"));
        }
        let openapi = self.mapping(input, "openapi").cloned();
        self.pairs(input, "openapi");
        self.mapping(input, "helmGlobals");
        let directory = self.file.parent().unwrap_or(Utf8Path::new(""));
        let directory = Path::from(directory);
        Spec {
            file: self.file.clone(),
            directory,
            kind,
            resources,
            components: self.texts(input, "components"),
            namespace: self.filled(input, "namespace"),
            name_prefix: self.filled(input, "namePrefix"),
            name_suffix: self.filled(input, "nameSuffix"),
            common_labels: self.pairs(input, "commonLabels"),
            labels: self.labels(input),
            common_annotations: self.pairs(input, "commonAnnotations"),
            patches_strategic_merge: self.inlines(input, "patchesStrategicMerge"),
            patches: self.patches(input, "patches"),
            patches_json6902: self.patches(input, "patchesJson6902"),
            images,
            replicas: self.replicas(input),
            replacements: self.replacements(input),
            vars: self.vars(input),
            config_maps: self.generators(input, "configMapGenerator"),
            secrets: self.generators(input, "secretGenerator"),
            generator_options: self.generator_options(input, "generatorOptions"),
            configurations: self.texts(input, "configurations"),
            crds: self.texts(input, "crds"),
            openapi_path: openapi
                .as_ref()
                .and_then(|openapi| self.given(openapi, "path")),
            openapi_version: openapi
                .as_ref()
                .and_then(|openapi| self.given(openapi, "version")),
            transformers: self.inlines(input, "transformers"),
            generators: self.inlines(input, "generators"),
            validators: self.inlines(input, "validators"),
            sort_options: self.sort_options(input),
            build_metadata: self.build_metadata(input),
            unsupported: self.unsupported(input),
        }
    }

    /// Which kind of file it is, by `apiVersion` and `kind`.
    fn kind(&mut self, input: &Input) -> Option<FileKind> {
        let kind = self.text(input, "kind");
        let version = self.text(input, "apiVersion");
        let (kind, wanted) = match kind.value.as_str() {
            "" | "Kustomization" => (FileKind::Kustomization, "kustomize.config.k8s.io/v1beta1"),
            "Component" => (FileKind::Component, "kustomize.config.k8s.io/v1alpha1"),
            _ => {
                let message = "the kind must be Kustomization or Component".to_owned();
                self.report(ErrorKind::WrongKind, kind.range, message);
                return None;
            }
        };
        if !version.value.is_empty() && version.value != wanted {
            let message = format!("the apiVersion of this kind must be {wanted}");
            self.report(ErrorKind::WrongKind, version.range, message);
            return None;
        }
        Some(kind)
    }

    /// The text of a key, unless it is empty.
    fn filled(&mut self, input: &Input, key: &str) -> Option<Text> {
        self.given(input, key).filter(|text| !text.value.is_empty())
    }

    fn inlines(&mut self, input: &Input, key: &str) -> Vec<Inline> {
        let items = self.items(input, key);
        items.iter().filter_map(|item| self.inline(item)).collect()
    }

    fn inline(&mut self, item: &Input) -> Option<Inline> {
        let text = match item.shape {
            // An empty item is an empty path.
            Shape::Null => Spanned {
                value: SmolStr::default(),
                range: item.range,
            },
            _ => self.as_text(item)?,
        };
        Some(Inline {
            text,
            node: item.node,
        })
    }

    fn patches(&mut self, input: &Input, key: &str) -> Vec<PatchEntry> {
        let items = self.items(input, key);
        items.iter().map(|item| read_patch(self, item)).collect()
    }

    fn images(&mut self, input: &Input, key: &str) -> Vec<ImageEntry> {
        let items = self.items(input, key);
        items
            .iter()
            .map(|item| {
                self.keys(item, &["name", "newName", "newTag", "tagSuffix", "digest"]);
                self.image(item)
            })
            .collect()
    }

    /// One item of `images`.
    pub(crate) fn image(&mut self, item: &Input) -> ImageEntry {
        ImageEntry {
            range: item.range,
            name: self.text(item, "name"),
            new_name: self.text(item, "newName"),
            new_tag: self.text(item, "newTag"),
            tag_suffix: self.text(item, "tagSuffix"),
            digest: self.text(item, "digest"),
        }
    }

    fn replicas(&mut self, input: &Input) -> Vec<ReplicaEntry> {
        let items = self.items(input, "replicas");
        items
            .iter()
            .map(|item| {
                self.keys(item, &["name", "count"]);
                self.replica(item)
            })
            .collect()
    }

    /// One item of `replicas`.
    pub(crate) fn replica(&mut self, item: &Input) -> ReplicaEntry {
        let (count, count_range) = self.number(item, "count").unwrap_or((0, item.range));
        ReplicaEntry {
            name: self.text(item, "name"),
            count,
            count_range,
        }
    }

    fn labels(&mut self, input: &Input) -> Vec<LabelEntry> {
        let items = self.items(input, "labels");
        items
            .iter()
            .map(|item| {
                self.keys(
                    item,
                    &["pairs", "includeSelectors", "includeTemplates", "fields"],
                );
                LabelEntry {
                    pairs: self.pairs(item, "pairs"),
                    include_selectors: self.flag(item, "includeSelectors"),
                    include_templates: self.flag(item, "includeTemplates"),
                    fields: self.field_specs(item, "fields"),
                }
            })
            .collect()
    }

    /// A list of field specs.
    pub(crate) fn field_specs(&mut self, input: &Input, key: &str) -> Vec<FieldSpec> {
        let items = self.items(input, key);
        items
            .iter()
            .map(|item| {
                self.keys(item, &["group", "version", "kind", "path", "create"]);
                FieldSpec {
                    group: self.text(item, "group").value,
                    version: self.text(item, "version").value,
                    kind: self.text(item, "kind").value,
                    path: self.text(item, "path").value,
                    create: self.flag(item, "create"),
                }
            })
            .collect()
    }

    fn replacements(&mut self, input: &Input) -> Vec<ReplacementEntry> {
        let items = self.items(input, "replacements");
        items
            .iter()
            .map(|item| self.replacement(item, true))
            .collect()
    }

    fn replacement(&mut self, item: &Input, may_be_path: bool) -> ReplacementEntry {
        let known: &[&str] = match may_be_path {
            true => &["path", "source", "sourceValue", "targets"],
            false => &["source", "sourceValue", "targets"],
        };
        self.keys(item, known);
        let source = self.mapping(item, "source").map(|source| {
            self.keys(
                source,
                &[
                    "group",
                    "version",
                    "kind",
                    "name",
                    "namespace",
                    "fieldPath",
                    "options",
                ],
            );
            ReplacementSource {
                selector: read_selector(self, source),
                field_path: self.text(source, "fieldPath"),
                options: self.field_options(source),
            }
        });
        let targets = item
            .get("targets")
            .filter(|targets| !matches!(targets.shape, Shape::Null))
            .map(|_| {
                let targets = self.items(item, "targets");
                targets.iter().map(|target| self.target(target)).collect()
            });
        ReplacementEntry {
            range: item.range,
            path: if may_be_path {
                self.filled(item, "path")
            } else {
                None
            },
            source,
            source_value: self.given(item, "sourceValue"),
            targets,
        }
    }

    fn target(&mut self, target: &Input) -> ReplacementTarget {
        self.keys(target, &["select", "reject", "fieldPaths", "options"]);
        ReplacementTarget {
            range: target.range,
            select: self
                .mapping(target, "select")
                .map(|select| self.selector(select)),
            reject: {
                let items = self.items(target, "reject");
                items.iter().map(|reject| self.selector(reject)).collect()
            },
            field_paths: self.texts(target, "fieldPaths"),
            options: self.field_options(target),
        }
    }

    fn field_options(&mut self, input: &Input) -> Option<FieldOptions> {
        let options = self.mapping(input, "options")?;
        self.keys(options, &["delimiter", "index", "encoding", "create"]);
        Some(FieldOptions {
            range: options.range,
            delimiter: self.text(options, "delimiter"),
            index: self.number(options, "index").map_or(0, |(index, _)| index),
            encoding: self.text(options, "encoding"),
            create: self.flag(options, "create"),
        })
    }

    fn selector(&mut self, input: &Input) -> Selector {
        self.keys(
            input,
            &[
                "group",
                "version",
                "kind",
                "name",
                "namespace",
                "labelSelector",
                "annotationSelector",
            ],
        );
        read_selector(self, input)
    }

    fn vars(&mut self, input: &Input) -> Vec<Var> {
        let items = self.items(input, "vars");
        items
            .iter()
            .map(|item| {
                self.keys(item, &["name", "objref", "fieldref"]);
                let mut gvk = Gvk::default();
                let mut object = SmolStr::default();
                let mut namespace = SmolStr::default();
                if let Some(target) = self.mapping(item, "objref") {
                    self.keys(
                        target,
                        &[
                            "apiVersion",
                            "group",
                            "version",
                            "kind",
                            "name",
                            "namespace",
                        ],
                    );
                    gvk = Gvk {
                        group: self.text(target, "group").value,
                        version: self.text(target, "version").value,
                        kind: self.text(target, "kind").value,
                    };
                    let api_version = self.text(target, "apiVersion").value;
                    let parts: Vec<&str> = api_version.split('/').collect();
                    match parts[..] {
                        [""] => {}
                        [version] => gvk.version = SmolStr::new(version),
                        [group, version] => {
                            gvk.group = SmolStr::new(group);
                            gvk.version = SmolStr::new(version);
                        }
                        _ => {}
                    }
                    object = self.text(target, "name").value;
                    namespace = self.text(target, "namespace").value;
                }
                let field_path = self
                    .mapping(item, "fieldref")
                    .map(|field| {
                        self.keys(field, &["fieldPath"]);
                        self.text(field, "fieldPath").value
                    })
                    .filter(|path| !path.is_empty());
                Var {
                    name: self.text(item, "name"),
                    gvk,
                    object,
                    namespace,
                    field_path: field_path.unwrap_or(SmolStr::new_static("metadata.name")),
                    file: self.file.clone(),
                }
            })
            .collect()
    }

    fn generators(&mut self, input: &Input, key: &str) -> Vec<GeneratorEntry> {
        let items = self.items(input, key);
        items
            .iter()
            .map(|item| {
                let known = [
                    "name",
                    "namespace",
                    "behavior",
                    "literals",
                    "files",
                    "envs",
                    "env",
                    "options",
                    "type",
                ];
                let secret = key == "secretGenerator";
                self.keys(item, if secret { &known } else { &known[..8] });
                self.generator(item)
            })
            .collect()
    }

    /// One item of `configMapGenerator` or `secretGenerator`.
    pub(crate) fn generator(&mut self, item: &Input) -> GeneratorEntry {
        let mut envs = self.texts(item, "envs");
        envs.extend(self.filled(item, "env"));
        GeneratorEntry {
            range: item.range,
            name: self.text(item, "name"),
            namespace: self.text(item, "namespace"),
            behavior: self.text(item, "behavior"),
            literals: self.texts(item, "literals"),
            files: self.texts(item, "files"),
            envs,
            secret_type: self.text(item, "type"),
            options: self.generator_options(item, "options"),
        }
    }

    fn generator_options(&mut self, input: &Input, key: &str) -> Option<GeneratorOptions> {
        let options = self.mapping(input, key)?;
        self.keys(
            options,
            &[
                "labels",
                "annotations",
                "disableNameSuffixHash",
                "immutable",
            ],
        );
        Some(GeneratorOptions {
            labels: self.pairs(options, "labels"),
            annotations: self.pairs(options, "annotations"),
            disable_name_suffix_hash: self.flag(options, "disableNameSuffixHash"),
            immutable: self.flag(options, "immutable"),
        })
    }

    fn sort_options(&mut self, input: &Input) -> Option<SortOptions> {
        let options = self.mapping(input, "sortOptions")?;
        self.keys(options, &["order", "legacySortOptions"]);
        let legacy = self.mapping(options, "legacySortOptions").map(|legacy| {
            self.keys(legacy, &["orderFirst", "orderLast"]);
            let mut kinds = |key| -> Vec<SmolStr> {
                let texts = self.texts(legacy, key);
                texts.into_iter().map(|text| text.value).collect()
            };
            (kinds("orderFirst"), kinds("orderLast"))
        });
        Some(SortOptions {
            range: options.range,
            order: self.text(options, "order"),
            legacy,
        })
    }

    fn build_metadata(&mut self, input: &Input) -> BuildMetadata {
        let mut metadata = BuildMetadata::default();
        for option in self.texts(input, "buildMetadata") {
            metadata.any = true;
            match option.value.as_str() {
                "originAnnotations" => metadata.origins = true,
                "transformerAnnotations" => metadata.transformers = true,
                "managedByLabel" => metadata.managed_by = true,
                _ => {}
            }
        }
        metadata
    }

    fn unsupported(&mut self, input: &Input) -> Vec<Text> {
        let mut unsupported = Vec::new();
        for key in ["helmCharts", "helmChartInflationGenerator"] {
            for item in self.items(input, key) {
                unsupported.push(Spanned {
                    value: SmolStr::new_static(key),
                    range: item.range,
                });
            }
        }
        unsupported
    }
}

/// One item of `patches`.
pub(crate) fn read_patch(decoder: &mut Decoder, item: &Input) -> PatchEntry {
    decoder.keys(item, &["path", "patch", "target", "options"]);
    let target = decoder
        .mapping(item, "target")
        .map(|target| decoder.selector(target));
    let (mut allow_name_change, mut allow_kind_change) = (false, false);
    if let Some(options) = decoder.mapping(item, "options") {
        decoder.keys(options, &["allowNameChange", "allowKindChange"]);
        allow_name_change = decoder.flag(options, "allowNameChange");
        allow_kind_change = decoder.flag(options, "allowKindChange");
    }
    let patch = item
        .get("patch")
        .filter(|patch| !matches!(&patch.shape, Shape::Null))
        .and_then(|patch| decoder.inline(patch))
        .filter(|patch| !patch.text.value.is_empty());
    PatchEntry {
        range: item.range,
        path: decoder.filled(item, "path"),
        patch,
        target,
        allow_name_change,
        allow_kind_change,
    }
}

/// The fields of a selector.
pub(crate) fn read_selector(decoder: &mut Decoder, input: &Input) -> Selector {
    Selector {
        range: input.range,
        group: decoder.text(input, "group"),
        version: decoder.text(input, "version"),
        kind: decoder.text(input, "kind"),
        name: decoder.text(input, "name"),
        namespace: decoder.text(input, "namespace"),
        label_selector: decoder.text(input, "labelSelector"),
        annotation_selector: decoder.text(input, "annotationSelector"),
    }
}

/// One item of `replacements`.
pub(crate) fn read_replacement(decoder: &mut Decoder, item: &Input) -> ReplacementEntry {
    decoder.replacement(item, true)
}

/// The replacements of a file that `path` names: one, or a list of them.
pub(crate) fn read_replacements(
    file: &Path,
    tree: &Tree,
    errors: &mut Vec<Arc<BuildError>>,
) -> Vec<ReplacementEntry> {
    // kustomize overlooks what it does not know in such a file.
    let mut decoder = Decoder::new(file.clone(), false).converting();
    let root = tree.document(0).and_then(|document| document.root());
    let input = root.map(|root| Input::of_node(root).united());
    let entries = match input.as_ref().map(|input| (&input.shape, input)) {
        Some((Shape::List(items), _)) => items
            .iter()
            .map(|item| decoder.replacement(item, false))
            .collect(),
        Some((Shape::Map(_), input)) => vec![decoder.replacement(input, false)],
        _ => Vec::new(),
    };
    errors.extend(decoder.errors.into_iter().map(Arc::new));
    entries
}
