use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{Db, PathTarget, SourceFile, facts, tree};

use crate::below::selected;
use crate::place::anchor_range;
use crate::subject::{Part, Subject, What, reference_of, subjects};
use crate::target::{named_by, namespace_objects, of_object, of_path};
use crate::variables;

/// A place to go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavigationTarget {
    /// The text under the cursor that leads there.
    pub origin: TextRange,
    /// The file.
    pub file: SourceFile,
    /// The whole of it: the document of an object; the first line of a file.
    pub range: TextRange,
    /// The part to select: the `metadata.name` of an object.
    pub focus: TextRange,
}

/// A selector such as `kind: HelmRelease` takes hundreds of objects; nobody reads more than these.
const MAX_TARGETS: usize = 100;

/// Where the thing at an offset is defined: the objects that a reference names (several where
/// environments share the name, the likeliest first), the file or directory at a path, the anchor of an
/// alias and what stands there, what sets a variable. The name of an object leads to itself, so that editors show its
/// references instead.
pub fn definition(db: &dyn Db, file: SourceFile, offset: TextSize) -> Vec<NavigationTarget> {
    if let Some(targets) = variables::definition(db, file, offset) {
        return targets;
    }
    let mut targets: Vec<NavigationTarget> = Vec::new();
    for subject in subjects(db, file, offset) {
        for target in targets_of(db, file, &subject) {
            // The anchor in front of a name is the same place as the name.
            let known = |known: &NavigationTarget| {
                known.file == target.file
                    && (known.focus == target.focus || target.range.end() == known.focus.end())
            };
            if !targets.iter().any(known) && targets.len() < MAX_TARGETS {
                targets.push(target);
            }
        }
    }
    targets
}

fn targets_of(db: &dyn Db, file: SourceFile, subject: &Subject) -> Vec<NavigationTarget> {
    let origin = subject.range;
    let objects = match &subject.what {
        What::Reference {
            object,
            reference,
            part,
        } => {
            let facts = facts(db, file);
            let Some((object, reference)) = reference_of(&facts, *object, *reference) else {
                return Vec::new();
            };
            match (part, &reference.namespace) {
                (Part::Namespace, Some(namespace)) => namespace_objects(db, file, &namespace.value),
                _ => named_by(db, file, object, reference),
            }
        }
        What::Object(definition) => vec![definition.clone()],
        What::Namespace(name) => namespace_objects(db, file, name),
        What::Selection {
            selector,
            directories,
            ..
        } => directories
            .iter()
            .flat_map(|directory| selected(db, *directory, selector))
            .take(MAX_TARGETS)
            .collect(),
        What::Path {
            target: PathTarget::Here { found, .. },
            ..
        } => {
            return of_path(db, origin, *found).into_iter().collect();
        }
        What::Anchor { node, .. } => {
            let tree = tree(db, file);
            let node = tree.node(*node);
            let focus = anchor_range(node).unwrap_or(node.range());
            let range = focus.cover(node.range());
            return vec![NavigationTarget {
                origin,
                file,
                range,
                focus,
            }];
        }
        What::Path { .. } | What::Kind(_) | What::KustomizationFile => Vec::new(),
    };
    objects
        .iter()
        .filter_map(|definition| of_object(db, origin, definition))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    /// Where the cursor leads, the range that is selected there.
    fn goes_to(fixture: &str) -> Vec<String> {
        let fixture = Fixture::new(fixture);
        let targets = super::definition(fixture.db(), fixture.file, fixture.offset);
        for target in &targets {
            assert!(target.range.contains_range(target.focus), "{target:?}");
            assert!(
                target.origin.contains_inclusive(fixture.offset),
                "{target:?}"
            );
        }
        targets
            .iter()
            .map(|target| fixture.place(target.file, target.focus))
            .collect()
    }

    const SOURCE: &str = "
//- source.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: flux-system
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: fleet
  namespace: flux-system
";

    fn kustomization(spec: &str) -> String {
        format!(
            "//- apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
{spec}{SOURCE}"
        )
    }

    #[test]
    fn every_part_of_a_reference_leads_on() {
        let spec = |kind, name, namespace| {
            kustomization(&format!(
                "  sourceRef:\n    kind: {kind}\n    name: {name}\n    namespace: {namespace}\n"
            ))
        };
        let fleet = ["source.yaml:9:9 fleet"];
        assert_eq!(
            goes_to(&spec("GitRepository", "fl$0eet", "flux-system")),
            fleet
        );
        assert_eq!(
            goes_to(&spec("GitRepository", "fleet$0", "flux-system")),
            fleet
        );
        assert_eq!(
            goes_to(&spec("$0GitRepository", "fleet", "flux-system")),
            fleet
        );
        let namespace = ["source.yaml:4:9 flux-system"];
        assert_eq!(
            goes_to(&spec("GitRepository", "fleet", "flux$0-system")),
            namespace
        );
    }

    #[test]
    fn the_range_is_the_document() {
        let fixture = Fixture::new(&kustomization(
            "  sourceRef:\n    kind: GitRepository\n    name: $0fleet\n",
        ));
        let target = &super::definition(fixture.db(), fixture.file, fixture.offset)[0];
        let text = fixture.text(target.file);
        assert!(text[target.range].starts_with("apiVersion: source"));
        assert!(text[target.range].ends_with("namespace: flux-system"));
    }

    #[test]
    fn a_name_whose_kind_is_not_typed_yet_leads_to_what_may_stand_there() {
        let found = goes_to(&kustomization(
            "  sourceRef:\n    kind: \n    name: $0fleet\n",
        ));
        assert_eq!(found, ["source.yaml:9:9 fleet"]);
    }

    #[test]
    fn a_name_leads_to_itself() {
        assert_eq!(
            goes_to("kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: $0a\n"),
            ["a.yaml:4:9 a"]
        );
    }

    #[test]
    fn every_environment_is_an_answer_for_what_they_share() {
        let sync = |environment: &str| {
            format!(
                "//- clusters/{environment}/sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{path: ./clusters/{environment}, sourceRef: {{kind: GitRepository, name: fleet}}}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: fleet, namespace: flux-system}}
"
            )
        };
        let web = "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {sourceRef: {kind: GitRepository, name: $0fleet}}
";
        let both = format!("{}{}", sync("production"), sync("staging"));
        assert_eq!(
            goes_to(&format!("//- shared/web.yaml\n{web}{both}")),
            [
                "clusters/production/sync.yaml:8:18 fleet",
                "clusters/staging/sync.yaml:8:18 fleet"
            ]
        );
        assert_eq!(
            goes_to(&format!("//- clusters/staging/web.yaml\n{web}{both}")),
            ["clusters/staging/sync.yaml:8:18 fleet"]
        );
    }

    const SET: &str = "//- set.yaml
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: tenants, namespace: flux-system}
spec:
";

    #[test]
    fn what_a_resource_set_renders_leads_on_and_is_found() {
        let set = |namespace: &str, name: &str| {
            format!(
                "{SET}  resources:
  - apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {{name: web, namespace: flux-system}}
    spec:
      targetNamespace: {namespace}
      sourceRef:
        kind: GitRepository
        name: {name}
{SOURCE}"
            )
        };
        assert_eq!(goes_to(&set("a", "fl$0eet")), ["source.yaml:9:9 fleet"]);
        let namespace = ["source.yaml:4:9 flux-system"];
        assert_eq!(goes_to(&set("$0flux-system", "fleet")), namespace);
        let depends = "//- b.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: b, namespace: flux-system}
spec: {dependsOn: [{name: we$0b}]}
";
        assert_eq!(
            goes_to(&format!("{}{depends}", set("a", "fleet"))),
            ["set.yaml:8:22 web"]
        );
    }

    #[test]
    fn the_texts_of_a_resource_set_are_read_as_far_as_they_are_yaml() {
        let found = goes_to(&format!(
            "{SET}  resourcesTemplate: |
    <<- range $tenant := inputs.tenants >>
    ---
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata:
      name: << $tenant >>
    spec:
      sourceRef:
        kind: GitRepository
        name: f$0leet
    <<- end >>
{SOURCE}"
        ));
        assert_eq!(found, ["source.yaml:9:9 fleet"]);
    }

    #[test]
    fn the_path_of_a_sync_leads_to_its_directory() {
        let found = goes_to(&format!(
            "{LAYERS}//- clusters/a/flux.yaml
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {{name: flux, namespace: flux-system}}
spec:
  sync:
    kind: GitRepository
    path: $0base
"
        ));
        assert_eq!(found, ["base/kustomization.yaml:1:1"]);
    }

    const LAYERS: &str = "//- base/kustomization.yaml
resources:
  - web.yaml
//- base/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
//- empty/deep/a.yaml
# the first
";

    #[test]
    fn paths_lead_to_files_and_kustomization_files() {
        let entry = |entry: &str| {
            goes_to(&format!(
                "{LAYERS}//- top/kustomization.yaml\nresources:\n  - {entry}\n"
            ))
        };
        assert_eq!(entry("../ba$0se"), ["base/kustomization.yaml:1:1"]);
        assert_eq!(entry("../base/web.yaml$0"), ["base/web.yaml:1:1"]);
        assert_eq!(entry("$0../empty"), ["empty/deep/a.yaml:1:1"]);
        assert!(entry("../nothing$0").is_empty());
        assert!(entry("https://example.org/$0a.yaml").is_empty());
    }

    #[test]
    fn a_target_leads_to_the_objects_below_it() {
        let target = |target: &str| {
            goes_to(&format!(
                "{LAYERS}//- top/kustomization.yaml
resources:
  - ../base
patches:
  - path: p.yaml
    target:
      {target}
"
            ))
        };
        assert_eq!(
            target("kind: $0Deployment\n      name: web"),
            ["base/web.yaml:4:9 web"]
        );
        assert_eq!(
            target("name: $0.*"),
            ["base/web.yaml:4:9 web", "base/web.yaml:9:9 api"]
        );
        assert!(target("name: $0other").is_empty());
    }

    #[test]
    fn the_name_in_a_patch_leads_to_what_it_changes() {
        let inline = "//- top/kustomization.yaml
resources:
  - ../base
patches:
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: we$0b
";
        assert_eq!(
            goes_to(&format!("{LAYERS}{inline}")),
            ["base/web.yaml:4:9 web"]
        );
        let file = "//- top/kustomization.yaml
resources:
  - ../base
patches:
  - path: patch.yaml
//- top/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ap$0i
";
        assert_eq!(
            goes_to(&format!("{LAYERS}{file}")),
            ["base/web.yaml:9:9 api"]
        );
    }

    #[test]
    fn with_a_target_the_name_in_a_patch_counts_for_nothing() {
        let inline = "//- top/kustomization.yaml
resources:
  - ../base
patches:
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: $0any
    target: {kind: Deployment, name: api}
";
        assert_eq!(
            goes_to(&format!("{LAYERS}{inline}")),
            ["base/web.yaml:9:9 api"]
        );
    }

    #[test]
    fn references_in_an_inline_patch_lead_on() {
        let found = goes_to(&kustomization(
            "  patches:
    - patch: |
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata:
          name: _
        spec:
          sourceRef:
            kind: GitRepository
            name: fl$0eet
",
        ));
        assert_eq!(found, ["source.yaml:9:9 fleet"]);
    }

    #[test]
    fn an_alias_leads_to_its_anchor_and_to_the_object() {
        let found = goes_to(
            "//- a.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: &app web
  namespace: apps
spec:
  targetNamespace: apps
  dependsOn:
    - name: *a$0pp
",
        );
        assert_eq!(found, ["a.yaml:4:14 web"]);
    }

    #[test]
    fn an_anchor_elsewhere_is_an_answer_beside_the_object() {
        let found = goes_to(&kustomization(
            "  targetNamespace: &source fleet\n  sourceRef:\n    kind: GitRepository\n    name: *$0source\n",
        ));
        assert_eq!(found, ["source.yaml:9:9 fleet", "apps.yaml:7:20 &source"]);
    }

    #[test]
    fn a_spec_path_leads_to_its_directory() {
        let repository = |path: &str, components: &str| {
            format!(
                "//- clusters/a/sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{path: ./clusters/a, sourceRef: {{kind: GitRepository, name: flux-system}}}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: web, namespace: flux-system}}
spec:
  path: {path}
  components: [{components}]
  sourceRef: {{kind: GitRepository, name: flux-system}}
//- parts/ha/kustomization.yaml
kind: Component
{LAYERS}"
            )
        };
        assert_eq!(
            goes_to(&repository("./ba$0se", "")),
            ["base/kustomization.yaml:1:1"]
        );
        assert_eq!(
            goes_to(&repository("./base", "../parts/$0ha")),
            ["parts/ha/kustomization.yaml:1:1"]
        );
    }

    #[test]
    fn a_copy_of_an_artifact_generator_leads_to_its_directory() {
        let found = goes_to(&format!(
            "{LAYERS}//- clusters/a/sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{path: ./clusters/a, sourceRef: {{kind: GitRepository, name: flux-system}}}}
//- clusters/a/artifacts.yaml
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: {{name: apps, namespace: flux-system}}
spec:
  sources: [{{alias: fleet, kind: GitRepository, name: flux-system}}]
  artifacts:
    - name: base
      copy:
        - from: '@fleet/ba$0se/**'
          to: '@artifact/'
"
        ));
        assert_eq!(found, ["base/kustomization.yaml:1:1"]);
    }

    #[test]
    fn a_namespace_is_found_under_the_name_that_kustomize_gives_it() {
        let found = goes_to(
            "//- apps/kustomization.yaml
namespace: we$0b
resources:
  - namespace.yaml
//- apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: _
",
        );
        assert_eq!(found, ["apps/namespace.yaml:4:9 _"]);
    }

    #[test]
    fn a_file_that_is_no_manifest_answers_nothing() {
        assert!(goes_to("services:\n  web:\n    image: &a nginx\n    other: *$0a\n").is_empty());
    }
}
