//! Who asks: credentials reach the registry that they belong to, and nobody else.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test fails by panicking, asks servers of its own, and runs a helper that it wrote"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use infragen_registry::{Fault, Registry, Settings};
use infragen_tests::registry::{Authority, Folder, Reply, Request, Server, web};

const TAGS: &str = r#"{"tags": ["1.0.0"]}"#;

/// The one secret of these tests; no fault says it.
const PASSWORD: &str = "lovelace";

fn ada() -> String {
    STANDARD.encode(format!("ada:{PASSWORD}"))
}

/// Lets in who has this header, and asks everybody else for it with a challenge.
fn guarded(
    header: String,
    challenge: impl Into<String>,
) -> impl Fn(&Request) -> Reply + Send + Sync {
    let challenge = challenge.into();
    move |request| match request.authorization() == header {
        true => Reply::ok(TAGS),
        false => Reply::status(401).with("www-authenticate", challenge.as_str()),
    }
}

fn basic() -> impl Fn(&Request) -> Reply + Send + Sync {
    guarded(format!("Basic {}", ada()), r#"Basic realm="tests""#)
}

fn entry(host: &str) -> String {
    format!(r#"{{"auths": {{"{host}": {{"auth": "{}"}}}}}}"#, ada())
}

fn refused(registry: &Registry, host: &str, insecure: bool, who: &str) -> Fault {
    let fault = registry.tags(&web(host, insecure)).unwrap_err();
    assert!(fault.message.contains(who), "`{who}` is not in: {fault}");
    assert!(!fault.is_passing);
    let all = format!("{fault:?}");
    for secret in [PASSWORD, &ada(), "a-token"] {
        assert!(!all.contains(secret), "{all}");
    }
    fault
}

fn trusting(folder: &Folder, authority: &Authority) -> Settings {
    let mut settings = folder.settings();
    settings.authorities = vec![folder.write("ca.pem", &authority.pem)];
    settings
}

#[test]
fn the_entry_of_a_registry_in_dockers_settings() {
    let server = Server::start(basic());
    let folder = Folder::new();
    let registry = Registry::new(folder.settings());
    let fault = refused(
        &registry,
        &server.host,
        true,
        "refuses access to acme/web (status 401), asked as anonymous",
    );
    assert!(fault.help.unwrap().contains("docker login"));

    folder.docker(&entry("ghcr.io"));
    refused(
        &registry,
        &server.host,
        true,
        &format!(
            "anonymous (~/.docker/config.json has no entry for {})",
            server.host
        ),
    );
    // A login is seen at once.
    folder.docker(&entry(&server.host));
    assert!(registry.tags(&web(&server.host, true)).is_ok());
    // The second time nobody has to ask for it.
    let before = server.lines().len();
    assert!(
        registry
            .artifact(&web(&server.host, true), "1.0.0")
            .is_err()
    );
    assert_eq!(server.lines().len(), before + 1);

    let fields = format!(
        r#"{{"auths": {{"http://{}/v2/": {{"username": "ada", "password": "{PASSWORD}"}}}}}}"#,
        server.host
    );
    folder.docker(&fields);
    assert!(
        Registry::new(folder.settings())
            .tags(&web(&server.host, true))
            .is_ok()
    );
    folder.docker("{\"auths\": {\"a\": 1}}");
    refused(
        &Registry::new(folder.settings()),
        &server.host,
        true,
        "because ~/.docker/config.json is broken at line 1",
    );
}

#[test]
fn a_credential_that_is_not_good_enough_is_named() {
    let folder = Folder::new();
    let server = Server::start(guarded("nobody".to_owned(), "Basic realm=\"tests\""));
    folder.docker(&entry(&server.host));
    let who = format!(
        "asked with the entry for {} in ~/.docker/config.json",
        server.host
    );
    refused(&Registry::new(folder.settings()), &server.host, true, &who);
    let forbidding = Server::start(|request| match request.authorization() {
        "" => Reply::status(401).with("www-authenticate", "Basic"),
        _ => Reply::status(403),
    });
    folder.docker(&entry(&forbidding.host));
    let who = format!(
        "(status 403), asked with the entry for {} in ~/.docker/config.json",
        forbidding.host
    );
    refused(
        &Registry::new(folder.settings()),
        &forbidding.host,
        true,
        &who,
    );
    let closed = Server::start(|_| Reply::status(403));
    refused(
        &Registry::new(folder.settings()),
        &closed.host,
        true,
        "asked as anonymous",
    );
}

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

#[test]
fn credentials_do_not_follow_a_redirect_to_another_host() {
    let elsewhere = Server::start(|_| Reply::ok(TAGS));
    let to = format!("http://{}/x", elsewhere.host);
    let server = Server::start(move |request| match request.authorization() {
        "" => Reply::status(401).with("www-authenticate", "Basic"),
        _ if request.target.starts_with("/v2/") => Reply::status(307).with("location", "/here"),
        _ => Reply::status(302).with("location", to.as_str()),
    });
    let folder = Folder::new();
    folder.docker(&entry(&server.host));
    assert!(
        Registry::new(folder.settings())
            .tags(&web(&server.host, true))
            .is_ok()
    );
    assert_eq!(
        server.requests().last().unwrap().authorization(),
        format!("Basic {}", ada())
    );
    assert_eq!(elsewhere.requests()[0].authorization(), "");

    // Nor if the other host asks for them.
    let greedy = Server::start(|_| Reply::status(401).with("www-authenticate", "Basic"));
    let to = format!("http://{}/x", greedy.host);
    let server = Server::start(move |_| Reply::status(307).with("location", to.as_str()));
    folder.docker(&entry(&server.host));
    refused(
        &Registry::new(folder.settings()),
        &server.host,
        true,
        "is another host",
    );
    assert!(
        greedy
            .requests()
            .iter()
            .all(|request| request.authorization().is_empty())
    );
}

#[cfg(unix)]
#[test]
fn helpers_of_docker_are_asked_when_the_network_is_on() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Server::start(basic());
    let folder = Folder::new();
    let program = |name: &str, script: &str| {
        let path = folder.write(
            format!("bin/docker-credential-{name}"),
            &format!("#!/bin/sh\necho ran >> {}/ran\n{script}\n", folder.path),
        );
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    let registry = || {
        let mut settings = folder.settings();
        settings.path = Some(format!("relative:{}/bin", folder.path));
        settings
    };
    let helper = |name: &str| {
        folder.docker(&format!(
            r#"{{"credHelpers": {{"{}": "{name}"}}}}"#,
            server.host
        ))
    };
    let ran = || {
        std::fs::read_to_string(folder.path.join("ran"))
            .unwrap_or_default()
            .lines()
            .count()
    };

    program(
        "good",
        &format!(
            r#"[ "$1" = get ] && [ "$(cat)" = "{}" ] && echo '{{"Username": "ada", "Secret": "{PASSWORD}"}}'"#,
            server.host
        ),
    );
    helper("good");
    let mut off = registry();
    off.network = false;
    assert!(Registry::new(off).tags(&web(&server.host, true)).is_err());
    assert_eq!(ran(), 0);
    let asked = Registry::new(registry());
    for _ in 0..3 {
        assert!(asked.tags(&web(&server.host, true)).is_ok());
    }
    assert_eq!(ran(), 1);

    let says = |name: &str, script: &str, what: &str| {
        program(name, script);
        helper(name);
        refused(&Registry::new(registry()), &server.host, true, what);
    };
    says(
        "wrong",
        r#"echo '{"Username": "ada", "Secret": "other"}'"#,
        "asked with the helper docker-credential-wrong",
    );
    says(
        "empty",
        "echo 'credentials not found in native keychain'; exit 1",
        "docker-credential-empty knows nothing of",
    );
    says(
        "broken",
        &format!("echo {PASSWORD}; exit 1"),
        "anonymous, because docker-credential-broken fails",
    );
    says(
        "noise",
        &format!("echo {PASSWORD}"),
        "because docker-credential-noise prints no JSON",
    );
    helper("absent");
    refused(
        &Registry::new(registry()),
        &server.host,
        true,
        "because docker-credential-absent is not on the PATH",
    );

    // One that never answers is ended.
    program("hangs", "exec sleep 60");
    helper("hangs");
    let mut hasty = registry();
    hasty.limits.answer = Duration::from_secs(1);
    let started = Instant::now();
    let fault = Registry::new(hasty)
        .tags(&web(&server.host, true))
        .unwrap_err();
    assert!(
        fault
            .message
            .contains("docker-credential-hangs does not answer"),
        "{fault}"
    );
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_mirror_gets_its_own_credentials_only() {
    let server = Server::start(guarded(format!("Basic {}", ada()), "Basic"));
    let folder = Folder::new();
    let mut settings = folder.settings();
    let mirror = infragen_registry::Mirror::Registry {
        address: server.host.clone(),
        insecure: true,
    };
    settings.mirrors = vec![("ghcr.io".to_owned(), mirror)];
    folder.docker(&entry("ghcr.io"));
    let fault = Registry::new(settings.clone())
        .tags(&web("ghcr.io", false))
        .unwrap_err();
    assert!(
        fault
            .message
            .contains(&format!("has no entry for {}", server.host)),
        "{fault}"
    );
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.authorization().is_empty())
    );
    folder.docker(&entry(&server.host));
    assert!(Registry::new(settings).tags(&web("ghcr.io", false)).is_ok());
}

#[test]
fn a_proxy_stands_between() {
    // It connects to nobody, but says what it was asked.
    let proxy = Server::start(|request| match request.method.as_str() {
        "CONNECT" => Reply::status(403),
        _ => Reply::ok(TAGS),
    });
    let server = Server::start(|_| Reply::ok(TAGS));
    let folder = Folder::new();
    let mut settings = folder.settings();
    settings.proxies.https = Some(format!("http://ada:{PASSWORD}@{}", proxy.host));
    settings.proxies.http.clone_from(&settings.proxies.https);
    settings.proxies.except = Some("other.invalid".to_owned());
    let registry = Registry::new(settings.clone());
    // This machine is asked directly, and so is what is excepted.
    assert!(registry.tags(&web(&server.host, true)).is_ok());
    let fault = registry.tags(&web("other.invalid", true)).unwrap_err();
    assert!(fault.message.contains("leads to no address"), "{fault}");
    assert!(proxy.requests().is_empty());
    let fault = registry.tags(&web("registry.invalid", false)).unwrap_err();
    assert!(
        fault
            .message
            .contains("the proxy does not connect to registry.invalid"),
        "{fault}"
    );
    assert!(!format!("{fault:?}").contains(PASSWORD));
    assert_eq!(proxy.lines(), ["CONNECT registry.invalid:443"]);
    assert_eq!(
        proxy.requests()[0].headers["proxy-authorization"],
        format!("Basic {}", ada())
    );

    settings.proxies.https = Some("socks5://a:b@c:1".to_owned());
    let fault = Registry::new(settings)
        .tags(&web("registry.invalid", false))
        .unwrap_err();
    assert!(
        fault.message.contains("`c:1` is no address of a proxy"),
        "{fault}"
    );
}
