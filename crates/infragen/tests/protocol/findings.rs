//! Findings: told unasked, of whom they concern, and taken back.

use serde_json::json;

use crate::repository::Repository;
use crate::session::{Session, able};

const REPOSITORY: &str = "//- source.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: infra
  namespace: flux-system
spec:
  interval: 1m
  url: https://example.com/infra
  ref:
    branch: main
//- apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 1m
  prune: true
  path: ./
  sourceRef:
    kind: GitRepository
    name: infra
//- more/broken.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: [
";

#[test]
fn the_whole_repository_is_looked_at_without_an_open_document() {
    let repository = Repository::new(REPOSITORY);
    repository.write(
        "apps.yaml",
        &repository
            .text("apps.yaml")
            .replace("name: infra", "name: infer"),
    );
    let mut session = Session::start(&repository);
    session.await_findings("apps.yaml", &["12:11 dangling-reference"]);
    session.await_findings("more/broken.yaml", &["4:9 invalid-yaml"]);
    assert!(
        !session.heard_of("source.yaml"),
        "nothing is told of what has no findings"
    );
    session.end();
}

#[test]
fn each_version_of_the_edited_document_is_answered_for() {
    let repository = Repository::new(REPOSITORY);
    let mut session = Session::start(&repository);
    session.open("apps.yaml");
    assert_eq!(session.own_findings("apps.yaml"), [""; 0]);
    let text = repository.text("apps.yaml");
    session.change("apps.yaml", &text.replace("name: infra", "name: infer"));
    assert_eq!(
        session.own_findings("apps.yaml"),
        ["12:11 dangling-reference"]
    );
    session.change(
        "apps.yaml",
        &format!("# moved\n{}", text.replace("name: infra", "name: infer")),
    );
    assert_eq!(
        session.own_findings("apps.yaml"),
        ["13:11 dangling-reference"]
    );
    session.change("apps.yaml", &text);
    assert_eq!(session.own_findings("apps.yaml"), [""; 0]);
    session.end();
}

#[test]
fn a_finding_says_what_and_where_and_by_which_rule() {
    let repository = Repository::new(REPOSITORY);
    let mut session = Session::start(&repository);
    session.open("apps.yaml");
    let text = repository
        .text("apps.yaml")
        .replace("name: infra", "name: infer");
    session.change("apps.yaml", &text);
    session.own_findings("apps.yaml");
    let finding = &session.diagnostics("apps.yaml")[0];
    assert_eq!(finding["source"], "infragen");
    assert_eq!(finding["code"], "dangling-reference");
    assert!(finding["severity"].is_u64());
    let message = finding["message"].as_str().unwrap();
    assert!(message.contains("infer"), "{message}");
    let at =
        json!({ "start": { "line": 11, "character": 10 }, "end": { "line": 11, "character": 15 } });
    assert_eq!(finding["range"], at);
    session.end();
}

#[test]
fn an_edit_changes_the_findings_of_other_files() {
    let repository = Repository::new(REPOSITORY);
    let mut session = Session::start(&repository);
    session.await_findings("more/broken.yaml", &["4:9 invalid-yaml"]);
    session.open("source.yaml");
    let text = repository.text("source.yaml");
    session.change("source.yaml", &text.replace("name: infra", "name: renamed"));
    session.await_findings("apps.yaml", &["12:11 dangling-reference"]);
    session.change("source.yaml", &text);
    session.await_findings("apps.yaml", &[]);
    session.end();
}

#[test]
fn findings_of_others_do_not_starve_while_somebody_types() {
    let repository = Repository::new(REPOSITORY);
    let mut session = Session::start(&repository);
    session.open("source.yaml");
    let renamed = repository
        .text("source.yaml")
        .replace("name: infra", "name: renamed");
    session.change("source.yaml", &renamed);
    // Typing goes on, in another document and faster than anybody can, until the findings are there.
    let uri = repository.uri("apps.yaml");
    let mut typed = 0;
    session.open_as(&repository.uri("notes.yaml"), "");
    loop {
        typed += 1;
        session.change("notes.yaml", &format!("# {typed}\n"));
        session.own_findings("notes.yaml");
        if session.heard_of("apps.yaml") {
            break;
        }
        assert!(
            typed < 200_000,
            "nothing was told while {typed} letters were typed"
        );
    }
    session.await_findings_of(&uri, &["12:11 dangling-reference"]);
    session.end();
}

#[test]
fn a_closed_document_keeps_the_findings_of_what_is_on_disk() {
    let repository = Repository::new(REPOSITORY);
    let mut session = Session::start(&repository);
    session.open("more/broken.yaml");
    session.await_findings("more/broken.yaml", &["4:9 invalid-yaml"]);
    session.change("more/broken.yaml", "kind: ConfigMap\n");
    session.await_findings("more/broken.yaml", &[]);
    session.close("more/broken.yaml");
    session.await_findings("more/broken.yaml", &["4:9 invalid-yaml"]);
    session.end();
}

#[test]
fn a_document_that_was_never_saved_leaves_no_findings() {
    let repository = Repository::new(REPOSITORY);
    let mut session = Session::start(&repository);
    session.open_as(
        &repository.uri("new.yaml"),
        "apiVersion: v1\nkind: ConfigMap\nmetadata: [\n",
    );
    session.await_findings("new.yaml", &["3:11 invalid-yaml"]);
    session.close("new.yaml");
    session.await_findings("new.yaml", &[]);
    session.end();
}

#[test]
fn only_folders_of_the_client_are_told_about() {
    let repository = Repository::new(REPOSITORY);
    std::fs::create_dir(repository.path(".git")).unwrap();
    repository.write(
        "apps.yaml",
        &repository
            .text("apps.yaml")
            .replace("name: infra", "name: infer"),
    );
    let mut session = Session::start_with(&repository, &[repository.uri("more")], able());
    session.await_findings("more/broken.yaml", &["4:9 invalid-yaml"]);
    // Once in an editor it is told about; the repository around the folder was read.
    assert!(!session.heard_of("apps.yaml"));
    session.open("apps.yaml");
    assert_eq!(
        session.own_findings("apps.yaml"),
        ["12:11 dangling-reference"]
    );
    session.close("apps.yaml");
    session.await_findings("apps.yaml", &[]);
    session.end();
}

#[test]
fn related_places_are_told_to_those_who_show_them() {
    let chain = |name: &str, on: &str| {
        format!(
            "//- {name}.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: {name}
  namespace: flux-system
spec:
  interval: 1m
  prune: true
  path: ./
  dependsOn:
    - name: {on}
  sourceRef:
    kind: GitRepository
    name: infra
"
        )
    };
    let mut repository = Repository::new(REPOSITORY);
    repository.write_all(&(chain("one", "two") + &chain("two", "one")));
    let mut session = Session::start(&repository);
    session.await_findings("one.yaml", &["11:13 dependency-cycle"]);
    let related = &session.diagnostics("one.yaml")[0]["relatedInformation"];
    let uris: Vec<_> = related
        .as_array()
        .unwrap()
        .iter()
        .map(|place| &place["location"]["uri"])
        .collect();
    assert!(
        uris.contains(&&json!(repository.uri("two.yaml"))),
        "{related}"
    );
    session.end();

    let mut plain = able();
    plain["textDocument"]["publishDiagnostics"] = json!({});
    let mut session = Session::start_as(&repository, plain);
    session.await_findings("one.yaml", &["11:13 dependency-cycle"]);
    let finding = &session.diagnostics("one.yaml")[0];
    assert_eq!(finding.get("relatedInformation"), None);
    session.end();
}
