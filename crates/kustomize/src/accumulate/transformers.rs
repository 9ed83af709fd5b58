//! The transformers of one kustomization file, in the order of kustomize.

use super::{State, Way};
use crate::config;
use crate::context::Context;
use crate::error::ErrorKind;
use crate::patches::{apply_json6902, apply_patches, apply_strategic_merge};
use crate::replacements::apply_replacements;
use crate::resource::Resource;
use crate::spec::Spec;
use crate::trail::Trail;
use crate::transform::{
    Affix, NamespaceSettings, Subjects, apply_affix, apply_annotations, apply_image, apply_labels,
    apply_namespace, apply_replicas, label_fields,
};

/// Runs steps, each with what `buildMetadata` wants to be written about it.
struct Steps<'a, 'b> {
    resources: &'a mut Vec<Resource>,
    context: &'a mut Context<'b>,
    spec: &'a Spec,
    trail: Trail<'a>,
}

impl<'b> Steps<'_, 'b> {
    fn step(&mut self, name: &str, step: impl FnOnce(&mut Vec<Resource>, &mut Context<'b>)) {
        step(self.resources, self.context);
        if let Some(configured) = self.trail.built_in(name, &self.spec.file) {
            configured.transformed(self.resources);
        }
    }
}

impl State {
    /// Changes what is there as a kustomization file says.
    pub(super) fn transform(
        &mut self,
        spec: &Spec,
        context: &mut Context<'_>,
        way: &Way<'_>,
        trail: Trail<'_>,
    ) {
        self.ids = None;
        let config = self.found.config.clone();
        let mut steps = Steps {
            resources: &mut self.found.resources,
            context,
            spec,
            trail,
        };
        if !spec.patches_strategic_merge.is_empty() {
            steps.step("PatchStrategicMergeTransformer", |resources, context| {
                apply_strategic_merge(&spec.patches_strategic_merge, resources, context);
            });
        }
        for patch in &spec.patches {
            steps.step("PatchTransformer", |resources, context| {
                apply_patches(std::slice::from_ref(patch), resources, context);
            });
        }
        if let Some(namespace) = &spec.namespace {
            let settings = NamespaceSettings {
                namespace,
                fields: &config.namespace,
                unset_only: false,
                subjects: Subjects::Default,
            };
            steps.step("NamespaceTransformer", |resources, context| {
                apply_namespace(&settings, resources, context);
            });
        }
        for (side, affix, fields, name) in [
            (
                Affix::Prefix,
                &spec.name_prefix,
                &config.name_prefix,
                "PrefixTransformer",
            ),
            (
                Affix::Suffix,
                &spec.name_suffix,
                &config.name_suffix,
                "SuffixTransformer",
            ),
        ] {
            if let Some(affix) = affix {
                steps.step(name, |resources, context| {
                    apply_affix(side, affix, fields, resources, context);
                });
            }
        }
        for entry in &spec.labels {
            steps.step(
                "LabelTransformer",
                |resources, context| match label_fields(entry, &config) {
                    Ok(fields) => apply_labels(&entry.pairs, &fields, resources, context),
                    Err(config::Conflict) => {
                        let range = entry
                            .pairs
                            .first()
                            .map_or_else(Default::default, |(key, _)| key.range);
                        let message = "these `fields` contradict those that kustomize knows itself";
                        context.report(ErrorKind::Configuration, range, message);
                    }
                },
            );
        }
        if !spec.labels.is_empty() || !spec.common_labels.is_empty() {
            steps.step("LabelTransformer", |resources, context| {
                apply_labels(
                    &spec.common_labels,
                    &config.common_labels,
                    resources,
                    context,
                );
            });
        }
        if !spec.common_annotations.is_empty() {
            steps.step("AnnotationsTransformer", |resources, context| {
                let annotations = &spec.common_annotations;
                apply_annotations(annotations, &config.common_annotations, resources, context);
            });
        }
        for patch in &spec.patches_json6902 {
            steps.step("PatchJson6902Transformer", |resources, context| {
                apply_json6902(std::slice::from_ref(patch), resources, context);
            });
        }
        for entry in &spec.replicas {
            steps.step("ReplicaCountTransformer", |resources, context| {
                apply_replicas(entry, &config.replicas, resources, context);
            });
        }
        for entry in &spec.images {
            steps.step("ImageTagTransformer", |resources, context| {
                apply_image(entry, &config.images, resources, context);
            });
        }
        if !spec.replacements.is_empty() {
            steps.step("ReplacementTransformer", |resources, context| {
                apply_replacements(&spec.replacements, resources, context);
            });
        }
        for plugin in self.plugins(&spec.transformers, context, way, trail) {
            self.run_transformer(&plugin, context);
            if let Some(configured) = trail.object(&plugin) {
                configured.transformed(&mut self.found.resources);
            }
        }
        for plugin in self.plugins(&spec.validators, context, way, trail) {
            self.run_validator(&plugin, context);
        }
        self.ids = None;
    }
}
