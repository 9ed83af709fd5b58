//! Real repositories: with each name, kind and path of theirs taken out, it must be offered again.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{
    Directory, Found, PathTarget, Root, SourceFile, Verdict, Workspace, facts, imports_of, resolve,
    resolve_path, text,
};

use crate::completion::completions;

/// Something that a file says and that completion should know.
struct Said {
    /// What sort of thing it is.
    sort: &'static str,
    range: TextRange,
    value: String,
}

/// How often it was offered, and how often among the first ten.
#[derive(Default)]
struct Count {
    said: usize,
    near: usize,
    missed: Vec<String>,
}

#[test]
fn what_real_repositories_say_is_offered() {
    let Some(corpora) = corpora() else {
        return;
    };
    let mut counts: BTreeMap<&'static str, Count> = BTreeMap::new();
    for path in corpora {
        let mut workspace = Workspace::new();
        let root = workspace.open_root(&path);
        workspace.index(root, &|_, _| {});
        for file in files(&workspace, root) {
            for said in said(&workspace, file) {
                ask(&mut workspace, file, said, &mut counts);
            }
        }
    }
    for (sort, count) in &counts {
        println!(
            "{sort}: {} of {} among the first ten",
            count.near, count.said
        );
        assert_eq!(
            count.missed,
            Vec::<String>::new(),
            "{sort} that are not offered"
        );
        assert!(
            count.near * 100 >= count.said * 90,
            "{sort}: {} of {}",
            count.near,
            count.said
        );
    }
    assert!(counts.values().map(|count| count.said).sum::<usize>() > 1000);
}

/// The folders of the repositories; none, loudly, where they are not there.
#[allow(clippy::disallowed_methods)] // looks for the repositories beside this one
fn corpora() -> Option<Vec<Utf8PathBuf>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let shared = std::env::var("INFRAGEN_SHARED").unwrap_or_else(|_| beside.to_owned());
    let Ok(folders) = Utf8Path::new(&shared).join("corpora").read_dir_utf8() else {
        assert!(
            std::env::var("INFRAGEN_REQUIRE_ORACLES").is_err(),
            "no real repositories in {shared}: set INFRAGEN_SHARED"
        );
        println!("SKIPPED no real repositories in {shared}");
        return None;
    };
    let folders = folders.map(|folder| folder.unwrap().into_path());
    Some(folders.filter(|path| path.is_dir()).collect())
}

fn files(workspace: &Workspace, root: Root) -> Vec<SourceFile> {
    let snapshot = workspace.snapshot();
    let db = snapshot.db();
    let mut stack: Vec<Directory> = root.top(db).into_iter().collect();
    let mut files = Vec::new();
    while let Some(directory) = stack.pop() {
        files.extend(directory.files(db));
        stack.extend(directory.directories(db));
    }
    files
}

fn said(workspace: &Workspace, file: SourceFile) -> Vec<Said> {
    let snapshot = workspace.snapshot();
    let db = snapshot.db();
    let facts = facts(db, file);
    let mut found = Vec::new();
    for (object, reference) in facts.references() {
        let known = matches!(
            resolve(db, file, object, reference).verdict,
            Verdict::Found(_)
        );
        // A name with a variable in it leads somewhere in each environment, but is nobody's name.
        if known && !reference.is_templated() {
            let value = reference.name.value.to_string();
            found.push(Said {
                sort: "names",
                range: reference.name.range,
                value,
            });
        }
    }
    for object in &facts.objects {
        for path in &object.paths {
            let target = resolve_path(db, file, object, path);
            if let PathTarget::Here {
                found: Found::Directory(_),
                sure: true,
            } = target
            {
                let value = path.path.value.to_string();
                found.push(Said {
                    sort: "directories",
                    range: path.path.range,
                    value,
                });
            }
        }
    }
    let entries = facts.kustomization.iter().flat_map(|layer| &layer.entries);
    for (entry, import) in entries.zip(imports_of(db, file).iter()) {
        if !matches!(import.to, Found::Missing | Found::Outside) {
            let value = entry.path.value.clone();
            found.push(Said {
                sort: "entries",
                range: entry.path.range,
                value,
            });
        }
    }
    let text = text(db, file).unwrap_or_default();
    // An alias or a quoted text stands for its value elsewhere.
    found.retain(|said| text[said.range] == said.value);
    found
}

/// Takes it out and asks for it: first with nothing typed, then with the directory of a path.
fn ask(
    workspace: &mut Workspace,
    file: SourceFile,
    said: Said,
    counts: &mut BTreeMap<&'static str, Count>,
) {
    let (path, whole) = {
        let snapshot = workspace.snapshot();
        (
            file.absolute_path(snapshot.db()),
            text(snapshot.db(), file).unwrap(),
        )
    };
    let plain = |text: &str| {
        text.trim_start_matches("./")
            .trim_end_matches('/')
            .to_owned()
    };
    let wanted = plain(&said.value);
    if wanted.is_empty() {
        return;
    }
    let count = counts.entry(said.sort).or_default();
    count.said += 1;
    let above = said
        .value
        .trim_end_matches('/')
        .rfind('/')
        .map_or(0, |at| at + 1);
    let mut typed = vec![0, above];
    typed.dedup();
    let place = typed.into_iter().find_map(|typed| {
        let mut text = whole.to_string();
        let range = usize::from(said.range.start())..usize::from(said.range.end());
        text.replace_range(range, &said.value[..typed]);
        workspace.set_buffer(&path, Some(text.into()));
        let snapshot = workspace.snapshot();
        let offset = said.range.start() + TextSize::try_from(typed).unwrap();
        let offers = completions(snapshot.db(), file, offset);
        offers
            .iter()
            .position(|offer| plain(&offer.label) == wanted)
    });
    workspace.set_buffer(&path, None);
    match place {
        Some(place) => count.near += usize::from(place < 10),
        None => count.missed.push(format!("{} in {path}", said.value)),
    }
}
