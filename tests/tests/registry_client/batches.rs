//! What is asked at all, of whom, and how much at once.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use infragen_registry::{Answer, Ask, Cancel, Endpoint, Registry};
use infragen_tests::registry::{Folder, Reply, Server, web};

use super::{TAGS, fault, hasty};

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
    let mut settings = folder.settings();
    settings.limits.answer = Duration::from_secs(3);
    let registry = Registry::new(settings);
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
    assert!(quick_after < Duration::from_secs(3), "{quick_after:?}");
    // The first four of the host that hangs tell for all.
    assert!(
        started.elapsed() < Duration::from_secs(9),
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
