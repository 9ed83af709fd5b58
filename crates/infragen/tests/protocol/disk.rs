//! Changes on disk by other programs, watched by the client or by the server itself.

use serde_json::{Value, json};

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
//- clusters/apps.yaml
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
";

/// A client that watches no files.
fn watches_nothing() -> Value {
    let mut able = able();
    able["workspace"]["didChangeWatchedFiles"] = json!({ "dynamicRegistration": false });
    able
}

/// Tells the server of changes, as a client does that watches.
fn tell(session: &mut Session<'_>, paths: &[(&str, u32)]) {
    let changes: Vec<_> = paths
        .iter()
        .map(|(path, kind)| json!({ "uri": session.repository.uri(path), "type": kind }))
        .collect();
    session.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": changes }),
    );
}

const CREATED: u32 = 1;
const CHANGED: u32 = 2;
const DELETED: u32 = 3;

#[test]
fn a_client_that_watches_is_asked_to() {
    let repository = Repository::new(REPOSITORY);
    let mut session = Session::start(&repository);
    session.open("source.yaml");
    session.own_findings("source.yaml");
    let asked: Vec<_> = session
        .client
        .server_requests
        .iter()
        .filter(|request| request["method"] == "client/registerCapability")
        .collect();
    assert_eq!(asked.len(), 1);
    let registration = &asked[0]["params"]["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
    let glob = &registration["registerOptions"]["watchers"][0]["globPattern"];
    assert_eq!(
        *glob,
        json!({ "baseUri": repository.uri(""), "pattern": "**/*" })
    );
    session.end();
}

#[test]
fn a_client_that_watches_nothing_is_not_asked() {
    let repository = Repository::new(REPOSITORY);
    let mut session = Session::start_as(&repository, watches_nothing());
    session.open("source.yaml");
    session.own_findings("source.yaml");
    let asked = |request: &Value| request["method"] == "client/registerCapability";
    assert!(!session.client.server_requests.iter().any(asked));
    session.end();
}

#[test]
fn what_the_client_tells_is_looked_at() {
    let repository = Repository::new(REPOSITORY);
    let mut session = Session::start(&repository);
    session.open("clusters/apps.yaml");
    assert_eq!(session.own_findings("clusters/apps.yaml"), [""; 0]);
    let source = repository.text("source.yaml");

    repository.write("source.yaml", &source.replace("name: infra", "name: other"));
    tell(&mut session, &[("source.yaml", CHANGED)]);
    session.await_findings("clusters/apps.yaml", &["12:11 dangling-reference"]);

    repository.write("sources/deep/infra.yaml", &source);
    tell(&mut session, &[("sources", CREATED)]);
    session.await_findings("clusters/apps.yaml", &[]);

    repository.remove("sources");
    tell(&mut session, &[("sources", DELETED)]);
    session.await_findings("clusters/apps.yaml", &["12:11 dangling-reference"]);
    session.end();
}

#[test]
fn what_our_own_watcher_sees_is_looked_at() {
    let repository = Repository::new(REPOSITORY);
    let mut session = Session::start_as(&repository, watches_nothing());
    session.open("clusters/apps.yaml");
    assert_eq!(session.own_findings("clusters/apps.yaml"), [""; 0]);
    let source = repository.text("source.yaml");

    repository.write("source.yaml", &source.replace("name: infra", "name: other"));
    session.await_findings("clusters/apps.yaml", &["12:11 dangling-reference"]);
    repository.write("sources/deep/infra.yaml", &source);
    session.await_findings("clusters/apps.yaml", &[]);
    // A directory that came into being under the watcher is watched too.
    repository.write(
        "sources/deep/infra.yaml",
        &source.replace("name: infra", "name: more"),
    );
    session.await_findings("clusters/apps.yaml", &["12:11 dangling-reference"]);
    repository.write("sources/deep/infra.yaml", &source);
    session.await_findings("clusters/apps.yaml", &[]);
    std::fs::rename(repository.path("sources"), repository.path("elsewhere")).unwrap();
    repository.write(
        "elsewhere/deep/infra.yaml",
        &source.replace("name: infra", "name: gone"),
    );
    session.await_findings("clusters/apps.yaml", &["12:11 dangling-reference"]);
    session.end();
}

#[test]
fn a_client_that_refuses_to_watch_is_replaced() {
    let repository = Repository::new(REPOSITORY);
    // It says that it can, and answers the request with an error.
    let mut session = Session::start(&repository);
    session.client.refuse("client/registerCapability");
    session.open("clusters/apps.yaml");
    session.own_findings("clusters/apps.yaml");
    // The refusal is on its way: from then on changes are seen.
    let source = repository.text("source.yaml");
    let mut written = 0;
    while !session.heard_of_findings("clusters/apps.yaml") {
        written += 1;
        repository.write(
            "source.yaml",
            &source.replace("name: infra", &format!("name: other-{written}")),
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(written < 1_000, "no change was seen");
    }
    session.end();
}

#[test]
fn ignored_files_do_not_count() {
    let repository = Repository::new(REPOSITORY);
    repository.write(".gitignore", "/generated\n");
    let mut session = Session::start(&repository);
    session.open("clusters/apps.yaml");
    session.own_findings("clusters/apps.yaml");
    let source = repository.text("source.yaml");
    repository.write("generated/infra.yaml", &source);
    repository.remove("source.yaml");
    tell(
        &mut session,
        &[("generated/infra.yaml", CREATED), ("source.yaml", DELETED)],
    );
    session.await_findings("clusters/apps.yaml", &["12:11 dangling-reference"]);
    repository.write(".gitignore", "");
    tell(&mut session, &[(".gitignore", CHANGED)]);
    session.await_findings("clusters/apps.yaml", &[]);
    session.end();
}

/// A repository with a branch on which everything is somewhere else.
fn with_branches() -> Repository {
    let repository = Repository::new(REPOSITORY);
    repository.git(&["init", "--quiet"]);
    repository.git(&["add", "."]);
    repository.git(&["commit", "--quiet", "--message", "main"]);
    repository.git(&["checkout", "--quiet", "-b", "other"]);
    let apps = repository.text("clusters/apps.yaml");
    repository.git(&["rm", "--quiet", "-r", "clusters", "source.yaml"]);
    for number in 0..60 {
        let apps = apps.replace("name: apps", &format!("name: apps-{number}"));
        repository.write(&format!("teams/t{number}/apps/apps.yaml"), &apps);
    }
    repository.git(&["add", "."]);
    repository.git(&["commit", "--quiet", "--message", "other"]);
    repository.git(&["checkout", "--quiet", "main"]);
    repository
}

/// The findings of the other branch: nothing there defines the source.
fn is_other_branch(session: &mut Session<'_>) {
    for number in 0..60 {
        let path = format!("teams/t{number}/apps/apps.yaml");
        session.await_findings(&path, &["12:11 dangling-reference"]);
    }
    await_symbols(session, "apps-59", 1);
    await_symbols(session, "infra", 0);
}

/// Waits until so many symbols fit a query. Several batches of events may come of one checkout.
fn await_symbols(session: &mut Session<'_>, query: &str, count: usize) {
    let mut found = Value::Null;
    for _ in 0..3_000 {
        found = session.ask("workspace/symbol", json!({ "query": query }));
        if found.as_array().is_some_and(|found| found.len() == count) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("instead of {count} symbols for {query}: {found}");
}

fn is_main_branch(session: &mut Session<'_>) {
    for number in 0..60 {
        session.await_findings(&format!("teams/t{number}/apps/apps.yaml"), &[]);
    }
    await_symbols(session, "apps-59", 0);
    await_symbols(session, "infra", 1);
}

#[test]
fn another_branch_under_our_own_watcher() {
    let repository = with_branches();
    let mut session = Session::start_as(&repository, watches_nothing());
    session.open_as(&repository.uri("notes.yaml"), "");
    session.own_findings("notes.yaml");
    for _ in 0..3 {
        repository.git(&["checkout", "--quiet", "other"]);
        is_other_branch(&mut session);
        repository.git(&["checkout", "--quiet", "main"]);
        is_main_branch(&mut session);
    }
    session.end();
}

#[test]
fn another_branch_told_by_the_client() {
    let repository = with_branches();
    let mut session = Session::start(&repository);
    // Clients tell of a whole directory in one event, in any order, and of some things twice.
    repository.git(&["checkout", "--quiet", "other"]);
    tell(
        &mut session,
        &[
            ("teams", CREATED),
            ("clusters", DELETED),
            ("source.yaml", DELETED),
            ("teams/t1", CREATED),
        ],
    );
    is_other_branch(&mut session);
    repository.git(&["checkout", "--quiet", "main"]);
    let mut changes = vec![
        ("clusters/apps.yaml", CREATED),
        ("source.yaml", CREATED),
        ("clusters", CREATED),
    ];
    let files: Vec<_> = (0..60)
        .map(|number| format!("teams/t{number}/apps/apps.yaml"))
        .collect();
    changes.extend(files.iter().map(|file| (file.as_str(), DELETED)));
    tell(&mut session, &changes);
    is_main_branch(&mut session);
    session.end();
}
