//! What a field of a manifest or patch really is in each environment, and the lines that made it so.

use std::collections::BTreeSet;

use camino::Utf8Path;
use infragen_kustomize::{How, Scalar};
use infragen_syntax::{NodeKind, TextRange, TextSize};
use infragen_workspace::{
    Change, Db, MAX_TRACED, Root, SourceFile, file_from, nth_cluster, readers, shown_path, text,
    tree,
};
use rustc_hash::FxHashMap;

use crate::markdown::{code, fit, item};
use crate::place::Place;

/// Rows that are shown: one for each value and history.
const MAX_ROWS: usize = 8;

/// A value that a field has, or that a text gives to some field.
struct Effective {
    environment: String,
    /// Kind and name of the object.
    object: String,
    /// As it may be shown.
    value: String,
    /// Whether it, and what it was before, is shown to nobody.
    hidden: bool,
    /// As it is.
    text: String,
    changes: Vec<Change>,
}

/// A card about the scalar at an offset: its values by environment; none where nothing that is known applies it.
pub(crate) fn effective(
    db: &dyn Db,
    file: SourceFile,
    offset: TextSize,
) -> Option<(TextRange, String)> {
    let field = field(db, file, offset)?;
    let values = values(db, file, field.range);
    if values.is_empty() || !field.shown.contains_inclusive(offset) {
        return None;
    }
    let mut lines = vec![code(&field.path), String::new()];
    lines.extend(rows(db, file, &values));
    Some((field.shown, fit(&lines.join("\n"))))
}

struct Field {
    /// The text that is pointed at.
    shown: TextRange,
    /// The bytes of the value.
    range: TextRange,
    /// Its path.
    path: String,
}

/// The value that an offset is about: the scalar there, or that of the key there. In a patch inside a text the
/// line that it is on.
fn field(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<Field> {
    let tree = tree(db, file);
    let place = Place::at(&tree, offset)?;
    let node = place.node()?;
    let value = if place.on_key {
        let entry = place
            .parent()?
            .own_entries()
            .find(|entry| entry.key == node)?;
        entry.value
    } else {
        node
    };
    let NodeKind::Scalar(style) = value.kind() else {
        return None;
    };
    if style.is_block() && !place.on_key {
        return line_of(value.text(), value.range(), offset);
    }
    Some(Field {
        shown: node.range(),
        range: value.content_range(),
        path: place.path().join(".").replace(".[]", "[]"),
    })
}

/// The line of a text that an offset is on: what it says there is `key: value` of a patch.
fn line_of(text: &str, range: TextRange, offset: TextSize) -> Option<Field> {
    let at = usize::from(offset.checked_sub(range.start())?);
    let start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let end = text
        .get(at..)?
        .find('\n')
        .map_or(text.len(), |end| at + end);
    let line = text.get(start..end)?;
    let trimmed = line.trim();
    let (key, value) = trimmed.trim_start_matches("- ").split_once(": ")?;
    let from = start + line.len() - line.trim_start().len();
    let within = |from: usize, to: usize| {
        let from = range.start() + TextSize::try_from(from).ok()?;
        Some(TextRange::at(from, TextSize::try_from(to).ok()?))
    };
    let value_at = start + line.rfind(value)?;
    Some(Field {
        shown: within(from, trimmed.len())?,
        range: within(value_at, value.len())?,
        path: key.to_owned(),
    })
}

/// What a text of a file gives to fields, in all environments: the values in whose history it takes part.
fn values(db: &dyn Db, file: SourceFile, range: TextRange) -> Vec<Effective> {
    let root = file.root(db);
    let mut found = Vec::new();
    for reader in readers(db, file).iter().take(MAX_TRACED) {
        let Some(cluster) = nth_cluster(db, root, reader.environment) else {
            continue;
        };
        let environment = &cluster.environment;
        let Some(application) = cluster.applications.get(reader.application) else {
            continue;
        };
        let built = cluster.traced(db, application).unwrap_or_default();
        for resource in &built.resources {
            let part = (file, range);
            let mut visit = |scalar: &Scalar, changes| {
                let hidden = resource.kind() == "Secret" || scalar.origin.is_secret();
                found.push(Effective {
                    environment: environment.name.to_string(),
                    object: format!("{} {}", resource.kind(), resource.name()),
                    value: shown_value(hidden, &scalar.text),
                    hidden,
                    text: scalar.text.to_string(),
                    changes,
                });
                true
            };
            cluster.values_by(db, application, &resource.value, part, &mut visit);
        }
    }
    found
}

/// A value as it may be shown: what a Secret holds, and what is copied from there, is shown to nobody.
fn shown_value(hidden: bool, text: &str) -> String {
    if hidden {
        return "secret".to_owned();
    }
    if text.is_empty() {
        "empty".to_owned()
    } else {
        code(text)
    }
}

/// One line for each value with its history: the environments that have it, the value, and the lines that set it.
fn rows(db: &dyn Db, file: SourceFile, values: &[Effective]) -> Vec<String> {
    let root = file.root(db);
    let mut lines = Lines {
        db,
        root,
        starts: FxHashMap::default(),
    };
    let objects: BTreeSet<_> = values.iter().map(|value| &value.object).collect();
    let several = objects.len() > 1;
    let mut grouped: Vec<(Told, Vec<String>)> = Vec::new();
    for value in values {
        let mut told = told(value, &mut lines);
        if several {
            told.value = format!("{} · {}", told.value, value.object);
        }
        let number = grouped.iter().position(|(known, _)| *known == told);
        let number = number.unwrap_or_else(|| {
            grouped.push((told, Vec::new()));
            grouped.len() - 1
        });
        let environments = &mut grouped[number].1;
        if !environments.contains(&value.environment) {
            environments.push(value.environment.clone());
        }
    }
    let more = grouped.len().saturating_sub(MAX_ROWS);
    let mut rows = Vec::new();
    for (told, environments) in grouped.into_iter().take(MAX_ROWS) {
        rows.push(item(
            &format!("**{}**:", environments.join(", ")),
            &told.value,
        ));
        rows.extend(
            told.steps
                .iter()
                .map(|step| format!("  {}", item("", step))),
        );
    }
    if more > 0 {
        rows.push(item("", &format!("and {more} more")));
    }
    rows
}

/// A value, and a line for each step that made it, the newest first.
#[derive(PartialEq)]
struct Told {
    value: String,
    steps: Vec<String>,
}

fn told(value: &Effective, lines: &mut Lines<'_>) -> Told {
    let mut steps = Vec::new();
    let mut was: Option<Option<&str>> = None;
    for (number, change) in value.changes.iter().enumerate() {
        let earlier = value.changes.get(number + 1);
        let now = was.flatten().unwrap_or(&value.text);
        // A step that says what was so before is none.
        if earlier.is_some() && change.before.as_deref() == Some(now) {
            continue;
        }
        let place = lines.place(change);
        let by = by(change.how);
        match was {
            None => steps.push(format!("{place}{by}")),
            Some(Some(_)) if value.hidden => steps.push(format!("before in {place}{by}")),
            Some(Some(before)) => steps.push(format!("was {} in {place}{by}", code(before))),
            // What was not there had no place.
            Some(None) => break,
        }
        was = Some(change.before.as_deref());
    }
    Told {
        value: value.value.clone(),
        steps,
    }
}

/// What set it, where the line does not show that by itself.
fn by(how: How) -> &'static str {
    match how {
        How::Resource | How::Patch | How::Transformer | How::Generator => "",
        How::Replacement => " (replacement)",
        How::NameReference => " (a renamed object)",
        How::Substitution => " (variable)",
    }
}

/// Places as `file:line`.
struct Lines<'db> {
    db: &'db dyn Db,
    root: Root,
    starts: FxHashMap<String, Vec<usize>>,
}

impl Lines<'_> {
    fn place(&mut self, change: &Change) -> String {
        let path = change.place.file.to_string();
        let (db, root) = (self.db, self.root);
        let starts = self.starts.entry(path.clone()).or_insert_with(|| {
            let found = file_from(db, root, Utf8Path::new(&path));
            let text = found.and_then(|file| text(db, file).ok());
            let text = text.unwrap_or_default();
            memchr::memchr_iter(b'\n', text.as_bytes()).collect()
        });
        let at = usize::from(change.place.range.start());
        let line = starts.partition_point(|end| *end < at) + 1;
        let shown = shown_path(db, root, Utf8Path::new(&path));
        code(&format!("{shown}:{line}"))
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    /// The last card of the hover at the cursor.
    fn card(fixture: &str) -> String {
        let fixture = Fixture::new(fixture);
        let hover = crate::hover(fixture.db(), fixture.file, fixture.offset);
        let markdown = hover.map(|hover| hover.markdown).unwrap_or_default();
        markdown
            .split("\n\n---\n\n")
            .last()
            .unwrap_or_default()
            .to_owned()
    }

    fn fleet(base: &str, production: &str) -> String {
        let cluster = |name: &str, variables: &str| {
            format!(
                "//- clusters/{name}/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: web, namespace: flux-system}}
spec:
  path: ./apps/web/overlays/{name}
  sourceRef: {{kind: GitRepository, name: flux-system}}
  postBuild: {{substitute: {{{variables}}}}}
"
            )
        };
        format!(
            "{}{}//- apps/web/base/kustomization.yaml
resources: [deployment.yaml]
//- apps/web/base/deployment.yaml
{base}//- apps/web/overlays/production/kustomization.yaml
namespace: web
resources: [../../base]
patches:
- path: replicas.yaml
//- apps/web/overlays/production/replicas.yaml
{production}//- apps/web/overlays/staging/kustomization.yaml
namespace: web-staging
resources: [../../base]
",
            cluster("production", "ZONE: a"),
            cluster("staging", "ZONE: b"),
        )
    }

    const BASE: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  paused: ${PAUSED:=true}
";

    const PATCH: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
";

    #[test]
    fn a_field_of_a_base_has_a_value_in_each_environment() {
        let base = BASE.replace("replicas: 1", "replicas: $01");
        assert_eq!(
            card(&fleet(&base, PATCH)),
            "`spec.replicas`

- **production**: `3`
  - `apps/web/overlays/production/replicas.yaml:5`
  - was `1` in `apps/web/base/deployment.yaml:5`
- **staging**: `1`
  - `apps/web/base/deployment.yaml:5`"
        );
    }

    #[test]
    fn a_field_of_a_patch_tells_what_it_changes() {
        let patch = PATCH.replace("replicas", "re$0plicas");
        assert_eq!(
            card(&fleet(BASE, &patch)),
            "`spec.replicas`

- **production**: `3`
  - `apps/web/overlays/production/replicas.yaml:5`
  - was `1` in `apps/web/base/deployment.yaml:5`"
        );
    }

    #[test]
    fn a_transformer_is_told() {
        let base = BASE.replace(
            "metadata: {name: web}",
            "metadata: {name: web, namespace: $0x}",
        );
        assert_eq!(
            card(&fleet(
                &base,
                &PATCH.replace("name: web", "name: web, namespace: x")
            )),
            "`metadata.namespace`

- **production**: `web`
  - `apps/web/overlays/production/kustomization.yaml:1`
  - was `x` in `apps/web/base/deployment.yaml:3`
- **staging**: `web-staging`
  - `apps/web/overlays/staging/kustomization.yaml:1`
  - was `x` in `apps/web/base/deployment.yaml:3`"
        );
    }

    #[test]
    fn what_a_parent_makes_a_flux_kustomization_add_is_told_where_the_parent_says_it() {
        let fixture = "//- clusters/prod/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {path: ./clusters/prod, sourceRef: {kind: GitRepository, name: flux-system}}
//- clusters/prod/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./apps
  sourceRef: {kind: GitRepository, name: flux-system}
  patches:
  - patch: |
      apiVersion: kustomize.toolkit.fluxcd.io/v1
      kind: Kustomization
      metadata: {name: x}
      spec:
        namePrefix: pre-
    target: {kind: Kustomization}
//- apps/kustomization.yaml
namespace: web
resources: [ks.yaml]
replacements:
- source: {kind: Kustomization, fieldPath: metadata.namespace}
  targets:
  - select: {kind: Kustomization}
    fieldPaths: [spec.targetNamespace]
    options: {create: true}
//- apps/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: web
spec:
  path: ./service
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}
//- service/kustomization.yaml
resources: [settings.yaml]
//- service/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: other
";
        let at = |text: &str| card(&fixture.replacen(text, &format!("$0{text}"), 1));
        // What the service is called is no value of another field.
        assert_eq!(
            at("prune: true"),
            "`spec.prune`\n\n- **prod**: `true`\n  - `apps/ks.yaml:7`"
        );
        assert_eq!(
            at("name: settings\n"),
            "`metadata.name`

- **prod**: `pre-settings`
  - `clusters/prod/apps.yaml:13`
  - was `settings` in `service/settings.yaml:4`"
        );
        assert_eq!(
            at("namespace: other"),
            "`metadata.namespace`

- **prod**: `web`
  - `apps/kustomization.yaml:4`
  - was `other` in `service/settings.yaml:5`"
        );
    }

    #[test]
    fn what_a_secret_holds_is_not_shown() {
        let base =
            "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\nstringData:\n  key: hunt$0er2\n";
        let card = card(&fleet(
            base,
            "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\nstringData: {key: hunter3}\n",
        ));
        assert!(
            card.contains("secret") && !card.contains("hunter"),
            "{card}"
        );
    }

    #[test]
    fn what_is_copied_out_of_a_secret_is_not_shown() {
        let objects = "apiVersion: v1
kind: Secret
metadata: {name: web}
stringData: {key: hunter2}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {a: told, b: told, c: '{\"in\": \"x\"}', d: $(KEY)-x}
";
        let kustomization = "resources: [../../base]
replacements:
- source: {kind: Secret, name: web, fieldPath: stringData.key}
  targets:
  - {select: {kind: ConfigMap}, fieldPaths: [data.a, data.c.in]}
- source: {kind: ConfigMap, name: web, fieldPath: data.a}
  targets:
  - {select: {kind: ConfigMap}, fieldPaths: [data.b]}
vars:
- name: KEY
  objref: {apiVersion: v1, kind: Secret, name: web}
  fieldref: {fieldPath: stringData.key}
configurations: [refs.yaml]
";
        let refs = "varReference: [{path: data, kind: ConfigMap}]\n";
        let fixture = fleet(objects, "").replace(
            "namespace: web-staging\nresources: [../../base]\n",
            &format!("{kustomization}//- apps/web/overlays/staging/refs.yaml\n{refs}"),
        );
        for place in [
            "a: told",
            "b: told",
            "c: '{",
            "d: $(KEY)",
            "fieldPath: stringData.key",
            "fieldPath: data.a",
        ] {
            let (key, value) = place.split_once(": ").unwrap();
            let fixture = fixture.replacen(place, &format!("{key}: $0{value}"), 1);
            let card = card(&fixture);
            let staging = card.split("- **staging**").nth(1).unwrap_or_default();
            assert!(staging.starts_with(": secret"), "{place}: {card}");
            assert!(!card.contains("hunter"), "{place}: {card}");
        }
    }

    #[test]
    fn where_nothing_applies_a_file_there_is_no_card() {
        let fixture = format!(
            "//- old/deployment.yaml\n{}",
            BASE.replace("replicas: 1", "replicas: $01")
        );
        assert_eq!(card(&fixture), "");
    }
}
