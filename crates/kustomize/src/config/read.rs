//! The files that `configurations` names.

use std::sync::Arc;

use infragen_syntax::Tree;

use super::{Config, NameReference};
use crate::error::{BuildError, ErrorKind};
use crate::id::Gvk;
use crate::origin::Path;
use crate::spec::decode::Decoder;
use crate::spec::{Input, refused};

/// What a file of `configurations` says.
pub(crate) fn read_configuration(
    file: &Path,
    tree: &Tree,
    errors: &mut Vec<Arc<BuildError>>,
) -> Config {
    let Some(root) = tree.document(0).and_then(|document| document.root()) else {
        return Config::default();
    };
    let mut decoder = Decoder::new(file.clone(), true).converting();
    if let Some((range, message)) = refused::duplicate_key(tree) {
        decoder.report(ErrorKind::DuplicateKey, range, message);
    }
    if let Some((range, message)) = refused::contradiction(root) {
        decoder.report(ErrorKind::WrongValue, range, message);
    }
    let input = Input::of_node(root).united();
    decoder.keys(
        &input,
        &[
            "namePrefix",
            "nameSuffix",
            "namespace",
            "commonLabels",
            "labels",
            "templateLabels",
            "commonAnnotations",
            "nameReference",
            "varReference",
            "images",
            "replicas",
        ],
    );
    let mut list = |key| decoder.field_specs(&input, key);
    let config = Config {
        name_prefix: list("namePrefix"),
        name_suffix: list("nameSuffix"),
        namespace: list("namespace"),
        common_labels: list("commonLabels"),
        labels: list("labels"),
        template_labels: list("templateLabels"),
        common_annotations: list("commonAnnotations"),
        name_references: Vec::new(),
        var_references: list("varReference"),
        images: list("images"),
        replicas: list("replicas"),
    };
    let items = decoder.items(&input, "nameReference");
    let name_references = items
        .iter()
        .map(|item| {
            decoder.keys(item, &["group", "version", "kind", "fieldSpecs"]);
            NameReference {
                gvk: Gvk {
                    group: decoder.text(item, "group").value,
                    version: decoder.text(item, "version").value,
                    kind: decoder.text(item, "kind").value,
                },
                fields: decoder.field_specs(item, "fieldSpecs"),
            }
        })
        .collect();
    errors.extend(decoder.errors.into_iter().map(Arc::new));
    let mut config = Config {
        name_references,
        ..config
    };
    config.sort();
    config
}
