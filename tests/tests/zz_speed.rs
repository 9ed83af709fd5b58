//! scratch
#![allow(clippy::all, missing_docs)]
use camino::Utf8Path;
use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::*;
use std::time::*;
#[test]
fn speed() {
    let n: usize = std::env::var("N").unwrap().parse().unwrap();
    let files = infragen_tests::generate::repository(1, n);
    let given: Vec<_> = files
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    let mut ws = Workspace::new();
    let top = Utf8Path::new("/repo");
    let t = Instant::now();
    let root = ws.open_memory_root(top, &given);
    println!("open {:?}", t.elapsed());
    ws.index(root, &|_, _| {});
    let mut rnd = infragen_tests::generate::Random::new(3);
    let mut times: std::collections::BTreeMap<&str, Vec<(Duration, String)>> = Default::default();
    let rounds: usize = std::env::var("R").unwrap().parse().unwrap();
    // warm
    {
        let snap = ws.snapshot();
        let f = ws.file(&top.join(given[5].0)).unwrap();
        infragen_ide::hover(snap.db(), f, 50.into());
        infragen_rules::check(snap.db(), f);
    }
    for round in 0..rounds {
        let (path, txt) = given[rnd.below(given.len())];
        let abs = top.join(path);
        // edit: new text each round
        let mut t = txt.to_owned();
        t.push_str(&format!("# {round}\n"));
        let f = ws.set_buffer(&abs, Some(t.as_str().into())).unwrap();
        {
            let snap = ws.snapshot();
            infragen_rules::check(snap.db(), f);
            infragen_ide::hover(snap.db(), f, 50.into());
            infragen_ide::references(snap.db(), f, 50.into(), true);
            infragen_ide::definition(snap.db(), f, 70.into());
        }
        t.push_str("# y\n");
        let f = ws.set_buffer(&abs, Some(t.as_str().into())).unwrap();
        let snap = ws.snapshot();
        let db = snap.db();
        // a place in a name
        let spots: Vec<_> = txt
            .match_indices("name: ")
            .chain(txt.match_indices("path: "))
            .chain(txt.match_indices("- "))
            .collect();
        let at = if spots.is_empty() {
            0
        } else {
            let s = spots[rnd.below(spots.len())];
            s.0 + s.1.len()
        };
        let at = TextSize::try_from(at).unwrap();
        macro_rules! t {
            ($n:literal, $e:expr) => {{
                let s = Instant::now();
                let r = $e;
                times
                    .entry($n)
                    .or_default()
                    .push((s.elapsed(), format!("{path}@{at:?}")));
                r
            }};
        }
        t!("0 check", infragen_rules::check(db, f));
        t!("definition", infragen_ide::definition(db, f, at));
        t!("hover", infragen_ide::hover(db, f, at));
        t!("references", infragen_ide::references(db, f, at, true));
        t!("highlights", infragen_ide::highlights(db, f, at));
        t!("links", infragen_ide::links(db, f));
        t!("symbols", infragen_ide::document_symbols(db, f));
        t!("folds", infragen_ide::folds(db, f));
        t!("selection", infragen_ide::selection(db, f, at));
        t!(
            "actions",
            infragen_ide::actions(db, f, TextRange::empty(at))
        );
        if round % 20 == 0 {
            t!(
                "wsymbols",
                infragen_ide::workspace_symbols(
                    db,
                    root,
                    ["bill", "ks/app", "e", "flux"][round / 20 % 4],
                    128
                )
            );
        }
        drop(snap);
        ws.set_buffer(&abs, None);
    }
    for (n, mut v) in times {
        v.sort();
        println!(
            "{n:12} p50 {:?} p99 {:?} max {:?}",
            v[v.len() / 2].0,
            v[v.len() * 99 / 100].0,
            v.last().unwrap()
        );
    }
}
