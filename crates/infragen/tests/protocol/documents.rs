//! Documents: opened, edited, closed, unsaved, in no folder, or never opened at all.

use serde_json::{Value, json};

use crate::repository::Repository;
use crate::session::{Session, able};

const SOURCE: &str = "apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: infra
  namespace: flux-system
spec:
  interval: 1m
  url: https://example.com/infra
  ref:
    branch: main
";

const APPS: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1
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
";

fn repository() -> Repository {
    Repository::new(&format!("//- apps.yaml\n{APPS}//- source.yaml\n{SOURCE}"))
}

/// The parameters of a question about the name in `sourceRef`.
fn at_source_name(uri: &str) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": 11, "character": 12 } })
}

#[test]
fn a_file_that_was_never_opened_is_read_from_disk() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let links = session.ask(
        "textDocument/definition",
        at_source_name(&repository.uri("apps.yaml")),
    );
    assert_eq!(links[0]["targetUri"], repository.uri("source.yaml"));
    session.end();
}

#[test]
fn documents_that_are_not_there_have_empty_answers() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let gone = [
        repository.uri("gone.yaml"),
        "file:///nowhere/a.yaml".into(),
        "git:/a.yaml?x".into(),
        "untitled:x".into(),
    ];
    for uri in gone {
        for method in ["definition", "hover", "completion", "documentHighlight"] {
            let answer = session.ask(&format!("textDocument/{method}"), at_source_name(&uri));
            assert_eq!(answer, Value::Null, "{method} {uri}");
        }
        for method in ["documentSymbol", "foldingRange", "documentLink"] {
            let answer = session.ask(
                &format!("textDocument/{method}"),
                json!({ "textDocument": { "uri": uri } }),
            );
            assert_eq!(answer, Value::Null, "{method} {uri}");
        }
    }
    session.end();
}

#[test]
fn changes_of_documents_that_are_not_open_change_nothing() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let document = json!({ "uri": repository.uri("source.yaml"), "version": 7 });
    let params = json!({ "textDocument": document, "contentChanges": [{ "text": "" }] });
    session.notify("textDocument/didChange", params);
    session.notify("textDocument/didClose", repository.document("source.yaml"));
    let links = session.ask(
        "textDocument/definition",
        at_source_name(&repository.uri("apps.yaml")),
    );
    assert_eq!(links[0]["targetUri"], repository.uri("source.yaml"));
    session.end();
}

#[test]
fn the_editor_is_right_until_it_closes() {
    let repository = repository();
    let mut session = Session::start(&repository);
    session.open("apps.yaml");
    session.open("source.yaml");
    session.change("source.yaml", &SOURCE.replace("infra\n", "other\n"));
    session.await_findings("apps.yaml", &["12:11 dangling-reference"]);
    session.close("source.yaml");
    session.await_findings("apps.yaml", &[]);
    session.end();
}

#[test]
fn several_edits_in_one_change() {
    let repository = repository();
    let mut session = Session::start(&repository);
    session.open("source.yaml");
    let at = |line: u32, from: u32, to: u32| json!({ "start": { "line": line, "character": from }, "end": { "line": line, "character": to } });
    session.edit(
        "source.yaml",
        json!([
            { "range": at(3, 8, 13), "text": "a\n  labels: {}" },
            { "range": at(4, 10, 12), "text": "{x: y}" },
            { "range": at(3, 8, 9), "text": "new" },
        ]),
    );
    let symbols = session.ask(
        "textDocument/documentSymbol",
        repository.document("source.yaml"),
    );
    assert_eq!(symbols[0]["name"], "GitRepository/new");
    session.end();
}

#[test]
fn a_document_opened_again_starts_anew() {
    let repository = repository();
    let mut session = Session::start(&repository);
    session.open("source.yaml");
    session.change("source.yaml", &SOURCE.replace("name: infra", "name: two"));
    session.close("source.yaml");
    session.open_as(
        &repository.uri("source.yaml"),
        &SOURCE.replace("name: infra", "name: three"),
    );
    let symbols = session.ask(
        "textDocument/documentSymbol",
        repository.document("source.yaml"),
    );
    assert_eq!(symbols[0]["name"], "GitRepository/three");
    session.end();
}

#[test]
fn an_unsaved_document_has_what_needs_no_path() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let uri = "untitled:Untitled-1";
    session.open_as(uri, &APPS.replace("name: infra", "name: nowhere"));
    assert_eq!(
        session.own_findings_of(uri),
        [""; 0],
        "what it names may well exist"
    );
    let document = json!({ "textDocument": { "uri": uri } });
    let symbols = session.ask("textDocument/documentSymbol", document.clone());
    assert_eq!(symbols[0]["name"], "Kustomization/apps");
    assert_ne!(
        session.ask("textDocument/foldingRange", document.clone()),
        json!([])
    );
    session.ask("textDocument/definition", at_source_name(uri));
    session.notify("textDocument/didClose", document.clone());
    assert_eq!(
        session.ask("textDocument/documentSymbol", document),
        Value::Null
    );
    session.end();
}

#[test]
fn a_document_in_no_folder_opens_its_repository() {
    let repository = repository();
    std::fs::create_dir(repository.path(".git")).unwrap();
    repository.write(
        "apps/deep/apps.yaml",
        &APPS.replace("name: apps", "name: deep"),
    );
    let mut session = Session::start_with(&repository, &[], able());
    session.open("apps/deep/apps.yaml");
    let links = session.ask(
        "textDocument/definition",
        at_source_name(&repository.uri("apps/deep/apps.yaml")),
    );
    assert_eq!(links[0]["targetUri"], repository.uri("source.yaml"));
    session.end();
}

#[test]
fn a_document_beside_the_folders_is_looked_at_too() {
    let folder = repository();
    let other = Repository::new(&format!("//- apps.yaml\n{APPS}"));
    let mut session = Session::start(&folder);
    let uri = other.uri("apps.yaml");
    session.open_as(&uri, APPS);
    session.await_findings_of(&uri, &["12:11 dangling-reference"]);
    session.notify("textDocument/didClose", other.document("apps.yaml"));
    session.await_findings_of(&uri, &[]);
    session.end();
}

#[test]
fn addresses_are_answered_as_the_client_writes_them() {
    let repository = repository();
    repository.write("a b/ä.yaml", SOURCE);
    repository.remove("source.yaml");
    let mut session = Session::start(&repository);
    let links = session.ask(
        "textDocument/definition",
        at_source_name(&repository.uri("apps.yaml")),
    );
    assert_eq!(links[0]["targetUri"], repository.uri("a%20b/%C3%A4.yaml"));
    let as_written = repository.uri("a%20b/%c3%a4.yaml");
    session.open_as(&as_written, SOURCE);
    let links = session.ask(
        "textDocument/definition",
        at_source_name(&repository.uri("apps.yaml")),
    );
    assert_eq!(links[0]["targetUri"], as_written);
    session.end();
}
