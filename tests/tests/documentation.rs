//! What the documents of the repository point to is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test fails by panicking
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a suite reads files and asks cargo"
)]

use camino::{Utf8Path, Utf8PathBuf};

#[test]
fn every_relative_link_leads_somewhere() {
    let top = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut documents = vec![top.join("README.md")];
    markdown_below(&top.join("docs"), &mut documents);
    let mut links = 0;
    let mut missing = Vec::new();
    for document in &documents {
        let text = std::fs::read_to_string(document).unwrap();
        for target in targets(&text) {
            links += 1;
            let path = target.split('#').next().unwrap_or_default();
            let from = document.parent().unwrap();
            if !path.is_empty() && !from.join(path).exists() {
                missing.push(format!("{}: {target}", document.strip_prefix(top).unwrap()));
            }
        }
    }
    assert!(links > 20, "only {links} links are found");
    assert_eq!(missing, Vec::<String>::new());
}

/// The README says `cargo run`: that must mean one program, also when another one comes.
#[test]
fn cargo_run_means_infragen() {
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let defaults = metadata["workspace_default_members"].as_array().unwrap();
    let mut programs = Vec::new();
    let mut others = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        if !defaults.contains(&package["id"]) {
            others.push(package["name"].as_str().unwrap());
            continue;
        }
        for target in package["targets"].as_array().unwrap() {
            if target["kind"][0] == "bin" {
                programs.push(target["name"].as_str().unwrap());
            }
        }
    }
    assert_eq!(programs, ["infragen"]);
    // And `cargo test` means all but the project's own programs.
    others.sort_unstable();
    assert_eq!(others, ["infragen-bench", "xtask"]);
}

/// Where the links and images of a text lead, except the addresses of the web.
fn targets(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            continue;
        }
        let mut rest = line;
        while let Some(at) = rest.find("](").filter(|_| !in_code) {
            rest = &rest[at + 2..];
            let Some(end) = rest.find(')') else { break };
            let target = &rest[..end];
            if !target.contains("://") && !target.starts_with("mailto:") {
                found.push(target);
            }
        }
    }
    found
}

fn markdown_below(folder: &Utf8Path, found: &mut Vec<Utf8PathBuf>) {
    for entry in folder.read_dir_utf8().unwrap() {
        let path = entry.unwrap().into_path();
        if path.is_dir() {
            markdown_below(&path, found);
        } else if path.extension() == Some("md") {
            found.push(path);
        }
    }
}
