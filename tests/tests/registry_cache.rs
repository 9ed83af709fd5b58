//! The cache when several processes use it, and when one is killed at any moment: what is found is whole, or is not
//! found.
//!
//! A process of these tests is this program itself, run once more for the one test that is ignored.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test fails by panicking, and starts and kills processes of its own"
)]

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use infragen_registry::push::{self, Bundle};
use infragen_registry::{Endpoint, Mirror, Registry, cache};
use infragen_tests::registry::{Folder, Reply, Server, web};

/// The variables that tell a process where to work.
const FOLDER: &str = "INFRAGEN_TEST_FOLDER";
const HOST: &str = "INFRAGEN_TEST_HOST";

/// How many tags, and files of an artifact, there are: enough that writing them takes a while.
const MANY: usize = 3000;
const FILES: usize = 40;

/// Lists tags that all begin with the same letter, a, b or c in turn; how many depends on the letter.
fn serving() -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |_| {
        let turn = count.fetch_add(1, Ordering::SeqCst) % 3;
        let letter = ["a", "b", "c"][turn];
        let tags: Vec<_> = (0..MANY * (turn + 1))
            .map(|number| format!("{letter}-{number}"))
            .collect();
        Reply::ok(serde_json::json!({ "tags": tags }).to_string())
    })
}

fn layout() -> Endpoint {
    web("layout.example.com", false)
}

fn registry(folder: &Folder) -> Registry {
    registry_at(&folder.path)
}

fn registry_at(path: &Utf8Path) -> Registry {
    let mut settings = infragen_registry::Settings::offline();
    settings.network = true;
    settings.cache = Some(path.join("cache"));
    settings.mirrors = vec![(
        "layout.example.com".to_owned(),
        Mirror::Layout(path.join("layouts")),
    )];
    Registry::new(settings)
}

/// A folder with a layout that has one artifact.
fn filled() -> Folder {
    let folder = Folder::new();
    let names: Vec<String> = (0..FILES)
        .map(|number| format!("folder/file-{number}.yaml"))
        .collect();
    let text = "x".repeat(2000);
    let bundle = Bundle::flux(names.iter().map(|name| (name.as_str(), text.as_bytes())));
    push::to_layout(
        &folder.path.join("layouts"),
        &layout().repository,
        "1",
        &bundle,
    )
    .unwrap();
    folder
}

/// Not a test: what a process does until it is killed. It asks, pulls, and clears now and then.
#[test]
#[ignore = "it runs in processes that other tests start"]
fn a_process() {
    let (Ok(folder), Ok(host)) = (std::env::var(FOLDER), std::env::var(HOST)) else {
        return;
    };
    for turn in 0.. {
        let registry = registry_at(folder.as_str().into());
        registry.tags(&web(&host, true)).unwrap();
        let artifact = registry.artifact(&layout(), "1").unwrap();
        match registry.pull(&layout(), &artifact, None) {
            Ok(_) => {}
            // Another process clears the cache at this moment.
            Err(fault) => assert!(fault.message.contains("cannot be"), "{fault}"),
        }
        if turn % 4 == 3 {
            // It may be cleared by two at once.
            let _ = cache::clear(&Utf8Path::new(&folder).join("cache"));
        }
    }
}

fn start(folder: &Folder, host: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_process", "--ignored"])
        .env(FOLDER, &folder.path)
        .env(HOST, host)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Looks at what is there; says what was found.
fn look(folder: &Folder, host: &str) -> (bool, bool) {
    let registry = registry(folder);
    let listing = registry.remembered_tags(&web(host, true));
    if let Some(listing) = &listing {
        let letter = listing.tags[0].chars().next().unwrap();
        let turn = ['a', 'b', 'c']
            .iter()
            .position(|known| *known == letter)
            .unwrap();
        assert_eq!(listing.tags.len(), MANY * (turn + 1), "{letter}");
        assert!(listing.tags.iter().all(|tag| tag.starts_with(letter)));
    }
    let artifact = registry.artifact(&layout(), "1").unwrap();
    let files = registry.pulled(&layout(), &artifact, None);
    let is_there = files.is_some_and(|files| {
        // It may be cleared while it is looked at, and is then gone as a whole, or there anew.
        let mut counts = (0..5).map(|_| {
            let entries = files.join("folder").read_dir_utf8().ok()?;
            Some(entries.flatten().count())
        });
        let seen = counts.find(|count| count.is_none_or(|count| count == FILES));
        seen.unwrap_or_else(|| panic!("there is a part of the files"))
            .is_some()
    });
    (listing.is_some(), is_there)
}

#[test]
fn a_process_that_is_killed_leaves_nothing_that_is_half_written() {
    let (folder, server) = (filled(), serving());
    let mut found = (0, 0);
    // Until it was killed often enough after it had done something; how soon that is depends on the machine.
    for round in 0..1000u64 {
        if round >= 40 && found.0 > 5 && found.1 > 5 {
            break;
        }
        let mut child = start(&folder, &server.host);
        // At another moment of its work each time.
        thread::sleep(Duration::from_millis(20 + round * 7 % (100 + round)));
        child.kill().unwrap();
        child.wait().unwrap();
        let (tags, files) = look(&folder, &server.host);
        found = (found.0 + usize::from(tags), found.1 + usize::from(files));
    }
    assert!(found.0 > 5 && found.1 > 5, "{found:?}");
    // And what killed ones left is removed with the rest.
    cache::clear(&folder.path.join("cache")).unwrap();
    assert_eq!(
        folder.path.join("cache").read_dir_utf8().unwrap().count(),
        0
    );
}

#[test]
fn two_processes_share_a_cache() {
    let (folder, server) = (filled(), serving());
    let mut children = [start(&folder, &server.host), start(&folder, &server.host)];
    let started = Instant::now();
    let (mut looks, mut found) = (0, 0);
    while looks < 100 || found < 20 {
        let (tags, _) = look(&folder, &server.host);
        looks += 1;
        found += usize::from(tags);
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "{found} of {looks}"
        );
        for child in &mut children {
            assert_eq!(child.try_wait().unwrap(), None, "a process failed");
        }
    }
    for mut child in children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn what_cannot_be_read_counts_as_absent() {
    let (folder, server) = (filled(), serving());
    let at = web(&server.host, true);
    registry(&folder).tags(&at).unwrap();
    let answers = folder.path.join("cache/registry-v1/answers");
    let file = answers
        .read_dir_utf8()
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .into_path();
    let text = std::fs::read(&file).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&answers.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o700, "others can read it");
    assert!(registry(&folder).remembered_tags(&at).is_some());
    let other = String::from_utf8(text.clone())
        .unwrap()
        .replace("acme/web", "acme/api");
    for broken in [
        &text[..text.len() / 2],
        b"",
        b"null",
        b"{}",
        b"\xff\xfe",
        other.as_bytes(),
    ] {
        std::fs::write(&file, broken).unwrap();
        assert_eq!(registry(&folder).remembered_tags(&at), None);
    }
    // It is written anew, and a process that runs sees what another one wrote.
    let running = registry(&folder);
    assert_eq!(running.remembered_tags(&at), None);
    let listing = registry(&folder).tags(&at).unwrap();
    assert_eq!(running.remembered_tags(&at), Some(listing));
}

#[test]
fn without_a_place_for_a_cache_answers_are_given_all_the_same() {
    let (folder, server) = (filled(), serving());
    let at = web(&server.host, true);
    // A file is where the folder should be.
    folder.write("cache", "");
    let registry = registry(&folder);
    let listing = registry.tags(&at).unwrap();
    assert_eq!(registry.remembered_tags(&at), Some(listing));
    let artifact = registry.artifact(&layout(), "1").unwrap();
    let fault = registry.pull(&layout(), &artifact, None).unwrap_err();
    assert!(
        fault.message.contains("the cache cannot be written"),
        "{fault}"
    );
    assert!(fault.help.unwrap().contains("INFRAGEN_CACHE"));
}
