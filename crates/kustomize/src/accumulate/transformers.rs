//! The transformers of one kustomization file, in the order of kustomize.

use super::{State, Way};
use crate::config;
use crate::context::Context;
use crate::error::ErrorKind;
use crate::patches::{apply_json6902, apply_patches, apply_strategic_merge};
use crate::replacements::apply_replacements;
use crate::resource::Resource;
use crate::spec::{ImageEntry, Spec, Text};
use crate::trail::Trail;
use crate::transform::{
    Affix, NamespaceSettings, Subjects, apply_affix, apply_annotations, apply_image, apply_labels,
    apply_namespace, apply_replicas, label_fields,
};

/// Runs steps, each with what `buildMetadata` wants to be written about it.
struct Steps<'a, 'b> {
    resources: &'a mut Vec<Resource>,
    context: &'a mut Context<'b>,
    /// What is added to the kustomization file, with the context of its texts.
    added: Option<(&'a Spec, &'a mut Context<'b>)>,
    spec: &'a Spec,
    trail: Trail<'a>,
}

impl<'a, 'b> Steps<'a, 'b> {
    fn step(&mut self, name: &str, step: impl FnOnce(&mut Vec<Resource>, &mut Context<'b>)) {
        step(self.resources, self.context);
        if let Some(configured) = self.trail.built_in(name, &self.spec.file) {
            configured.transformed(self.resources);
        }
    }

    /// A step of what is added.
    fn added(&mut self, name: &str, step: impl FnOnce(&mut Vec<Resource>, &mut Context<'b>)) {
        if let Some((_, context)) = &mut self.added {
            step(self.resources, context);
        }
        if let Some(configured) = self.trail.built_in(name, &self.spec.file) {
            configured.transformed(self.resources);
        }
    }

    /// A text of the kustomization file, unless what is added has one in its place; and whether it has.
    fn either(&self, field: fn(&Spec) -> &Option<Text>) -> Option<(&'a Text, bool)> {
        let added = self
            .added
            .as_ref()
            .and_then(|(spec, _)| field(spec).as_ref());
        match added {
            Some(text) => Some((text, true)),
            None => field(self.spec).as_ref().map(|text| (text, false)),
        }
    }

    /// A step of one or the other.
    fn step_of(
        &mut self,
        added: bool,
        name: &str,
        step: impl FnOnce(&mut Vec<Resource>, &mut Context<'b>),
    ) {
        if added {
            self.added(name, step);
        } else {
            self.step(name, step);
        }
    }
}

/// The images of a kustomization file with those that are added: an added one changes the first of its name,
/// its tag and digest as a pair, and else comes last. Each with whether it is an added one.
fn images(spec: &Spec, added: Option<&Spec>) -> Vec<(ImageEntry, bool)> {
    let own = spec.images.iter().cloned();
    let mut images: Vec<_> = own.map(|image| (image, false)).collect();
    for image in added.into_iter().flat_map(|added| &added.images) {
        let there = images
            .iter_mut()
            .find(|(there, _)| there.name.value == image.name.value);
        let Some((there, is_added)) = there else {
            images.push((image.clone(), true));
            continue;
        };
        *is_added = true;
        there.range = image.range;
        if !image.new_name.value.is_empty() {
            there.new_name = image.new_name.clone();
        }
        if !image.new_tag.value.is_empty() || !image.digest.value.is_empty() {
            there.new_tag = image.new_tag.clone();
            there.digest = image.digest.clone();
        }
    }
    images
}

impl State {
    /// Changes what is there as a kustomization file says.
    pub(super) fn transform<'b>(
        &mut self,
        spec: &Spec,
        added: Option<(&Spec, &mut Context<'b>)>,
        context: &mut Context<'b>,
        way: &Way<'_>,
        trail: Trail<'_>,
    ) {
        self.ids = None;
        let config = self.found.config.clone();
        let mut steps = Steps {
            resources: &mut self.found.resources,
            context,
            added,
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
        let patches = steps.added.as_ref().map(|(spec, _)| &spec.patches);
        for patch in patches.into_iter().flatten() {
            steps.added("PatchTransformer", |resources, context| {
                apply_patches(std::slice::from_ref(patch), resources, context);
            });
        }
        if let Some((namespace, is_added)) = steps.either(|spec| &spec.namespace) {
            let settings = NamespaceSettings {
                namespace,
                fields: &config.namespace,
                unset_only: false,
                subjects: Subjects::Default,
            };
            steps.step_of(is_added, "NamespaceTransformer", |resources, context| {
                apply_namespace(&settings, resources, context);
            });
        }
        for (side, affix, fields, name) in [
            (
                Affix::Prefix,
                steps.either(|spec| &spec.name_prefix),
                &config.name_prefix,
                "PrefixTransformer",
            ),
            (
                Affix::Suffix,
                steps.either(|spec| &spec.name_suffix),
                &config.name_suffix,
                "SuffixTransformer",
            ),
        ] {
            if let Some((affix, is_added)) = affix {
                steps.step_of(is_added, name, |resources, context| {
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
        let added = steps.added.as_ref().map(|(spec, _)| *spec);
        for (entry, is_added) in &images(spec, added) {
            steps.step_of(*is_added, "ImageTagTransformer", |resources, context| {
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
