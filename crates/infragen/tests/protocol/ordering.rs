//! The order of things: no answer is older than its question, and no question is answered twice.

use infragen_lsp::client::ClientError;
use serde_json::{Value, json};

use crate::repository::Repository;
use crate::session::Session;

const CONTENT_MODIFIED: i64 = -32801;
const CANCELLED: i64 = -32800;

/// A file whose one symbol tells which edit was the last one.
fn repository() -> Repository {
    Repository::new("//- a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: v0\n")
}

/// Replaces the number in the name by another one.
fn number(session: &mut Session<'_>, from: usize, to: usize) {
    let end = "  name: v".len() + from.to_string().len();
    let range = json!({
        "start": { "line": 3, "character": "  name: v".len() },
        "end": { "line": 3, "character": end },
    });
    session.edit(
        "a.yaml",
        json!([{ "range": range, "text": to.to_string() }]),
    );
}

fn name(symbols: &Value) -> &str {
    symbols[0]["name"].as_str().unwrap()
}

#[test]
fn ten_thousand_changes_and_no_stale_answer() {
    let repository = repository();
    let mut session = Session::start(&repository);
    session.open("a.yaml");
    let mut asked = Vec::new();
    for edit in 1..=10_000 {
        number(&mut session, edit - 1, edit);
        if edit % 10 == 0 {
            let params = repository.document("a.yaml");
            let id = session
                .client
                .start_request("textDocument/documentSymbol", params);
            asked.push((edit, id.unwrap()));
        }
    }
    let last = asked.last().unwrap().0;
    for (edit, id) in asked {
        match session.client.response(id) {
            Ok(symbols) => assert_eq!(name(&symbols), format!("ConfigMap/v{edit}")),
            Err(ClientError::Response(CONTENT_MODIFIED, _)) => {
                assert_ne!(edit, last, "nothing changed after the last question");
            }
            Err(error) => panic!("{error}"),
        }
    }
    session.end();
}

#[test]
fn a_question_after_a_burst_is_answered_for_its_end() {
    let repository = repository();
    let mut session = Session::start(&repository);
    session.open("a.yaml");
    for burst in 0..50 {
        for edit in burst * 200..(burst + 1) * 200 {
            number(&mut session, edit, edit + 1);
        }
        let symbols = session.ask("textDocument/documentSymbol", repository.document("a.yaml"));
        assert_eq!(name(&symbols), format!("ConfigMap/v{}", (burst + 1) * 200));
    }
    assert_eq!(
        session.own_findings("a.yaml"),
        [""; 0],
        "findings of the last version are told"
    );
    session.end();
}

#[test]
fn changes_of_one_file_do_not_spoil_answers_about_another() {
    let mut repository = repository();
    repository.write_all("//- b.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\n");
    let mut session = Session::start(&repository);
    session.open("a.yaml");
    session.open("b.yaml");
    for edit in 0..300 {
        number(&mut session, edit, edit + 1);
        let symbols = session.ask("textDocument/documentSymbol", repository.document("b.yaml"));
        assert_eq!(name(&symbols), "ConfigMap/other");
    }
    session.end();
}

#[test]
fn what_is_cancelled_is_answered_once() {
    let repository = large();
    let mut session = Session::start(&repository);
    session.open("a.yaml");
    // All in one piece, as a client sends it that has waited for its turn.
    let mut stream = Vec::new();
    let ids = 5_000..5_500;
    let mut send = |message: Value| {
        let body = message.to_string();
        stream.extend(format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes());
    };
    for id in ids.clone() {
        let params = repository.document("a.yaml");
        send(
            json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/documentSymbol", "params": params }),
        );
    }
    for id in ids.clone() {
        send(json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": id } }));
    }
    session.client.send_raw(&stream).unwrap();
    let mut cancelled = 0;
    for id in ids {
        match session.client.response(id) {
            Ok(symbols) => assert!(symbols.is_array()),
            Err(ClientError::Response(code, _)) => {
                assert_eq!(code, CANCELLED);
                cancelled += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    // A server that looks at no more messages than it has slots sees cancellations when it is too late.
    assert!(cancelled > 400, "only {cancelled} of 500 were cancelled");
    let symbols = session.ask("textDocument/documentSymbol", repository.document("a.yaml"));
    assert_eq!(symbols.as_array().unwrap().len(), OBJECTS);
    session.end();
}

#[test]
fn cancelling_what_is_answered_or_was_never_asked_does_nothing() {
    let repository = repository();
    let mut session = Session::start(&repository);
    session.open("a.yaml");
    let params = repository.document("a.yaml");
    let id = session
        .client
        .start_request("textDocument/documentSymbol", params)
        .unwrap();
    session.client.response(id).unwrap();
    for id in [json!(id), json!(999_999), json!("never")] {
        session.notify("$/cancelRequest", json!({ "id": id }));
    }
    session.end();
}

#[test]
fn an_id_is_not_used_twice_at_once() {
    let repository = large();
    let mut session = Session::start(&repository);
    session.open("a.yaml");
    let params = repository.document("a.yaml");
    let message = json!({ "jsonrpc": "2.0", "id": "twin", "method": "textDocument/documentSymbol", "params": params });
    let body = message.to_string();
    let one = format!("Content-Length: {}\r\n\r\n{body}", body.len());
    session.client.send_raw(one.repeat(2).as_bytes()).unwrap();
    session.ask("textDocument/documentSymbol", repository.document("a.yaml"));
    session.own_findings("a.yaml");
    let mut answers = Vec::new();
    while answers.len() < 2 {
        answers.extend(
            session
                .client
                .take_unread()
                .into_iter()
                .filter(|message| message["id"] == "twin"),
        );
        std::thread::yield_now();
    }
    assert_eq!(answers.len(), 2);
    session.end();
}

const OBJECTS: usize = 2_000;

/// A file about which each answer takes a while.
fn large() -> Repository {
    let mut files = "//- a.yaml\n".to_owned();
    for number in 0..OBJECTS {
        let object = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: n{number}\ndata:\n  a: x\n---\n"
        );
        files.push_str(&object);
    }
    Repository::new(&files)
}
