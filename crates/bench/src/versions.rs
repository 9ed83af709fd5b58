//! Versions of 500 sources: a hover among 10,000 tags, and whether a registry that is being asked slows anybody who
//! types.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use camino::Utf8Path;
use infragen_lsp::client::Client;
use infragen_registry::push::Bundle;
use serde_json::json;

use super::figures::{Figures, milliseconds};
use super::session::{Measured, Session, capabilities, text, uri};

/// Sources, each with a repository of its own.
const SOURCES: usize = 500;

/// Tags of the first one; the others have few.
const TAGS: usize = 10_000;

/// After so long the server has nothing to do.
const REST: Duration = Duration::from_secs(2);

/// How long the registry takes for an answer.
const LATENCY: Duration = Duration::from_millis(20);

/// Measures, and gives a table.
pub fn measure(binary: &Utf8Path, folder: &Utf8Path, edits: usize) -> Result<String, String> {
    let registry = Registry::start().map_err(|error| error.to_string())?;
    let root = folder.join("versions");
    write(&root, registry.address)?;
    let root = root
        .canonicalize_utf8()
        .map_err(|error| error.to_string())?;
    let edited = root.join("clusters/production/services/s250.yaml");

    let mut quiet = open(binary, &root, &folder.join("cache-of-nothing"), "off")?;
    let without = quiet.edit(&edited, edits)?;
    quiet.close()?;

    // The registry is asked while somebody types.
    let cache = folder.join("cache");
    let begun = Instant::now();
    let mut busy = open(binary, &root, &cache, "on")?;
    // Whoever types from the first moment would have it wait.
    while registry.answered.load(Ordering::Relaxed) == 0 {
        if begun.elapsed() > Duration::from_secs(60) {
            return Err("the registry was not asked".to_owned());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let during = busy.edit(&edited, edits)?;
    let typed = begun.elapsed();
    let answered = registry.answered.load(Ordering::Relaxed);
    while registry.answered.load(Ordering::Relaxed) < 2 * SOURCES {
        if begun.elapsed() > Duration::from_secs(120) {
            return Err("the registry was not asked for all sources".to_owned());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let complete = begun.elapsed();
    busy.close()?;

    let mut known = open(binary, &root, &cache, "off")?;
    let [first, later] = known_tags(&mut known, &root, edits)?;
    known.close()?;

    let pair = |figures: &Figures| {
        format!(
            "{} / {}",
            milliseconds(figures.at(50)),
            milliseconds(figures.at(99))
        )
    };
    let findings = |measured: &Measured| pair(&measured.findings);
    Ok(format!(
        "\n| versions of {SOURCES} sources, one with {TAGS} tags | p50 / p99 |\n|---|--:|\n\
         | own findings after an edit, nothing known | {} |\n\
         | the same while the registry is asked ({answered} answers in {}) | {} |\n\
         | hover on the range among {TAGS} tags | {} |\n\
         | completion there | {} |\n\
         | hover there while the server looks for findings | {} |\n\
         | completion there, likewise | {} |\n\n\
         All of them ({} answers, {} ms each, at the most {} at once) were there after {}.\n",
        findings(&without),
        milliseconds(typed),
        findings(&during),
        pair(&later.0),
        pair(&later.1),
        pair(&first.0),
        pair(&first.1),
        registry.answered.load(Ordering::Relaxed),
        LATENCY.as_millis(),
        registry.most.load(Ordering::Relaxed),
        milliseconds(complete),
    ))
}

fn open(
    binary: &Utf8Path,
    root: &Utf8Path,
    cache: &Utf8Path,
    network: &str,
) -> Result<Session, String> {
    let start = Instant::now();
    let variables = [("INFRAGEN_CACHE", cache.as_std_path())];
    let mut client = Client::spawn_with(binary.as_std_path(), &["lsp"], &variables, Stdio::null())
        .map_err(text)?;
    let params = json!({
        "processId": std::process::id(),
        "workspaceFolders": [{ "uri": uri(root), "name": "versions" }],
        "capabilities": capabilities(),
        "initializationOptions": { "network": network },
    });
    client.request("initialize", params).map_err(text)?;
    client.notify("initialized", json!({})).map_err(text)?;
    client
        .notification("$/progress", |params| params["value"]["kind"] == "end")
        .map_err(text)?;
    Ok(Session {
        client,
        cold_start: start.elapsed(),
    })
}

/// Hovers and completions on the range that chooses among many tags, which the cache knows: as soon as they are shown,
/// and when the server has nothing else to do.
fn known_tags(
    session: &mut Session,
    root: &Utf8Path,
    times: usize,
) -> Result<[(Figures, Figures); 2], String> {
    let path = root.join("clusters/production/services/s000.yaml");
    let source = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let line = source.lines().position(|line| line.contains("semver:"));
    let line = line.ok_or("the source has no range")?;
    let document = json!({ "uri": uri(&path), "languageId": "yaml", "version": 0, "text": source });
    let client = &mut session.client;
    client
        .notify("textDocument/didOpen", json!({ "textDocument": document }))
        .map_err(text)?;
    let at = json!({
        "textDocument": { "uri": uri(&path) },
        "position": { "line": line, "character": 15 },
    });
    let begun = Instant::now();
    loop {
        let answer = client
            .request("textDocument/hover", at.clone())
            .map_err(text)?;
        let shown = answer["contents"]["value"].as_str().unwrap_or_default();
        if shown.contains(&format!("{TAGS} tags")) {
            break;
        }
        if begun.elapsed() > Duration::from_secs(60) {
            return Err(format!("the hover shows no versions: {shown}"));
        }
    }
    let mut measured = || -> Result<_, String> {
        let (mut hover, mut completion) = (Figures::default(), Figures::default());
        for _ in 0..times {
            for (method, figures) in [
                ("textDocument/hover", &mut hover),
                ("textDocument/completion", &mut completion),
            ] {
                let begin = Instant::now();
                client.request(method, at.clone()).map_err(text)?;
                figures.push(begin.elapsed());
            }
            client.take_unread();
        }
        Ok((hover, completion))
    };
    // While the findings of all files are looked for again, because versions are known now.
    let first = measured()?;
    std::thread::sleep(REST);
    Ok([first, measured()?])
}

/// A cluster with many sources.
fn write(root: &Utf8Path, address: SocketAddr) -> Result<(), String> {
    let folder = root.join("clusters/production/services");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    for number in 0..SOURCES {
        let before = number.saturating_sub(1);
        let manifests = format!(
            "apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: s{number:03}
  namespace: flux-system
spec:
  interval: 1h
  url: oci://{address}/team/s{number:03}
  insecure: true
  ref:
    semver: '>=1.0.0'
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: s{number:03}
  namespace: flux-system
spec:
  interval: 1h
  prune: true
  path: ./
  dependsOn:
    - name: s{before:03}
  sourceRef:
    kind: OCIRepository
    name: s{number:03}
"
        );
        let path = folder.join(format!("s{number:03}.yaml"));
        std::fs::write(&path, manifests).map_err(|error| format!("{path}: {error}"))?;
    }
    Ok(())
}

/// A registry over plain HTTP that takes its time.
struct Registry {
    address: SocketAddr,
    answered: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Registry {
    fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let registry = Self {
            address: listener.local_addr()?,
            answered: Arc::default(),
            most: Arc::default(),
        };
        let (answered, most) = (registry.answered.clone(), registry.most.clone());
        let now = Arc::new(AtomicUsize::new(0));
        let manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: a}\n";
        let bundle =
            Bundle::flux([("a.yaml", manifest.as_bytes())]).with("created", "2020-01-01T00:00:00Z");
        let bundle = Arc::new(bundle);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answered, most, now) = (answered.clone(), most.clone(), now.clone());
                let bundle = bundle.clone();
                std::thread::spawn(move || {
                    // A client that goes away ends its connection only.
                    let _ = serve(stream, &bundle, &answered, &most, &now);
                });
            }
        });
        Ok(registry)
    }
}

fn serve(
    stream: TcpStream,
    bundle: &Bundle,
    answered: &AtomicUsize,
    most: &AtomicUsize,
    now: &AtomicUsize,
) -> std::io::Result<()> {
    // Else an answer waits for what the client says to the one before.
    stream.set_nodelay(true)?;
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    while let Some(request) = lines.next() {
        let request = request?;
        for line in lines.by_ref() {
            if line?.is_empty() {
                break;
            }
        }
        most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        std::thread::sleep(LATENCY);
        let (kind, body) = if request.contains("/tags/list") {
            let count = if request.contains("/s000/") { TAGS } else { 20 };
            let tags: Vec<_> = (0..count).map(tag).collect();
            let body = json!({ "name": "team", "tags": tags }).to_string();
            ("application/json", body.into_bytes())
        } else if request.contains("/manifests/") {
            (
                "application/vnd.oci.image.manifest.v1+json",
                bundle.manifest(),
            )
        } else {
            ("application/octet-stream", bundle.layers[0].1.clone())
        };
        now.fetch_sub(1, Ordering::Relaxed);
        answered.fetch_add(1, Ordering::Relaxed);
        let header = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        out.write_all(&[header.into_bytes(), body].concat())?;
    }
    Ok(())
}

/// Releases with a prerelease between each two.
fn tag(number: usize) -> String {
    let (minor, patch) = (number / 20, number / 2 % 10);
    match number % 2 {
        0 => format!("1.{minor}.{patch}-rc.1"),
        _ => format!("1.{minor}.{patch}"),
    }
}
