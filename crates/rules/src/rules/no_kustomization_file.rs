use infragen_kustomize::{Expects, FILE_NAMES, Field};
use infragen_syntax::quote;
use infragen_workspace::{Directory, Found, SourceFile, facts, imports_of};

use crate::finding::{FileChange, Finding, Fix, Severity};
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
        let finding = if entry.expects == Expects::FileOrDirectory && !files.is_empty() {
            let title = format!("list the files of `{path}`");
            finding.fix(context.spread_item(title, entry.path.range, &files))
        } else {
            finding
        };
        findings.push(finding.fix(new_file(context, directory, import.field)));
    }
}

/// A fix that gives the directory its kustomization file, with the manifests that are in it.
fn new_file(context: &Context<'_>, directory: Directory, field: Field) -> Option<Fix> {
    let is_manifest = |file: &SourceFile| {
        let facts = facts(context.db, *file);
        facts.objects.iter().any(|object| !object.in_patch)
    };
    let manifests = directory.files(context.db).filter(is_manifest);
    let mut names: Vec<_> = manifests.map(|file| quote(file.name(context.db))).collect();
    names.sort_unstable();
    if names.is_empty() {
        return None;
    }
    let (version, kind) = match field {
        Field::Components => ("v1alpha1", "Component"),
        _ => ("v1beta1", "Kustomization"),
    };
    let text = format!(
        "apiVersion: kustomize.config.k8s.io/{version}\nkind: {kind}\nresources:\n  - {}\n",
        names.join("\n  - ")
    );
    let title = format!("create `{}`", FILE_NAMES[0]);
    context.file_fix(title, directory, FILE_NAMES[0], |path| FileChange::Create {
        path,
        text,
    })
}

/// The files of a directory as the entry would name them.
fn files_below(context: &Context<'_>, directory: Directory, path: &str) -> Vec<String> {
    let name = |file: SourceFile| format!("{path}/{}", file.name(context.db));
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
    fn it_can_be_made() {
        let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n";
        let files = format!(
            "//- base/b.yaml\n{object}//- base/a.yaml\n{object}//- base/values.yaml\na: b\n"
        );
        let text = |version, kind| {
            format!(
                "apiVersion: kustomize.config.k8s.io/{version}\nkind: {kind}\nresources:\n  - a.yaml\n  - b.yaml\n"
            )
        };
        let entry = |field: &str| format!("//- kustomization.yaml\n{field}:\n  - base\n{files}");
        let path = "base/kustomization.yaml";
        check("no-kustomization-file", &entry("resources")).changes_file(
            1,
            path,
            Some(&text("v1beta1", "Kustomization")),
        );
        check("no-kustomization-file", &entry("components")).changes_file(
            0,
            path,
            Some(&text("v1alpha1", "Component")),
        );
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
