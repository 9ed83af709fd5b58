use infragen_flux::known::KUSTOMIZATION;
use infragen_workspace::{Found, importers};

use crate::above::Reach;
use crate::finding::{FileChange, Finding, Severity};
use crate::rule::{Context, Rule};

/// A Flux Kustomization in a file that kustomize takes for its own.
pub static FLUX_KUSTOMIZATION_IN_KUSTOMIZATION_FILE: Rule = Rule {
    id: "flux-kustomization-in-kustomization-file",
    severity: Severity::Error,
    summary: "a Flux Kustomization is saved under the name of a kustomization file",
    explanation: "\
There are two kinds called Kustomization. A file called `kustomization.yaml` is read as kustomize's own, \
and one of Flux fails there with `unknown field \"spec\"`. Give the file another name, such as `ks.yaml`.

It is a *warning* where nothing builds the directory. A file that another kustomization file names as a \
resource is read as a manifest, and right.",
    example: "\
//- clusters/production/kustomization.yaml
resources:
  - apps
//- clusters/production/apps/kustomization.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let (db, root) = (context.db, context.root);
    if !context.file.is_kustomization_file(db) || context.facts.kustomization.is_some() {
        return;
    }
    let first = context.facts.objects.first();
    let Some(object) = first.filter(|object| object.kind == *KUSTOMIZATION) else {
        return;
    };
    if !importers(db, root, Found::File(context.file)).is_empty() {
        return;
    }
    let named = !importers(db, root, Found::Directory(context.directory())).is_empty();
    let built = named || context.above().reach == Reach::Applied;
    let message = format!(
        "a Flux Kustomization cannot be in a file called `{}`",
        context.file.name(db)
    );
    let finding = FLUX_KUSTOMIZATION_IN_KUSTOMIZATION_FILE
        .finding(object.kind_range, message)
        .severity(if built {
            Severity::Error
        } else {
            Severity::Warning
        })
        .help("call the file `ks.yaml`: kustomize takes this name for its own file");
    let rename = |to| FileChange::Rename {
        file: context.file,
        to,
    };
    let title = "rename the file to `ks.yaml`";
    findings.push(finding.fix(context.file_fix(title, context.directory(), "ks.yaml", rename)));
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::check;

    const FLUX: &str = "\
//- apps/kustomization.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps}
";

    #[test]
    fn it_is_certain_where_the_directory_is_built() {
        let message = "a Flux Kustomization cannot be in a file called `kustomization.yaml`";
        let rule = "flux-kustomization-in-kustomization-file";
        let named = format!("{FLUX}//- kustomization.yaml\nresources: [apps]\n");
        check(rule, &named).finds_one(Severity::Error, message);
        check(rule, FLUX)
            .finds_one(Severity::Warning, message)
            .changes_file(0, "apps/ks.yaml", None);
        check(rule, &format!("{FLUX}//- apps/ks.yaml\n")).offers(0);
    }

    #[test]
    fn a_file_that_is_named_as_a_manifest_is_one() {
        let named = format!("{FLUX}//- kustomization.yaml\nresources: [apps/kustomization.yaml]\n");
        check("flux-kustomization-in-kustomization-file", &named).finds(0);
    }

    #[test]
    fn other_names_and_kinds_are_right() {
        check(
            "flux-kustomization-in-kustomization-file",
            "\
//- ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps}
//- kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
",
        )
        .finds(0);
    }
}
