//! kustomize's own cases: what it builds is built to the same bytes, what it refuses is refused.
//!
//! `cargo xtask conformance` asks the program itself, and real repositories too.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a suite reads its cases itself"
)]

use camino::{Utf8Path, Utf8PathBuf};
use infragen_kustomize::{Options, build, print};
use infragen_tests::corpora::{shared, skip};
use infragen_tests::memory::Memory;

fn files_below(folder: &Utf8Path, found: &mut Vec<Utf8PathBuf>) {
    for entry in folder.read_dir_utf8().unwrap() {
        let path = entry.unwrap().into_path();
        match path.is_dir() {
            true => files_below(&path, found),
            false => found.push(path),
        }
    }
}

#[test]
fn every_case_is_as_with_kustomize() {
    let folder = shared().map(|shared| shared.join("conformance/kustomize"));
    let Some(folder) = folder.filter(|folder| folder.is_dir()) else {
        skip(
            "conformance",
            "the cases of kustomize are not at hand (INFRAGEN_SHARED)",
        );
        return;
    };
    let index = std::fs::read(folder.join("index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_slice(&index).unwrap();
    let mut different = Vec::new();
    let (mut built, mut refused) = (0, 0);
    for case in index.as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let top = folder.join(name);
        let mut paths = Vec::new();
        files_below(&top.join("in"), &mut paths);
        let files: Vec<_> = paths
            .iter()
            .map(|path| {
                let text = std::fs::read_to_string(path).unwrap();
                (path.strip_prefix(&top).unwrap().as_str(), text)
            })
            .collect();
        let memory = Memory::new(files.into_iter());
        let directory = Utf8Path::new(case["dir"].as_str().unwrap());
        let printed = print(build(&memory, directory, Options { sorted: true }));
        let same = if case["rc"] == 0 {
            built += 1;
            let expected = std::fs::read_to_string(top.join("expected.yaml")).unwrap();
            printed.errors.is_empty() && printed.yaml == expected
        } else {
            refused += 1;
            !printed.errors.is_empty()
        };
        if !same {
            different.push(name.to_owned());
        }
    }
    assert_eq!(different, Vec::<String>::new());
    assert!(
        built >= 129 && refused >= 64,
        "{built} built, {refused} refused"
    );
}
