use infragen_kustomize::{Expects, FILE_NAMES};
use infragen_workspace::{Directory, Found, imports_of};

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// An entry that leads to a directory which is no layer.
pub static NO_KUSTOMIZATION_FILE: Rule = Rule {
    id: "no-kustomization-file",
    severity: Severity::Error,
    summary: "a kustomization file names a directory that has no kustomization file",
    explanation: "\
kustomize takes in a directory only through the kustomization file in it: `unable to find one of \
'kustomization.yaml', 'kustomization.yml' or 'Kustomization'`. Only the directory at the path of a Flux \
Kustomization gets one by itself; directories below it never do.

List the files one by one, or give the directory a kustomization file.",
    example: "\
//- overlay/kustomization.yaml
resources:
  - ../base
//- base/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(kustomization) = &context.facts.kustomization else {
        return;
    };
    for import in imports_of(context.db, context.file).iter() {
        let Found::Directory(directory) = import.to else {
            continue;
        };
        let Some(entry) = kustomization.entries.get(import.entry as usize) else {
            continue;
        };
        let has_file = FILE_NAMES
            .iter()
            .any(|name| directory.child(context.db, name).is_some());
        let submodule = || context.may_be_submodule(context.directory(), &entry.path.value);
        if has_file || entry.expects == Expects::File || submodule() {
            continue;
        }
        let path = entry.path.value.trim_end_matches('/');
        let finding = NO_KUSTOMIZATION_FILE
            .finding(
                entry.path.range,
                format!("the directory `{path}` has no kustomization file"),
            )
            .help("list its files one by one, or add a `kustomization.yaml` there");
        let files = files_below(context, directory, path);
        findings.push(
            if entry.expects == Expects::FileOrDirectory && !files.is_empty() {
                let title = format!("list the files of `{path}`");
                finding.fix(context.spread_item(title, entry.path.range, &files))
            } else {
                finding
            },
        );
    }
}

/// The files of a directory as the entry would name them.
fn files_below(context: &Context<'_>, directory: Directory, path: &str) -> Vec<String> {
    let name = |file: infragen_workspace::SourceFile| format!("{path}/{}", file.name(context.db));
    directory.files(context.db).map(name).collect()
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::check;

    #[test]
    fn its_files_can_be_listed() {
        check(
            "no-kustomization-file",
            "//- kustomization.yaml\nresources:\n  - base/\n  - x.yaml\n//- x.yaml\n//- base/a.yaml\n//- base/b.yaml\n",
        )
        .finds_one(Severity::Error, "the directory `base` has no kustomization file")
        .fixed("  - base/a.yaml\n  - base/b.yaml\n");
    }

    #[test]
    fn every_name_of_the_file_counts() {
        for name in ["kustomization.yaml", "kustomization.yml", "Kustomization"] {
            let fixture = format!("//- kustomization.yaml\nresources: [base]\n//- base/{name}\n");
            check("no-kustomization-file", &fixture).finds(0);
        }
    }

    #[test]
    fn components_need_one_too() {
        check(
            "no-kustomization-file",
            "//- kustomization.yaml\ncomponents: [ha]\n//- ha/a.yaml\n",
        )
        .finds(1);
    }
}
