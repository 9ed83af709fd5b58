use infragen_workspace::{Found, facts, imports_of};

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// An entry that names a kustomization file instead of its directory.
pub static KUSTOMIZATION_AS_RESOURCE: Rule = Rule {
    id: "kustomization-as-resource",
    severity: Severity::Error,
    summary: "a kustomization file names another one as a file, not its directory",
    explanation: "\
A file under `resources` is read as manifests, and a kustomization file is none: kustomize says \
`missing metadata.name in object`. Name the directory; kustomize finds the file in it.",
    example: "\
//- overlay/kustomization.yaml
resources:
  - ../base/kustomization.yaml
//- base/kustomization.yaml
resources: []
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(kustomization) = &context.facts.kustomization else {
        return;
    };
    for import in imports_of(context.db, context.file).iter() {
        let Found::File(file) = import.to else {
            continue;
        };
        // A Flux Kustomization in a file of this name is a manifest like any other.
        let is_layer = file.is_kustomization_file(context.db)
            && facts(context.db, file).kustomization.is_some();
        let Some(entry) = kustomization.entries.get(import.entry as usize) else {
            continue;
        };
        if !is_layer || !import.field.includes() {
            continue;
        }
        let (path, range) = (&entry.path.value, entry.path.range);
        if file == context.file {
            let finding = KUSTOMIZATION_AS_RESOURCE
                .finding(range, "this file names itself")
                .help("remove the entry")
                .fix(context.remove_item(format!("remove `{path}`"), range));
            findings.push(finding);
            continue;
        }
        let directory = path
            .rsplit_once('/')
            .map_or(".", |(directory, _)| directory);
        let finding = KUSTOMIZATION_AS_RESOURCE
            .finding(
                range,
                format!(
                    "`{path}` is a kustomization file; `{}` names its directory",
                    import.field.name()
                ),
            )
            .help(format!("write `{directory}`"))
            .fix(context.rewrite(range, directory));
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::check;

    #[test]
    fn the_directory_is_the_fix() {
        check(
            "kustomization-as-resource",
            "//- a/kustomization.yaml\nresources:\n- ../base/kustomization.yaml\n//- base/kustomization.yaml\nresources: []\n",
        )
        .finds_one(
            Severity::Error,
            "`../base/kustomization.yaml` is a kustomization file; `resources` names its directory",
        )
        .fixed("- ../base\n");
    }

    #[test]
    fn a_file_can_not_name_itself() {
        check(
            "kustomization-as-resource",
            "//- kustomization.yaml\nresources:\n- a.yaml\n- kustomization.yaml\n//- a.yaml\n",
        )
        .finds_one(Severity::Error, "this file names itself")
        .fixed("");
    }

    #[test]
    fn a_flux_kustomization_of_that_name_is_a_manifest() {
        check(
            "kustomization-as-resource",
            "\
//- kustomization.yaml
resources: [apps/kustomization.yaml]
//- apps/kustomization.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps}
",
        )
        .finds(0);
    }
}
