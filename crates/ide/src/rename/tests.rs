use infragen_syntax::apply;

use crate::fixture::Fixture;

/// The changed lines of every file after a rename, with what the edits are called; or why there is none.
fn renamed(fixture: &str, new: &str) -> String {
    let fixture = Fixture::new(fixture);
    let rename = match super::rename(fixture.db(), fixture.file, fixture.offset, new) {
        Ok(rename) => rename,
        Err(refusal) => return format!("refused: {refusal}\n"),
    };
    let mut out = String::new();
    for change in &rename.changes {
        out.push_str(&format!(
            "{}{}\n",
            change.label,
            if change.confirm { " (confirm)" } else { "" }
        ));
        for edits in &change.edits {
            let text = fixture.text(edits.file);
            let after = apply(&text, &edits.edits).unwrap();
            let path = edits.file.path(fixture.db());
            for (number, (old, new)) in text.lines().zip(after.lines()).enumerate() {
                if old != new {
                    out.push_str(&format!("  {path}:{}: {}\n", number + 1, new.trim()));
                }
            }
        }
        if let Some(description) = &change.description {
            out.push_str(&format!("  ! {description}\n"));
        }
    }
    for note in &rename.notes {
        out.push_str(&format!("note: {note}\n"));
    }
    out
}

fn flux(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: {name}
  namespace: flux-system
spec: {spec}
"
    )
}

/// A repository of two environments: `clusters/E` applies what its kustomization file names.
fn environments(files: &str) -> String {
    let mut text = String::new();
    for environment in ["staging", "production"] {
        let sync = flux(
            "flux-system",
            &format!(
                "{{path: ./clusters/{environment}, sourceRef: {{kind: GitRepository, name: flux-system}}}}"
            ),
        );
        text.push_str(&format!(
            "//- clusters/{environment}/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{url: https://example.com/a}}
---
{sync}"
        ));
    }
    text + files
}

const SOURCE: &str = "sourceRef: {kind: GitRepository, name: flux-system}";

#[test]
fn a_reference_that_no_environment_applies_follows_from_wherever_the_rename_starts() {
    let release = |name: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: {name}, namespace: flux-system}}
spec: {{chart: {{spec: {{sourceRef: {{kind: HelmRepository, name: charts, namespace: flux-system}}}}}}}}
"
        )
    };
    let files = format!(
        "//- clusters/staging/apps.yaml
{}//- apps/a/kustomization.yaml
resources: [repository.yaml, release.yaml]
//- apps/a/repository.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {{name: charts, namespace: flux-system}}
//- apps/a/release.yaml
{}//- apps/b/kustomization.yaml
resources: [release.yaml]
//- apps/b/release.yaml
{}",
        flux("a", &format!("{{path: ./apps/a, {SOURCE}}}")),
        release("a"),
        release("b")
    );
    let all = environments(&files);
    let lines = |fixture: String| {
        let told = renamed(&fixture, "mirror");
        let mut lines: Vec<String> = told
            .lines()
            .filter(|line| line.starts_with("  apps"))
            .map(|line| line.trim().split(": ").next().unwrap().to_owned())
            .collect();
        lines.sort();
        lines
    };
    let expected = [
        "apps/a/release.yaml:4",
        "apps/a/repository.yaml:3",
        "apps/b/release.yaml:4",
    ];
    assert_eq!(
        lines(all.replacen("{name: charts", "{name: $0charts", 1)),
        expected
    );
    let (first, last) = all.rsplit_once("name: charts").unwrap();
    assert_eq!(lines(format!("{first}name: $0charts{last}")), expected);
}

#[test]
fn a_reference_in_every_environment_follows() {
    let apps = |environment: &str, base: &str, apps: &str| {
        format!(
            "//- clusters/{environment}/apps.yaml\n{}---\n{}",
            flux(
                base,
                "{path: ./base, sourceRef: {kind: GitRepository, name: flux-system}}"
            ),
            flux(
                "apps",
                &format!("{{path: ./apps, {SOURCE}, dependsOn: [{{name: {apps}}}]}}")
            )
        )
    };
    let here =
        "//- base/kustomization.yaml\nresources: []\n//- apps/kustomization.yaml\nresources: []\n";
    let both = format!(
        "{}{}{here}",
        apps("staging", "ba$0se", "base"),
        apps("production", "base", "base")
    );
    // The two environments have an object each: only that of staging is meant.
    let expected = "\
Objects in staging
  clusters/staging/apps.yaml:4: name: core
References in staging
  clusters/staging/apps.yaml:13: spec: {path: ./apps, sourceRef: {kind: GitRepository, name: flux-system}, dependsOn: [{name: core}]}
";
    assert_eq!(renamed(&environments(&both), "core"), expected);
    let at_reference = both.replace("ba$0se", "base").replacen(
        "dependsOn: [{name: base}]",
        "dependsOn: [{name: b$0ase}]",
        1,
    );
    assert_eq!(renamed(&environments(&at_reference), "core"), expected);
}

#[test]
fn a_shared_reference_takes_all_that_it_means_with_it() {
    let config = |environment: &str, name: &str| {
        format!(
            "//- clusters/{environment}/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}, namespace: flux-system}}
//- clusters/{environment}/app.yaml
{}",
            flux("app", &format!("{{path: ./apps, {SOURCE}}}"))
        )
    };
    let shared = format!(
        "//- apps/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: web, namespace: flux-system}}
spec: {{valuesFrom: [{{kind: ConfigMap, name: values}}]}}
{}{}",
        config("staging", "val$0ues"),
        config("production", "values")
    );
    assert_eq!(
        renamed(&environments(&shared), "settings"),
        "\
Objects in production
  clusters/production/config.yaml:3: metadata: {name: settings, namespace: flux-system}
Objects in staging
  clusters/staging/config.yaml:3: metadata: {name: settings, namespace: flux-system}
References in production, staging
  apps/release.yaml:4: spec: {valuesFrom: [{kind: ConfigMap, name: settings}]}
"
    );
}

/// A base with a Deployment and its ConfigMap, and an overlay that changes both.
const LAYERS: &str = "\
//- base/kustomization.yaml
resources: [web.yaml]
configMapGenerator:
- name: settings
  literals: [A=1]
//- base/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: web
        envFrom: [{configMapRef: {name: settings}}]
//- overlay/kustomization.yaml
namePrefix: blue-
resources: [../base]
replicas: [{name: web, count: 2}]
patches:
- target: {kind: Deployment, name: web}
  patch: |-
    - {op: add, path: /metadata/labels, value: {a: b}}
- path: patch.yaml
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web # here
    spec: {paused: true}
configMapGenerator:
- name: settings
  behavior: merge
  literals: [B=1]
//- overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: \"web\"}
spec:
  template:
    spec:
      containers:
      - name: web
        envFrom: [{configMapRef: {name: settings}}]
";

const WEB: &str = "\
Objects
  base/web.yaml:3: metadata: {name: site}
Patches
  overlay/kustomization.yaml:5: - target: {kind: Deployment, name: site}
  overlay/kustomization.yaml:13: name: site # here
  overlay/patch.yaml:3: metadata: {name: \"site\"}
Kustomization files
  overlay/kustomization.yaml:3: replicas: [{name: site, count: 2}]
";

#[test]
fn layers_above_follow_wherever_one_begins() {
    for (old, cursor) in [
        ("metadata: {name: web}", "metadata: {name: w$0eb}"),
        ("Deployment, name: web}", "Deployment, name: $0web}"),
        ("[{name: web, count", "[{name: web$0, count"),
        ("name: web # here", "name: w$0eb # here"),
        ("{name: \"web\"}", "{name: \"w$0eb\"}"),
    ] {
        let found = renamed(&LAYERS.replacen(old, cursor, 1), "site");
        assert_eq!(found, WEB, "{cursor}");
    }
}

#[test]
fn a_generated_name_edits_its_generators() {
    let expected = "\
Objects
  base/kustomization.yaml:3: - name: options
References
  base/web.yaml:9: envFrom: [{configMapRef: {name: options}}]
  overlay/patch.yaml:9: envFrom: [{configMapRef: {name: options}}]
Kustomization files
  overlay/kustomization.yaml:16: - name: options
";
    let at = |old: &str, cursor: &str| renamed(&LAYERS.replacen(old, cursor, 1), "options");
    assert_eq!(at("- name: settings", "- name: set$0tings"), expected);
    assert_eq!(at("{name: settings}", "{name: set$0tings}"), expected);
    assert_eq!(
        at(
            "- name: settings\n  behavior",
            "- name: set$0tings\n  behavior"
        ),
        expected
    );
}

#[test]
fn an_effective_name_changes_what_it_is_made_of() {
    let above = |name: &str| {
        environments(&format!(
            "{LAYERS}//- clusters/staging/apps.yaml
{}---
{}",
            flux(
                "apps",
                &format!("{{path: ./overlay, {SOURCE}, targetNamespace: apps}}")
            ),
            flux(
                "after",
                &format!(
                    "{{path: ./none, {SOURCE}, healthChecks: [{{apiVersion: apps/v1, kind: Deployment, name: {name}, namespace: apps}}]}}"
                )
            )
        ))
    };
    let found = renamed(&above("blue-w$0eb"), "blue-site");
    assert!(
        found.contains("base/web.yaml:3: metadata: {name: site}"),
        "{found}"
    );
    assert!(
        found.contains("name: blue-site, namespace: apps"),
        "{found}"
    );
    assert_eq!(
        renamed(&above("blue-w$0eb"), "green-site"),
        "refused: `green-site` would have to be `blue-…`: the name is `web` in base/web.yaml, and gets the rest from `namePrefix`, `nameSuffix` or a hash\n"
    );
    let base = above("blue-web").replacen("metadata: {name: web}", "metadata: {name: w$0eb}", 1);
    let found = renamed(&base, "site");
    assert!(
        found.contains("name: blue-site, namespace: apps"),
        "{found}"
    );
}

#[test]
fn patterns_are_edited_or_told() {
    let with = |name: &str| {
        renamed(
            &format!(
                "//- kustomization.yaml
resources: [a.yaml]
patches:
- target: {{kind: ConfigMap, name: {name}}}
  patch: '[{{\"op\": \"add\", \"path\": \"/data\", \"value\": {{}}}}]'
//- a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: w$0eb}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: api}}
"
            ),
            "site",
        )
    };
    let object = "Objects\n  a.yaml:3: metadata: {name: site}\n";
    let edited = |pattern: &str| {
        format!(
            "{object}Patches\n  kustomization.yaml:3: - target: {{kind: ConfigMap, name: {pattern}}}\n"
        )
    };
    assert_eq!(with("^web$"), edited("^site$"));
    assert_eq!(
        with("api|web"),
        format!(
            "{object}Patches (confirm)\n  kustomization.yaml:3: - target: {{kind: ConfigMap, name: api|site}}\n  ! it also chooses the ConfigMap `web` in a.yaml, which keeps its name\n"
        )
    );
    assert_eq!(
        with("w.*"),
        format!(
            "{object}note: the pattern `w.*` in kustomization.yaml matched the ConfigMap and will no longer; look at it\n"
        )
    );
    assert_eq!(with(".*"), object);
}

#[test]
fn a_component_chooses_among_the_objects_of_its_users() {
    let text = "//- ha/kustomization.yaml
kind: Component
patches:
- target: {name: web}
  patch: |
    - {op: add, path: /metadata/labels, value: {ha: \"1\"}}
//- kustomization.yaml
resources: [a.yaml, b.yaml]
components: [ha]
//- a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: w$0eb}
//- b.yaml
apiVersion: v1
kind: Secret
metadata: {name: web}
";
    assert_eq!(
        renamed(text, "site"),
        "Objects\n  a.yaml:3: metadata: {name: site}\nPatches (confirm)\n  ha/kustomization.yaml:3: - target: {name: web|site}\n  ! it also chooses the Secret `web` in b.yaml, which keeps its name\n"
    );
}

#[test]
fn an_alias_edits_its_anchor_and_says_what_else_changes() {
    let found = renamed(
        "//- kustomization.yaml
resources: [a.yaml]
//- a.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: &app web
  labels:
    app: *app
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec: {template: {spec: {volumes: [{name: a, configMap: {name: w$0eb}}]}}}
",
        "site",
    );
    assert_eq!(
        found,
        "\
Objects (confirm)
  a.yaml:4: name: &app site
  ! The anchor `&app` changes, and with it line 6
References
  a.yaml:11: spec: {template: {spec: {volumes: [{name: a, configMap: {name: site}}]}}}
"
    );
}

#[test]
fn a_name_that_a_substitution_makes_is_changed_there() {
    let with = |here: &str, there: &str| {
        environments(&format!(
            "//- clusters/staging/apps.yaml
{}---
{}//- apps/a.yaml
{}",
            flux(
                "apps",
                &format!("{{path: ./apps, {SOURCE}, postBuild: {{substitute: {{APP: shop}}}}}}")
            ),
            flux(
                "next",
                &format!("{{path: ./none, {SOURCE}, dependsOn: [{{name: {here}}}]}}")
            ),
            flux(there, &format!("{{path: ./none, {SOURCE}}}")),
        ))
    };
    assert_eq!(
        renamed(&with("shop-$0web", "'${APP}-web'"), "site"),
        "refused: the name of Kustomization `shop-web` in staging is made by a substitution (apps/a.yaml:4); change it there\n"
    );
    assert_eq!(
        renamed(&with("shop-web", "'${APP}-w$0eb'"), "site"),
        "refused: `${APP}-web` is known only after rendering or substitution; change what fills it in\n"
    );
}

#[test]
fn what_prunes_is_renamed_with_a_warning() {
    let apps = |spec: &str| {
        let text = environments(&format!(
            "//- clusters/staging/apps.yaml\n{}",
            flux("ap$0ps", &format!("{{path: ./none, {SOURCE}, {spec}}}"))
        ));
        renamed(&text, "site")
    };
    let warned = "\
Objects in staging (confirm)
  clusters/staging/apps.yaml:4: name: site
  ! The Flux Kustomization `apps` prunes: under a new name it is another one, and Flux deletes all that the old one applied before the new one brings it back. To keep it: set `deletionPolicy: Orphan` (or `prune: false`) on it, push, and wait until it is applied; then rename it, push, and set the field back
";
    assert_eq!(apps("prune: true"), warned);
    let silent = "Objects in staging\n  clusters/staging/apps.yaml:4: name: site\n";
    assert_eq!(apps("prune: false"), silent);
    assert_eq!(apps("prune: true, deletionPolicy: Orphan"), silent);
}

#[test]
fn names_that_cannot_be_are_refused() {
    let map = |name: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: a}}\n")
    };
    let both = format!(
        "//- kustomization.yaml\nresources: [a.yaml, b.yaml]\n//- a.yaml\n{}//- b.yaml\n{}",
        map("we$0b"),
        map("api")
    );
    assert_eq!(
        renamed(&both, "api"),
        "refused: there is a ConfigMap `api` in the same namespace already (b.yaml); choose another name\n"
    );
    assert_eq!(
        renamed(&both, "Api"),
        "refused: `Api` is no name for a ConfigMap: `A` is a capital letter\n"
    );
    assert_eq!(renamed(&both, ""), "refused: `` is no name of an object\n");
    assert_eq!(renamed(&both, "web"), "");
    // Files that nothing builds are asked one by one.
    let loose = format!("//- a.yaml\n{}//- b.yaml\n{}", map("we$0b"), map("api"));
    assert_eq!(
        renamed(&loose, "api"),
        "refused: there is a ConfigMap `api` in the same namespace already (b.yaml); choose another name\n"
    );
    assert_eq!(
        renamed(
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: w$0eb}\n",
            "a"
        ),
        "refused: a namespace is named by every object in it, also by those that no file writes down; make a new one and move the objects\n"
    );
}

#[test]
fn what_is_defined_elsewhere_is_renamed_elsewhere() {
    let text = environments(&format!(
        "//- clusters/staging/apps.yaml\n{}",
        flux(
            "apps",
            &format!(
                "{{path: ./none, {SOURCE}, healthChecks: [{{apiVersion: apps/v1, kind: Deployment, name: w$0eb, namespace: a}}]}}"
            )
        )
    ));
    assert_eq!(
        renamed(&text, "site"),
        "refused: no file of this repository defines `web`: it comes into being in the cluster, or is in another repository or a bundle; rename it there\n"
    );
}

#[test]
fn patches_of_a_flux_kustomization_follow() {
    let text = environments(&format!(
        "//- apps/kustomization.yaml
resources: [a.yaml]
//- apps/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: we$0b, namespace: a}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: api, namespace: a}}
spec: {{interval: 1m}}
//- clusters/staging/apps.yaml
{}",
        flux(
            "apps",
            &format!(
                "
  path: ./apps
  {SOURCE}
  patches:
  - target: {{kind: ConfigMap, name: web}}
    patch: |
      apiVersion: v1
      kind: ConfigMap
      metadata: {{name: web}}
      data: {{a: b}}
  - target: {{kind: HelmRelease}}
    patch: |
      apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      metadata: {{name: any}}
      spec: {{valuesFrom: [{{kind: ConfigMap, name: web}}]}}
"
            )
        )
    ));
    assert_eq!(
        renamed(&text, "site"),
        "\
Objects in staging
  apps/a.yaml:3: metadata: {name: site, namespace: a}
References in staging
  clusters/staging/apps.yaml:21: spec: {valuesFrom: [{kind: ConfigMap, name: site}]}
Patches in staging
  clusters/staging/apps.yaml:10: - target: {kind: ConfigMap, name: site}
  clusters/staging/apps.yaml:14: metadata: {name: site}
"
    );
}

#[test]
fn markers_replacements_and_vars_follow() {
    let text = "\
//- kustomization.yaml
resources: [a.yaml, d.yaml]
vars:
- name: HOST
  objref: {apiVersion: v1, kind: Service, name: web}
replacements:
- source: {kind: Service, name: web, fieldPath: metadata.name}
  targets:
  - select: {kind: Deployment, name: app}
    fieldPaths: [metadata.annotations.host]
- path: more.yaml
//- more.yaml
source: {kind: Deployment, name: app}
targets:
- select: {kind: Service, name: web}
  fieldPaths: [metadata.annotations.app]
  options: {create: true}
//- a.yaml
apiVersion: v1
kind: Service
metadata: {name: w$0eb}
//- d.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, annotations: {host: x}}
";
    assert_eq!(
        renamed(text, "site"),
        "\
Objects
  a.yaml:3: metadata: {name: site}
Kustomization files
  kustomization.yaml:4: objref: {apiVersion: v1, kind: Service, name: site}
  kustomization.yaml:6: - source: {kind: Service, name: site, fieldPath: metadata.name}
  more.yaml:3: - select: {kind: Service, name: site}
"
    );
    let marker = "\
//- a.yaml
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: w$0eb, namespace: flux-system}
//- b.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: app}
data:
  image: a:1 # {\"$imagepolicy\": \"flux-system:web:tag\"}
";
    assert_eq!(
        renamed(marker, "site"),
        "\
Objects
  a.yaml:3: metadata: {name: site, namespace: flux-system}
Markers
  b.yaml:5: image: a:1 # {\"$imagepolicy\": \"flux-system:site:tag\"}
"
    );
    let at_marker = marker
        .replace("w$0eb", "web")
        .replace("system:web", "system:w$0eb");
    assert_eq!(renamed(&at_marker, "site"), renamed(marker, "site"));
}

#[test]
fn a_secret_is_called_as_what_makes_it() {
    let found = renamed(
        "//- kustomization.yaml
resources: [a.yaml]
//- a.yaml
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web, namespace: a}
spec: {}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: api, namespace: a}
spec: {valuesFrom: [{kind: Secret, name: w$0eb}]}
",
        "site",
    );
    assert_eq!(
        found,
        "\
Objects
  a.yaml:3: metadata: {name: site, namespace: a}
References
  a.yaml:9: spec: {valuesFrom: [{kind: Secret, name: site}]}
"
    );
}

#[test]
fn a_place_is_prepared_with_its_text() {
    let prepared = |text: &str| {
        let fixture = Fixture::new(text);
        let found = super::prepare_rename(fixture.db(), fixture.file, fixture.offset);
        found.map(|found| {
            found.map(|(range, text)| format!("{} {text}", fixture.place(fixture.file, range)))
        })
    };
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"web\"}\ndata: {a: b}\n";
    let at = |cursor: &str| prepared(&map.replacen(&cursor.replace("$0", ""), cursor, 1));
    assert_eq!(at("\"w$0eb\""), Ok(Some("a.yaml:3:19 web web".to_owned())));
    for nothing in ["Confi$0gMap", "n$0ame:", "{a: b$0"] {
        assert_eq!(at(nothing), Ok(None), "{nothing}");
    }
    assert!(prepared(&map.replace("web", "${A}$0")).is_err());
    let found = prepared(&LAYERS.replacen("{name: settings}", "{name: set$0tings}", 1));
    assert_eq!(
        found,
        Ok(Some("base/web.yaml:9:41 settings settings".to_owned()))
    );
}

/// A parent that hands a patch down to its child `apps`, whose build has the Deployment `web`.
fn handing_down(target: &str) -> String {
    let parent = "
  path: ./clusters/main
  sourceRef: {kind: GitRepository, name: flux-system}
  patches:
    - target: TARGET
      patch: |
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {name: any}
        spec:
          patches:
            - target: {kind: Deployment, name: web}
              patch: |
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: web
                spec: {replicas: 2}
"
    .replace("TARGET", target);
    let child = flux("apps", &format!("{{path: ./apps, {SOURCE}}}"));
    format!(
        "//- clusters/main/sync.yaml\n{}//- clusters/main/apps.yaml\n{child}//- apps/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {{name: w$0eb, namespace: apps}}
",
        flux("flux-system", &parent)
    )
}

#[test]
fn patches_inside_patches_follow() {
    let found = renamed(&handing_down("{kind: Kustomization, name: apps}"), "site");
    assert!(
        found.contains("clusters/main/sync.yaml:17: - target: {kind: Deployment, name: site}"),
        "{found}"
    );
    assert!(
        found.contains("clusters/main/sync.yaml:22: name: site"),
        "{found}"
    );
    assert!(found.contains("apps/web.yaml:3:"), "{found}");
}

#[test]
fn patches_for_another_child_are_left_alone() {
    let found = renamed(&handing_down("{kind: Kustomization, name: other}"), "site");
    assert!(!found.contains("sync.yaml"), "{found}");
}
