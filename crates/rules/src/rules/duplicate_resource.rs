use std::hash::{Hash, Hasher};
use std::sync::Arc;

use infragen_flux::{ObjectFacts, is_templated};
use infragen_kustomize::{BuildError, Field, Place};
use infragen_syntax::TextRange;
use infragen_workspace::{
    Db, Found, Import, SourceFile, duplicate_ids, entered, facts, importers, imports_of,
    is_patch_file, kustomization_file, place_of_build, takes_itself_in,
};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use crate::above::Reach;
use crate::builds;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// The same object taken in twice by one kustomization file.
pub static DUPLICATE_RESOURCE: Rule = Rule {
    id: "duplicate-resource",
    severity: Severity::Error,
    summary: "one kustomization file takes in the same object twice",
    explanation: "\
kustomize refuses an object whose id it already has: `may not add resource with an already registered \
id`, followed by a misleading `must build at directory`. The id is API version, kind, name and the \
namespace as it stands before this layer changes it. The usual reasons are a file that is listed twice, a \
base that is reached by two ways, and a manifest that was copied without a new name.

Where a layer on the way changes names or namespaces, the build tells which ids come out: two files may have the same \
one only by a prefix or a namespace, also one that a Flux Kustomization gives.",
    example: "\
//- kustomization.yaml
resources:
  - base
  - base/settings.yaml
//- base/kustomization.yaml
resources:
  - settings.yaml
//- base/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if context.facts.kustomization.is_some() {
        if !context.facts.broken {
            entries(context, findings);
        }
    } else if context.facts.objects.len() > 1 {
        documents(context, findings);
    }
    if !context.facts.broken {
        built(context, findings);
    }
}

/// What only builds tell: objects of different ids that come to have the same one.
fn built(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if context.facts.kustomization.is_some() && findings.is_empty() {
        for error in duplicate_ids(context.db, context.file) {
            if is_one_file(context, &error) {
                continue;
            }
            let mut finding =
                builds::finding(context, &DUPLICATE_RESOURCE, &error, error.message.clone());
            if *error.place.file != *context.file.path(context.db) {
                finding.range = entry_of(context, &error.place);
                if let Some((file, range)) = place_of_build(context.db, context.root, &error.place)
                {
                    finding = finding.relate(file, range, "again here");
                }
            }
            findings.push(finding.help("kustomize refuses an object that it already has"));
        }
    }
    let mut more = Vec::new();
    builds::find_in_environments(context, &DUPLICATE_RESOURCE, &mut more);
    for finding in more {
        let told = findings
            .iter()
            .any(|known: &Finding| finding.range.contains_range(known.range));
        if !told {
            findings.push(finding.help("Flux applies nothing of a build that has an object twice"));
        }
    }
}

/// Whether an error is about two documents of one file, which is told there.
fn is_one_file(context: &Context<'_>, error: &BuildError) -> bool {
    let same = |(place, _): &(Place, _)| place.file == error.place.file;
    *error.place.file != *context.file.path(context.db) && error.related.iter().all(same)
}

/// The entry of the kustomization file that brings an object: the last one above its file.
fn entry_of(context: &Context<'_>, object: &Place) -> TextRange {
    let imports = imports_of(context.db, context.file);
    let brings = |import: &&Import| match import.to {
        Found::File(file) => *file.path(context.db) == *object.file,
        Found::Directory(directory) => object.file.starts_with(directory.path(context.db)),
        _ => false,
    };
    let mut imports = imports
        .iter()
        .rev()
        .filter(|import| import.field.includes());
    imports
        .find(brings)
        .and_then(|import| entry(context, import))
        .map_or_else(
            || context.first_line(context.file),
            |entry| entry.path.range,
        )
}

/// An object that a build takes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Brought {
    /// A hash of its id.
    id: u64,
    file: SourceFile,
    /// Number of the object in the file's facts.
    object: u32,
    /// Whether its id in the build is the one that is written.
    as_written: bool,
}

/// The id of an object as kustomize compares it; none without a name.
fn id(object: &ObjectFacts) -> Option<(&str, &str, &str, &str)> {
    let name = object.name.as_ref()?;
    let namespace = object
        .namespace
        .as_ref()
        .map_or("", |namespace| &namespace.value);
    let namespace = if namespace == "default" {
        ""
    } else {
        namespace
    };
    Some((
        &object.api_version,
        &object.kind.kind,
        namespace,
        &name.value,
    ))
}

/// What a file of manifests brings. No places: an edit that moves text leaves it equal.
#[salsa::tracked(returns(clone))]
fn of_file(db: &dyn Db, file: SourceFile) -> Arc<[Brought]> {
    let facts = facts(db, file);
    let objects = (0..)
        .zip(&facts.objects)
        .filter(|(_, object)| !object.in_patch);
    let brought = objects.filter_map(|(number, object)| {
        let mut hasher = FxHasher::default();
        id(object)?.hash(&mut hasher);
        Some(Brought {
            id: hasher.finish(),
            file,
            object: number,
            as_written: true,
        })
    });
    brought.collect()
}

/// What a kustomization file brings to the one that names its directory: each id once.
#[salsa::tracked(returns(clone))]
fn of_layer(db: &dyn Db, kustomization: SourceFile) -> Arc<[Brought]> {
    if takes_itself_in(db, kustomization.directory(db), false) {
        return Arc::from([]);
    }
    let facts = facts(db, kustomization);
    let Some(layer) = &facts.kustomization else {
        return Arc::from([]);
    };
    let imports = imports_of(db, kustomization);
    let (prefix, suffix) = &layer.affixes;
    let changes = layer.namespace.is_some()
        || layer.rewrites
        || !(prefix.is_empty() && suffix.is_empty())
        || imports
            .iter()
            .any(|import| import.field == Field::Components);
    let mut known = FxHashSet::default();
    let mut brought = Vec::new();
    for import in imports.iter() {
        let entry = of_entry(db, import);
        let new = entry.iter().filter(|brought| known.insert(brought.id));
        brought.extend(new.map(|brought| Brought {
            as_written: brought.as_written && !changes,
            ..*brought
        }));
    }
    brought.into()
}

/// What an entry of a kustomization file brings.
fn of_entry(db: &dyn Db, import: &Import) -> Arc<[Brought]> {
    match import.to {
        Found::File(file) if import.field.includes() => of_file(db, file),
        _ if import.field.includes() => entered(db, import)
            .and_then(|directory| kustomization_file(db, directory))
            .map_or(Arc::from([]), |file| of_layer(db, file)),
        _ => Arc::from([]),
    }
}

/// The entries of this kustomization file that bring what an earlier one has brought.
fn entries(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let db = context.db;
    let imports = imports_of(db, context.file);
    let mut seen: FxHashMap<u64, (usize, Brought)> = FxHashMap::default();
    for (number, import) in imports.iter().enumerate() {
        if !import.field.includes() {
            continue;
        }
        let again = imports[..number]
            .iter()
            .find(|earlier| earlier.field.includes() && is_again(context, import, earlier));
        // Components come after all resources, and may have changed what is there by then.
        let component = import.field == Field::Components;
        let brought = of_entry(db, import);
        let mut twice = Vec::new();
        for brought in brought.iter() {
            let known = seen.get(&brought.id).filter(|(earlier, known)| {
                *earlier != number
                    && again.is_none()
                    && !component
                    && brought.as_written
                    && known.as_written
                    && is_same(db, brought, known)
            });
            match known {
                Some((earlier, known)) => twice.push((*earlier, *known, *brought)),
                None if component => {}
                None => {
                    seen.entry(brought.id).or_insert((number, *brought));
                }
            }
        }
        if let Some(again) = again {
            let certain = !brought.is_empty()
                && (!component || brought.iter().all(|brought| brought.as_written));
            findings.extend(listed_twice(context, import, again, component, certain));
        } else if let Some((earlier, known, brought_again)) = twice.first() {
            let all = twice.len() == brought.len();
            let objects = (twice.len(), *known, *brought_again);
            findings.extend(reached_twice(
                context,
                import,
                &imports[*earlier],
                objects,
                all,
            ));
        }
    }
}

/// Whether two entries lead to the same place. What leads nowhere here (a URL, what is missing) is the same
/// only if it is written alike.
fn is_again(context: &Context<'_>, import: &Import, earlier: &Import) -> bool {
    match import.to {
        Found::File(_) | Found::Directory(_) => import.to == earlier.to,
        Found::Other | Found::Missing | Found::Outside => {
            let written = |import| {
                let path = entry(context, import)?.path.value.trim();
                Some(path.trim_start_matches("./").trim_end_matches('/'))
            };
            written(import).is_some() && written(import) == written(earlier)
        }
    }
}

/// Whether two objects that have the same hash have the same id.
fn is_same(db: &dyn Db, a: &Brought, b: &Brought) -> bool {
    let (a_facts, b_facts) = (facts(db, a.file), facts(db, b.file));
    let a = a_facts.objects.get(a.object as usize).and_then(id);
    a.is_some() && a == b_facts.objects.get(b.object as usize).and_then(id)
}

fn entry<'c>(
    context: &'c Context<'_>,
    import: &Import,
) -> Option<&'c infragen_kustomize::PathEntry> {
    let kustomization = context.facts.kustomization.as_ref()?;
    kustomization.entries.get(import.entry as usize)
}

fn listed_twice(
    context: &Context<'_>,
    import: &Import,
    earlier: &Import,
    component: bool,
    certain: bool,
) -> Option<Finding> {
    let (entry, earlier) = (entry(context, import)?, entry(context, earlier)?);
    let path = &entry.path.value;
    let finding = DUPLICATE_RESOURCE
        .finding(entry.path.range, format!("`{path}` is listed twice"))
        .relate(context.file, earlier.path.range, "the first time is here")
        .fix(context.remove_item(format!("remove the second `{path}`"), entry.path.range));
    Some(if certain {
        finding.help("kustomize refuses an object that it already has")
    } else if component {
        finding
            .severity(Severity::Warning)
            .help("a component that is listed twice changes everything twice")
    } else {
        // It brings nothing that is known here.
        finding.severity(Severity::Information)
    })
}

fn reached_twice(
    context: &Context<'_>,
    import: &Import,
    earlier: &Import,
    (count, first, again): (usize, Brought, Brought),
    all: bool,
) -> Option<Finding> {
    let db = context.db;
    let (entry, earlier) = (entry(context, import)?, entry(context, earlier)?);
    let facts = facts(db, again.file);
    let object = facts.objects.get(again.object as usize)?;
    let (_, kind, _, name) = id(object)?;
    let more = match count {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let (path, before) = (&entry.path.value, &earlier.path.value);
    let message = format!("`{path}` brings {kind} `{name}`{more} again, after `{before}`");
    let mut finding = DUPLICATE_RESOURCE
        .finding(entry.path.range, message)
        .help("kustomize refuses an object that it already has")
        .relate(
            context.file,
            earlier.path.range,
            format!("`{before}` brings it first"),
        );
    let same_place = first.file == again.file && first.object == again.object;
    for (place, message) in [(first, "the object is here"), (again, "and again here")] {
        if let Some((file, range)) = name_place(db, &place) {
            finding = finding.relate(file, range, message);
        }
        if same_place {
            break;
        }
    }
    let fix = all.then(|| context.remove_item(format!("remove `{path}`"), entry.path.range));
    Some(finding.fix(fix.flatten()))
}

fn name_place(db: &dyn Db, place: &Brought) -> Option<(SourceFile, TextRange)> {
    let facts = facts(db, place.file);
    let name = facts.objects.get(place.object as usize)?.name.as_ref()?;
    Some((place.file, name.range))
}

/// The documents of a file that have the id of an earlier one.
fn documents(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = FxHashMap::default();
    let mut twice = Vec::new();
    for object in context
        .facts
        .objects
        .iter()
        .filter(|object| !object.in_patch)
    {
        let Some(id) = id(object).filter(|id| !id.3.contains("{{") && !id.3.contains("<<")) else {
            continue;
        };
        match seen.get(&id) {
            Some(first) => twice.push((*first, object)),
            None => {
                seen.insert(id, object);
            }
        }
    }
    if twice.is_empty() || is_patch_file(context.db, context.file) {
        return;
    }
    let listed = importers(context.db, context.root, Found::File(context.file));
    let built = listed.iter().any(|import| import.field.includes())
        || context.above().reach == Reach::Applied;
    if !built && context.above().reach == Reach::Orphan {
        // No build takes the file in: a test's steps, say, which are applied one after the other.
        return;
    }
    for (first, again) in twice {
        let (Some(first), Some(name)) = (&first.name, &again.name) else {
            continue;
        };
        let message = format!("this file has a {} `{}` already", again.kind, name.value);
        let mut finding = DUPLICATE_RESOURCE
            .finding(name.range, message)
            .severity(if built {
                Severity::Error
            } else {
                Severity::Warning
            })
            .relate(context.file, first.range, "the first one is here");
        finding = if is_templated(&name.value) {
            finding.help("kustomize compares names before anything is substituted")
        } else {
            finding.help("kustomize refuses an object that it already has")
        };
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, Checked, check};

    const FILES: &str = "\
//- a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
//- copy.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: default}
//- b.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: b}
//- nothing.yaml
# nothing yet
//- base/kustomization.yaml
resources: [../a.yaml, ../b.yaml]
//- moved/kustomization.yaml
namespace: blue
resources: [../a.yaml]
//- twin/kustomization.yaml
resources: [../base]
";

    fn layer(text: &str) -> Checked {
        check(
            "duplicate-resource",
            &format!("//- kustomization.yaml\n{text}\n{FILES}"),
        )
    }

    #[test]
    fn a_file_or_directory_listed_twice() {
        layer("resources:\n- a.yaml\n- b.yaml\n- ./a.yaml")
            .finds_one(Severity::Error, "`./a.yaml` is listed twice")
            .relates(&["kustomization.yaml [a.yaml]: the first time is here"])
            .fixed("");
        layer("resources: [base]\nbases: [base/]")
            .finds_one(Severity::Error, "`base/` is listed twice");
    }

    #[test]
    fn two_layers_may_make_one_name_out_of_two() {
        let prefixed = "//- kustomization.yaml
resources: [pre, b.yaml]
//- pre/kustomization.yaml
namePrefix: pre-
resources: [a.yaml]
//- pre/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
//- b.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: pre-a}
";
        check("duplicate-resource", prefixed)
            .finds_one(
                Severity::Error,
                "ConfigMap pre-a is already in this build (ConfigMap.v1.[noGrp]/pre-a.[noNs])",
            )
            .at(&["kustomization.yaml: b.yaml"]);
        // The layer that brings them together is the one that must change, and not those above it.
        let above = format!("{prefixed}//- top/kustomization.yaml\nresources: [..]\n")
            .replace("//- kustomization", "//- all/kustomization")
            .replace("[pre, b.yaml]", "[../pre, ../b.yaml]")
            .replace("[..]", "[../all]");
        check("duplicate-resource", &above)
            .finds(1)
            .at(&["all/kustomization.yaml: ../b.yaml"]);
        let other = prefixed.replace("namePrefix: pre-", "namePrefix: x-");
        check("duplicate-resource", &other).finds(0);
    }

    #[test]
    fn a_namespace_may_make_two_objects_one() {
        let text = "//- kustomization.yaml
namespace: apps
resources: [a.yaml, b.yaml]
//- a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: one}
//- b.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: two}
";
        check("duplicate-resource", text)
            .finds_one(
                Severity::Error,
                "ConfigMap a is there twice once both are in namespace apps",
            )
            .at(&["kustomization.yaml: apps"]);
        // So may that of a Flux Kustomization, of all that lies below its path.
        let flux = format!(
            "{CLUSTER}//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec:
  path: ./apps
  targetNamespace: web
  sourceRef: {{kind: GitRepository, name: flux-system}}
//- apps/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: a, namespace: one}}
//- apps/b.yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: a, namespace: two}}
"
        );
        check("duplicate-resource", &flux)
            .finds(1)
            .at(&["clusters/production/apps.yaml: web"]);
        let same = flux
            .replace("  targetNamespace: web\n", "")
            .replace("two", "one");
        check("duplicate-resource", &same).finds(1).relates(&[
            "apps/a.yaml [apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: one}]: the same object",
        ]);
    }

    #[test]
    fn what_leads_nowhere_here_is_the_same_only_if_it_is_written_alike() {
        layer("resources: [https://x/a.yaml, https://x/b.yaml, c.yaml, d.yaml]").finds(0);
        layer("resources:\n- https://x/a.yaml\n- a.yaml\n- https://x/a.yaml")
            .finds_one(Severity::Information, "`https://x/a.yaml` is listed twice");
    }

    #[test]
    fn a_file_and_a_directory_that_holds_it() {
        layer("resources:\n- base\n- a.yaml")
            .finds_one(
                Severity::Error,
                "`a.yaml` brings ConfigMap `a` again, after `base`",
            )
            .relates(&[
                "kustomization.yaml [base]: `base` brings it first",
                "a.yaml [a]: the object is here",
            ])
            .fixed("");
    }

    #[test]
    fn one_base_by_two_ways() {
        layer("resources:\n- base\n- twin").finds_one(
            Severity::Error,
            "`twin` brings ConfigMap `a` and 1 more again, after `base`",
        );
    }

    #[test]
    fn a_copy_with_the_same_id() {
        layer("resources: [a.yaml, copy.yaml]")
            .finds_one(
                Severity::Error,
                "`copy.yaml` brings ConfigMap `a` again, after `a.yaml`",
            )
            .relates(&[
                "kustomization.yaml [a.yaml]: `a.yaml` brings it first",
                "a.yaml [a]: the object is here",
                "copy.yaml [a]: and again here",
            ]);
    }

    #[test]
    fn an_entry_that_brings_more_is_not_taken_out() {
        layer("resources: [a.yaml, base]")
            .finds_one(
                Severity::Error,
                "`base` brings ConfigMap `a` again, after `a.yaml`",
            )
            .offers(0);
    }

    #[test]
    fn another_namespace_or_name_is_another_object() {
        layer("resources: [base, moved]").finds(0);
        layer("resources: [a.yaml, b.yaml]").finds(0);
    }

    #[test]
    fn a_file_without_objects_may_stand_twice() {
        layer("resources: [nothing.yaml, nothing.yaml]")
            .finds_one(Severity::Information, "`nothing.yaml` is listed twice");
    }

    #[test]
    fn a_component_listed_twice() {
        let component = |body: &str| {
            format!(
                "components: [ha, ha]\n//- ha/kustomization.yaml\napiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n{body}"
            )
        };
        layer(&component("commonAnnotations: {a: b}"))
            .finds_one(Severity::Warning, "`ha` is listed twice");
        layer(&component("resources: [../a.yaml]"))
            .finds_one(Severity::Error, "`ha` is listed twice");
        layer(&component("namespace: blue\nresources: [../a.yaml]"))
            .finds_one(Severity::Warning, "`ha` is listed twice");
    }

    #[test]
    fn two_documents_of_one_file() {
        let twice = "//- c.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";
        layer(&format!("resources: [c.yaml]\n{twice}"))
            .finds_one(Severity::Error, "this file has a ConfigMap `c` already");
        check("duplicate-resource", twice)
            .finds_one(Severity::Warning, "this file has a ConfigMap `c` already");
        let versions = twice.replacen("apiVersion: v1", "apiVersion: v2", 1);
        check("duplicate-resource", &versions).finds(0);
    }

    #[test]
    fn a_loop_of_directories_comes_to_an_end() {
        layer("resources: [x]\n//- x/kustomization.yaml\nresources: [../y]\n//- y/kustomization.yaml\nresources: [../x, ../a.yaml]")
            .finds(0);
    }
}
