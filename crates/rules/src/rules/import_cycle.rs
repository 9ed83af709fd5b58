use std::collections::VecDeque;

use infragen_workspace::{
    Directory, Found, Import, facts, imports_of, kustomization_file, looping_directories,
};
use rustc_hash::FxHashMap;

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// Kustomization files that take each other in.
pub static IMPORT_CYCLE: Rule = Rule {
    id: "import-cycle",
    severity: Severity::Error,
    summary: "a kustomization file takes itself in, directly or through others",
    explanation: "\
kustomize stops with `cycle detected`. It refuses every directory *above* the file as well, even one that \
does not lead back: `resources: [..]` is always wrong. Take out the entry that points up, and name what \
is needed of it.",
    example: "\
//- apps/kustomization.yaml
resources:
  - web
//- apps/web/kustomization.yaml
resources:
  - ../shared
//- apps/shared/kustomization.yaml
resources:
  - ../web
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(kustomization) = &context.facts.kustomization else {
        return;
    };
    let here = context.directory();
    let mut looping = None;
    for import in imports_of(context.db, context.file).iter() {
        let Found::Directory(directory) = import.to else {
            continue;
        };
        let Some(entry) = kustomization.entries.get(import.entry as usize) else {
            continue;
        };
        if !import.field.includes() {
            continue;
        }
        let (path, range) = (&entry.path.value, entry.path.range);
        let remove = || context.remove_item(format!("remove `{path}`"), range);
        if here
            .path(context.db)
            .starts_with(directory.path(context.db))
        {
            let message = if directory == here {
                format!("`{path}` is the directory of this file")
            } else {
                format!("`{path}` is a directory above this file")
            };
            let finding = IMPORT_CYCLE
                .finding(range, message)
                .help("kustomize takes in no directory that holds the file which names it")
                .fix(remove());
            findings.push(finding);
            continue;
        }
        let looping = looping.get_or_insert_with(|| looping_directories(context.db, context.root));
        if !looping.contains(&directory) || !looping.contains(&here) {
            continue;
        }
        if let Some(way) = way_back(context, directory) {
            findings.push(cycle(context, import, &way).fix(remove()));
        }
    }
}

/// The shortest way of imports from a directory to the one of this file.
fn way_back(context: &Context<'_>, from: Directory) -> Option<Vec<Import>> {
    let (db, to) = (context.db, context.directory());
    let mut reached: FxHashMap<Directory, Option<Import>> = FxHashMap::from_iter([(from, None)]);
    let mut queue = VecDeque::from([from]);
    while let Some(directory) = queue.pop_front() {
        let Some(file) = kustomization_file(db, directory) else {
            continue;
        };
        for import in imports_of(db, file)
            .iter()
            .filter(|import| import.field.includes())
        {
            let Found::Directory(next) = import.to else {
                continue;
            };
            if next == to {
                let mut way = vec![*import];
                let mut at = directory;
                while let Some(Some(before)) = reached.get(&at) {
                    way.push(*before);
                    at = before.from.directory(db);
                }
                way.reverse();
                return Some(way);
            }
            reached.entry(next).or_insert_with(|| {
                queue.push_back(next);
                Some(*import)
            });
        }
    }
    None
}

fn cycle(context: &Context<'_>, first: &Import, way: &[Import]) -> Finding {
    let db = context.db;
    let range = |import: &Import| {
        let facts = facts(db, import.from);
        let entries = facts.kustomization.as_ref().map(|file| &file.entries);
        let entry = entries.and_then(|entries| entries.get(import.entry as usize));
        entry.map_or_else(Default::default, |entry| entry.path.range)
    };
    let name = |import: &Import| import.from.directory(db).path(db).to_string();
    let mut chain: Vec<_> = std::iter::once(first).chain(way).map(name).collect();
    chain.extend(chain.first().cloned());
    let message = format!("these take each other in: {}", chain.join(" → "));
    let mut finding = IMPORT_CYCLE
        .finding(range(first), message)
        .help("take one of these entries out");
    for import in way {
        let message = format!("`{}` takes in the next", name(import));
        finding = finding.relate(import.from, range(import), message);
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::check;

    #[test]
    fn the_whole_chain_is_told_at_each_of_its_entries() {
        let fixture = "\
//- a/kustomization.yaml
resources: [../b]
//- b/kustomization.yaml
resources: [../c]
//- c/kustomization.yaml
components: [../a]
//- top/kustomization.yaml
resources: [../a]
";
        check("import-cycle", fixture)
            .finds(3)
            .at(&[
                "a/kustomization.yaml: ../b",
                "b/kustomization.yaml: ../c",
                "c/kustomization.yaml: ../a",
            ])
            .says("these take each other in: a → b → c → a");
    }

    #[test]
    fn a_directory_above_is_refused_even_if_it_leads_nowhere() {
        check(
            "import-cycle",
            "//- a/b/kustomization.yaml\nresources:\n- x.yaml\n- ../\n//- a/b/x.yaml\n//- a/kustomization.yaml\nresources: []\n",
        )
        .finds_one(Severity::Error, "`../` is a directory above this file")
        .fixed("");
        check("import-cycle", "//- a/kustomization.yaml\nresources: [.]\n")
            .finds_one(Severity::Error, "`.` is the directory of this file");
    }

    #[test]
    fn two_ways_to_one_base_are_no_cycle() {
        check(
            "import-cycle",
            "\
//- top/kustomization.yaml
resources: [../a, ../b]
//- a/kustomization.yaml
resources: [../base]
//- b/kustomization.yaml
resources: [../base]
//- base/kustomization.yaml
resources: []
",
        )
        .finds(0);
    }
}
