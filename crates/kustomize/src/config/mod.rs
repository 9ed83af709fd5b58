//! Which fields the transformers of a build act on: kustomize's own tables, and what `configurations` and
//! `crds` add to them.

mod crds;
mod read;
mod tables;

use std::sync::{Arc, LazyLock};

use smol_str::SmolStr;

pub(crate) use self::crds::{no_definition, read_crds};
pub(crate) use self::read::read_configuration;
use crate::field_spec::FieldSpec;
use crate::id::Gvk;

/// The fields that each transformer acts on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Config {
    pub name_prefix: Vec<FieldSpec>,
    pub name_suffix: Vec<FieldSpec>,
    pub namespace: Vec<FieldSpec>,
    pub common_labels: Vec<FieldSpec>,
    pub labels: Vec<FieldSpec>,
    pub template_labels: Vec<FieldSpec>,
    pub common_annotations: Vec<FieldSpec>,
    pub name_references: Vec<NameReference>,
    pub var_references: Vec<FieldSpec>,
    pub images: Vec<FieldSpec>,
    pub replicas: Vec<FieldSpec>,
}

/// The fields that hold names of objects of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameReference {
    /// The type; empty parts fit any.
    pub gvk: Gvk,
    /// The fields.
    pub fields: Vec<FieldSpec>,
}

/// Two field specs that are the same but for whether the field is made.
#[derive(Debug)]
pub(crate) struct Conflict;

static EMPTY: LazyLock<Arc<Config>> = LazyLock::new(Arc::default);

/// What kustomize does by itself.
static DEFAULT: LazyLock<Arc<Config>> = LazyLock::new(|| {
    Arc::new(Config {
        name_prefix: specs(tables::NAME_PREFIX),
        name_suffix: specs(tables::NAME_SUFFIX),
        namespace: specs(tables::NAMESPACE),
        common_labels: specs(tables::COMMON_LABELS),
        labels: Vec::new(),
        template_labels: specs(tables::TEMPLATE_LABELS),
        common_annotations: specs(tables::COMMON_ANNOTATIONS),
        name_references: tables::NAME_REFERENCES
            .iter()
            .map(|(group, version, kind, fields)| NameReference {
                gvk: Gvk {
                    group: SmolStr::new_static(group),
                    version: SmolStr::new_static(version),
                    kind: SmolStr::new_static(kind),
                },
                fields: specs(fields),
            })
            .collect(),
        var_references: specs(tables::VAR_REFERENCE),
        images: specs(tables::IMAGES),
        replicas: specs(tables::REPLICAS),
    })
});

fn specs(rows: &[tables::Row]) -> Vec<FieldSpec> {
    rows.iter()
        .map(|&(group, version, kind, path, create)| FieldSpec {
            group: SmolStr::new_static(group),
            version: SmolStr::new_static(version),
            kind: SmolStr::new_static(kind),
            path: SmolStr::new_static(path),
            create,
        })
        .collect()
}

impl Config {
    /// What kustomize does by itself.
    pub(crate) fn default_shared() -> Arc<Config> {
        DEFAULT.clone()
    }

    /// What kustomize does by itself, if this is that and nothing else.
    pub(crate) fn as_default(&self) -> Option<&'static Config> {
        let default: &'static Config = &DEFAULT;
        std::ptr::eq(self, default).then_some(default)
    }

    /// Nothing yet.
    pub(crate) fn empty_shared() -> Arc<Config> {
        EMPTY.clone()
    }

    /// Adds what another one says. The order counts: a field of one kind that is there makes kustomize
    /// ignore the same field of any kind.
    pub(crate) fn merge(&mut self, other: &Config) -> Result<(), Conflict> {
        let lists = [
            (&mut self.name_prefix, &other.name_prefix),
            (&mut self.name_suffix, &other.name_suffix),
            (&mut self.namespace, &other.namespace),
            (&mut self.common_labels, &other.common_labels),
            (&mut self.labels, &other.labels),
            (&mut self.template_labels, &other.template_labels),
            (&mut self.common_annotations, &other.common_annotations),
            (&mut self.var_references, &other.var_references),
            (&mut self.images, &other.images),
            (&mut self.replicas, &other.replicas),
        ];
        for (own, others) in lists {
            merge_all(own, others)?;
        }
        for reference in &other.name_references {
            let own = self
                .name_references
                .iter_mut()
                .find(|own| own.gvk == reference.gvk);
            match own {
                Some(own) => merge_all(&mut own.fields, &reference.fields)?,
                None => self.name_references.push(reference.clone()),
            }
        }
        self.sort();
        Ok(())
    }

    /// Puts every list in the order of kustomize: by type.
    pub(crate) fn sort(&mut self) {
        let lists = [
            &mut self.name_prefix,
            &mut self.name_suffix,
            &mut self.namespace,
            &mut self.common_labels,
            &mut self.labels,
            &mut self.template_labels,
            &mut self.common_annotations,
            &mut self.var_references,
            &mut self.images,
            &mut self.replicas,
        ];
        for list in lists {
            list.sort_by_cached_key(|spec| order_of(&spec.group, &spec.version, &spec.kind));
        }
        self.name_references.sort_by_cached_key(|reference| {
            let Gvk {
                group,
                version,
                kind,
            } = &reference.gvk;
            order_of(group, version, kind)
        });
    }
}

/// Adds a configuration to a shared one, which stays shared where that changes nothing.
pub(crate) fn merge_shared(own: &mut Arc<Config>, other: &Arc<Config>) -> Result<(), Conflict> {
    if Arc::ptr_eq(own, other) {
        return Ok(());
    }
    if Arc::ptr_eq(own, &EMPTY) && Arc::ptr_eq(other, &DEFAULT) {
        *own = other.clone();
        return Ok(());
    }
    let mut merged = Config::clone(own);
    merged.merge(other)?;
    if merged != **own {
        *own = Arc::new(merged);
    }
    Ok(())
}

/// Adds field specs to others, but those that are there already.
pub(crate) fn merge_all(own: &mut Vec<FieldSpec>, others: &[FieldSpec]) -> Result<(), Conflict> {
    for spec in others {
        merge_one(own, spec)?;
    }
    Ok(())
}

/// Adds a field spec, unless it is there already.
pub(crate) fn merge_one(own: &mut Vec<FieldSpec>, spec: &FieldSpec) -> Result<(), Conflict> {
    let there = own.iter().find(|own| {
        let fits = |own: &SmolStr, new: &SmolStr| new.is_empty() || own == new;
        own.path == spec.path
            && fits(&own.group, &spec.group)
            && fits(&own.version, &spec.version)
            && fits(&own.kind, &spec.kind)
    });
    match there {
        Some(there) if there.create != spec.create => Err(Conflict),
        Some(_) => Ok(()),
        None => {
            own.push(spec.clone());
            Ok(())
        }
    }
}

/// The place of a type among others.
fn order_of(group: &str, version: &str, kind: &str) -> (isize, String) {
    let or = |text: &str, or: &'static str| match text {
        "" => or.to_owned(),
        text => text.to_owned(),
    };
    let key = format!(
        "{}_{}_{}",
        or(group, "~G"),
        or(version, "~V"),
        or(kind, "~K")
    );
    (crate::finish::place_of_kind(kind), key)
}
