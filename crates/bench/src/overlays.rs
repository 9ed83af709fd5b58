//! A keystroke in a base that many overlays have: how long until the findings of all of them are there.

use std::fmt::Write as _;
use std::time::Instant;

use camino::Utf8Path;
use serde_json::json;

use super::figures::{Figures, milliseconds};
use super::session::{Session, text, uri};

/// Overlays of the base, each an environment's.
const OVERLAYS: usize = 50;

/// Objects of the base.
const OBJECTS: usize = 10;

/// Adds a base of ten objects with fifty overlays to a generated repository, each applied by a Flux Kustomization of
/// one of its environments.
pub fn add(root: &Utf8Path) -> Result<(), String> {
    let write = |path: String, text: &str| {
        let path = root.join(path);
        let folder = path.parent().unwrap_or(root);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|error| format!("{path}: {error}"))
    };
    let mut resources = String::from("resources:\n");
    for number in 0..OBJECTS {
        let object = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: wide-{number}\nspec:\n  replicas: 1\n"
        );
        write(format!("wide/base/object-{number}.yaml"), &object)?;
        let _ = writeln!(resources, "- object-{number}.yaml");
    }
    write("wide/base/kustomization.yaml".to_owned(), &resources)?;
    let clusters = root.join("clusters");
    let cluster = clusters
        .read_dir_utf8()
        .map_err(|error| format!("{clusters}: {error}"))?
        .flatten()
        .find(|entry| entry.path().is_dir())
        .ok_or("the generated repository has no cluster")?;
    let cluster = cluster.file_name().to_owned();
    for number in 0..OVERLAYS {
        let overlay = format!(
            "namespace: wide-{number}\nresources: [../../base]\npatches:\n- patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: wide-0\n    spec:\n      replicas: {number}\n"
        );
        write(
            format!("wide/overlays/{number}/kustomization.yaml"),
            &overlay,
        )?;
        let applied = format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: wide-{number}\n  namespace: flux-system\nspec:\n  interval: 10m\n  prune: true\n  path: ./wide/overlays/{number}\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n"
        );
        write(format!("clusters/{cluster}/wide-{number}.yaml"), &applied)?;
    }
    Ok(())
}

/// Renames the first object of the base and back, many times: the patch of every overlay finds it no more, and again.
/// The time is that from the key to the findings of the last overlay.
pub fn measure(session: &mut Session, root: &Utf8Path, edits: usize) -> Result<String, String> {
    let root = root
        .canonicalize_utf8()
        .map_err(|error| error.to_string())?;
    let path = root.join("wide/base/object-0.yaml");
    let source = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let client = &mut session.client;
    let open = json!({ "uri": uri(&path), "languageId": "yaml", "version": 0, "text": source });
    client
        .notify("textDocument/didOpen", json!({ "textDocument": open }))
        .map_err(text)?;
    let mut figures = Figures::default();
    let overlays = uri(&root.join("wide/overlays"));
    for version in 1..=edits {
        let broken = version % 2 == 1;
        // `  name: wide-0`, and `  name: wide-0x`
        let (start, end, new) = if broken { (14, 14, "x") } else { (14, 15, "") };
        let range = json!({
            "start": { "line": 3, "character": start },
            "end": { "line": 3, "character": end },
        });
        let begin = Instant::now();
        client
            .notify(
                "textDocument/didChange",
                json!({
                    "textDocument": { "uri": uri(&path), "version": version },
                    "contentChanges": [{ "range": range, "text": new }],
                }),
            )
            .map_err(text)?;
        let mut told = std::collections::BTreeSet::new();
        while told.len() < OVERLAYS {
            let params = client
                .notification("textDocument/publishDiagnostics", |params| {
                    let of = params["uri"].as_str().unwrap_or_default();
                    let findings = params["diagnostics"].as_array().map_or(0, Vec::len);
                    of.starts_with(&overlays) && (findings > 0) == broken && !told.contains(of)
                })
                .map_err(text)?;
            told.insert(params["uri"].as_str().unwrap_or_default().to_owned());
        }
        figures.push(begin.elapsed());
        client.take_unread();
    }
    Ok(format!(
        "{} / {}",
        milliseconds(figures.at(50)),
        milliseconds(figures.at(99))
    ))
}
