//! How long it takes to choose among 10,000 tags, and to say why not the others.
//!
//! `cargo bench -p infragen-constraint --bench choose`

use infragen_constraint::{Flux, Selection};

fn main() {
    divan::main();
}

/// As a registry lists them: releases, prereleases of environments, and what is no version.
fn tags() -> Vec<String> {
    let mut tags: Vec<String> = (0..10_000)
        .map(|number| {
            let (major, minor, patch) = (number / 2500, number / 50 % 50, number % 50);
            match number % 5 {
                0 => format!("v{major}.{minor}.{patch}"),
                1 => format!("{major}.{minor}.{patch}"),
                2 => format!("{major}.{minor}.{patch}-preview-{number}"),
                3 => format!("{major}.{minor}.{patch}-rc.{number}"),
                _ => format!("sha256-{number:064x}.sig"),
            }
        })
        .collect();
    tags.sort();
    tags
}

#[divan::bench(args = [">=1.0.0 <3.0.0", ">=0.0.0-0", "^1 || ~2.4 || 3.x"])]
fn choice(bencher: divan::Bencher<'_, '_>, range: &str) {
    let tags = tags();
    bencher.bench(|| {
        let selection = Selection::parse(range, None, Flux::V2_9).ok();
        selection.map(|selection| selection.choose(&tags))
    });
}

#[divan::bench(args = ["", "-preview-|^v"])]
fn choice_with_reasons(bencher: divan::Bencher<'_, '_>, filter: &str) {
    let tags = tags();
    bencher.bench(|| {
        let selection = Selection::parse(">=1.0.0 <3.0.0", Some(filter), Flux::V2_9).ok()?;
        let choice = selection.choose(&tags);
        let reasons = (0..tags.len()).map(|number| selection.reason(&choice, &tags, number));
        Some(reasons.collect::<Vec<_>>())
    });
}

#[divan::bench(args = ["-preview-", "-preview-|^v", ".*-preview-.*"])]
fn filtered_choice(bencher: divan::Bencher<'_, '_>, filter: &str) {
    let tags = tags();
    bencher.bench(|| {
        let selection = Selection::parse(">=1.0.0 <3.0.0", Some(filter), Flux::V2_9).ok()?;
        Some(selection.choose(&tags))
    });
}

#[divan::bench(args = ["-rc", ".*-preview-.*", r"^v?\d+\.\d+\.\d+$"])]
fn reach_of_a_filter(filter: &str) -> Option<infragen_constraint::FilterReach> {
    infragen_constraint::FilterReach::of(filter, false)
}
