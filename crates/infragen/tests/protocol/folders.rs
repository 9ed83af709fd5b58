//! Several folders, opened and closed under way.

use serde_json::json;

use crate::repository::Repository;
use crate::session::{Session, able};

fn repository(source: &str) -> Repository {
    Repository::new(&format!(
        "//- one/.infragen.yaml
//- one/source.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: {source}, namespace: flux-system}}
spec: {{interval: 1m, url: 'https://example.com/x', ref: {{branch: main}}}}
//- two/.infragen.yaml
//- two/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec:
  interval: 1m
  prune: true
  path: ./
  sourceRef: {{kind: GitRepository, name: infra}}
"
    ))
}

fn folder(repository: &Repository, path: &str) -> serde_json::Value {
    json!({ "uri": repository.uri(path), "name": path })
}

const DANGLING: &str = "8:42 dangling-reference";

#[test]
fn each_folder_is_a_repository_of_its_own() {
    let repository = repository("infra");
    let folders = [repository.uri("one"), repository.uri("two")];
    let mut session = Session::start_with(&repository, &folders, able());
    // What the one defines the other does not see.
    session.await_findings("two/apps.yaml", &[DANGLING]);
    for (query, path) in [("infra", "one/source.yaml"), ("apps", "two/apps.yaml")] {
        let symbols = session.ask("workspace/symbol", json!({ "query": query }));
        assert_eq!(
            symbols[0]["location"]["uri"],
            repository.uri(path),
            "{symbols}"
        );
    }
    session.end();
}

#[test]
fn folders_come_and_go() {
    let repository = repository("infra");
    let mut session = Session::start_with(&repository, &[repository.uri("one")], able());
    assert!(!session.heard_of("two/apps.yaml"));
    let change = |added: &[&str], removed: &[&str]| {
        let folders = |paths: &[&str]| {
            paths
                .iter()
                .map(|path| folder(&repository, path))
                .collect::<Vec<_>>()
        };
        json!({ "event": { "added": folders(added), "removed": folders(removed) } })
    };
    session.notify("workspace/didChangeWorkspaceFolders", change(&["two"], &[]));
    session.await_findings("two/apps.yaml", &[DANGLING]);
    session.notify("workspace/didChangeWorkspaceFolders", change(&[], &["two"]));
    session.await_findings("two/apps.yaml", &[]);
    let symbols = session.ask("workspace/symbol", json!({ "query": "apps" }));
    assert_eq!(symbols, json!([]));

    // What changed while it was closed is seen when it is opened again.
    let text = repository.text("two/apps.yaml");
    repository.write("two/apps.yaml", &format!("# moved\n{text}"));
    session.notify("workspace/didChangeWorkspaceFolders", change(&["two"], &[]));
    session.await_findings("two/apps.yaml", &["9:42 dangling-reference"]);
    session.end();
}

#[test]
fn an_open_document_outlives_its_folder() {
    let repository = repository("infra");
    let folders = [repository.uri("one"), repository.uri("two")];
    let mut session = Session::start_with(&repository, &folders, able());
    session.open("two/apps.yaml");
    session.await_findings("two/apps.yaml", &[DANGLING]);
    let removed = json!({ "event": { "added": [], "removed": [folder(&repository, "two")] } });
    session.notify("workspace/didChangeWorkspaceFolders", removed);
    session.change(
        "two/apps.yaml",
        &format!("# moved\n{}", repository.text("two/apps.yaml")),
    );
    assert_eq!(
        session.own_findings("two/apps.yaml"),
        ["9:42 dangling-reference"]
    );
    session.close("two/apps.yaml");
    session.await_findings("two/apps.yaml", &[]);
    session.end();
}

#[test]
fn a_folder_around_another_takes_it_in() {
    let repository = repository("infra");
    repository.remove("one/.infragen.yaml");
    repository.remove("two/.infragen.yaml");
    let mut session = Session::start_with(&repository, &[repository.uri("two")], able());
    session.open("two/apps.yaml");
    session.await_findings("two/apps.yaml", &[DANGLING]);
    let added = json!({ "event": { "added": [folder(&repository, "")], "removed": [] } });
    session.notify("workspace/didChangeWorkspaceFolders", added);
    session.await_findings("two/apps.yaml", &[]);
    session.change(
        "two/apps.yaml",
        &repository.text("two/apps.yaml").replace("infra}", "other}"),
    );
    assert_eq!(session.own_findings("two/apps.yaml"), [DANGLING]);
    session.end();
}

#[test]
fn old_clients_name_one_root() {
    let repository = repository("infra");
    for root in [
        json!({ "rootUri": repository.uri("two") }),
        json!({ "rootPath": repository.path("two") }),
    ] {
        let mut session = Session::start_raw(&repository, root);
        session.await_findings("two/apps.yaml", &[DANGLING]);
        session.end();
    }
}
