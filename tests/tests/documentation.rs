//! What the documents of the repository point to is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test fails by panicking
#![allow(clippy::disallowed_methods, reason = "a suite reads files")]

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
