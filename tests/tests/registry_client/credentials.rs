//! Credentials of Docker: they reach the registry that they belong to, and nobody else.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use infragen_registry::{Fault, Registry, Settings};
use infragen_tests::registry::{Authority, Folder, Reply, Request, Server, web};

use super::{TAGS, nowhere};

/// The one secret of these tests; no fault says it.
pub(crate) const PASSWORD: &str = "lovelace";

pub(crate) fn ada() -> String {
    STANDARD.encode(format!("ada:{PASSWORD}"))
}

/// Lets in who has this header, and asks everybody else for it with a challenge.
pub(crate) fn guarded(
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

pub(crate) fn entry(host: &str) -> String {
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

pub(crate) fn trusting(folder: &Folder, authority: &Authority) -> Settings {
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
    settings.proxies.except = Some(nowhere());
    let registry = Registry::new(settings.clone());
    // This machine is asked directly, and so is what is excepted.
    assert!(registry.tags(&web(&server.host, true)).is_ok());
    let fault = registry.tags(&web(&nowhere(), true)).unwrap_err();
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

    // What is wrong with the proxy is not the fault of the registry.
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    for (proxy, why) in [
        (free, "it refuses the connection"),
        (nowhere(), "its name leads to no address"),
    ] {
        settings.proxies.https = Some(format!("http://ada:{PASSWORD}@{proxy}/"));
        let fault = Registry::new(settings.clone())
            .tags(&web("registry.invalid", false))
            .unwrap_err();
        assert_eq!(
            fault.message,
            format!("registry.invalid is asked through the proxy {proxy}, but {why}")
        );
        assert!(fault.is_passing && fault.help.unwrap().contains("HTTPS_PROXY"));
    }

    settings.proxies.https = Some("socks5://a:b@c:1".to_owned());
    let fault = Registry::new(settings)
        .tags(&web("registry.invalid", false))
        .unwrap_err();
    assert!(
        fault.message.contains("`c:1` is no address of a proxy"),
        "{fault}"
    );
}
