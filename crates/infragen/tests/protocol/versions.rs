//! Versions: from folders and from registries, and that nobody is asked unless the user lets it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use camino::Utf8Path;
use infragen_registry::Repository as Name;
use infragen_registry::push::{self, Bundle};
use serde_json::{Value, json};

use crate::repository::Repository;
use crate::session::{Session, able, cache};

/// An environment with a source at an address.
fn fleet(host: &str, insecure: bool) -> Repository {
    let fleet = "//- clusters/production/web.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: flux-system}
spec:
  interval: 5m
  url: oci://HOST/acme/web
  insecure: INSECURE
  ref:
    semver: $0'^1'
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./, sourceRef: {kind: OCIRepository, name: web}}
";
    let fleet = fleet.replace("HOST", host);
    Repository::new(&fleet.replace("INSECURE", &insecure.to_string()))
}

/// A registry with two tags, over plain HTTP.
struct Registry {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Registry {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                // TLS is tried first, and is no text.
                let Some(Ok(request)) = lines.next() else {
                    continue;
                };
                lines.find(|line| line.as_ref().unwrap().is_empty());
                count.fetch_add(1, Ordering::Relaxed);
                let (status, kind, body) = if request.contains("/tags/list") {
                    let tags = json!({ "name": "acme/web", "tags": ["1.4.2", "2.0.0"] });
                    ("200 OK", "application/json", tags)
                } else if request.contains("/manifests/1.4.2") {
                    let config = json!({
                        "mediaType": "application/vnd.cncf.flux.config.v1+json",
                        "digest": format!("sha256:{}", "0".repeat(64)), "size": 2,
                    });
                    let manifest = json!({
                        "schemaVersion": 2, "config": config, "layers": [],
                        "mediaType": "application/vnd.oci.image.manifest.v1+json",
                        "annotations": { "org.opencontainers.image.created": "2020-01-01T00:00:00Z" },
                    });
                    (
                        "200 OK",
                        "application/vnd.oci.image.manifest.v1+json",
                        manifest,
                    )
                } else {
                    ("404 Not Found", "application/json", json!({ "errors": [] }))
                };
                let body = body.to_string();
                let length = body.len();
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                );
            }
        });
        Self { address, asked }
    }

    fn fleet(&self) -> Repository {
        fleet(&self.address.to_string(), true)
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

fn start<'a>(repository: &'a Repository, network: Option<&str>) -> Session<'a> {
    let mut capabilities = able();
    capabilities["workspace"]["inlayHint"] = json!({ "refreshSupport": true });
    capabilities["workspace"]["codeLens"] = json!({ "refreshSupport": true });
    let folder = json!([{ "uri": repository.uri(""), "name": "folder" }]);
    Session::start_raw(
        repository,
        json!({
            "workspaceFolders": folder,
            "capabilities": capabilities,
            "initializationOptions": network.map(|network| json!({ "network": network })),
        }),
    )
}

/// The hover at the cursor, once it has a text; whatever it is after a while.
fn hover(session: &mut Session<'_>, wanted: &str) -> String {
    let begun = Instant::now();
    loop {
        let hover = session.ask_at_cursor("textDocument/hover");
        let text = hover["contents"]["value"].as_str().unwrap_or_default();
        if text.contains(wanted) || begun.elapsed() > Duration::from_secs(20) {
            return text.to_owned();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A fleet with a folder that stands in for its registry.
fn fleet_with_folder(tags: &[&str]) -> Repository {
    let repository = fleet("ghcr.io", false);
    repository.write(".infragen.yaml", "mirrors: {ghcr.io: registry}\n");
    release(&repository, tags);
    repository
}

/// Puts tags into that folder.
fn release(repository: &Repository, tags: &[&str]) {
    let folder = repository.path("registry");
    let web = Name::named("ghcr.io/acme/web").unwrap();
    for tag in tags {
        let bundle = Bundle::flux([("app.yaml", b"kind: Pod".as_slice())]);
        push::to_layout(Utf8Path::from_path(&folder).unwrap(), &web, tag, &bundle).unwrap();
    }
}

#[test]
fn a_folder_is_looked_into_whatever_the_network_may_be_used_for() {
    for network in ["off", "ask"] {
        let repository = fleet_with_folder(&["1.4.2"]);
        let index = repository.path("registry/acme/web/index.json");
        let index = std::fs::File::options().append(true).open(index).unwrap();
        let before = SystemTime::now() - Duration::from_secs(3600);
        index.set_modified(before).unwrap();
        let mut session = start(&repository, Some(network));
        let text = hover(&mut session, "asked 1 hour ago");
        assert!(text.contains("1 tag, asked 1 hour ago"), "{text}");
        release(&repository, &["1.4.3"]);
        session.ask(
            "workspace/executeCommand",
            json!({ "command": "infragen.refreshVersions" }),
        );
        let text = hover(&mut session, "`1.4.3`");
        assert!(text.contains("2 tags, asked moments ago"), "{text}");
        // Nobody needs to be told or asked anything for that.
        let unread = session.client.take_unread();
        assert!(
            unread
                .iter()
                .all(|one| one["method"] != "window/showMessage"),
            "{unread:?}"
        );
        let mut requests = session.client.server_requests.iter();
        let question = requests.find(|asked| asked["method"] == "window/showMessageRequest");
        assert_eq!(question, None, "{network}");
        session.end();
    }
}

#[test]
fn a_folder_stands_in_for_a_registry() {
    let repository = fleet_with_folder(&["1.4.2", "2.0.0"]);
    let mut session = start(&repository, None);
    let text = hover(&mut session, "`1.4.2`");
    assert!(text.contains("`ghcr.io/acme/web` 2 tags"), "{text}");
    assert!(text.contains("passes over `2.0.0`"), "{text}");
    let path = repository.cursor_path().to_owned();
    let mut params = repository.document(&path);
    let end = json!({ "line": 99, "character": 0 });
    params["range"] = json!({ "start": { "line": 0, "character": 0 }, "end": end });
    let hints = session.ask("textDocument/inlayHint", params);
    assert_eq!(hints[0]["label"], "→ 1.4.2");
    let resolved = session.ask("inlayHint/resolve", hints[0].clone());
    let tooltip = resolved["tooltip"]["value"].as_str().unwrap();
    assert!(tooltip.contains("`ghcr.io/acme/web` 2 tags"), "{tooltip}");
    let lenses = session.ask("textDocument/codeLens", repository.document(&path));
    let titles = lenses.as_array().unwrap().iter();
    let titles: Vec<_> = titles
        .map(|lens| lens["command"]["title"].clone())
        .collect();
    assert!(titles.contains(&json!("production 1.4.2")), "{titles:?}");
    session.end();
}

#[test]
fn a_refresh_finds_what_another_process_has_asked() {
    let registry = Registry::start();
    let repository = registry.fleet();
    let mut session = start(&repository, Some("off"));
    hover(&mut session, "not known");
    let output = Command::new(env!("CARGO_BIN_EXE_infragen"))
        .arg("versions")
        .current_dir(repository.path(""))
        .env("INFRAGEN_CACHE", cache())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let asked = registry.asked();
    session.ask(
        "workspace/executeCommand",
        json!({ "command": "infragen.refreshVersions" }),
    );
    let text = hover(&mut session, "`1.4.2`");
    assert!(text.contains("`1.4.2`"), "{text}");
    session.end();
    assert_eq!(registry.asked(), asked);
}

#[test]
fn a_name_that_is_half_typed_is_not_asked_for() {
    let registry = Registry::start();
    let repository = registry.fleet();
    let path = repository.cursor_path().to_owned();
    let mut session = start(&repository, Some("on"));
    hover(&mut session, "`1.4.2`");
    session.open(&path);
    let before = registry.asked();
    let whole = repository.text(&path);
    for end in 1..=4 {
        let text = whole.replace("/acme/web", &format!("/acme/{}", &"site"[..end]));
        session.change(&path, &text);
    }
    let text = hover(&mut session, "/acme/site`");
    assert!(
        text.contains("the registry is being asked") || text.contains("2 tags"),
        "{text}"
    );
    let text = hover(&mut session, "2 tags");
    assert!(text.contains("/acme/site` 2 tags"), "{text}");
    session.end();
    // Its tags, and what is behind the two of them; perhaps what is behind one of the name before.
    assert!(
        registry.asked() <= before + 4,
        "{before} {}",
        registry.asked()
    );
}

#[test]
fn what_could_not_be_had_of_a_digest_is_forgotten_with_it() {
    let repository = fleet_with_folder(&["1.4.2"]);
    let path = repository.cursor_path().to_owned();
    let mut session = start(&repository, None);
    hover(&mut session, "`1.4.2`");
    session.open(&path);
    let whole = repository.text(&path);
    let digest = format!("digest: sha256:{}", "a".repeat(64));
    let asked = |session: &mut Session<'_>, wanted: bool| {
        let begun = Instant::now();
        loop {
            let text = hover(session, "|");
            if text.contains("copy it into") == wanted || begun.elapsed() > Duration::from_secs(20)
            {
                return text;
            }
        }
    };
    session.change(&path, &whole.replace("semver: '^1'", &digest));
    let text = asked(&mut session, true);
    assert!(text.contains("copy it into"), "{text}");
    assert!(!text.contains("passes over"), "{text}");
    session.change(&path, &whole);
    let text = asked(&mut session, false);
    assert!(!text.contains("copy it into"), "{text}");
    session.end();
}

#[test]
fn nobody_is_asked_unless_the_user_lets_it() {
    for network in [None, Some("off"), Some("nonsense")] {
        let registry = Registry::start();
        let repository = registry.fleet();
        let mut session = start(&repository, network);
        let text = hover(&mut session, "not known");
        assert!(text.contains("allow the network"), "{text}");
        session.ask(
            "workspace/executeCommand",
            json!({ "command": "infragen.refreshVersions" }),
        );
        let message = format!(
            "infragen did not ask {}: its setting `network` is `off`",
            registry.address
        );
        session
            .client
            .notification("window/showMessage", |shown| shown["message"] == message)
            .unwrap();
        session.end();
        assert_eq!(registry.asked(), 0, "{network:?}");
    }
}

#[test]
fn a_registry_is_asked_where_it_is_allowed() {
    let registry = Registry::start();
    let repository = registry.fleet();
    let mut session = start(&repository, Some("on"));
    let text = hover(&mut session, "`1.4.2`");
    assert!(text.contains("2 tags, asked moments ago"), "{text}");
    // What was on the screen before is asked for again.
    let asked = |session: &Session<'_>, method: &str| {
        let mut requests = session.client.server_requests.iter();
        requests.any(|request| request["method"] == method)
    };
    let begun = Instant::now();
    while !asked(&session, "workspace/codeLens/refresh")
        || !asked(&session, "workspace/inlayHint/refresh")
    {
        hover(&mut session, "1.4.2");
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "nothing is refreshed"
        );
    }
    // A range follows at once from the tags that are known.
    let before = registry.asked();
    let path = repository.cursor_path().to_owned();
    let text = repository.text(&path).replace("'^1'", "'^2'");
    session.change(&path, &text);
    let text = hover(&mut session, "`2.0.0`");
    assert!(text.contains("| production | `^2`"), "{text}");
    let explained = session.ask(
        "workspace/executeCommand",
        json!({ "command": "infragen.explainVersion", "arguments": [repository.at_cursor()] }),
    );
    assert!(explained.as_str().unwrap().contains("2.0.0"), "{explained}");
    // The tags were not asked for again, only what is behind another one.
    session.end();
    assert!(
        registry.asked() <= before + 2,
        "{before} {}",
        registry.asked()
    );
}

#[test]
fn the_user_is_asked_once_and_again_where_a_refresh_needs_it() {
    let registry = Registry::start();
    let repository = registry.fleet();
    let mut session = start(&repository, Some("ask"));
    session
        .client
        .answer("window/showMessageRequest", json!({ "title": "Not Now" }));
    let begun = Instant::now();
    let questions = |session: &Session<'_>| {
        let requests = session.client.server_requests.iter();
        let questions = requests.filter(|request| request["method"] == "window/showMessageRequest");
        questions.cloned().collect::<Vec<Value>>()
    };
    while questions(&session).is_empty() {
        hover(&mut session, "not known");
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "nobody was asked"
        );
    }
    let message = questions(&session)[0]["params"]["message"].to_string();
    assert!(message.contains(&registry.address.to_string()), "{message}");
    assert_eq!(registry.asked(), 0);
    hover(&mut session, "not known");
    assert_eq!(questions(&session).len(), 1);
    // Who refreshes by hand wants something to happen.
    session.ask(
        "workspace/executeCommand",
        json!({ "command": "infragen.refreshVersions" }),
    );
    while questions(&session).len() < 2 {
        hover(&mut session, "not known");
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "nobody was asked again"
        );
    }
    assert_eq!(registry.asked(), 0);
    // The settings say so later.
    session.notify(
        "workspace/didChangeConfiguration",
        json!({ "settings": { "infragen": { "network": "on" } } }),
    );
    assert!(hover(&mut session, "`1.4.2`").contains("`1.4.2`"));
    assert_eq!(questions(&session).len(), 2);
    session.end();
}

#[test]
fn a_refresh_asks_the_user_nothing_while_a_question_is_open() {
    let registry = Registry::start();
    let repository = fleet("ghcr.io", false);
    let mirrors = format!("mirrors: {{ghcr.io: 'http://{}'}}\n", registry.address);
    repository.write(".infragen.yaml", &mirrors);
    let mut session = start(&repository, Some("ask"));
    session.client.ignore_requests();
    let questions = |session: &Session<'_>| {
        let requests = session.client.server_requests.iter();
        let questions = requests.filter(|request| request["method"] == "window/showMessageRequest");
        questions.cloned().collect::<Vec<Value>>()
    };
    let begun = Instant::now();
    while questions(&session).is_empty() && begun.elapsed() < Duration::from_secs(20) {
        hover(&mut session, "not known");
    }
    // Who would really be asked is named.
    let message = questions(&session)[0]["params"]["message"].to_string();
    let mirror = format!("{} (mirror of ghcr.io)", registry.address);
    assert!(message.contains(&mirror), "{message}");
    for _ in 0..3 {
        session.ask(
            "workspace/executeCommand",
            json!({ "command": "infragen.refreshVersions" }),
        );
        std::thread::sleep(Duration::from_millis(100));
        hover(&mut session, "not known");
    }
    assert_eq!(questions(&session).len(), 1);
    assert_eq!(registry.asked(), 0);
    session.end();
}

#[test]
fn a_yes_lets_registries_be_asked() {
    let registry = Registry::start();
    let repository = registry.fleet();
    let mut session = start(&repository, Some("ask"));
    let yes = json!({ "title": "Allow in This Session" });
    session.client.answer("window/showMessageRequest", yes);
    assert!(hover(&mut session, "`1.4.2`").contains("`1.4.2`"));
    session.end();
}
