//! The client of registries against servers of this suite, which do what a test tells them, also what no registry
//! should: each fault ends in time, in one clear sentence, and credentials reach the registry that they belong to.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test fails by panicking, asks servers of its own, looks at the clock, and runs a helper that it wrote"
)]

mod answers;
mod batches;
mod connection;
mod credentials;
mod layers;
mod tokens;

use std::time::{Duration, Instant};

use infragen_registry::{Fault, Registry, Settings};
use infragen_tests::registry::{Folder, web};

const TAGS: &str = r#"{"name": "acme/web", "tags": ["1.0.0", "1.1.0"]}"#;

/// The name of a host that the resolver refuses by itself, without waiting for anybody.
pub(crate) fn nowhere() -> String {
    format!("{}.invalid", "a".repeat(64))
}

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
    // What hangs would do so for half a minute.
    assert!(took < Duration::from_secs(8), "{fault} took {took:?}");
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
