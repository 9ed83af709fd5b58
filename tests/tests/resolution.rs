//! How many references of real repositories lead somewhere: the table in `docs/resolution.md`.
//!
//! `INFRAGEN_UPDATE_SNAPSHOTS=1` writes it anew. What it says of references that lead nowhere was looked
//! at one by one; a reference that newly leads nowhere changes the table and wants a look.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test fails by panicking
#![allow(
    clippy::disallowed_methods,
    reason = "a suite reads its corpora and its snapshots itself"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use camino::Utf8Path;
use infragen_flux::Role;
use infragen_rules::path_target;
use infragen_tests::corpora::{corpora_or_skip, not_copied};
use infragen_workspace::{
    Db, Directory, PathTarget, SourceFile, Verdict, Workspace, facts, imports_of, resolve,
};

const DOCUMENT: &str = "docs/resolution.md";

#[test]
fn the_table_of_resolved_references_is_true() {
    let corpora = corpora_or_skip("resolution of references in real repositories");
    if corpora.is_empty() {
        return;
    }
    let mut found = HEAD.to_owned();
    let mut nowhere = BTreeMap::new();
    for corpus in &corpora {
        found.push_str(&section(corpus, &mut nowhere));
    }
    found.push_str(&lost(&nowhere));
    let file = Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(DOCUMENT);
    if std::env::var("INFRAGEN_UPDATE_SNAPSHOTS").is_ok_and(|value| value == "1") {
        std::fs::write(&file, &found).unwrap();
    }
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(found, before, "{DOCUMENT} is not what is found now");
}

const HEAD: &str = "\
# Where references lead

How many references of six real repositories infragen resolves, as of the commits that the suite has.
`cargo test -p infragen-tests --test resolution` holds this table true; with
`INFRAGEN_UPDATE_SNAPSHOTS=1` it writes it.

- **one**: exactly one object of the right kind and name, in a namespace that fits
- **several**: more than one; environments or layers share the name
- **namespace**, **kind**: the name exists, but in another namespace or for another kind
- **nowhere**: the name is nowhere in the repository
- **unknown**: a template (`${APP}`), or no kind is written

Credentials, values and identities may come into being in the cluster alone; their rows are marked with *.
";

/// A row of a table: how its references ended.
#[derive(Default)]
struct Row {
    may_be_absent: bool,
    one: usize,
    several: usize,
    namespace: usize,
    kind: usize,
    nowhere: usize,
    unknown: usize,
}

impl Row {
    fn count(&mut self, verdict: &Verdict) {
        let cell = match verdict {
            Verdict::Found(found) if found.len() == 1 => &mut self.one,
            Verdict::Found(_) => &mut self.several,
            Verdict::OtherNamespace(_) => &mut self.namespace,
            Verdict::OtherKind(_) => &mut self.kind,
            Verdict::Nowhere => &mut self.nowhere,
            Verdict::Unknown => &mut self.unknown,
        };
        *cell += 1;
    }

    fn cells(&self) -> [usize; 6] {
        [
            self.one,
            self.several,
            self.namespace,
            self.kind,
            self.nowhere,
            self.unknown,
        ]
    }
}

/// References that lead nowhere: of a row, by repository, with the names and how often.
type Lost = BTreeMap<String, BTreeMap<String, BTreeMap<String, usize>>>;

fn section(corpus: &Utf8Path, nowhere: &mut Lost) -> String {
    let name = corpus.file_name().unwrap_or_default();
    let mut workspace = Workspace::new();
    let root = workspace.open_root(corpus);
    for path in not_copied(corpus) {
        workspace.set_memory(&path, Some(""));
    }
    workspace.index(root, &|_, _| {});
    let snapshot = workspace.snapshot();
    let db = snapshot.db();
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut paths: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for file in root.top(db).map(|top| files(db, top)).unwrap_or_default() {
        let facts = facts(db, file);
        for (object, reference) in facts.references() {
            let from = match object {
                Some(object) => format!("{} `{}`", object.kind, reference.row.field()),
                None => "image marker".to_owned(),
            };
            let row = rows.entry(from.clone()).or_default();
            row.may_be_absent = !reference.row.role.is_declared();
            let verdict = resolve(db, file, object, reference).verdict;
            row.count(&verdict);
            let lost = match &verdict {
                Verdict::Nowhere => "",
                Verdict::OtherKind(_) => " (another kind)",
                Verdict::OtherNamespace(_) => " (another namespace)",
                _ => continue,
            };
            if reference.row.role != Role::Credentials {
                let names = nowhere
                    .entry(from)
                    .or_default()
                    .entry(name.to_owned())
                    .or_default();
                *names
                    .entry(format!("`{}`{lost}", reference.name.value))
                    .or_default() += 1;
            }
        }
        count_paths(db, file, &mut paths);
    }
    let mut out = format!(
        "\n## {name}\n\n| reference | one | several | namespace | kind | nowhere | unknown |\n|---|--:|--:|--:|--:|--:|--:|\n"
    );
    for (from, row) in &rows {
        let cells: Vec<_> = row.cells().map(shown).into();
        let mark = if row.may_be_absent { " *" } else { "" };
        let _ = writeln!(out, "| {from}{mark} | {} |", cells.join(" | "));
    }
    out.push_str(
        "\n| path | here | elsewhere or a template | nothing there |\n|---|--:|--:|--:|\n",
    );
    for (from, cells) in &paths {
        let _ = writeln!(out, "| {from} | {} |", cells.map(shown).join(" | "));
    }
    out
}

fn shown(count: usize) -> String {
    if count == 0 {
        String::new()
    } else {
        count.to_string()
    }
}

/// Paths: what is in this repository, what is not of it, and what is missing.
fn count_paths(db: &dyn Db, file: SourceFile, paths: &mut BTreeMap<String, [usize; 3]>) {
    use infragen_workspace::Found;
    let facts = facts(db, file);
    for object in &facts.objects {
        for path in &object.paths {
            let cells = paths
                .entry(format!("{} `{}`", object.kind, path.row.path.join(".")))
                .or_default();
            let cell = match path_target(db, file, object, path) {
                PathTarget::Here {
                    found: Found::Missing | Found::Outside,
                    ..
                } => 2,
                PathTarget::Here { .. } => 0,
                PathTarget::Elsewhere => 1,
            };
            cells[cell] += 1;
        }
    }
    let entries = facts
        .kustomization
        .iter()
        .flat_map(|kustomization| &kustomization.entries);
    for (entry, import) in entries.zip(imports_of(db, file).iter()) {
        let cells = paths
            .entry(format!("kustomization.yaml `{}`", entry.field.name()))
            .or_default();
        let path = &entry.path.value;
        let cell = match import.to {
            Found::Missing | Found::Outside if infragen_kustomize::is_remote(path) => 1,
            Found::Missing | Found::Outside => 2,
            _ => 0,
        };
        cells[cell] += 1;
    }
}

/// Why a name that leads nowhere is right to lead nowhere.
const REASONS: &[(&str, &str)] = &[
    (
        "`flux-system`",
        "`flux bootstrap` makes it; its manifests are not in this copy",
    ),
    ("`kustomize-controller`", "it comes with Flux itself"),
    ("`flux`", "the chart `flux-instance` makes it"),
    (
        "`rook-ceph`",
        "the chart `rook-ceph-cluster` makes the CephCluster",
    ),
    (
        "`letsencrypt-production`",
        "the chart `cert-manager-webhook-ovh` makes it",
    ),
    (
        "`network-attachment-definitions.k8s.cni.cncf.io`",
        "it comes with the chart",
    ),
    (
        "`dnsendpoints.externaldns.k8s.io`",
        "it comes with the chart `external-dns`",
    ),
    (
        "`clusters.postgresql.cnpg.io`",
        "it comes with the chart `cloudnative-pg`",
    ),
    (
        "`objectstores.barmancloud.cnpg.io`",
        "it comes with the chart `plugin-barman-cloud`",
    ),
    (
        "`dragonflies.dragonflydb.io`",
        "a GitRepository of the operator holds it",
    ),
];

fn lost(nowhere: &Lost) -> String {
    let mut out = "\n## Those that lead nowhere\n\nEach was looked at. Credentials are left out.\n"
        .to_owned();
    for (from, corpora) in nowhere {
        let _ = writeln!(out, "\n### {from}\n");
        for (corpus, names) in corpora {
            for (name, count) in names {
                let known = |(known, _): &&(&str, &str)| name.split(' ').next() == Some(known);
                let reason = REASONS.iter().find(known).map(|(_, reason)| *reason);
                let reason = reason.unwrap_or_else(|| {
                    panic!("{name} of {from} in {corpus} leads nowhere: is that right, and why?")
                });
                let times = if *count == 1 {
                    String::new()
                } else {
                    format!(" ×{count}")
                };
                let _ = writeln!(out, "- {corpus}: {name}{times}: {reason}");
            }
        }
    }
    out
}

fn files(db: &dyn Db, directory: Directory) -> Vec<SourceFile> {
    let below = directory.directories(db).flat_map(|below| files(db, below));
    directory.files(db).chain(below).collect()
}
