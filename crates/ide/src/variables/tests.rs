//! Tests as texts with a cursor in a repository of two environments.

use infragen_syntax::{TextRange, TextSize, apply};

use crate::fixture::Fixture;

/// Two environments that apply one base with values of their own; what a test adds stands behind.
const REPOSITORY: &str = "\
//- clusters/production/gotk-sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {path: ./clusters/production, sourceRef: {kind: GitRepository, name: flux-system}}
//- clusters/staging/gotk-sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {path: ./clusters/staging, sourceRef: {kind: GitRepository, name: flux-system}}
//- clusters/production/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: flux-system}
data:
  DOMAIN: example.com
  ZONE: eu
//- clusters/staging/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: flux-system}
data:
  DOMAIN: example.org
  ZONE: eu
---
apiVersion: v1
kind: Secret
metadata: {name: secrets, namespace: flux-system}
stringData:
  TOKEN: hunter2
";

const APPS: &str = "\
//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./base
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substitute:
      APP: web
    substituteFrom:
      - {kind: ConfigMap, name: settings}
//- clusters/staging/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./base
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substitute:
      APP: web
      ZONE: us
    substituteFrom:
      - {kind: ConfigMap, name: settings}
      - {kind: Secret, name: secrets}
";

/// The repository with a base that holds some data.
fn with_base(data: &str) -> String {
    let base = "//- base/web.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n";
    format!("{REPOSITORY}{APPS}{base}{data}")
}

/// The base, with the cursor in another file: `mark` there becomes `$0mark`.
fn marked(data: &str, file: &str, mark: &str) -> String {
    let all = with_base(data);
    let (before, rest) = all.split_once(&format!("//- {file}\n")).unwrap();
    let rest = rest.replacen(mark, &format!("$0{mark}"), 1);
    format!("{before}//- {file}\n{rest}")
}

fn defined(fixture: &str) -> Vec<String> {
    let fixture = Fixture::new(fixture);
    let targets = crate::definition(fixture.db(), fixture.file, fixture.offset);
    targets
        .iter()
        .map(|target| fixture.place(target.file, target.focus))
        .collect()
}

fn referred(fixture: &str, include_declaration: bool) -> Vec<String> {
    let fixture = Fixture::new(fixture);
    let (db, file, offset) = (fixture.db(), fixture.file, fixture.offset);
    let places = crate::references(db, file, offset, include_declaration);
    places
        .iter()
        .map(|place| fixture.place(place.file, place.range))
        .collect()
}

fn hovered(fixture: &str) -> String {
    let fixture = Fixture::new(fixture);
    let hover = crate::hover(fixture.db(), fixture.file, fixture.offset);
    hover.map_or_else(String::new, |hover| hover.markdown)
}

/// The text of the fixture's file with the hints in it, in brackets.
fn hinted(fixture: &str) -> String {
    let fixture = Fixture::new(fixture);
    let text = fixture.text(fixture.file);
    let all = TextRange::up_to(TextSize::of(&*text));
    let mut shown = text.to_string();
    let hints = crate::inlay_hints(fixture.db(), fixture.file, all);
    for hint in hints.iter().rev() {
        shown.insert_str(hint.offset.into(), &format!("[{}]", hint.label));
    }
    shown.split_once("data:\n").unwrap().1.to_owned()
}

/// The lines that a rename changes, as they are afterwards.
fn renamed(fixture: &str, new_name: &str) -> Result<Vec<String>, String> {
    let fixture = Fixture::new(fixture);
    let (db, file, offset) = (fixture.db(), fixture.file, fixture.offset);
    let renamed =
        crate::rename(db, file, offset, new_name).map_err(|refusal| refusal.to_string())?;
    let mut lines = Vec::new();
    for edits in renamed.changes.iter().flat_map(|change| &change.edits) {
        let before = fixture.text(edits.file);
        let after = apply(&before, &edits.edits).unwrap();
        let changed = before.lines().zip(after.lines()).filter(|(a, b)| a != b);
        let path = edits.file.path(db);
        lines.extend(changed.map(|(_, line)| format!("{path}: {}", line.trim())));
    }
    Ok(lines)
}

#[test]
fn a_use_leads_to_what_sets_it_in_each_environment() {
    assert_eq!(
        defined(&with_base("  host: web.${DOM$0AIN}\n")),
        [
            "clusters/production/settings.yaml:5:3 DOMAIN",
            "clusters/staging/settings.yaml:5:3 DOMAIN",
        ]
    );
    // What the Flux Kustomization says itself wins.
    assert_eq!(
        defined(&with_base("  script: |\n    echo\n    ${ZO$0NE:=de}\n")),
        [
            "clusters/production/settings.yaml:6:3 ZONE",
            "clusters/staging/apps.yaml:10:7 ZONE",
        ]
    );
    assert_eq!(
        defined(&with_base("  a${A$0PP}: \"${DOMAIN:-${ZONE}}\"\n")).len(),
        2
    );
}

#[test]
fn what_nothing_fills_in_is_no_variable() {
    assert_eq!(defined(&with_base("  host: web # ${DOM$0AIN}\n")), [""; 0]);
    assert_eq!(defined(&with_base("  host: $${DOM$0AIN}\n")), [""; 0]);
    let kept = with_base("  host: ${DOM$0AIN}\n").replace(
        "{name: web}",
        "{name: web, annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}}",
    );
    assert_eq!(defined(&kept), [""; 0]);
}

#[test]
fn a_parents_patch_defines_too() {
    let patch = "  patches:
    - target: {kind: Kustomization}
      patch: |
        - op: add
          path: /spec/postBuild/substitute/COLOR
          value: blue
";
    let fixture = with_base("  color: ${COL$0OR}\n").replace(
        "spec: {path: ./clusters/production, sourceRef: {kind: GitRepository, name: flux-system}}\n",
        &format!(
            "spec:\n  path: ./clusters/production\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{patch}"
        ),
    );
    let places = defined(&fixture);
    assert_eq!(
        places
            .iter()
            .filter(|place| place.contains("production/gotk-sync"))
            .count(),
        1,
        "{places:?}"
    );
}

#[test]
fn a_generator_defines_by_its_literals() {
    let generator = "//- clusters/production/kustomization.yaml
resources: [gotk-sync.yaml, apps.yaml]
configMapGenerator:
  - name: settings
    namespace: flux-system
    literals: [DOMAIN=example.net]
    options: {disableNameSuffixHash: true}
";
    let fixture = format!("{}{generator}", with_base("  host: ${DOM$0AIN}\n"));
    assert_eq!(
        defined(&fixture)[0],
        "clusters/production/kustomization.yaml:5:16 DOMAIN"
    );
}

#[test]
fn a_definition_has_its_uses() {
    let data = "  host: web.${DOMAIN}\n  other: ${DOMAIN^^}\n  zone: ${ZONE}\n";
    let of_domain = marked(data, "clusters/staging/settings.yaml", "DOMAIN");
    let uses = [
        "base/web.yaml:5:13 ${DOMAIN}",
        "base/web.yaml:6:10 ${DOMAIN^^}",
    ];
    assert_eq!(referred(&of_domain, false), uses);
    let of_use = with_base(&data.replacen("DOMAIN", "$0DOMAIN", 1));
    assert_eq!(referred(&of_use, true).len(), 4);
    // What is shadowed is a definition, too.
    let of_zone = with_base(&data.replacen("ZONE", "$0ZONE", 1));
    assert_eq!(
        referred(&of_zone, true),
        [
            "base/web.yaml:7:9 ${ZONE}",
            "clusters/production/settings.yaml:6:3 ZONE",
            "clusters/staging/apps.yaml:10:7 ZONE",
            "clusters/staging/settings.yaml:6:3 ZONE",
        ]
    );
}

#[test]
fn a_use_tells_its_values() {
    assert_eq!(
        hovered(&with_base("  host: web.${DOM$0AIN}\n")),
        "**Variable** `${DOMAIN}`

- production: `example.com`
  in `clusters/production/settings.yaml:5`
- staging: `example.org`
  in `clusters/staging/settings.yaml:5`"
    );
    assert_eq!(
        hovered(&with_base("  app: ${A$0PP^^}\n")),
        "**Variable** `${APP^^}`

- production: `web` → `WEB`
  in `clusters/production/apps.yaml:9`
- staging: `web` → `WEB`
  in `clusters/staging/apps.yaml:9`"
    );
}

#[test]
fn a_secret_is_told_to_nobody() {
    let hover = hovered(&with_base("  token: ${TOK$0EN:-none}\n"));
    assert_eq!(
        hover,
        "**Variable** `${TOKEN:-none}`

- production: undefined → `none`
- staging: secret
  in `clusters/staging/settings.yaml:12`"
    );
    assert!(!hinted(&with_base("  token: $0${TOKEN:-none}\n")).contains("hunter2"));
    let definition = marked("  a: ${TOKEN}\n", "clusters/staging/settings.yaml", "TOKEN");
    assert!(!hovered(&definition).contains("hunter2"));
}

#[test]
fn a_definition_tells_who_gets_it() {
    let definition = marked("  a: ${ZONE}\n", "clusters/staging/settings.yaml", "ZONE");
    assert_eq!(
        hovered(&definition),
        "**Variable** `ZONE`

- replaced in `clusters/staging/apps.yaml:10`
- for `staging/apps`
- used 1× in 1 file"
    );
}

#[test]
fn hints_show_the_values() {
    assert_eq!(
        hinted(&with_base(
            "  $0app: ${APP}\n  host: ${APP}.${DOMAIN}\n  color: ${COLOR:=blue}\n  none: ${NONE}\n"
        )),
        "  app: ${APP}[= web]\n  host: ${APP}[= web].${DOMAIN}[production: example.com · staging: example.org]\n  \
         color: ${COLOR:=blue}[= blue]\n  none: ${NONE}\n"
    );
}

#[test]
fn a_rename_changes_every_definition_and_use() {
    let data = "  host: web.${DOMAIN}\n  zone: ${ZONE:-${DOMAIN}}\n";
    assert_eq!(
        renamed(&with_base(&data.replacen("DOMAIN", "$0DOMAIN", 1)), "HOST").unwrap(),
        [
            "base/web.yaml: host: web.${HOST}",
            "base/web.yaml: zone: ${ZONE:-${HOST}}",
            "clusters/production/settings.yaml: HOST: example.com",
            "clusters/staging/settings.yaml: HOST: example.org",
        ]
    );
    let from_definition = marked(data, "clusters/production/settings.yaml", "ZONE");
    assert_eq!(
        renamed(&from_definition, "REGION").unwrap(),
        [
            "base/web.yaml: zone: ${REGION:-${DOMAIN}}",
            "clusters/production/settings.yaml: REGION: eu",
            "clusters/staging/apps.yaml: REGION: us",
            "clusters/staging/settings.yaml: REGION: eu",
        ]
    );
}

#[test]
fn what_a_generator_brings_in_is_a_use_of_its_variables() {
    let generator = |name: &str| {
        format!(
            "//- base/kustomization.yaml\nresources: [web.yaml]\nconfigMapGenerator:\n- name: s\n  files: [{name}]\n//- base/{name}\n# ${{ZONE}}\n"
        )
    };
    let with = |name: &str| format!("{}{}", with_base("  a: ${$0ZONE}\n"), generator(name));
    // A script stands for the entry that names it, and cannot be edited.
    let places = referred(&with("run.sh"), false);
    assert_eq!(
        places,
        [
            "base/kustomization.yaml:4:11 run.sh",
            "base/web.yaml:5:6 ${ZONE}"
        ]
    );
    let refused = renamed(&with("run.sh"), "AREA").unwrap_err();
    assert!(refused.contains("`base/run.sh`"), "{refused}");
    // What is YAML is text as a whole, comments included.
    let lines = renamed(&with("values.yaml"), "AREA").unwrap();
    assert!(
        lines.contains(&"base/values.yaml: # ${AREA}".to_owned()),
        "{lines:?}"
    );
}

#[test]
fn what_a_variable_has_out_of_a_secret_is_not_shown() {
    let files = "//- clusters/production/kustomization.yaml
resources: [gotk-sync.yaml, settings.yaml, apps.yaml, secret.yaml]
replacements:
- source: {kind: Secret, name: token, fieldPath: stringData.key}
  targets: [{select: {kind: ConfigMap, name: settings}, fieldPaths: [data.ZONE]}]
//- clusters/production/secret.yaml
apiVersion: v1
kind: Secret
metadata: {name: token, namespace: flux-system}
stringData: {key: hunter2}
";
    for data in ["  a: ${$0ZONE}\n", "  a: $0x-${ZONE}\n"] {
        let shown = hovered(&format!("{}{files}", with_base(data)));
        assert!(shown.contains("production"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn a_patch_that_no_environment_applies_follows_its_base() {
    let files = "//- base/kustomization.yaml
resources: [web.yaml]
//- old/kustomization.yaml
resources: [../base]
patches: [{path: patch.yaml}]
//- old/patch.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {b: '${ZONE}'}
//- other/kustomization.yaml
resources: [other.yaml]
//- other/other.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: '${ZONE}'}
";
    let lines = renamed(&format!("{}{files}", with_base("  a: ${$0ZONE}\n")), "AREA").unwrap();
    let of = |path: &str| lines.iter().filter(|line| line.starts_with(path)).count();
    assert_eq!(
        (of("old/"), of("other/"), of("base/")),
        (1, 0, 1),
        "{lines:?}"
    );
}

#[test]
fn a_rename_that_would_break_something_is_refused() {
    let at = with_base("  host: ${$0DOMAIN}\n");
    let refused = |fixture: &str, name| renamed(fixture, name).unwrap_err();
    assert_eq!(
        refused(&at, "my-domain"),
        "`my-domain` is no name of a variable: it must match ^[_[:alpha:]][_[:alpha:][:digit:]]*$"
    );
    assert_eq!(
        refused(&at, "ZONE"),
        "`apps` of production has a variable `ZONE` already"
    );
    let encrypted = at.replace(
        "  DOMAIN: example.org\n",
        "  DOMAIN: ENC[AES256]\nsops: {}\n",
    );
    assert!(refused(&encrypted, "HOST").contains("encrypted file"));
    assert!(refused(&with_base("  a: ${$0NONE}\n"), "SOME").contains("nothing in the repository"));
}

#[test]
fn highlights_are_those_of_the_file() {
    let fixture = Fixture::new(&with_base("  a: ${$0ZONE}\n  b: ${ZONE:=x}\n  c: ${APP}\n"));
    let found = crate::highlights(fixture.db(), fixture.file, fixture.offset);
    let places: Vec<_> = found
        .iter()
        .map(|(range, _)| fixture.place(fixture.file, *range))
        .collect();
    assert_eq!(
        places,
        ["base/web.yaml:5:6 ${ZONE}", "base/web.yaml:6:6 ${ZONE:=x}"]
    );
}

/// The labels that are offered, with what is beside them.
fn offered(fixture: &str) -> Vec<String> {
    let fixture = Fixture::new(fixture);
    let found = crate::completions(fixture.db(), fixture.file, fixture.offset);
    let row = |offer: &crate::Completion| {
        let detail = offer.detail.as_deref().unwrap_or_default();
        format!("{} | {} | {detail}", offer.label, offer.edit.new_text)
    };
    found.iter().map(row).collect()
}

#[test]
fn names_are_offered_behind_the_brace() {
    assert_eq!(
        offered(&with_base("  host: web.${$0\n")),
        [
            "APP | APP} | web",
            "DOMAIN | DOMAIN} | production: example.com · staging: example.org",
            "TOKEN | TOKEN} | secret",
            "ZONE | ZONE} | production: eu · staging: us",
        ]
    );
    assert_eq!(
        offered(&with_base("  host: web.${do$0}\n")),
        ["DOMAIN | DOMAIN | production: example.com · staging: example.org"]
    );
    assert_eq!(offered(&with_base("  host: $${DO$0}\n")), [""; 0]);
}

#[test]
fn names_that_nothing_sets_are_offered_where_they_are_set() {
    let data = "  a: ${COLOR}\n  b: ${SIZE:=1}\n  c: ${DOMAIN}\n";
    let fixture = with_base(data).replacen("      APP: web\n", "      APP: web\n      $0\n", 1);
    assert_eq!(
        offered(&fixture),
        [
            "COLOR | COLOR:  | used, and not set",
            "SIZE | SIZE:  | used with a default",
        ]
    );
}
