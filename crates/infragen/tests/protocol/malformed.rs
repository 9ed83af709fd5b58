//! What is no message, or none that makes sense: answered with an error, and the session goes on.

use serde_json::{Value, json};

use crate::repository::Repository;
use crate::session::Session;

const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const INVALID_PARAMS: i64 = -32602;

fn repository() -> Repository {
    Repository::new("//- a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n")
}

fn framed(body: &[u8]) -> Vec<u8> {
    let mut message = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    message.extend_from_slice(body);
    message
}

/// Sends bytes, and returns the codes of the errors that answer nothing in particular. The session goes on.
fn send(bytes: &[u8]) -> Vec<(Value, i64)> {
    let repository = repository();
    let mut session = Session::start(&repository);
    session.client.send_raw(bytes).unwrap();
    assert!(
        session
            .ask("workspace/symbol", json!({ "query": "" }))
            .is_array()
    );
    let errors = session
        .client
        .take_unread()
        .into_iter()
        .filter(|message| message.get("error").is_some())
        .map(|message| {
            (
                message["id"].clone(),
                message["error"]["code"].as_i64().unwrap(),
            )
        })
        .collect();
    session.end();
    errors
}

#[test]
fn no_json() {
    let parse_error = || [(Value::Null, PARSE_ERROR)];
    assert_eq!(
        send(&framed(b"{\"jsonrpc\": \"2.0\", \"method\":")),
        parse_error()
    );
    assert_eq!(send(&framed(b"\xff\xfe{}")), parse_error());
    assert_eq!(send(&framed(b"")), parse_error());
    let deep = "[".repeat(100_000);
    assert_eq!(send(&framed(deep.as_bytes())), parse_error());
}

#[test]
fn json_that_is_no_message() {
    let invalid = |id: Value| [(id, INVALID_REQUEST)];
    assert_eq!(send(&framed(b"[]")), invalid(Value::Null));
    assert_eq!(send(&framed(b"null")), invalid(Value::Null));
    let old = br#"{"jsonrpc":"1.0","id":"x","method":"shutdown"}"#;
    assert_eq!(send(&framed(old)), invalid(json!("x")));
}

#[test]
fn no_header() {
    let parse_error = || [(Value::Null, PARSE_ERROR)];
    assert_eq!(send(b"hello?\r\n\r\n"), parse_error());
    assert_eq!(send(b"Content-Length: many\r\n\r\n"), parse_error());
    assert_eq!(send(b"Content-Type: x\r\n\r\n{}"), parse_error());
    assert_eq!(send(b"\r\n\r\n"), []);
}

#[test]
fn many_broken_messages_do_not_end_the_session() {
    let broken = framed(b"{").repeat(500);
    assert_eq!(send(&broken).len(), 500);
}

#[test]
fn parameters_that_are_none() {
    let repository = repository();
    let mut session = Session::start(&repository);
    assert_eq!(
        session.error("textDocument/hover", json!({ "textDocument": 1 })),
        INVALID_PARAMS
    );
    assert_eq!(
        session.error("textDocument/hover", Value::Null),
        INVALID_PARAMS
    );
    let negative = json!({ "textDocument": { "uri": "file:///a.yaml" }, "position": { "line": -1, "character": 0 } });
    assert_eq!(
        session.error("textDocument/hover", negative),
        INVALID_PARAMS
    );
    let no_uri = json!({ "textDocument": { "uri": "no address" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(session.error("textDocument/hover", no_uri), INVALID_PARAMS);
    session.notify("textDocument/didOpen", json!({ "textDocument": 1 }));
    session.notify("textDocument/didChange", json!([]));
    session.end();
}

#[test]
fn answers_to_nothing_are_dropped() {
    let answer = br#"{"jsonrpc":"2.0","id":4711,"result":null}"#;
    assert_eq!(send(&framed(answer)), []);
}

#[test]
fn positions_behind_every_end() {
    let repository = repository();
    let mut session = Session::start(&repository);
    session.open("a.yaml");
    let far = json!({ "line": u32::MAX, "character": u32::MAX });
    let mut params = repository.document("a.yaml");
    params["position"] = far.clone();
    for method in ["hover", "definition", "completion", "documentHighlight"] {
        session.ask(&format!("textDocument/{method}"), params.clone());
    }
    params["context"] = json!({ "includeDeclaration": true });
    session.ask("textDocument/references", params);
    let mut params = repository.document("a.yaml");
    params["positions"] = json!([far]);
    let ranges = session.ask("textDocument/selectionRange", params);
    assert_eq!(ranges.as_array().unwrap().len(), 1);
    let mut params = repository.document("a.yaml");
    params["range"] = json!({ "start": far, "end": { "line": 0, "character": 0 } });
    params["context"] = json!({ "diagnostics": [] });
    session.ask("textDocument/codeAction", params);
    session.edit(
        "a.yaml",
        json!([{ "range": { "start": far, "end": far }, "text": "data: {}\n" }]),
    );
    let symbols = session.ask("textDocument/documentSymbol", repository.document("a.yaml"));
    assert_eq!(
        symbols[0]["range"]["end"],
        json!({ "line": 4, "character": 8 })
    );
    session.end();
}
