//! Connections that fail, hang, or lead elsewhere.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use infragen_registry::{Mirror, Registry};
use infragen_tests::registry::{Authority, Folder, Reply, Server, web};

use super::{TAGS, fault, fault_of, hasty, nowhere};

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
    assert!(fault_of(&nowhere(), "leads to no address").is_passing);
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
fn an_insecure_registry_may_have_tls_with_any_certificate() {
    let folder = Folder::new();
    let registry = Registry::new(hasty(&folder));
    let tls = Server::start_tls(&Authority::new().sign("registry.example.com"), |_| {
        Reply::ok(TAGS)
    });
    assert_eq!(registry.tags(&web(&tls.host, true)).unwrap().tags.len(), 2);
    // It is tried once, and then known.
    assert_eq!(registry.tags(&web(&tls.host, true)).unwrap().tags.len(), 2);
    let lines = tls.lines();
    let tried = lines.iter().filter(|line| *line == "GET /v2/");
    assert_eq!(tried.count(), 1, "{lines:?}");
    let plain = Server::start(|_| Reply::ok(TAGS));
    assert_eq!(
        registry.tags(&web(&plain.host, true)).unwrap().tags.len(),
        2
    );
    // A mirror that is written with `http://` is asked so at once.
    let mut settings = hasty(&folder);
    let address = tls.host.clone();
    let mirror = Mirror::Registry {
        address,
        insecure: true,
    };
    settings.mirrors = vec![("ghcr.io".to_owned(), mirror)];
    assert!(Registry::new(settings).tags(&web("ghcr.io", true)).is_err());
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
    let first = fault("status 429), and is left alone for 1 minute", || {
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
