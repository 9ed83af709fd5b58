//! Transformers, generators and validators that are given as objects. Those that are built into kustomize
//! run; others would be programs.

use infragen_syntax::{TextRange, Tree, nearest};

use super::{State, Way};
use crate::context::Context;
use crate::error::{BuildError, ErrorKind};
use crate::finish::add_hashes;
use crate::generate::{CloudAccount, Kind, generate, generate_account};
use crate::patches::{apply_json6902, apply_patches, apply_strategic_merge};
use crate::read_resources::read_tree;
use crate::replacements::apply_replacements;
use crate::resource::Resource;
use crate::spec::decode::Decoder;
use crate::spec::{Inline, Input, PatchEntry, Text, read_patch, read_replacement, read_selector};
use crate::trail::Trail;
use crate::transform::{
    Affix, NamespaceSettings, Subjects, ValueTarget, add_value, apply_affix, apply_annotations,
    apply_image, apply_labels, apply_namespace, apply_replicas,
};
use crate::value::emit;

impl State {
    /// The objects that entries of `transformers`, `generators` or `validators` hold or name.
    pub(super) fn plugins(
        &mut self,
        entries: &[Inline],
        context: &mut Context<'_>,
        way: &Way<'_>,
        trail: Trail<'_>,
    ) -> Vec<Resource> {
        let mut state = State::default();
        let mut paths = Vec::new();
        for entry in entries {
            let tree = Tree::parse(entry.text.value.as_str());
            let found = read_tree(&context.file, &tree, false);
            if !found.errors.is_empty() {
                paths.push(&entry.text);
                continue;
            }
            for mut resource in found.resources {
                resource.place = context.place(entry.text.range);
                let file = context.file.clone();
                trail.note_file(&file, &mut resource);
                state.add(resource, &mut context.errors);
            }
        }
        for path in paths {
            state.include(path, context, way, trail);
        }
        context.errors.append(&mut state.found.errors);
        self.found.directories.append(&mut state.found.directories);
        state.found.resources
    }

    /// Runs a generator.
    pub(super) fn run_generator(
        &mut self,
        plugin: &Resource,
        context: &mut Context<'_>,
        trail: Trail<'_>,
    ) {
        let kind = match (plugin.api_version(), plugin.kind()) {
            ("builtin", "ConfigMapGenerator") => Some(Kind::ConfigMap),
            ("builtin", "SecretGenerator") => Some(Kind::Secret),
            ("builtin", "IAMPolicyGenerator") => None,
            _ => {
                not_run(plugin, GENERATORS, context);
                return;
            }
        };
        let generated = Settings::of(plugin).with(context, |settings, context| {
            let Some(kind) = kind else {
                return settings.account(context);
            };
            let input = &settings.input;
            let mut entry = settings.decoder.generator(input);
            if let Some(metadata) = settings.decoder.mapping(input, "metadata") {
                let own = [
                    (&mut entry.name, "name"),
                    (&mut entry.namespace, "namespace"),
                ];
                for (text, key) in own.into_iter().filter(|(text, _)| text.value.is_empty()) {
                    *text = settings.decoder.text(metadata, key);
                }
            }
            generate(kind, &entry, None, context)
        });
        if let Some(mut resource) = generated {
            if let Some(configured) = trail.object(plugin) {
                configured.made(&mut resource);
            }
            self.absorb(resource, context);
        }
    }

    /// Runs a transformer.
    pub(super) fn run_transformer(&mut self, plugin: &Resource, context: &mut Context<'_>) {
        if plugin.api_version() != "builtin" {
            not_run(plugin, TRANSFORMERS, context);
            return;
        }
        let resources = &mut self.found.resources;
        Settings::of(plugin).with(context, |settings, context| {
            settings.transform(plugin, resources, context);
        });
    }

    /// Runs a transformer that may not change anything.
    pub(super) fn run_validator(&mut self, plugin: &Resource, context: &mut Context<'_>) {
        let before = self.found.resources.clone();
        self.run_transformer(plugin, context);
        let after = std::mem::replace(&mut self.found.resources, before);
        if printed(&after) != printed(&self.found.resources) {
            let message = "a validator must not change anything".to_owned();
            context.push(BuildError::new(
                ErrorKind::Configuration,
                plugin.place.clone(),
                message,
            ));
        }
    }
}

fn printed(resources: &[Resource]) -> String {
    let mut text = String::new();
    for resource in resources {
        // What cannot be printed is reported where it is printed.
        let _ = emit(&resource.value, &mut text);
    }
    text
}

/// The generators that kustomize brings. [api: internal/plugins/builtinhelpers]
const GENERATORS: &[&str] = &[
    "ConfigMapGenerator",
    "HelmChartInflationGenerator",
    "IAMPolicyGenerator",
    "SecretGenerator",
];

/// The transformers that it brings.
const TRANSFORMERS: &[&str] = &[
    "AnnotationsTransformer",
    "HashTransformer",
    "ImageTagTransformer",
    "LabelTransformer",
    "NamespaceTransformer",
    "PatchJson6902Transformer",
    "PatchStrategicMergeTransformer",
    "PatchTransformer",
    "PrefixSuffixTransformer",
    "PrefixTransformer",
    "ReplacementTransformer",
    "ReplicaCountTransformer",
    "SuffixTransformer",
    "ValueAddTransformer",
];

/// Says why a plugin is not run where those of one sort are. One that is no builtin is a program.
fn not_run(plugin: &Resource, sort: &'static [&'static str], context: &mut Context<'_>) {
    let kind = plugin.kind();
    let is_known = GENERATORS.contains(&kind) || TRANSFORMERS.contains(&kind);
    let is_builtin = plugin.api_version() == "builtin";
    let place = plugin.place.clone();
    let error = if !is_builtin || sort.contains(&kind) {
        let message = format!("{kind} is a program, which is not run here");
        BuildError::new(ErrorKind::Unsupported, place, message)
    } else if is_known {
        let (is, not) = match sort == GENERATORS {
            true => ("transformer", "generator"),
            false => ("generator", "transformer"),
        };
        let message = format!("{kind} is a {is} and no {not}");
        BuildError::new(ErrorKind::Configuration, place, message)
            .with_help(format!("list it in `{is}s`"))
    } else {
        let message = format!("kustomize has no builtin {kind}");
        let error = BuildError::new(ErrorKind::Configuration, place, message);
        match nearest(kind, sort.iter().copied()) {
            Some(meant) => error.with_help(format!("did you mean `{meant}`?")),
            None => error.with_help(format!("it has {}", sort.join(", "))),
        }
    };
    context.push(error);
}

/// The settings of a plugin: its object.
struct Settings {
    decoder: Decoder,
    input: Input,
    range: TextRange,
}

impl Settings {
    fn of(plugin: &Resource) -> Settings {
        let range = plugin.place.range;
        Settings {
            decoder: Decoder::new(plugin.place.file.clone(), false).converting(),
            input: Input::of_value(&plugin.value, range).united(),
            range,
        }
    }

    /// Works with a context whose places are in the file of the plugin; paths stay relative to the
    /// kustomization file.
    fn with<T>(
        mut self,
        context: &mut Context<'_>,
        work: impl FnOnce(&mut Settings, &mut Context<'_>) -> T,
    ) -> T {
        let mut inner = Context {
            loader: context.loader,
            directory: context.directory.clone(),
            file: self.decoder.file.clone(),
            tree: None,
            schema: context.schema.clone(),
            consulted: false,
            errors: Vec::new(),
            unmatched: Vec::new(),
            matched: Vec::new(),
        };
        let result = work(&mut self, &mut inner);
        context.consulted |= inner.consulted;
        context.errors.append(&mut inner.errors);
        context
            .errors
            .extend(self.decoder.errors.into_iter().map(std::sync::Arc::new));
        result
    }

    fn account(&mut self, context: &mut Context<'_>) -> Option<Resource> {
        let Settings {
            decoder,
            input,
            range,
        } = self;
        let mut text = |outer, key| match decoder.mapping(input, outer) {
            Some(outer) => decoder.text(outer, key),
            None => decoder.text(&Input::null(*range), key),
        };
        let account = CloudAccount {
            name: text("kubernetesService", "name"),
            namespace: text("kubernetesService", "namespace"),
            account: text("serviceAccount", "name"),
            project: text("serviceAccount", "projectId"),
            cloud: decoder.text(input, "cloud"),
        };
        generate_account(&account, *range, context)
    }

    fn transform(
        &mut self,
        plugin: &Resource,
        resources: &mut Vec<Resource>,
        context: &mut Context<'_>,
    ) {
        let Settings {
            decoder,
            input,
            range,
        } = self;
        let input = &*input;
        match plugin.kind() {
            "AnnotationsTransformer" => {
                let annotations = decoder.pairs(input, "annotations");
                let fields = decoder.field_specs(input, "fieldSpecs");
                apply_annotations(&annotations, &fields, resources, context);
            }
            "LabelTransformer" => {
                let labels = decoder.pairs(input, "labels");
                let fields = decoder.field_specs(input, "fieldSpecs");
                apply_labels(&labels, &fields, resources, context);
            }
            "NamespaceTransformer" => self.namespace(resources, context),
            "PrefixTransformer" => self.affix(Affix::Prefix, "prefix", resources, context),
            "SuffixTransformer" => self.affix(Affix::Suffix, "suffix", resources, context),
            "PrefixSuffixTransformer" => {
                self.affix(Affix::Prefix, "prefix", resources, context);
                self.affix(Affix::Suffix, "suffix", resources, context);
            }
            "ImageTagTransformer" => {
                if let Some(image) = decoder.mapping(input, "imageTag") {
                    let image = decoder.image(image);
                    let fields = decoder.field_specs(input, "fieldSpecs");
                    apply_image(&image, &fields, resources, context);
                }
            }
            "ReplicaCountTransformer" => {
                if let Some(replica) = decoder.mapping(input, "replica") {
                    let replica = decoder.replica(replica);
                    let fields = decoder.field_specs(input, "fieldSpecs");
                    apply_replicas(&replica, &fields, resources, context);
                }
            }
            "PatchTransformer" => {
                let patch = read_patch(decoder, input);
                apply_patches(&[patch], resources, context);
            }
            "PatchJson6902Transformer" => {
                let patch = PatchEntry {
                    patch: decoder.given(input, "jsonOp").map(inline),
                    ..read_patch(decoder, input)
                };
                apply_json6902(&[patch], resources, context);
            }
            "PatchStrategicMergeTransformer" => {
                let paths = decoder.texts(input, "paths");
                let patches = decoder.given(input, "patches");
                let entries: Vec<Inline> = paths.into_iter().chain(patches).map(inline).collect();
                if entries.iter().all(|entry| entry.text.value.is_empty()) {
                    let message = "the transformer has neither `paths` nor `patches`";
                    context.report(ErrorKind::UnreadablePatch, *range, message);
                    return;
                }
                apply_strategic_merge(&entries, resources, context);
            }
            "ReplacementTransformer" => {
                let items = decoder.items(input, "replacements");
                let entries: Vec<_> = items
                    .iter()
                    .map(|item| read_replacement(decoder, item))
                    .collect();
                apply_replacements(&entries, resources, context);
            }
            "ValueAddTransformer" => self.value(resources, context),
            "HashTransformer" => add_hashes(resources, context.loader.traced()),
            _ => not_run(plugin, TRANSFORMERS, context),
        }
    }

    fn namespace(&mut self, resources: &mut [Resource], context: &mut Context<'_>) {
        let Settings { decoder, input, .. } = self;
        let namespace = decoder
            .mapping(input, "metadata")
            .map(|metadata| decoder.text(metadata, "namespace"));
        let Some(namespace) = namespace.filter(|namespace| !namespace.value.is_empty()) else {
            return;
        };
        let subjects = match decoder.text(input, "setRoleBindingSubjects").value.as_str() {
            "" | "defaultOnly" => Subjects::Default,
            "allServiceAccounts" => Subjects::ServiceAccounts,
            "none" => Subjects::None,
            _ => {
                let message =
                    "`setRoleBindingSubjects` must be defaultOnly, allServiceAccounts or none";
                context.report(ErrorKind::WrongValue, self.range, message);
                return;
            }
        };
        let settings = NamespaceSettings {
            namespace: &namespace,
            fields: &decoder.field_specs(input, "fieldSpecs"),
            unset_only: decoder.flag(input, "unsetOnly"),
            subjects,
        };
        apply_namespace(&settings, resources, context);
    }

    fn value(&mut self, resources: &mut [Resource], context: &mut Context<'_>) {
        let Settings { decoder, input, .. } = self;
        let mut value = decoder.text(input, "value");
        value.value = value.value.trim().into();
        if value.value.is_empty() {
            value.value = context.directory.file_name().unwrap_or_default().into();
        }
        let mut targets = value_targets(decoder, input);
        if let Some(path) = decoder.given(input, "targetFilePath")
            && let Some((file, tree)) = context.tree_of(&path.value, path.range)
            && let Some(root) = tree.document(0).and_then(|document| document.root())
        {
            let mut decoder = Decoder::new(file, false).converting();
            targets.extend(value_targets(&mut decoder, &Input::of_node(root).united()));
            let errors = decoder.errors.into_iter();
            context.errors.extend(errors.map(std::sync::Arc::new));
        }
        if targets.is_empty()
            || targets
                .iter()
                .any(|target| target.field_path.value.is_empty())
        {
            let message = "this needs `targets`, each with a `fieldPath`";
            context.report(ErrorKind::Configuration, self.range, message);
            return;
        }
        add_value(&value, &targets, resources, context);
    }

    fn affix(
        &mut self,
        side: Affix,
        key: &str,
        resources: &mut [Resource],
        context: &mut Context<'_>,
    ) {
        let Settings { decoder, input, .. } = self;
        if input.get("fieldSpecs").is_none() {
            let message = "a transformer of names must have `fieldSpecs`";
            context.report(ErrorKind::Configuration, self.range, message);
            return;
        }
        let affix = decoder.text(input, key);
        let fields = decoder.field_specs(input, "fieldSpecs");
        apply_affix(side, &affix, &fields, resources, context);
    }
}

fn value_targets(decoder: &mut Decoder, input: &Input) -> Vec<ValueTarget> {
    let items = decoder.items(input, "targets");
    items
        .iter()
        .map(|item| ValueTarget {
            selector: decoder
                .mapping(item, "selector")
                .map(|selector| read_selector(decoder, selector)),
            field_path: decoder.text(item, "fieldPath"),
            position: decoder
                .number(item, "filePathPosition")
                .map_or(0, |(position, _)| {
                    usize::try_from(position).unwrap_or_default()
                }),
        })
        .collect()
}

fn inline(text: Text) -> Inline {
    Inline { text, node: None }
}
