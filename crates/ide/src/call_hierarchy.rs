//! What waits for what, one step at a time.

use infragen_flux::known::{HELM_RELEASE, KUSTOMIZATION};
use infragen_flux::{GroupKind, Role};
use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{
    ClusterNode, Db, DefinedBy, Definition, Environment, Found, Leads, SourceFile, cluster_graph,
    dependencies, environments, facts, find, references_to, target,
};
use smol_str::SmolStr;

use crate::subject::{What, reference_of, subjects};
use crate::target::named_by;

/// An object that waits, or is waited for: a Flux Kustomization or a HelmRelease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallItem {
    /// Its name.
    pub name: String,
    /// Its kind and namespace, and the environments that this is about.
    pub detail: String,
    /// The file that defines it.
    pub file: SourceFile,
    /// The object.
    pub range: TextRange,
    /// Its name in the text.
    pub focus: TextRange,
}

/// A step from an object to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The other.
    pub item: CallItem,
    /// Where the one that waits says so; its name, where something above it does.
    pub ranges: Vec<TextRange>,
}

/// The Flux Kustomizations and HelmReleases at an offset: where one is defined or named.
pub fn call_items(db: &dyn Db, file: SourceFile, offset: TextSize) -> Vec<CallItem> {
    let definitions = definitions_at(db, file, offset);
    let items = definitions
        .iter()
        .filter_map(|definition| item(db, definition, &[]));
    items.collect()
}

/// What waits for the objects at an offset, in any environment.
pub fn incoming_calls(db: &dyn Db, file: SourceFile, offset: TextSize) -> Vec<Call> {
    let mut calls = Steps::default();
    for definition in definitions_at(db, file, offset) {
        let is_known = each_node(db, &definition, |environment, graph, node| {
            let edges = graph.edges.iter();
            for edge in edges.filter(|edge| edge.leads == Leads::Waits && edge.to == node) {
                let name = &graph.nodes[node].name;
                if let Some(other) = definition_of(db, &definition, &graph.nodes[edge.from]) {
                    let ranges = said_by(db, &other, name);
                    calls.add(other, ranges, Some(environment));
                }
            }
        });
        let Some(target) = target(db, &definition).filter(|_| !is_known) else {
            continue;
        };
        let root = definition.file.root(db);
        for site in references_to(db, root, &target.kind, &target.name, Some(&definition)) {
            let facts = facts(db, site.file);
            let waits = site.in_facts(&facts).and_then(|(object, reference)| {
                (reference.row.role == Role::DependsOn).then_some((object?, reference.name.range))
            });
            if let (Some((object, range)), Some(number)) = (waits, site.object) {
                let other = Definition {
                    file: site.file,
                    by: DefinedBy::Object(number),
                    namespace: object.namespace.as_ref().map(|own| own.value.clone()),
                };
                calls.add(other, vec![range], None);
            }
        }
    }
    calls.finish(db)
}

/// What the objects at an offset wait for, in any environment.
pub fn outgoing_calls(db: &dyn Db, file: SourceFile, offset: TextSize) -> Vec<Call> {
    let mut calls = Steps::default();
    for definition in definitions_at(db, file, offset) {
        let is_known = each_node(db, &definition, |environment, graph, node| {
            let edges = graph.edges.iter();
            for edge in edges.filter(|edge| edge.leads == Leads::Waits && edge.from == node) {
                let other = &graph.nodes[edge.to];
                let ranges = said_by(db, &definition, &other.name);
                if let Some(other) = definition_of(db, &definition, other) {
                    calls.add(other, ranges, Some(environment));
                }
            }
        });
        let DefinedBy::Object(number) = definition.by else {
            continue;
        };
        if !is_known {
            for (reference, other) in dependencies(db, definition.file, number).iter() {
                let facts = facts(db, definition.file);
                let range = reference_of(&facts, Some(number), *reference)
                    .map(|(_, reference)| reference.name.range);
                calls.add(other.clone(), range.into_iter().collect(), None);
            }
        }
    }
    calls.finish(db)
}

/// The objects that are found, each once.
#[derive(Default)]
struct Steps {
    found: Vec<(Definition, Vec<TextRange>, Vec<SmolStr>)>,
}

impl Steps {
    fn add(
        &mut self,
        other: Definition,
        ranges: Vec<TextRange>,
        environment: Option<&Environment>,
    ) {
        let known = self
            .found
            .iter_mut()
            .find(|(known, ..)| (known.file, known.by) == (other.file, other.by));
        let (_, own, environments) = match known {
            Some(known) => known,
            None => {
                self.found.push((other, Vec::new(), Vec::new()));
                let Some(last) = self.found.last_mut() else {
                    return;
                };
                last
            }
        };
        for range in ranges {
            if !own.contains(&range) {
                own.push(range);
            }
        }
        environments.extend(environment.map(|environment| environment.name.clone()));
        environments.dedup();
    }

    fn finish(mut self, db: &dyn Db) -> Vec<Call> {
        self.found
            .sort_by_cached_key(|(other, ..)| (other.file.path(db), other.by));
        let calls = self
            .found
            .into_iter()
            .filter_map(|(other, ranges, environments)| {
                let item = item(db, &other, &environments)?;
                Some(Call { item, ranges })
            });
        calls.collect()
    }
}

fn waits(kind: &GroupKind) -> bool {
    *kind == *KUSTOMIZATION || *kind == *HELM_RELEASE
}

fn definitions_at(db: &dyn Db, file: SourceFile, offset: TextSize) -> Vec<Definition> {
    let own = facts(db, file);
    let mut found: Vec<Definition> = Vec::new();
    for subject in subjects(db, file, offset) {
        match subject.what {
            What::Object(definition) => found.push(definition),
            What::Kind(number) => {
                let object = own.objects.get(number as usize);
                found.extend(
                    object
                        .filter(|object| !object.in_patch)
                        .map(|object| Definition {
                            file,
                            by: DefinedBy::Object(number),
                            namespace: object.namespace.as_ref().map(|own| own.value.clone()),
                        }),
                );
            }
            What::Reference {
                object, reference, ..
            } => {
                if let Some((object, reference)) = reference_of(&own, object, reference) {
                    found.extend(named_by(db, file, object, reference));
                }
            }
            _ => {}
        }
    }
    found.retain(|definition| target(db, definition).is_some_and(|target| waits(&target.kind)));
    found.dedup();
    found
}

fn item(db: &dyn Db, definition: &Definition, environments: &[SmolStr]) -> Option<CallItem> {
    let target = target(db, definition)?;
    let mut detail = target.kind.kind.to_string();
    if let Some(namespace) = &target.namespace {
        detail.push_str(&format!(" · {namespace}"));
    }
    if !environments.is_empty() {
        detail.push_str(&format!(" · {}", environments.join(", ")));
    }
    Some(CallItem {
        name: target.name.to_string(),
        detail,
        file: target.file,
        range: target.range.cover(target.name_range),
        focus: target.name_range,
    })
}

/// Shows the nodes of an object in all environments; whether there is one.
fn each_node(
    db: &dyn Db,
    definition: &Definition,
    mut show: impl FnMut(&Environment, &infragen_workspace::ClusterGraph, usize),
) -> bool {
    let root = definition.file.root(db);
    let mut some = false;
    for environment in environments(db, root).iter() {
        let graph = cluster_graph(db, root, environment.clone());
        for (number, node) in graph.nodes.iter().enumerate() {
            let is_it = definition_of(db, definition, node)
                .is_some_and(|own| (own.file, own.by) == (definition.file, definition.by));
            if is_it {
                some = true;
                show(environment, &graph, number);
            }
        }
    }
    some
}

/// The object in the text that a node is made from; of a document with several that of the node's name. `beside` is
/// an object of the same root.
fn definition_of(db: &dyn Db, beside: &Definition, node: &ClusterNode) -> Option<Definition> {
    let place = node.place.as_ref()?;
    let top = beside.file.root(db).top(db)?;
    let Found::File(file) = find(db, top, place.file.as_str()) else {
        return None;
    };
    let facts = facts(db, file);
    let objects = (0..).zip(&facts.objects).filter(|(_, object)| {
        object.kind == node.kind
            && !object.in_patch
            && (place.range.is_empty() || place.range.intersect(object.range).is_some())
    });
    let objects: Vec<_> = objects.collect();
    let named = objects.iter().find(|(_, object)| {
        let name = object.name.as_ref();
        name.is_some_and(|name| name.value == node.name)
    });
    let (number, object) = named.or(objects.first())?;
    Some(Definition {
        file,
        by: DefinedBy::Object(*number),
        namespace: object.namespace.as_ref().map(|own| own.value.clone()),
    })
}

/// Where an object says that it waits for a name; its own name, where something above it says so.
fn said_by(db: &dyn Db, definition: &Definition, name: &str) -> Vec<TextRange> {
    let facts = facts(db, definition.file);
    let DefinedBy::Object(number) = definition.by else {
        return Vec::new();
    };
    let Some(object) = facts.objects.get(number as usize) else {
        return Vec::new();
    };
    let said = object
        .references
        .iter()
        .filter(|reference| reference.row.role == Role::DependsOn && reference.name.value == name);
    let said: Vec<_> = said.map(|reference| reference.name.range).collect();
    match &object.name {
        Some(own) if said.is_empty() => vec![own.range],
        _ => said,
    }
}

#[cfg(test)]
mod tests {
    use infragen_syntax::TextSize;

    use super::{Call, call_items, incoming_calls, outgoing_calls};
    use crate::fixture::Fixture;

    fn told(fixture: &Fixture, calls: &[Call], incoming: bool) -> Vec<String> {
        let calls = calls.iter().map(|call| {
            let item = &call.item;
            let file = if incoming { item.file } else { fixture.file };
            let ranges = call.ranges.iter().map(|range| fixture.place(file, *range));
            let ranges: Vec<_> = ranges.collect();
            format!("{} ({}): {}", item.name, item.detail, ranges.join(", "))
        });
        calls.collect()
    }

    /// The items at the cursor, what waits for them, and what they wait for.
    fn hierarchy(fixture: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
        let fixture = Fixture::new(fixture);
        let (db, file, offset) = (fixture.db(), fixture.file, fixture.offset);
        let items = call_items(db, file, offset).into_iter().map(|item| {
            format!(
                "{} ({}) {}",
                item.name,
                item.detail,
                fixture.place(item.file, item.focus)
            )
        });
        (
            items.collect(),
            told(&fixture, &incoming_calls(db, file, offset), true),
            told(&fixture, &outgoing_calls(db, file, offset), false),
        )
    }

    fn flux(name: &str, spec: &str) -> String {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec: {spec}
"
        )
    }

    fn cluster(files: &[(&str, String)]) -> String {
        let files = files
            .iter()
            .map(|(name, text)| format!("//- clusters/{name}\n{text}"));
        files.collect()
    }

    #[test]
    fn a_kustomization_tells_what_waits_and_what_it_waits_for() {
        let of = |apps: &str| {
            cluster(&[
                ("main/base.yaml", flux("base", "{path: ./base}")),
                ("main/apps.yaml", flux(apps, "{dependsOn: [{name: base}]}")),
                (
                    "main/more.yaml",
                    flux("more", "{dependsOn: [{name: apps}]}"),
                ),
            ])
        };
        let (items, incoming, outgoing) = hierarchy(&of("ap$0ps"));
        assert_eq!(
            items,
            ["apps (Kustomization · flux-system) clusters/main/apps.yaml:3:18 apps"]
        );
        assert_eq!(
            incoming,
            ["more (Kustomization · flux-system · main): clusters/main/more.yaml:4:27 apps"]
        );
        assert_eq!(
            outgoing,
            ["base (Kustomization · flux-system · main): clusters/main/apps.yaml:4:27 base"]
        );
        let from_kind = of("apps").replacen(
            "//- clusters/main/apps.yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: K",
            "//- clusters/main/apps.yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: $0K",
            1,
        );
        assert_eq!(hierarchy(&from_kind).1, incoming);
        let from_reference = of("apps").replace("name: apps}]", "name: $0apps}]");
        assert_eq!(hierarchy(&from_reference).0, items);
        assert_eq!(hierarchy(&from_reference).1, incoming);
    }

    #[test]
    fn releases_wait_as_well() {
        let release = |name: &str, spec: &str| {
            format!(
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name}, namespace: web}}\nspec: {spec}\n"
            )
        };
        let (items, incoming, outgoing) = hierarchy(&cluster(&[
            ("main/db.yaml", release("d$0b", "{}")),
            ("main/web.yaml", release("web", "{dependsOn: [{name: db}]}")),
        ]));
        assert_eq!(
            items,
            ["db (HelmRelease · web) clusters/main/db.yaml:3:18 db"]
        );
        assert_eq!(
            incoming,
            ["web (HelmRelease · web · main): clusters/main/web.yaml:4:27 db"]
        );
        assert_eq!(outgoing, [""; 0]);
    }

    #[test]
    fn what_a_parent_sets_counts_and_environments_are_named() {
        let apps = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\nspec: {path: ./apps}\n";
        let all = format!(
            "//- shared/kustomization.yaml\nresources: [base.yaml, apps.yaml]\n//- shared/base.yaml\n{}//- shared/apps.yaml\n{}\
             //- clusters/one/kustomization.yaml\nresources: [../../shared]\npatches:\n- target: {{name: apps}}\n  patch: |-\n    - {{op: add, path: /spec/dependsOn, value: [{{name: base}}]}}\n\
             //- clusters/two/kustomization.yaml\nresources: [../../shared]\n",
            flux("base", "{path: ./base}"),
            apps.replace("name: apps", "name: $0apps"),
        );
        let (_, incoming, outgoing) = hierarchy(&all);
        assert_eq!(incoming, [""; 0]);
        // No text of its own says so: its name stands for it.
        assert_eq!(
            outgoing,
            ["base (Kustomization · flux-system · one): shared/apps.yaml:3:18 apps"]
        );
    }

    #[test]
    fn what_no_environment_applies_is_told_by_its_text() {
        let (_, incoming, outgoing) = hierarchy(&format!(
            "//- a.yaml\n{}//- b.yaml\n{}//- c.yaml\n{}",
            flux("a", "{}"),
            flux("$0b", "{dependsOn: [{name: a}]}"),
            flux("c", "{dependsOn: [{name: b}]}"),
        ));
        assert_eq!(incoming, ["c (Kustomization · flux-system): c.yaml:4:27 b"]);
        assert_eq!(outgoing, ["a (Kustomization · flux-system): b.yaml:4:27 a"]);
    }

    #[test]
    fn nothing_else_has_one() {
        let fixture = Fixture::new("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: $0a}\n");
        assert_eq!(call_items(fixture.db(), fixture.file, fixture.offset), []);
        assert_eq!(
            call_items(fixture.db(), fixture.file, TextSize::from(0)),
            []
        );
    }
}
