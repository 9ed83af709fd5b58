//! Progress of long work, shown by clients that can.

use serde_json::{Value, json};

use crate::repository::Repository;
use crate::session::{Session, able};

#[test]
fn reading_a_repository_is_shown_from_begin_to_end() {
    let repository = Repository::new("//- a.yaml\nkind: ConfigMap\n");
    let mut session = Session::start(&repository);
    let mut kinds = Vec::new();
    while kinds.last().map(String::as_str) != Some("end") {
        let step = session.client.notification("$/progress", |_| true).unwrap();
        if kinds.is_empty() {
            let created = |request: &&Value| request["method"] == "window/workDoneProgress/create";
            let request = session.client.server_requests.iter().find(created).unwrap();
            assert_eq!(request["params"]["token"], step["token"]);
        }
        kinds.push(step["value"]["kind"].as_str().unwrap().to_owned());
    }
    assert_eq!(kinds[0], "begin");
    assert!(
        kinds[1..kinds.len() - 1]
            .iter()
            .all(|kind| kind == "report"),
        "{kinds:?}"
    );
    session.end();
}

#[test]
fn a_client_that_shows_none_is_not_told() {
    let repository = Repository::new("//- a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: [\n");
    let mut able = able();
    able["window"] = json!({});
    let mut session = Session::start_as(&repository, able);
    session.await_findings("a.yaml", &["3:11 invalid-yaml"]);
    let shown = |message: &Value| message["method"] == "$/progress";
    assert!(!session.client.take_unread().iter().any(shown));
    let asked = |request: &Value| request["method"] == "window/workDoneProgress/create";
    assert!(!session.client.server_requests.iter().any(asked));
    session.end();
}

#[test]
fn a_client_that_never_answers_holds_up_nothing() {
    let repository = Repository::new("//- a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: [\n");
    let mut session = Session::start(&repository);
    session.client.ignore_requests();
    session.await_findings("a.yaml", &["3:11 invalid-yaml"]);
    session.open("a.yaml");
    assert!(
        session
            .ask("textDocument/documentSymbol", repository.document("a.yaml"))
            .is_array()
    );
    session.end();
}
