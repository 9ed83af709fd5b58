//! Tokens: who gives them, to whom, and for how long.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use infragen_registry::Registry;
use infragen_tests::registry::{Authority, Folder, Reply, Request, Server, web};

use super::TAGS;
use super::credentials::{ada, entry, guarded, trusting};

#[test]
fn a_token_is_asked_for_once() {
    let authority = Authority::new();
    let certificate = authority.sign("127.0.0.1");
    // The registry is its own server of tokens.
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let server = Server::start_tls(&certificate, move |request| {
        if request.target.starts_with("/token") {
            counter.fetch_add(1, Ordering::SeqCst);
            assert_eq!(
                request.target,
                "/token?service=tests&scope=repository%3Aacme%2Fweb%3Apull"
            );
            assert_eq!(request.authorization(), format!("Basic {}", ada()));
            return Reply::ok(r#"{"token": "a-token", "expires_in": 300}"#);
        }
        match request.authorization() {
            "Bearer a-token" => Reply::ok(TAGS),
            _ => {
                let host = &request.headers["host"];
                let challenge = format!(
                    r#"Bearer realm="https://{host}/token",service="tests",scope="repository:acme/web:pull""#
                );
                Reply::status(401).with("www-authenticate", challenge)
            }
        }
    });
    let folder = Folder::new();
    folder.docker(&entry(&server.host));
    let registry = Registry::new(trusting(&folder, &authority));
    for _ in 0..5 {
        assert!(registry.tags(&web(&server.host, false)).is_ok());
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
    assert_eq!(server.lines().len(), 7);
}

#[test]
fn a_token_that_has_expired_is_asked_for_anew() {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let server = Server::start(move |request| {
        if request.target.starts_with("/token") {
            let next = counter.fetch_add(1, Ordering::SeqCst);
            // So short that it is over when it is used again.
            return Reply::ok(format!(
                r#"{{"access_token": "a-token-{next}", "expires_in": 1}}"#
            ));
        }
        match request.authorization().starts_with("Bearer a-token") {
            true => Reply::ok(TAGS),
            false => {
                let challenge =
                    format!(r#"Bearer realm="http://{}/token""#, request.headers["host"]);
                Reply::status(401).with("www-authenticate", challenge)
            }
        }
    });
    let folder = Folder::new();
    let registry = Registry::new(folder.settings());
    for _ in 0..3 {
        assert!(registry.tags(&web(&server.host, true)).is_ok());
    }
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

#[test]
fn an_identity_token_is_changed_into_another() {
    let authority = Authority::new();
    let server = Server::start_tls(&authority.sign("127.0.0.1"), |request| {
        if request.target == "/token" {
            assert_eq!(request.method, "POST");
            assert_eq!(
                request.body,
                "grant_type=refresh_token&client_id=infragen&service=tests&scope=repository%3Aacme%2Fweb%3Apull\
                 &refresh_token=an%2Fidentity"
            );
            return Reply::ok(r#"{"access_token": "a-token"}"#);
        }
        let challenge = format!(
            r#"Bearer realm="https://{}/token",service="tests""#,
            request.headers["host"]
        );
        guarded("Bearer a-token".to_owned(), challenge)(request)
    });
    let folder = Folder::new();
    folder.docker(&format!(
        r#"{{"auths": {{"{}": {{"identitytoken": "an/identity"}}}}}}"#,
        server.host
    ));
    assert!(
        Registry::new(trusting(&folder, &authority))
            .tags(&web(&server.host, false))
            .is_ok()
    );

    let direct = Server::start(guarded(
        "Bearer a-token".to_owned(),
        "Bearer realm=\"https://example.com\"",
    ));
    folder.docker(&format!(
        r#"{{"auths": {{"{}": {{"registrytoken": "a-token"}}}}}}"#,
        direct.host
    ));
    assert!(
        Registry::new(folder.settings())
            .tags(&web(&direct.host, true))
            .is_ok()
    );
}

#[test]
fn a_server_of_tokens_on_another_host_is_trusted_over_tls_only() {
    let authority = Authority::new();
    let certificate = authority.sign("127.0.0.1");
    let tokens = || |_: &Request| Reply::ok(r#"{"token": "a-token"}"#);
    let folder = Folder::new();
    let settings = trusting(&folder, &authority);
    let ask = |tls: bool, tokens_tls: bool| {
        let tokens = match tokens_tls {
            true => Server::start_tls(&certificate, tokens()),
            false => Server::start(tokens()),
        };
        let scheme = if tokens_tls { "https" } else { "http" };
        let handler = guarded(
            "Bearer a-token".to_owned(),
            format!("Bearer realm=\"{scheme}://{}/token\"", tokens.host),
        );
        let server = match tls {
            true => Server::start_tls(&certificate, handler),
            false => Server::start(handler),
        };
        folder.docker(&entry(&server.host));
        assert!(
            Registry::new(settings.clone())
                .tags(&web(&server.host, !tls))
                .is_ok()
        );
        let asked = tokens.requests();
        assert_eq!(asked.len(), 1);
        asked[0].authorization().to_owned()
    };
    assert_eq!(ask(true, true), format!("Basic {}", ada()));
    assert_eq!(ask(true, false), "");
    assert_eq!(ask(false, true), "");
    assert_eq!(ask(false, false), "");
}

#[test]
fn a_token_server_that_is_at_fault() {
    let folder = Folder::new();
    let ask = |reply: fn() -> Reply, what: &str| {
        let server = Server::start(move |request| match request.target.starts_with("/token") {
            true => reply(),
            false => {
                let challenge =
                    format!("Bearer realm=\"http://{}/token\"", request.headers["host"]);
                Reply::status(401).with("www-authenticate", challenge)
            }
        });
        folder.docker(&entry(&server.host));
        let fault = Registry::new(folder.settings())
            .tags(&web(&server.host, true))
            .unwrap_err();
        assert!(fault.message.contains(what), "{fault}");
    };
    ask(|| Reply::status(401), "asked with the entry for");
    ask(
        || Reply::status(500),
        "fails at the request for a token (status 500)",
    );
    ask(|| Reply::ok("{}"), "gives no token that could be used");
    ask(
        || Reply::ok("nonsense"),
        "gives no token that could be used",
    );
    ask(
        || Reply::ok("{\"token\": \"a\\r\\nx: b\"}"),
        "gives no token that could be used",
    );
    ask(
        || Reply::ok(vec![b' '; 2 * 1024 * 1024]),
        "answers with more than 1 MiB",
    );
    // A token that does not help.
    ask(
        || Reply::ok("{\"token\": \"a-token\"}"),
        "asked with the entry for",
    );
    let server = Server::start(guarded("nobody".to_owned(), "Bearer realm=\"gopher://a\""));
    let fault = Registry::new(folder.settings())
        .tags(&web(&server.host, true))
        .unwrap_err();
    assert!(
        fault.message.contains("names no server of tokens"),
        "{fault}"
    );
}
