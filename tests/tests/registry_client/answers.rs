//! Lists of tags and answers as such: their pages, sizes and form.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use infragen_registry::{Registry, Settings};
use infragen_tests::registry::{Folder, Reply, Server, web};

use super::{TAGS, fault, fault_of};

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
fn a_tag_that_is_listed_twice_is_one() {
    let twice = r#"{"tags": ["1.0.0", "1.0.0", "1.1.0", "0.9.0", "1.1.0"]}"#;
    let server = Server::start(move |_| Reply::ok(twice));
    let folder = Folder::new();
    let registry = Registry::new(folder.settings());
    let listing = registry.tags(&web(&server.host, true)).unwrap();
    assert_eq!(listing.tags, ["1.0.0", "1.1.0", "0.9.0"]);
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
