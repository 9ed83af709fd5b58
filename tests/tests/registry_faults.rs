//! What registries do wrong, by a server of this suite that does it: each fault ends in time, in one clear sentence.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test fails by panicking, asks a server of its own, and looks at the clock"
)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use infragen_registry::push::Bundle;
use infragen_registry::{Answer, Ask, Cancel, Endpoint, Fault, Registry, Settings};
use infragen_tests::registry::{Authority, Folder, Reply, Server, web};

const TAGS: &str = r#"{"name": "acme/web", "tags": ["1.0.0", "1.1.0"]}"#;

/// Settings in which nothing may take longer than a second.
fn hasty(folder: &Folder) -> Settings {
    let mut settings = folder.settings();
    settings.limits.answer = Duration::from_secs(1);
    settings.limits.pull = Duration::from_secs(1);
    settings
}

/// Asks for the tags of `acme/web` over plain HTTP; the fault is one sentence with this in it, in time.
fn fault_of(host: &str, what: &str) -> Fault {
    let folder = Folder::new();
    let registry = Registry::new(hasty(&folder));
    fault(what, || registry.tags(&web(host, true)).map(drop))
}

fn fault(what: &str, ask: impl FnOnce() -> Result<(), Fault>) -> Fault {
    let started = Instant::now();
    let fault = ask().unwrap_err();
    let took = started.elapsed();
    assert!(took < Duration::from_millis(2500), "{fault} took {took:?}");
    assert!(fault.message.contains(what), "`{what}` is not in: {fault}");
    assert!(
        !fault.message.ends_with('.') && !fault.message.contains('\n'),
        "{fault}"
    );
    let help = fault.help.clone().unwrap();
    assert!(!help.is_empty() && !help.ends_with('.'), "{help}");
    assert_eq!(fault.is_passing, fault.retry_at.is_some(), "{fault}");
    fault
}

#[test]
fn nobody_listens() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    assert!(fault_of(&free, "refuses the connection").is_passing);
}

#[test]
fn a_name_that_leads_nowhere() {
    assert!(fault_of("registry.invalid", "leads to no address").is_passing);
}

#[test]
fn silence_and_dripping_end_at_the_deadline() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(
        fault_of(
            &silent.local_addr().unwrap().to_string(),
            "no complete answer within 1 s"
        )
        .is_passing
    );

    fn drip(output: &mut dyn Write, text: &[u8]) -> std::io::Result<()> {
        for byte in text.iter().cycle().take(300) {
            output.write_all(&[*byte])?;
            output.flush()?;
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
    let body = Server::start(|_| {
        Reply::raw(|output| {
            output.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 300\r\n\r\n")?;
            drip(output, b" ")
        })
    });
    fault_of(&body.host, "no complete answer within 1 s");
    let headers = Server::start(|_| Reply::raw(|output| drip(output, b"HTTP/1.1 200 OK\r\nx: ")));
    fault_of(&headers.host, "no complete answer within 1 s");
    // Every page comes in time, but not all together.
    let count = AtomicUsize::new(0);
    let pages = Server::start(move |_| {
        std::thread::sleep(Duration::from_millis(300));
        let next = count.fetch_add(1, Ordering::SeqCst);
        Reply::ok(TAGS).with(
            "link",
            format!("</v2/acme/web/tags/list?last={next}>; rel=\"next\""),
        )
    });
    fault_of(&pages.host, "no complete answer within 1 s");
}

#[test]
fn an_answer_that_is_cut_off() {
    let server = Server::start(|_| {
        Reply::raw(|output| {
            output.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 300\r\n\r\n{\"tags\": [")
        })
    });
    assert!(fault_of(&server.host, "ended the connection before").is_passing);
    let server = Server::start(|_| Reply::raw(|output| output.write_all(b"nonsense\r\n\r\n")));
    fault_of(&server.host, "does not answer as a registry");
}

#[test]
fn a_certificate_must_be_good() {
    let (authority, namesake) = (Authority::new(), Authority::new());
    let other = Authority::named("another authority");
    let folder = Folder::new();
    let ask = |server: &Server, trusted: &Authority, what: &str| {
        let mut settings = hasty(&folder);
        settings.authorities = vec![folder.write("ca.pem", &trusted.pem)];
        let registry = Registry::new(settings);
        fault(what, || registry.tags(&web(&server.host, false)).map(drop))
    };
    let good = Server::start_tls(&authority.sign("127.0.0.1"), |_| Reply::ok(TAGS));
    let unknown = ask(
        &good,
        &other,
        "from an authority that this machine does not trust",
    );
    assert!(unknown.help.unwrap().contains("INFRAGEN_CA_FILE"));
    ask(
        &good,
        &namesake,
        "from an authority that this machine does not trust",
    );
    let server = Server::start_tls(&authority.sign("registry.example.com"), |_| Reply::ok(TAGS));
    ask(&server, &authority, "its certificate is of another name");
    let server = Server::start_tls(&authority.sign_expired("127.0.0.1"), |_| Reply::ok(TAGS));
    ask(&server, &authority, "its certificate has expired");
    // As web servers answer what they do not understand.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let plain = web(&listener.local_addr().unwrap().to_string(), false);
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 16]).unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
    });
    let registry = Registry::new(hasty(&folder));
    let plain = fault("does not speak TLS", || registry.tags(&plain).map(drop));
    assert!(plain.help.unwrap().contains("insecure: true"));
    // Nothing of these was asked, and the good one is asked by who trusts it.
    assert!(good.lines().is_empty());
    let mut settings = hasty(&folder);
    settings.authorities = vec![folder.write("ca.pem", &authority.pem)];
    assert_eq!(
        Registry::new(settings)
            .tags(&web(&good.host, false))
            .unwrap()
            .tags
            .len(),
        2
    );

    let mut settings = hasty(&folder);
    settings.authorities = vec![folder.write("ca.pem", "no certificate")];
    let registry = Registry::new(settings);
    fault("cannot be used as an authority", || {
        registry.tags(&web(&good.host, false)).map(drop)
    });
}

#[test]
fn what_is_not_there() {
    let server = Server::start(|_| Reply::status(404));
    let fault = fault_of(&server.host, "status 404");
    assert!(!fault.is_passing);
    let server = Server::start(|_| Reply::status(418));
    fault_of(&server.host, "with status 418");
}

#[test]
fn too_many_requests() {
    // A short pause is waited for.
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::status(429).with("retry-after", "0"),
        _ => Reply::ok(TAGS),
    });
    let folder = Folder::new();
    let registry = Registry::new(hasty(&folder));
    assert_eq!(
        registry.tags(&web(&server.host, true)).unwrap().tags.len(),
        2
    );
    assert_eq!(server.lines().len(), 2);

    // A long one is kept: nothing is asked of that host until then, unless somebody wants another try.
    let server = Server::start(|_| Reply::status(429).with("retry-after", "60"));
    let first = fault("status 429), and wants to be left alone for 60 s", || {
        registry.tags(&web(&server.host, true)).map(drop)
    });
    assert_eq!(first.retry_at.unwrap().0 - first.at.0, 60);
    assert_eq!(
        registry.artifact(&web(&server.host, true), "1.0.0"),
        Err(first.clone())
    );
    assert_eq!(server.lines().len(), 1);
    registry.retry();
    assert!(
        registry
            .artifact(&web(&server.host, true), "1.0.0")
            .is_err()
    );
    assert_eq!(server.lines().len(), 2);
}

#[test]
fn a_registry_that_fails_is_asked_again_and_then_left_alone() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::status(503),
        _ => Reply::ok(TAGS),
    });
    let folder = Folder::new();
    let registry = Registry::new(folder.settings());
    assert_eq!(
        registry.tags(&web(&server.host, true)).unwrap().tags.len(),
        2
    );

    let server = Server::start(|request| match request.target.contains("/broken/") {
        true => Reply::status(500),
        false => Reply::ok(TAGS),
    });
    let mut broken = web(&server.host, true);
    broken.repository.path = "acme/broken".into();
    let first = fault("fails at the list of tags (status 500)", || {
        registry.tags(&broken).map(drop)
    });
    assert_eq!(server.lines().len(), 3);
    assert_eq!(registry.tags(&broken), Err(first));
    assert_eq!(server.lines().len(), 3);
    // Another repository of it is not in question.
    assert!(registry.tags(&web(&server.host, true)).is_ok());
}

#[test]
fn pages_come_to_an_end() {
    let page = |link: &'static str| Server::start(move |_| Reply::ok(TAGS).with("link", link));
    fault_of(
        &page("</v2/acme/web/tags/list?n=1000>; rel=\"next\"").host,
        "leads back to an earlier one",
    );
    fault_of(
        &page("</v2/acme/web/tags/list?n=1&last=a>; rel=\"next\"").host,
        "leads back to an earlier one",
    );
    fault_of(
        &page("<https://example.com/v2/acme/web/tags/list>").host,
        "no address of the same registry",
    );
    fault_of(&page("nonsense").host, "no address of the same registry");

    let endless = || {
        let count = AtomicUsize::new(0);
        Server::start(move |_| {
            let next = count.fetch_add(1, Ordering::SeqCst);
            Reply::ok(TAGS).with("link", format!("<?last={next}>; rel=\"next\""))
        })
    };
    let ask = |server: &Server, what: &str, set: fn(&mut Settings)| {
        let folder = Folder::new();
        let mut settings = folder.settings();
        set(&mut settings);
        let registry = Registry::new(settings);
        fault(what, || registry.tags(&web(&server.host, true)).map(drop));
    };
    let server = endless();
    ask(&server, "more than 50 pages", |settings| {
        settings.limits.pages = 50
    });
    assert_eq!(server.lines().len(), 50);
    let server = endless();
    ask(&server, "more than 21 tags", |settings| {
        settings.limits.tags = 21
    });
    assert_eq!(server.lines().len(), 11);
    let server = endless();
    ask(&server, "more than 1 KiB", |settings| {
        settings.limits.listing_bytes = 1024
    });
    assert!(server.lines().len() < 30);
}

#[test]
fn ten_thousand_tags_in_pages() {
    let server = Server::start(|request| {
        let (_, query) = request.target.split_once('?').unwrap();
        let value = |name: &str| {
            query
                .split('&')
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
                .map(str::to_owned)
        };
        assert_eq!(value("n").as_deref(), Some("1000"));
        let from = value("last").map_or(0, |last| {
            last.strip_prefix("1.0.").unwrap().parse::<usize>().unwrap() + 1
        });
        let tags: Vec<_> = (from..from + 1000)
            .map(|patch| format!("1.0.{patch}"))
            .collect();
        let reply = Reply::ok(serde_json::json!({"name": "acme/web", "tags": tags}).to_string());
        match from + 1000 < 10_000 {
            true => reply.with(
                "link",
                format!(
                    "</v2/acme/web/tags/list?last=1.0.{}&n=1000>; rel=\"next\"",
                    from + 999
                ),
            ),
            false => reply,
        }
    });
    let folder = Folder::new();
    let registry = Registry::new(folder.settings());
    let listing = registry.tags(&web(&server.host, true)).unwrap();
    assert_eq!(listing.tags.len(), 10_000);
    assert_eq!(listing.tags[9_999], "1.0.9999");
    assert_eq!(server.lines().len(), 10);
}

#[test]
fn an_answer_of_a_gigabyte() {
    let announced = Server::start(|_| {
        Reply::raw(|output| {
            output.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n{")
        })
    });
    fault_of(&announced.host, "answers with more than 32 MiB");
    // One that does not say how large it is: it cannot send much more than is read.
    let sent = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&sent);
    let endless = Server::start(move |_| {
        let counter = Arc::clone(&counter);
        Reply::raw(move |output| {
            output.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            let chunk = vec![b' '; 64 * 1024];
            for _ in 0..16 * 1024 {
                output.write_all(&chunk)?;
                counter.fetch_add(chunk.len() as u64, Ordering::SeqCst);
            }
            Ok(())
        })
    });
    let folder = Folder::new();
    let registry = Registry::new(folder.settings());
    fault("answers with more than 32 MiB", || {
        registry.tags(&web(&endless.host, true)).map(drop)
    });
    fault("answers with more than 4 MiB", || {
        registry
            .artifact(&web(&endless.host, true), "1.0.0")
            .map(drop)
    });
    assert!(sent.load(Ordering::SeqCst) < 100 * 1024 * 1024);
    let headers = Server::start(|_| {
        Reply::raw(|output| {
            output.write_all(b"HTTP/1.1 200 OK\r\n")?;
            (0..100_000).try_for_each(|_| output.write_all(b"x: 0123456789\r\n"))
        })
    });
    fault_of(&headers.host, "does not answer as a registry");
}

#[test]
fn what_is_no_json() {
    for text in [
        "",
        "<html>",
        "[]",
        r#"{"tags": [1]}"#,
        r#"{"tags": "#,
        "\u{0}",
    ] {
        let server = Server::start(move |_| Reply::ok(text));
        let fault = fault_of(&server.host, "is no JSON of one");
        assert!(!fault.is_passing);
    }
    // What the registry wrote is not repeated: it may be long.
    let server = Server::start(|_| Reply::ok(format!(r#"{{"tags": "{}"}}"#, "x".repeat(100_000))));
    assert!(
        fault_of(&server.host, "is no JSON of one (line 1")
            .message
            .len()
            < 200
    );
    // Tags that are none are left out.
    let server = Server::start(|_| Reply::ok(r#"{"tags": ["1.0.0", "a b", "[x](y)", ""]}"#));
    let folder = Folder::new();
    let listing = Registry::new(folder.settings())
        .tags(&web(&server.host, true))
        .unwrap();
    assert_eq!(listing.tags, ["1.0.0"]);
    // A repository without tags is none of these.
    let server = Server::start(|_| Reply::ok(r#"{"name": "acme/web", "tags": null}"#));
    let folder = Folder::new();
    assert!(
        Registry::new(folder.settings())
            .tags(&web(&server.host, true))
            .unwrap()
            .tags
            .is_empty()
    );
}

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

/// The registry of a folder, and what is behind `1.0.0` at a server.
fn registry_of(folder: &Folder, server: &Server) -> (Registry, infragen_registry::Artifact) {
    let registry = Registry::new(hasty(folder));
    let artifact = registry
        .artifact(&web(&server.host, true), "1.0.0")
        .unwrap();
    (registry, artifact)
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

#[test]
fn without_network_nothing_is_asked() {
    let server = Server::start(|_| Reply::ok(TAGS));
    let folder = Folder::new();
    let registry = Registry::new(folder.settings());
    let at = web(&server.host, true);
    registry.set_network(false);
    let off = fault("because the network is off", || {
        registry.tags(&at).map(drop)
    });
    assert!(off.help.unwrap().contains("mirrors"));
    fault("because the network is off", || {
        registry.artifact(&at, "1.0.0").map(drop)
    });
    assert!(server.lines().is_empty());
    registry.set_network(true);
    let listing = registry.tags(&at).unwrap();

    // What is remembered outlives the process, with its time.
    let mut settings = folder.settings();
    settings.network = false;
    let registry = Registry::new(settings);
    assert_eq!(registry.remembered_tags(&at), Some(listing));
    assert_eq!(registry.remembered_tags(&web("127.0.0.1:1", true)), None);
    assert_eq!(registry.remembered_tags(&web(&server.host, false)), None);
    assert_eq!(server.lines().len(), 1);
}

#[test]
fn a_host_gets_few_asks_at_once_and_holds_up_no_other() {
    let slow = Server::start(|_| {
        std::thread::sleep(Duration::from_millis(100));
        Reply::ok(TAGS)
    });
    let hanging = TcpListener::bind("127.0.0.1:0").unwrap();
    let hanging = web(&hanging.local_addr().unwrap().to_string(), true);
    let quick = Server::start(|_| Reply::ok(TAGS));
    let at = |host: &str, index: usize| {
        let mut endpoint = web(host, true);
        endpoint.repository.path = format!("acme/{index}").into();
        Ask::Tags(endpoint)
    };
    let mut asks: Vec<Ask> = (0..100).map(|_| Ask::Tags(hanging.clone())).collect();
    asks.extend((0..20).map(|index| at(&slow.host, index)));
    asks.extend((0..200).map(|index| at(&quick.host, index)));
    let folder = Folder::new();
    let registry = Registry::new(hasty(&folder));
    let started = Instant::now();
    let (mut answers, mut quick_after) = (0, Duration::ZERO);
    registry.many(asks, &Cancel::default(), &mut |ask, answer| {
        answers += 1;
        let is_good = matches!(answer, Answer::Tags(Ok(_)));
        assert_eq!(is_good, *ask.endpoint() != hanging);
        if ask.endpoint().repository.registry == quick.host {
            quick_after = started.elapsed();
        }
    });
    assert_eq!(answers, 320);
    assert_eq!(slow.most_at_once(), 4);
    assert!(quick_after < Duration::from_secs(1), "{quick_after:?}");
    // The first four of the host that hangs tell for all.
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn a_batch_that_is_cancelled_ends_at_once() {
    let hanging = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = web(&hanging.local_addr().unwrap().to_string(), true);
    let folder = Folder::new();
    let registry = Registry::new(folder.settings());
    let cancel = Cancel::default();
    let other = cancel.clone();
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        other.cancel();
    });
    let started = Instant::now();
    registry.many(vec![Ask::Tags(at); 10], &cancel, &mut |_, _| {
        panic!("there is no answer")
    });
    assert!(started.elapsed() < Duration::from_secs(1));
    canceller.join().unwrap();
}

#[test]
fn a_mirror_is_asked_in_the_place_of_a_registry() {
    let server = Server::start(|_| Reply::ok(TAGS));
    let folder = Folder::new();
    let mut settings = hasty(&folder);
    let mirror = infragen_registry::Mirror::Registry {
        address: format!("{}/ghcr", server.host),
        insecure: true,
    };
    settings.mirrors = vec![("ghcr.io".to_owned(), mirror)];
    let registry = Registry::new(settings);
    let endpoint: Endpoint = web("ghcr.io", false);
    assert_eq!(registry.tags(&endpoint).unwrap().tags.len(), 2);
    assert!(registry.remembered_tags(&endpoint).is_some());
    assert_eq!(server.lines(), ["GET /v2/ghcr/acme/web/tags/list?n=1000"]);
}
