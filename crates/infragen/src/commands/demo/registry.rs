//! The registry of the demo: a folder, so that versions are shown on a machine without network.

use std::io;

use camino::Utf8Path;
use infragen_registry::push::{Bundle, to_layout};
use infragen_registry::{Repository, Timestamp};

/// The folder, as `mirrors` in the demo's settings names it.
const FOLDER: &str = "registry";

/// A version of a service, and how many days ago it was made.
const VERSIONS: [(&str, i64); 7] = [
    ("v1.3.0", 41),
    ("v1.4.0", 19),
    ("v1.4.1", 12),
    ("v1.4.2", 6),
    ("v1.5.0-staging-41", 3),
    ("v1.5.0-rc.1", 2),
    ("v1.5.0-staging-42", 1),
];

/// The services with the paths that their bundles hold.
const SERVICES: [(&str, &[&str]); 2] = [
    ("activity", &["migrations", "api", "worker"]),
    ("event-bus", &[""]),
];

/// Fills it with the bundles of the demo's services.
pub fn fill(folder: &Utf8Path) -> io::Result<()> {
    let now = Timestamp::now();
    for (service, parts) in SERVICES {
        let name = format!("ghcr.io/acme/{service}-kustomize");
        let repository = Repository::named(&name).map_err(io::Error::other)?;
        for (number, (tag, days)) in VERSIONS.iter().enumerate() {
            let files = files(service, parts, tag);
            let files = files
                .iter()
                .map(|(path, text)| (path.as_str(), text.as_bytes()));
            let created = Timestamp(now.0 - days * 86_400);
            let bundle = Bundle::flux(files)
                .with("created", &created.to_string())
                .with("source", &format!("https://github.com/acme/{service}"))
                .with("revision", &format!("{tag}@sha1:{}", commit(number)));
            to_layout(&folder.join(FOLDER), &repository, tag, &bundle).map_err(io::Error::other)?;
        }
    }
    Ok(())
}

/// A commit, as the bundle's revision names it.
fn commit(number: usize) -> String {
    format!(
        "{:08x}",
        0x9e37_79b9_usize.wrapping_mul(number + 3) & 0xffff_ffff
    )
    .repeat(5)
}

/// The files of a bundle: what each part of a service runs.
fn files(service: &str, parts: &[&str], tag: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for part in parts {
        let folder = if part.is_empty() {
            String::new()
        } else {
            format!("{part}/")
        };
        let kind = if *part == "migrations" {
            "Job"
        } else {
            "Deployment"
        };
        let file = kind.to_lowercase();
        files.push((
            format!("{folder}kustomization.yaml"),
            format!(
                "apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - {file}.yaml
images:
  - name: ghcr.io/acme/{service}
    newTag: {tag}
"
            ),
        ));
        files.push((
            format!("{folder}{file}.yaml"),
            manifest(service, part, kind),
        ));
    }
    files
}

fn manifest(service: &str, part: &str, kind: &str) -> String {
    let name = match part {
        "" => service.to_owned(),
        part => format!("{service}-{part}"),
    };
    let (api, more) = match kind {
        "Job" => ("batch/v1", ""),
        _ => (
            "apps/v1",
            "  replicas: 2
  selector:
    matchLabels:
      app: NAME
",
        ),
    };
    format!(
        "apiVersion: {api}
kind: {kind}
metadata:
  name: NAME
spec:
{more}  template:
    metadata:
      labels:
        app: NAME
    spec:
      restartPolicy: RESTART
      containers:
        - name: NAME
          image: ghcr.io/acme/{service}
"
    )
    .replace("NAME", &name)
    .replace("RESTART", if kind == "Job" { "Never" } else { "Always" })
}
