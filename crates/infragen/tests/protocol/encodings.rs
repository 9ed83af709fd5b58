//! Positions behind characters that are not one byte, in every encoding.

use serde_json::{Value, json};

use crate::repository::Repository;
use crate::session::{Session, able};

const BEFORE: &str = "  sourceRef: {\"🚀ä\": 1, kind: GitRepository, name: ";

fn repository() -> Repository {
    Repository::new(&format!(
        "//- source.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{annotations: {{note: \"𝒇ü\"}}, name: infra, namespace: flux-system}}
spec: {{interval: 1m, url: 'https://example.com/infra', ref: {{branch: main}}}}
//- a.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec:
  interval: 1m
  prune: true
  path: ./
{BEFORE}infra}}
"
    ))
}

/// How long a text is in an encoding.
type Length = fn(&str) -> usize;

const ENCODINGS: [(&str, Length); 3] = [
    ("utf-8", |text| text.len()),
    ("utf-16", |text| text.encode_utf16().count()),
    ("utf-32", |text| text.chars().count()),
];

fn able_of(encodings: &[&str]) -> Value {
    let mut able = able();
    able["general"]["positionEncodings"] = json!(encodings);
    able
}

fn range(line: usize, from: usize, to: usize) -> Value {
    json!({ "start": { "line": line, "character": from }, "end": { "line": line, "character": to } })
}

#[test]
fn places_are_right_in_every_encoding() {
    for (encoding, length) in ENCODINGS {
        let repository = repository();
        let mut session = Session::start_as(&repository, able_of(&[encoding]));
        assert_eq!(session.server["capabilities"]["positionEncoding"], encoding);
        session.open("a.yaml");

        let at = length(BEFORE);
        let mut params = repository.document("a.yaml");
        params["position"] = json!({ "line": 7, "character": at + 2 });
        let links = session.ask("textDocument/definition", params.clone());
        let link = &links[0];
        assert_eq!(
            link["targetUri"],
            repository.uri("source.yaml"),
            "{encoding}"
        );
        assert_eq!(
            link["originSelectionRange"],
            range(7, at, at + "infra".len()),
            "{encoding}"
        );
        let name = length("metadata: {annotations: {note: \"𝒇ü\"}, name: ");
        assert_eq!(
            link["targetSelectionRange"],
            range(2, name, name + "infra".len()),
            "{encoding}"
        );

        // An edit behind the wide characters breaks the name, exactly.
        let end = at + "infra".len();
        session.edit(
            "a.yaml",
            json!([{ "range": range(7, end, end), "text": "ß" }]),
        );
        assert_eq!(
            session.own_findings("a.yaml"),
            [format!("8:{} dangling-reference", at + 1)]
        );
        let told = &session.diagnostics("a.yaml")[0]["range"];
        assert_eq!(*told, range(7, at, at + length("infraß")), "{encoding}");
        session.end();
    }
}

#[test]
fn the_encoding_is_agreed_on() {
    let cases: [(&[&str], &str); 5] = [
        (&["utf-16", "utf-8", "utf-32"], "utf-8"),
        (&["utf-32", "utf-16"], "utf-32"),
        (&["utf-16", "utf-32"], "utf-16"),
        (&["ebcdic"], "utf-16"),
        (&[], "utf-16"),
    ];
    for (offered, agreed) in cases {
        let repository = repository();
        let session = Session::start_as(&repository, able_of(offered));
        assert_eq!(
            session.server["capabilities"]["positionEncoding"], agreed,
            "{offered:?}"
        );
        session.end();
    }
}

#[test]
fn a_client_that_says_nothing_counts_utf_16() {
    let repository = repository();
    let mut session = Session::start_as(&repository, json!({}));
    assert_eq!(session.server["capabilities"]["positionEncoding"], "utf-16");
    session.open("a.yaml");
    let mut params = repository.document("a.yaml");
    let at = BEFORE.encode_utf16().count();
    params["position"] = json!({ "line": 7, "character": at });
    // Such a client knows no links either: it gets places.
    let places = session.ask("textDocument/definition", params);
    assert_eq!(places[0]["uri"], repository.uri("source.yaml"));
    session.end();
}
