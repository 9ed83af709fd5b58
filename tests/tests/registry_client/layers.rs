//! Manifests and layers: they are what their digests say, and small enough.

use std::time::Duration;

use infragen_registry::Registry;
use infragen_registry::push::Bundle;
use infragen_tests::registry::{Authority, Folder, Reply, Server, web};

use super::{TAGS, fault, fault_of, hasty};

/// A server with one artifact, made by a function of path and good bytes.
fn serving(
    bundle: &Bundle,
    change: impl Fn(&str, Vec<u8>) -> Reply + Send + Sync + 'static,
) -> Server {
    let (manifest, layer) = (bundle.manifest(), bundle.layers[0].1.clone());
    Server::start(move |request| {
        let bytes = if request.target.contains("/manifests/") {
            &manifest
        } else {
            &layer
        };
        change(&request.target, bytes.clone())
    })
}

fn bundle() -> Bundle {
    Bundle::flux([("app.yaml", b"kind: Pod\n".as_slice())])
}

/// The registry of a folder, and what is behind `1.0.0` at a server.
fn registry_of(folder: &Folder, server: &Server) -> (Registry, infragen_registry::Artifact) {
    let registry = Registry::new(hasty(folder));
    let artifact = registry
        .artifact(&web(&server.host, true), "1.0.0")
        .unwrap();
    (registry, artifact)
}

#[test]
fn what_is_sent_must_be_what_its_digest_says() {
    let folder = Folder::new();
    let registry = Registry::new(hasty(&folder));
    let good = registry_of(&folder, &serving(&bundle(), |_, bytes| Reply::ok(bytes)));
    let digest = good.1.digest;

    let server = serving(&bundle(), |_, bytes| {
        Reply::ok([bytes, b" ".to_vec()].concat())
    });
    let at = web(&server.host, true);
    fault("something else for `sha256:", || {
        registry.artifact(&at, &digest).map(drop)
    });
    let told = digest.clone();
    let server = serving(&bundle(), move |_, bytes| {
        Reply::ok([bytes, b" ".to_vec()].concat()).with("docker-content-digest", told.as_str())
    });
    fault("something else for `1.0.0`", || {
        registry
            .artifact(&web(&server.host, true), "1.0.0")
            .map(drop)
    });

    let server = serving(&bundle(), |target, mut bytes| {
        if target.contains("/blobs/") {
            bytes[3] ^= 1;
        }
        Reply::ok(bytes)
    });
    let at = web(&server.host, true);
    let artifact = registry.artifact(&at, "1.0.0").unwrap();
    fault("something else for a layer", || {
        registry.pull(&at, &artifact, None).map(drop)
    });
    assert_eq!(registry.pulled(&at, &artifact, None), None);
}

#[test]
fn a_layer_that_is_too_large_or_too_slow() {
    let folder = Folder::new();
    let mut settings = hasty(&folder);
    settings.limits.layer_bytes = 50;
    let server = serving(&bundle(), |_, bytes| Reply::ok(bytes));
    let registry = Registry::new(settings);
    let at = web(&server.host, true);
    let mut artifact = registry.artifact(&at, "1.0.0").unwrap();
    fault("more than 50 bytes", || {
        registry.pull(&at, &artifact, None).map(drop)
    });
    assert!(!server.lines().iter().any(|line| line.contains("/blobs/")));
    // One that lies about it.
    artifact.layers[0].size = 1;
    fault("more than 50 bytes", || {
        registry.pull(&at, &artifact, None).map(drop)
    });

    let server = serving(&bundle(), |target, bytes| {
        match target.contains("/blobs/") {
            false => Reply::ok(bytes),
            true => Reply::raw(|output| {
                output.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
                for _ in 0..300 {
                    output.write_all(b"x")?;
                    output.flush()?;
                    std::thread::sleep(Duration::from_millis(100));
                }
                Ok(())
            }),
        }
    });
    let (registry, artifact) = registry_of(&folder, &server);
    fault("no complete answer within 1 s", || {
        registry
            .pull(&web(&server.host, true), &artifact, None)
            .map(drop)
    });
    // What did not arrive leaves nothing.
    let layers = folder.path.join("cache/registry-v1/layers");
    assert_eq!(layers.read_dir_utf8().unwrap().count(), 0);
}

#[test]
fn redirects_lead_somewhere() {
    let blobs = serving(&bundle(), |_, bytes| Reply::ok(bytes));
    let to = format!("http://{}/elsewhere", blobs.host);
    let server = serving(&bundle(), move |target, bytes| {
        match target.contains("/blobs/") {
            true => Reply::status(307).with("location", to.as_str()),
            false => Reply::ok(bytes),
        }
    });
    let folder = Folder::new();
    let (registry, artifact) = registry_of(&folder, &server);
    let files = registry
        .pull(&web(&server.host, true), &artifact, None)
        .unwrap();
    assert!(files.join("app.yaml").is_file());

    let circle = Server::start(|request| {
        Reply::status(302).with("location", format!("{}&again", request.target))
    });
    fault_of(&circle.host, "redirects to nowhere");
    assert_eq!(circle.lines().len(), 6);
    let wrong = Server::start(|_| Reply::status(302).with("location", "ftp://a"));
    fault_of(&wrong.host, "redirects to nowhere");

    let authority = Authority::new();
    let plain = Server::start(|_| Reply::ok(TAGS));
    let to = format!("http://{}/", plain.host);
    let server = Server::start_tls(&authority.sign("127.0.0.1"), move |_| {
        Reply::status(302).with("location", to.as_str())
    });
    let mut settings = hasty(&folder);
    settings.authorities = vec![folder.write("ca.pem", &authority.pem)];
    let registry = Registry::new(settings);
    fault("without TLS", || {
        registry.tags(&web(&server.host, false)).map(drop)
    });
    assert!(plain.lines().is_empty());
}
