//! How a session begins and ends.

use infragen_lsp::client::ClientError;
use serde_json::{Value, json};

use crate::repository::Repository;
use crate::session::{Session, able, spawn};

const NOT_INITIALIZED: i64 = -32002;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;

fn empty() -> Repository {
    Repository::new("")
}

fn code(answer: Result<Value, ClientError>) -> i64 {
    match answer {
        Err(ClientError::Response(code, _)) => code,
        other => panic!("answered with {other:?}"),
    }
}

#[test]
fn says_who_it_is_and_what_it_can_do() {
    let repository = empty();
    let session = Session::start(&repository);
    let server = &session.server;
    assert_eq!(
        server["serverInfo"],
        json!({ "name": "infragen", "version": env!("CARGO_PKG_VERSION") })
    );
    let capabilities = &server["capabilities"];
    assert_eq!(capabilities["textDocumentSync"]["change"], 2, "incremental");
    for provider in [
        "definition",
        "references",
        "callHierarchy",
        "documentHighlight",
        "hover",
        "documentSymbol",
        "workspaceSymbol",
        "foldingRange",
        "selectionRange",
    ] {
        assert_eq!(
            capabilities[format!("{provider}Provider")],
            true,
            "{provider}"
        );
    }
    for provider in ["completion", "documentLink", "codeAction", "inlayHint"] {
        assert!(
            capabilities[format!("{provider}Provider")].is_object(),
            "{provider}"
        );
    }
    assert_eq!(
        capabilities["workspace"]["workspaceFolders"]["changeNotifications"],
        true
    );
    assert_eq!(
        capabilities.get("diagnosticProvider"),
        None,
        "findings are pushed, so never pulled too"
    );
    session.end();
}

#[test]
fn nothing_is_answered_before_initialize() {
    let mut client = spawn();
    let hover = json!({ "textDocument": { "uri": "file:///a.yaml" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(
        code(client.request("textDocument/hover", hover)),
        NOT_INITIALIZED
    );
    assert_eq!(
        code(client.request("shutdown", Value::Null)),
        NOT_INITIALIZED
    );
    client
        .notify(
            "textDocument/didOpen",
            json!({ "textDocument": {
        "uri": "file:///a.yaml", "languageId": "yaml", "version": 1, "text": "" } }),
        )
        .unwrap();
    let answer = client.initialize("file:///nowhere", able()).unwrap();
    assert_eq!(answer["serverInfo"]["name"], "infragen");
    assert!(client.shut_down().unwrap().success());
}

#[test]
fn initialize_comes_once() {
    let repository = empty();
    let mut session = Session::start(&repository);
    let again = json!({ "capabilities": {} });
    assert_eq!(session.error("initialize", again), INVALID_REQUEST);
    session.end();
}

#[test]
fn nothing_is_answered_after_shutdown() {
    let repository = empty();
    let mut session = Session::start(&repository);
    session.ask("shutdown", Value::Null);
    assert_eq!(
        session.error("workspace/symbol", json!({ "query": "" })),
        INVALID_REQUEST
    );
    assert_eq!(session.error("shutdown", Value::Null), INVALID_REQUEST);
    session.notify("exit", Value::Null);
    assert_eq!(session.client.wait_for_exit().unwrap().code(), Some(0));
}

#[test]
fn exit_without_shutdown_is_a_failure() {
    let mut client = spawn();
    client.initialize("file:///nowhere", able()).unwrap();
    client.notify("exit", Value::Null).unwrap();
    assert_eq!(client.wait_for_exit().unwrap().code(), Some(1));
}

#[test]
fn the_process_ends_with_its_input() {
    assert_eq!(spawn().close_input().unwrap().code(), Some(1));
    let mut client = spawn();
    client.initialize("file:///nowhere", able()).unwrap();
    assert_eq!(client.close_input().unwrap().code(), Some(1));
}

#[test]
fn methods_that_do_not_exist() {
    let repository = empty();
    let mut session = Session::start(&repository);
    assert_eq!(
        session.error("textDocument/brew", json!({})),
        METHOD_NOT_FOUND
    );
    assert_eq!(session.error("$/brew", json!({})), METHOD_NOT_FOUND);
    // Of the protocol, but not offered.
    let params = json!({ "textDocument": { "uri": "file:///a.yaml" }, "options": { "tabSize": 2, "insertSpaces": true } });
    assert_eq!(
        session.error("textDocument/formatting", params),
        METHOD_NOT_FOUND
    );
    session.notify("textDocument/brewed", json!({}));
    session.notify("$/brewed", json!({}));
    assert!(
        session
            .ask("workspace/symbol", json!({ "query": "" }))
            .is_array()
    );
    session.end();
}

#[test]
fn notifications_of_clients_that_tell_everything_are_taken() {
    let repository = Repository::new("//- a.yaml\nkind: x\n");
    let mut session = Session::start(&repository);
    session.open("a.yaml");
    session.notify(
        "workspace/didChangeConfiguration",
        json!({ "settings": null }),
    );
    session.notify("textDocument/didSave", repository.document("a.yaml"));
    session.notify("$/setTrace", json!({ "value": "verbose" }));
    session.notify("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    assert_eq!(session.own_findings("a.yaml"), [""; 0]);
    session.end();
}
