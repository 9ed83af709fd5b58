//! Variables: hints that follow changes of other files, and renaming.

use serde_json::{Value, json};

use crate::repository::Repository;
use crate::session::{Session, able};

const REPOSITORY: &str = "//- clusters/production/gotk-sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  interval: 10m
  prune: true
  path: ./clusters/production
  sourceRef: {kind: GitRepository, name: flux-system}
//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 10m
  prune: true
  path: ./base
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substitute:
      DOMAIN: example.com
//- base/web.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web, namespace: web}
data:
  host: web.${DOM$0AIN}
";

const APPS: &str = "clusters/production/apps.yaml";
const WEB: &str = "base/web.yaml";

fn hints(session: &mut Session<'_>, repository: &Repository) -> Value {
    let range =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let document = json!({ "uri": repository.uri(WEB) });
    let params = json!({ "textDocument": document, "range": range });
    session.ask("textDocument/inlayHint", params)
}

#[test]
fn hints_follow_a_change_of_another_file() {
    let repository = Repository::new(REPOSITORY);
    let mut client = able();
    client["workspace"]["inlayHint"] = json!({ "refreshSupport": true });
    let mut session = Session::start_as(&repository, client);
    session.open(WEB);
    session.open(APPS);
    session.await_findings(WEB, &[]);
    let found = hints(&mut session, &repository);
    assert_eq!(found[0]["label"], "= example.com");
    assert_eq!(found[0]["position"], json!({ "line": 4, "character": 21 }));

    let is_refresh = |request: &Value| request["method"] == "workspace/inlayHint/refresh";
    // What is told anew is what the round knows; it has looked once when it has looked at every file.
    while !session.client.server_requests.iter().any(is_refresh) {
        let changed = repository.text(APPS).replace("example.com", "example.org");
        session.change(APPS, &changed);
        hints(&mut session, &repository);
        std::thread::sleep(std::time::Duration::from_millis(200));
        let before = repository.text(APPS);
        session.change(APPS, &before);
        hints(&mut session, &repository);
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    session.end();
}

#[test]
fn a_rename_changes_both_files_or_says_why_not() {
    let repository = Repository::new(REPOSITORY);
    let mut session = Session::start(&repository);
    let range = session.ask_at_cursor("textDocument/prepareRename");
    assert_eq!(
        range["range"]["start"],
        json!({ "line": 4, "character": 14 })
    );
    let mut params = repository.at_cursor();
    params["newName"] = json!("HOST");
    let edit = session.ask("textDocument/rename", params.clone());
    let documents = edit["documentChanges"].as_array().unwrap();
    let changed: Vec<_> = documents
        .iter()
        .map(|change| &change["textDocument"]["uri"])
        .collect();
    assert_eq!(changed, [&repository.uri(WEB), &repository.uri(APPS)]);
    assert_eq!(documents[0]["edits"][0]["newText"], "HOST");
    params["newName"] = json!("no name");
    assert_eq!(session.error("textDocument/rename", params), -32803);
    session.end();
}
