//! Against a real registry on 127.0.0.1, filled by our own push: Debian's `docker-registry`, which
//! `INFRAGEN_DOCKER_REGISTRY` names or the `PATH` has, and with `INFRAGEN_GO=go` the third version of it, which has pages.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test fails by panicking, says what it skips and measures, and talks to a registry that it started"
)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Instant;

use infragen_registry::push::{self, Bundle, FLUX_CONTENT, HELM_CONTENT};
use infragen_registry::{Endpoint, Mirror, Registry, Settings, Timestamp};
use infragen_tests::corpora::skip_optional;
use infragen_tests::registry::{Access, Authority, Distribution, Folder, TokenServer, web};

/// The program, or nothing and a word about it.
fn program() -> Option<PathBuf> {
    let found = Distribution::program();
    if found.is_none() {
        skip_optional("registry", "docker-registry is not installed");
    }
    found
}

fn bundle(version: &str) -> Bundle {
    let text = format!("version: {version}\n");
    Bundle::flux([
        ("base/app.yaml", text.as_bytes()),
        ("base/kustomization.yaml", b"resources: [app.yaml]\n"),
    ])
    .with("created", "2026-01-02T03:04:05Z")
    .with("source", "https://github.com/acme/web")
    .with("revision", &format!("v{version}@sha1:0123"))
}

fn offline(mut settings: Settings) -> Registry {
    settings.network = false;
    Registry::new(settings)
}

const ADA: &str = "YWRhOmxvdmVsYWNl";

fn login(folder: &Folder, host: &str) {
    folder.docker(&format!(
        r#"{{"auths": {{"{host}": {{"auth": "{ADA}"}}}}}}"#
    ));
}

/// A request that our own client never makes: the headers and the body of the answer.
fn ask(host: &str, request: &str, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    let headers =
        format!("host: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}");
    let text = format!("{request} HTTP/1.1\r\n{headers}\r\n{body}");
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn what_is_pushed_is_listed_shown_and_pulled() {
    let Some(program) = program() else { return };
    let server = Distribution::start(&program, Access::All, None);
    let folder = Folder::new();
    let registry = Registry::new(folder.settings());
    let at = web(&server.host, true);
    assert!(
        registry
            .tags(&at)
            .unwrap_err()
            .message
            .contains("status 404")
    );
    for version in ["1.10.0", "1.9.0", "2.0.0-rc.1"] {
        push::to_registry(&registry, &at, &[version], &bundle(version)).unwrap();
    }
    let listing = registry.tags(&at).unwrap();
    // This registry has them in no order.
    let mut sorted = listing.tags.clone();
    sorted.sort();
    assert_eq!(sorted, ["1.10.0", "1.9.0", "2.0.0-rc.1"]);
    assert!((Timestamp::now().0 - listing.at.0).abs() < 60);

    let artifact = registry.artifact(&at, "1.9.0").unwrap();
    assert_eq!(artifact.created, Timestamp::parse("2026-01-02T03:04:05Z"));
    assert_eq!(
        artifact.source.as_deref(),
        Some("https://github.com/acme/web")
    );
    assert_eq!(artifact.revision.as_deref(), Some("v1.9.0@sha1:0123"));
    assert_eq!(artifact.layers[0].media_type, FLUX_CONTENT);
    assert_eq!(
        registry.artifact(&at, &artifact.digest).unwrap().layers,
        artifact.layers
    );
    assert!(
        registry
            .artifact(&at, "3.0.0")
            .unwrap_err()
            .message
            .contains("has not got `3.0.0` of acme/web")
    );

    let files = registry.pull(&at, &artifact, None).unwrap();
    assert_eq!(
        std::fs::read_to_string(files.join("base/app.yaml")).unwrap(),
        "version: 1.9.0\n"
    );

    // All of it is there without the registry, in another process.
    drop(server);
    let later = offline(folder.settings());
    assert_eq!(later.remembered_tags(&at), Some(listing));
    assert_eq!(
        later.remembered_artifact(&at, "1.9.0"),
        Some(artifact.clone())
    );
    assert_eq!(later.remembered_artifact(&at, "1.10.0"), None);
    assert_eq!(later.pulled(&at, &artifact, None), Some(files.clone()));
    assert_eq!(later.pull(&at, &artifact, None), Ok(files));
    assert!(
        registry
            .tags(&at)
            .unwrap_err()
            .message
            .contains("refuses the connection")
    );
}

#[test]
fn a_tag_that_moves_is_seen_when_it_is_asked() {
    let Some(program) = program() else { return };
    let server = Distribution::start(&program, Access::All, None);
    let folder = Folder::new();
    let registry = Registry::new(folder.settings());
    let at = web(&server.host, true);
    let first = push::to_registry(&registry, &at, &["edge"], &bundle("1")).unwrap();
    assert_eq!(registry.artifact(&at, "edge").unwrap().digest, first);
    let second = push::to_registry(&registry, &at, &["edge"], &bundle("2")).unwrap();
    assert_eq!(
        registry.remembered_artifact(&at, "edge").unwrap().digest,
        first
    );
    assert_eq!(registry.artifact(&at, "edge").unwrap().digest, second);
    assert_eq!(
        registry.remembered_artifact(&at, "edge").unwrap().digest,
        second
    );
    assert_ne!(first, second);
}

#[test]
fn a_chart_and_an_index() {
    let Some(program) = program() else { return };
    let server = Distribution::start(&program, Access::All, None);
    let folder = Folder::new();
    let registry = Registry::new(folder.settings());
    let at = web(&server.host, true);
    let chart = Bundle::helm([("web/Chart.yaml", b"name: web\n".as_slice())]);
    let digest = push::to_registry(&registry, &at, &["0.1.0"], &chart).unwrap();
    let artifact = registry.artifact(&at, "0.1.0").unwrap();
    let files = registry.pull(&at, &artifact, Some(HELM_CONTENT)).unwrap();
    assert!(files.join("web/Chart.yaml").is_file());
    assert!(registry.pull(&at, &artifact, Some(FLUX_CONTENT)).is_err());

    let other = push::to_registry(&registry, &at, &["arm"], &bundle("1")).unwrap();
    let entry = |digest: &str, size: usize, architecture: &str| {
        serde_json::json!({
            "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": size,
            "platform": {"os": "linux", "architecture": architecture},
        })
    };
    let media_type = "application/vnd.oci.image.index.v1+json";
    let index = serde_json::json!({
        "schemaVersion": 2, "mediaType": media_type,
        "manifests": [entry(&other, bundle("1").manifest().len(), "arm64"), entry(&digest, chart.manifest().len(), "amd64")],
    });
    let header = format!("content-type: {media_type}\r\n");
    let answer = ask(
        &server.host,
        "PUT /v2/acme/web/manifests/multi",
        &header,
        &index.to_string(),
    );
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let multi = registry.artifact(&at, "multi").unwrap();
    assert_eq!(multi.layers, artifact.layers);
    assert!(answer.contains(multi.digest.as_str()), "{answer}");
    assert_ne!(multi.digest, artifact.digest);
}

#[test]
fn who_has_no_password_gets_nothing() {
    let Some(program) = program() else { return };
    let server = Distribution::start(&program, Access::Password, None);
    let folder = Folder::new();
    let registry = Registry::new(folder.settings());
    let at = web(&server.host, true);
    let fault = registry.tags(&at).unwrap_err();
    assert!(
        fault.message.contains("(status 401), asked as anonymous"),
        "{fault}"
    );
    folder.docker(&format!(
        r#"{{"auths": {{"{}": {{"username": "ada", "password": "wrong"}}}}}}"#,
        server.host
    ));
    let fault = registry.tags(&at).unwrap_err();
    assert!(
        fault.message.contains("asked with the entry for 127.0.0.1"),
        "{fault}"
    );
    login(&folder, &server.host);
    push::to_registry(&registry, &at, &["1.0.0"], &bundle("1.0.0")).unwrap();
    assert_eq!(registry.tags(&at).unwrap().tags, ["1.0.0"]);
    let artifact = registry.artifact(&at, "1.0.0").unwrap();
    assert!(registry.pull(&at, &artifact, None).is_ok());
}

#[test]
fn an_own_authority_and_tokens() {
    let Some(program) = program() else { return };
    let authority = Authority::new();
    let tokens = TokenServer::start(&authority);
    let server = Distribution::start(
        &program,
        Access::Token(&tokens),
        Some(&authority.sign("127.0.0.1")),
    );
    let folder = Folder::new();
    let at = web(&server.host, false);
    let fault = Registry::new(folder.settings()).tags(&at).unwrap_err();
    assert!(
        fault
            .message
            .contains("from an authority that this machine does not trust"),
        "{fault}"
    );

    let mut settings = folder.settings();
    settings.authorities = vec![folder.write("ca.pem", &authority.pem)];
    let registry = Registry::new(settings);
    let fault = registry.tags(&at).unwrap_err();
    assert!(
        fault.message.contains("(status 401), asked as anonymous"),
        "{fault}"
    );
    login(&folder, &server.host);
    push::to_registry(&registry, &at, &["1.0.0", "1.0.1"], &bundle("1.0.0")).unwrap();
    assert_eq!(registry.tags(&at).unwrap().tags.len(), 2);
    let artifact = registry.artifact(&at, "1.0.1").unwrap();
    assert!(registry.pull(&at, &artifact, None).is_ok());
    // One token to push with, one to pull with; and those that anonymous got and could do nothing with.
    assert!(
        tokens.server.lines().len() <= 4,
        "{:?}",
        tokens.server.lines()
    );
}

#[test]
fn a_mirror_stands_for_a_registry() {
    let Some(program) = program() else { return };
    let server = Distribution::start(&program, Access::All, None);
    let folder = Folder::new();
    let mut settings = folder.settings();
    let address = format!("{}/hub", server.host);
    settings.mirrors = vec![(
        "docker.io".to_owned(),
        Mirror::Registry {
            address,
            insecure: true,
        },
    )];
    let registry = Registry::new(settings);
    let at: Endpoint = web("docker.io", false);
    push::to_registry(&registry, &at, &["1.0.0"], &bundle("1.0.0")).unwrap();
    assert_eq!(registry.tags(&at).unwrap().tags, ["1.0.0"]);
    let direct =
        infragen_registry::Repository::named(&format!("{}/hub/acme/web", server.host)).unwrap();
    let direct = Endpoint {
        repository: direct,
        insecure: true,
    };
    assert_eq!(
        Registry::new(folder.settings()).tags(&direct).unwrap().tags,
        ["1.0.0"]
    );
}

/// Tags of what is tagged `1.0.0`, up to `1.0.<count>`: folders where the registry keeps its own. To push each would
/// take half a minute.
fn add_tags(server: &Distribution, count: usize) {
    let tags = "data/docker/registry/v2/repositories/acme/web/_manifests/tags";
    let tags = server.folder.path.join(tags);
    for patch in 1..count {
        std::os::unix::fs::symlink("1.0.0", tags.join(format!("1.0.{patch}"))).unwrap();
    }
}

#[test]
fn ten_thousand_tags() {
    let Some(program) = program() else { return };
    let server = Distribution::start(&program, Access::All, None);
    let folder = Folder::new();
    let registry = Registry::new(folder.settings());
    let at = web(&server.host, true);
    let digest = push::to_registry(&registry, &at, &["1.0.0"], &bundle("1.0.0")).unwrap();
    add_tags(&server, 10_000);
    let started = Instant::now();
    let listing = registry.tags(&at).unwrap();
    let asked = started.elapsed();
    assert_eq!(listing.tags.len(), 10_000);
    assert_eq!(registry.artifact(&at, "1.0.9999").unwrap().digest, digest);
    let later = offline(folder.settings());
    let started = Instant::now();
    assert_eq!(later.remembered_tags(&at), Some(listing.clone()));
    let read = started.elapsed();
    let started = Instant::now();
    assert_eq!(later.remembered_tags(&at), Some(listing));
    eprintln!(
        "10,000 tags: asked {asked:?}, read from disk {read:?}, from memory {:?}",
        started.elapsed()
    );
}

#[test]
fn a_registry_with_pages() {
    let Some(program) = Distribution::with_pages() else {
        skip_optional(
            "registry",
            "INFRAGEN_GO does not name the go command, which installs a registry with pages",
        );
        return;
    };
    let server = Distribution::start(&program, Access::All, None);
    let folder = Folder::new();
    let registry = Registry::new(folder.settings());
    let at = web(&server.host, true);
    let tags: Vec<String> = (0..2500).map(|patch| format!("1.0.{patch}")).collect();
    push::to_registry(&registry, &at, &["1.0.0"], &bundle("1.0.0")).unwrap();
    add_tags(&server, tags.len());
    let first = ask(&server.host, "GET /v2/acme/web/tags/list?n=1000", "", "");
    assert!(
        first.to_ascii_lowercase().contains("rel=\"next\""),
        "{first}"
    );
    let started = Instant::now();
    let listing = registry.tags(&at).unwrap();
    eprintln!("2,500 tags in pages: {:?}", started.elapsed());
    let mut sorted = tags;
    sorted.sort();
    assert_eq!(listing.tags, sorted);
}
