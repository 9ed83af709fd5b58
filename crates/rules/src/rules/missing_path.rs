use infragen_flux::is_templated;
use infragen_kustomize::{ErrorKind, Expects, Field, PathEntry, is_remote};
use infragen_workspace::{Found, imports_of};

use crate::above::Reach;
use crate::builds::find_in_environments_if;
use crate::finding::{Finding, Severity};
use crate::nearest_path::nearest_path;
use crate::rule::{Context, Rule};

/// An entry of a kustomization file that leads nowhere.
pub static MISSING_PATH: Rule = Rule {
    id: "missing-path",
    severity: Severity::Error,
    summary: "a kustomization file names a file or directory that does not exist",
    explanation: "\
kustomize's own message for this is a long chain that ends in `must build at directory: not a valid \
directory`; the first part of it names the true cause. Nothing of the build is applied.

Paths count from the directory of the kustomization file. A pattern (`*.yaml`) is a path like any other: \
kustomize knows none. What git ignores does not count, because it never reaches the cluster; a missing \
file of a generator is a *warning* where no cluster of this repository applies the build, because it may \
be meant for the machine that builds it.

What a source leaves out is not there for the Flux Kustomizations that take their files from it, although it is in the \
repository and kustomize builds it: then the entry that names it is told, with the environments, or `spec.path` of a \
Flux Kustomization. Left out are symbolic links; what `spec.ignore` and `.sourceignore` files say; and where nothing \
says anything, pictures, films and archives (`*.png`, `*.zip` and the like), files of continuous integration such as \
`.github`, and `.sops.yaml`.",
    example: "\
//- kustomization.yaml
resources:
  - depoyment.yaml
//- deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let left_out = |kind| kind == ErrorKind::LeftOut;
    find_in_environments_if(context, &MISSING_PATH, left_out, findings);
    let Some(kustomization) = &context.facts.kustomization else {
        return;
    };
    for import in imports_of(context.db, context.file).iter() {
        let Some(entry) = kustomization.entries.get(import.entry as usize) else {
            continue;
        };
        let path = &entry.path.value;
        match import.to {
            Found::Missing if is_certain(context, path) => {
                findings.push(missing(context, entry));
            }
            Found::Directory(_) if entry.expects == Expects::File => {
                let message = format!(
                    "`{path}` is a directory; `{}` names files",
                    entry.field.name()
                );
                findings.push(MISSING_PATH.finding(entry.path.range, message));
            }
            _ => {}
        }
    }
}

/// Whether a path that leads nowhere here leads nowhere for kustomize too.
fn is_certain(context: &Context<'_>, path: &str) -> bool {
    !is_remote(path) && !is_templated(path) && !context.may_be_submodule(context.directory(), path)
}

fn missing(context: &Context<'_>, entry: &PathEntry) -> Finding {
    let (path, range) = (&entry.path.value, entry.path.range);
    let finding = MISSING_PATH.finding(range, format!("`{path}` does not exist"));
    if path.contains(" - ") {
        let items: Vec<_> = path.split(" - ").collect();
        return finding
            .help("two items of the list became one: begin each line with its `-` in one column")
            .fix(context.spread_item("put each item on a line of its own", range, &items));
    }
    if path.contains(['*', '?']) {
        return finding.help("kustomize knows no patterns: list every file");
    }
    let generated = matches!(entry.field, Field::GeneratorFiles | Field::GeneratorEnvs);
    let finding = if generated && context.above().reach != Reach::Applied {
        finding.severity(Severity::Warning)
    } else {
        finding
    };
    let listed = imports_of(context.db, context.file);
    let fits = |found: Found| {
        let kind = match found {
            Found::File(file) => file != context.file && entry.expects != Expects::Directory,
            Found::Other => entry.expects == Expects::File,
            Found::Directory(directory) => {
                entry.expects != Expects::File && directory != context.directory()
            }
            Found::Missing | Found::Outside => false,
        };
        kind && (found == Found::Other || listed.iter().all(|listed| listed.to != found))
    };
    let item = entry.field.includes() || matches!(entry.field, Field::Crds | Field::Configurations);
    let remove = item
        .then(|| context.remove_item(format!("remove `{path}`"), range))
        .flatten();
    match nearest_path(context.db, context.directory(), path, &fits) {
        Some(near) => finding
            .help(format!("did you mean `{near}`?"))
            .fix(context.rewrite(range, &near))
            .fix(remove),
        None if generated => finding
            .help("the path counts from this directory; a file that git ignores never reaches the cluster"),
        None => finding
            .help("the path counts from this directory; what git ignores does not count")
            .fix(remove),
    }
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    #[test]
    fn a_misspelt_file_has_its_neighbour_as_a_fix() {
        check(
            "missing-path",
            "//- a/kustomization.yaml\nresources:\n- depoyment.yaml\n//- a/deployment.yaml\nx: 1\n",
        )
        .finds_one(Severity::Error, "`depoyment.yaml` does not exist")
        .helps("did you mean `deployment.yaml`?")
        .fixed("- deployment.yaml\n");
    }

    #[test]
    fn a_misspelt_directory_on_the_way_is_found() {
        check(
            "missing-path",
            "//- apps/web/kustomization.yaml\nresources: [../../bases/web/pod.yaml]\n//- base/web/pod.yaml\nx: 1\n",
        )
        .helps("did you mean `../../base/web/pod.yaml`?");
    }

    #[test]
    fn another_ending_or_depth_is_found() {
        check(
            "missing-path",
            "//- kustomization.yaml\nresources: [a.yml]\n//- a.yaml\nx: 1\n",
        )
        .helps("did you mean `a.yaml`?");
        check(
            "missing-path",
            "//- a/b/kustomization.yaml\nresources: [../base]\n//- base/kustomization.yaml\n",
        )
        .helps("did you mean `../../base`?");
    }

    #[test]
    fn what_is_listed_already_is_no_suggestion() {
        check(
            "missing-path",
            "//- kustomization.yaml\nresources:\n- service.yaml\n- services.yaml\n//- service.yaml\nx: 1\n",
        )
        .helps("the path counts from this directory; what git ignores does not count")
        .fixed("");
    }

    #[test]
    fn patterns_and_merged_items_are_explained() {
        check(
            "missing-path",
            "//- kustomization.yaml\nresources: ['*.yaml']\n//- a.yaml\nx: 1\n",
        )
        .helps("kustomize knows no patterns: list every file");
        check(
            "missing-path",
            "//- kustomization.yaml\nresources:\n- a.yaml\n - b.yaml\n//- a.yaml\n//- b.yaml\n",
        )
        .finds_one(Severity::Error, "`a.yaml - b.yaml` does not exist")
        .fixed("- b.yaml\n");
    }

    #[test]
    fn remote_and_templated_entries_are_not_looked_up() {
        check(
            "missing-path",
            "\
//- kustomization.yaml
resources:
- https://example.com/a.yaml
- github.com/org/repo//deploy?ref=v1
- ${APP}/a.yaml
# - gone.yaml
",
        )
        .finds(0);
    }

    #[test]
    fn a_directory_is_no_patch() {
        check(
            "missing-path",
            "//- kustomization.yaml\npatches:\n- path: patches\n//- patches/a.yaml\nx: 1\n",
        )
        .finds_one(
            Severity::Error,
            "`patches` is a directory; `patches` names files",
        );
    }

    #[test]
    fn a_missing_file_of_a_generator_is_certain_only_in_a_cluster() {
        let generator = "configMapGenerator:\n- name: a\n  files: [key=app.conf]\n";
        check(
            "missing-path",
            &format!("//- local/kustomization.yaml\n{generator}"),
        )
        .finds_one(Severity::Warning, "`app.conf` does not exist");
        let applied = format!("{CLUSTER}//- clusters/production/kustomization.yaml\n{generator}");
        check("missing-path", &applied).finds_one(Severity::Error, "`app.conf` does not exist");
    }

    #[test]
    fn a_file_that_is_no_yaml_exists() {
        check(
            "missing-path",
            "//- kustomization.yaml\nconfigMapGenerator:\n- name: a\n  files: [app.conf, key=app.conf]\n//- app.conf\nx\n",
        )
        .finds(0);
    }

    #[test]
    fn what_the_source_leaves_out_is_told_in_its_environment() {
        let fixture = |ignore: &str| {
            format!(
                "\
//- clusters/a/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{url: https://example.com/fleet, ignore: {ignore}}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{path: ./clusters/a, prune: true, interval: 1h, sourceRef: {{kind: GitRepository, name: flux-system}}}}
//- clusters/a/kustomization.yaml
resources: [flux-system/gotk-sync.yaml, settings.yaml]
//- clusters/a/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings, namespace: web}}
"
            )
        };
        check("missing-path", &fixture("settings.yaml"))
            .finds_one(
                Severity::Error,
                "`settings.yaml` is there, but the source leaves it out",
            )
            .helps("see `spec.ignore` of the source, and `.sourceignore` files");
        check("missing-path", &fixture("other.yaml")).finds(0);
    }
}
