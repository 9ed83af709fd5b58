//! References to objects that were renamed: kustomize follows those that its tables know.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::config::Config;
use crate::error::{BuildError, ErrorKind};
use crate::field_spec::{FieldSpec, Make, change};
use crate::id::{Gvk, Id};
use crate::origin::{Before, How, Origin};
use crate::resource::Resource;
use crate::value::{Layout, Map, Scalar, ScalarKind, Shared, Value, resolve_like};

/// Lets references follow what they refer to. Gives what is wrong.
pub(crate) fn follow_names(
    config: &Config,
    resources: &mut [Resource],
    traced: bool,
) -> Vec<BuildError> {
    let known = Known::of(resources);
    let of_config;
    let by_kind = match config.as_default() {
        Some(default) => DEFAULT_FIELDS.get_or_init(|| fields_by_kind(default)),
        None => {
            of_config = fields_by_kind(config);
            &of_config
        }
    };
    let mut errors = Vec::new();
    for (index, resource) in resources.iter_mut().enumerate() {
        if let Some(error) = blank_subject(resource) {
            errors.push(error);
            continue;
        }
        let original = resource.original_id().gvk;
        let any_kind = by_kind.get("").into_iter().flatten();
        let own_kind = by_kind.get(original.kind.as_str()).into_iter().flatten();
        let mut fields: Vec<&Row<'_>> = any_kind
            .chain(own_kind)
            .filter(|(_, _, field)| field.selects(&original))
            .collect();
        fields.sort_by_key(|(order, ..)| *order);
        if fields.is_empty() {
            continue;
        }
        let referrer = Referrer::of(resource, &known, index, traced);
        for (_, target, field) in fields {
            let field_of_any_type = FieldSpec {
                path: field.path.clone(),
                ..FieldSpec::default()
            };
            let set = &mut |value: &Value| referrer.set(value, target, field);
            match change(&resource.value, &field_of_any_type, Make::Nothing, set) {
                Ok(Some(changed)) => resource.value = changed,
                Ok(None) => {}
                Err(why) => errors.push(BuildError::new(
                    ErrorKind::AmbiguousReference,
                    resource.place.clone(),
                    format!(
                        "`{}` of {} {} refers to nothing certain: {why}",
                        field.path,
                        resource.kind(),
                        resource.name()
                    ),
                )),
            }
        }
    }
    errors
}

/// A service account of a RoleBinding with a namespace that is no text: kustomize gives up there.
fn blank_subject(resource: &Resource) -> Option<BuildError> {
    if resource.kind() != "RoleBinding" {
        return None;
    }
    let blank = |subject: &Value| {
        let account = subject.get("kind").and_then(Value::as_str) == Some("ServiceAccount");
        let namespace = subject.get("namespace").and_then(Value::as_scalar);
        account && namespace.is_some_and(|namespace| namespace.kind != ScalarKind::String)
    };
    let subjects = resource.value.get("subjects").and_then(Value::as_list)?;
    subjects.iter().any(blank).then(|| {
        let message = format!(
            "a subject of RoleBinding {} has a `namespace` that is no text",
            resource.name()
        );
        BuildError::new(ErrorKind::Transformer, resource.place.clone(), message)
    })
}

/// A field that refers to objects of a type, and its place in the table.
type Row<'c> = (usize, &'c Gvk, &'c FieldSpec);

/// The rows of a table by the kind of the referrer.
type ByKind<'c> = FxHashMap<&'c str, Vec<Row<'c>>>;

/// Those that kustomize has by itself: nearly every build has no others.
static DEFAULT_FIELDS: OnceLock<ByKind<'static>> = OnceLock::new();

fn fields_by_kind(config: &Config) -> ByKind<'_> {
    let mut by_kind = ByKind::default();
    let rows = config
        .name_references
        .iter()
        .flat_map(|reference| reference.fields.iter().map(|field| (&reference.gvk, field)));
    for (order, (gvk, field)) in rows.enumerate() {
        by_kind
            .entry(&field.kind)
            .or_default()
            .push((order, gvk, field));
    }
    by_kind
}

/// What can be referred to: the objects as they are before any reference changes.
struct Known {
    objects: Vec<Object>,
    /// The objects by the names that they had.
    by_name: FxHashMap<SmolStr, Vec<usize>>,
}

struct Object {
    id: Id,
    cluster_scoped: bool,
    effective_namespace: SmolStr,
    original_namespace: SmolStr,
    previous: Vec<Id>,
    prefixes: Vec<SmolStr>,
    suffixes: Vec<SmolStr>,
    place: crate::origin::Place,
}

impl Known {
    fn of(resources: &[Resource]) -> Known {
        let mut by_name: FxHashMap<SmolStr, Vec<usize>> = FxHashMap::default();
        let mut objects = Vec::new();
        for (index, resource) in resources.iter().enumerate() {
            for previous in &resource.previous {
                let named = by_name.entry(previous.name.clone()).or_default();
                if named.last() != Some(&index) {
                    named.push(index);
                }
            }
            let id = resource.id();
            let original = resource.original_id();
            objects.push(Object {
                cluster_scoped: id.gvk.is_cluster_scoped(),
                effective_namespace: SmolStr::new(id.effective_namespace()),
                original_namespace: SmolStr::new(original.effective_namespace()),
                id,
                previous: resource.previous_ids().collect(),
                prefixes: resource.prefixes.clone(),
                suffixes: resource.suffixes.clone(),
                place: resource.place.clone(),
            });
        }
        Known { objects, by_name }
    }
}

/// The object whose references are followed.
struct Referrer<'a> {
    known: &'a Known,
    me: &'a Object,
    /// The namespaces of the service accounts that a RoleBinding names: they are in reach too.
    reach: Vec<SmolStr>,
    /// Group and kind of `roleRef`.
    role: Option<(SmolStr, SmolStr)>,
    traced: bool,
}

impl<'a> Referrer<'a> {
    fn of(resource: &Resource, known: &'a Known, index: usize, traced: bool) -> Referrer<'a> {
        let text =
            |value: Option<&Value>| SmolStr::new(value.and_then(Value::as_str).unwrap_or_default());
        let mut reach = Vec::new();
        if resource.kind() == "RoleBinding" {
            let subjects = resource.value.get("subjects").and_then(Value::as_list);
            for subject in subjects.unwrap_or_default() {
                if text(subject.get("kind")) == "ServiceAccount"
                    && subject.get("namespace").is_some()
                {
                    reach.push(text(subject.get("namespace")));
                }
            }
        }
        let role = resource.value.get("roleRef").and_then(|role| {
            let group = role.get("apiGroup")?.as_scalar()?.text.clone();
            Some((group, role.get("kind")?.as_scalar()?.text.clone()))
        });
        Referrer {
            known,
            me: &known.objects[index],
            reach,
            role,
            traced,
        }
    }

    /// The new value of a field that holds a name, or an object with one, or a list of these.
    fn set(&self, value: &Value, target: &Gvk, field: &FieldSpec) -> Result<Option<Value>, String> {
        match value {
            Value::List(items) => {
                let mut changed: Option<Vec<Value>> = None;
                for (index, item) in items.iter().enumerate() {
                    if let Value::List(_) = item {
                        return Err("a list is in a list there".to_owned());
                    }
                    if let Some(new) = self.set(item, target, field)? {
                        changed.get_or_insert_with(|| items.to_vec())[index] = new;
                    }
                }
                Ok(changed.map(Value::from))
            }
            Value::Map(map) => self.set_mapping(map, target, field),
            Value::Scalar(_) if value.is_null() => Ok(None),
            Value::Scalar(scalar) => {
                let found = self.find(&scalar.text, None, target, field)?;
                Ok(found
                    .filter(|found| found.id.name != scalar.text)
                    .map(|found| self.text(&found.id.name, found, Some(scalar))))
            }
        }
    }

    fn set_mapping(
        &self,
        map: &Map,
        target: &Gvk,
        field: &FieldSpec,
    ) -> Result<Option<Value>, String> {
        let Some(name) = map.get("name") else {
            return Err("there is no `name` in it".to_owned());
        };
        let old = name.as_scalar().map_or("", |scalar| scalar.text.as_str());
        let namespace = map.get("namespace").map(|namespace| {
            namespace
                .as_scalar()
                .map_or("", |scalar| scalar.text.as_str())
        });
        let Some(found) = self.find(old, Some(namespace), target, field)? else {
            return Ok(None);
        };
        if found.id.name == old && found.id.namespace.is_empty() {
            return Ok(None);
        }
        let mut map = map.clone();
        let mut set = |key: &'static str, text: &SmolStr| {
            let before = map.get(key).and_then(Value::as_scalar).cloned();
            if before.as_ref().is_some_and(|before| before.text == *text) {
                return;
            }
            map.insert(key, self.text(text, found, before.as_ref()));
        };
        set("name", &found.id.name);
        if !found.id.namespace.is_empty() {
            set("namespace", &found.id.namespace);
        }
        Ok(Some(Value::from(map)))
    }

    fn text(&self, text: &SmolStr, found: &Object, before: Option<&Scalar>) -> Value {
        let kind = before.map_or(ScalarKind::String, |before| resolve_like(before, text));
        let origin = match self.traced {
            false => Origin::default(),
            true => Origin::step(
                How::NameReference,
                found.place.clone(),
                before.map_or_else(Before::default, |before| Before {
                    text: Some(before.text.clone()),
                    origin: before.origin.clone(),
                }),
            ),
        };
        Value::Scalar(Scalar {
            text: text.clone(),
            kind,
            quoted: before.is_some_and(|before| before.quoted),
            origin,
            layout: before.map_or(Layout::Usual, |before| before.layout.after_set()),
            shared: before.map_or(Shared::NONE, |before| before.shared),
        })
    }

    /// The object that an old name refers to. `within` is there for a reference that may say a namespace.
    fn find(
        &self,
        old: &str,
        within: Option<Option<&str>>,
        target: &Gvk,
        field: &FieldSpec,
    ) -> Result<Option<&'a Object>, String> {
        let Some(named) = self.known.by_name.get(old) else {
            return Ok(None);
        };
        let role = field
            .path
            .ends_with("roleRef/name")
            .then_some(self.role.as_ref())
            .flatten();
        let namespace = within.flatten();
        let by_original = namespace.is_some_and(|namespace| {
            self.known
                .objects
                .iter()
                .any(|object| object.original_namespace == namespace && self.reaches(object))
        });
        let mut found: Vec<&Object> = named
            .iter()
            .map(|index| &self.known.objects[*index])
            .filter(|object| {
                let selected = |group: &str, version: &str, kind: &str| {
                    let fits = |wanted: &str, is: &str| wanted.is_empty() || wanted == is;
                    object.previous.iter().any(|id| {
                        fits(group, &id.gvk.group)
                            && fits(version, &id.gvk.version)
                            && fits(kind, &id.gvk.kind)
                    })
                };
                let in_namespace = namespace.is_none_or(|namespace| match by_original {
                    true => object.original_namespace == namespace,
                    false => object.effective_namespace == namespace,
                });
                in_namespace
                    && selected(&target.group, &target.version, &target.kind)
                    && role.is_none_or(|(group, kind)| selected(group, "", kind))
                    && self.reaches(object)
                    && self.is_near(object)
            })
            .collect();
        if found.len() == 1 {
            return Ok(found.pop());
        }
        found.retain(|object| same_context(object, self.me, true));
        if found.len() > 1 {
            found.retain(|object| same_context(object, self.me, false));
        }
        let Some(first) = found.first() else {
            return Ok(None);
        };
        let same = found.iter().all(|object| {
            object.id.name == first.id.name
                && (within.is_none() || object.id.namespace == first.id.namespace)
        });
        match same {
            true => Ok(Some(first)),
            false => Err(format!(
                "`{old}` may be {}",
                found
                    .iter()
                    .map(|object| format!("{} {}", object.id.gvk.kind, object.id.name))
                    .collect::<Vec<_>>()
                    .join(" or ")
            )),
        }
    }

    /// Whether an object can be referred to at all.
    fn reaches(&self, object: &Object) -> bool {
        self.me.cluster_scoped
            || object.cluster_scoped
            || object.effective_namespace == self.me.effective_namespace
            || self.reach.contains(&object.id.namespace)
    }

    fn is_near(&self, object: &Object) -> bool {
        self.me.cluster_scoped
            || object.cluster_scoped
            || object.id.gvk.kind == "ServiceAccount"
            || object.effective_namespace == self.me.effective_namespace
    }
}

/// Whether two objects got the same prefixes and suffixes in their outermost layers.
fn same_context(one: &Object, other: &Object, empty_fits: bool) -> bool {
    let same = |one: &[SmolStr], other: &[SmolStr]| {
        if one.is_empty() || other.is_empty() {
            return empty_fits || one.len() == other.len();
        }
        one.ends_with(other) || other.ends_with(one)
    };
    same(&one.prefixes, &other.prefixes) && same(&one.suffixes, &other.suffixes)
}
