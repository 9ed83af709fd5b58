use infragen_flux::VersionField;
use infragen_workspace::{Shadowed, shadowed_versions};

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};
use crate::version_fields::{VersionFields, version_fields};

/// A field that nobody reads beside another.
pub static DEAD_VERSION_FIELD: Rule = Rule {
    id: "dead-version-field",
    severity: Severity::Warning,
    summary: "a field of `ref` is not read, because another one wins or is missing",
    explanation: "\
Of an `OCIRepository` Flux reads `digest` before `semver` before `tag`, and of a `GitRepository` `commit` before `name` \
before `semver` before `tag` before `branch`; the first one that is there decides, and the rest says nothing. \
`semverFilter` is read together with `semver` only.

A strategic merge patch merges `ref`: one that sets `tag` over a base with `semver` leaves both, and `semver` wins. To \
switch, the patch writes `semver: null` beside the tag. A JSON6902 patch that adds a tag must also remove \
`/spec/ref/semver`. So a field of a patch is found in what the environments really apply; a field of a base, where no \
build reads it.",
    example: "\
//- app.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: app
  namespace: apps
spec:
  interval: 5m
  url: oci://ghcr.io/acme/app
  ref:
    semver: 1.x
    tag: 1.4.2
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for fields in version_fields(context) {
        let from = findings.len();
        dead(context, &fields, findings);
        // A patch may take the winner away, or add what is missing.
        if findings.len() > from && !fields.is_patch() && fields.may_be_patched() {
            findings.truncate(from);
        }
    }
    for shadowed in shadowed_versions(context.db, context.file).iter() {
        findings.push(of_layers(context, shadowed));
    }
}

/// A field that is dead because a patch and what it changes write different ones.
fn of_layers(context: &Context<'_>, shadowed: &Shadowed) -> Finding {
    let (dead, wins) = (shadowed.key, shadowed.winner);
    let place = match shadowed.environments.as_slice() {
        [] => String::new(),
        some => format!(" in {}", some.join(", ")),
    };
    let (other, range) = shadowed.by;
    let without = shadowed.without;
    let message = match without {
        Some(range) => format!("`{dead}` says nothing{place} without `{range}`: `{wins}` decides"),
        None => format!("`{dead}` says nothing{place}: `{wins}` wins"),
    };
    let finding = DEAD_VERSION_FIELD.finding(shadowed.value, message).relate(
        other,
        range,
        "this one is read",
    );
    let operation = |file, value, key: &str| {
        let path = format!("{}/{key}", shadowed.pointer);
        let is_operation = context.is_in_operation(file, value);
        is_operation.then(|| format!("`{{op: remove, path: {path}}}` beside it takes `{key}` away"))
    };
    // A patch that means its own field takes the other one away.
    if shadowed.in_patch {
        if let Some(range) = without {
            return finding.help(format!(
                "write `{range}` and `{wins}: null` beside it in the patch"
            ));
        }
        if let Some(help) = operation(context.file, shadowed.value, wins) {
            return finding.help(help);
        }
        finding
            .help(format!("write `{wins}: null` beside it in the patch"))
            .fix(context.clear_beside(context.file, shadowed.value, wins))
    } else {
        // It works, and nobody can see from the base what does.
        let finding = finding.severity(Severity::Hint);
        if let Some(help) = operation(other, range, dead) {
            return finding.help(help);
        }
        finding
            .help(format!("write `{dead}: null` in the patch"))
            .fix(context.clear_beside(other, range, dead))
    }
}

fn dead(context: &Context<'_>, fields: &VersionFields<'_>, findings: &mut Vec<Finding>) {
    let (facts, row) = (fields.facts, fields.facts.row);
    let literal = |key: &&str| facts.field(key).filter(|field| field.is_literal());
    let Some(range) = fields.range() else {
        if let (Some(filter), None, false) = (fields.filter(), facts.range(), fields.is_patch()) {
            let message = format!(
                "`{}` says nothing without `{}`",
                filter.key.value, row.range
            );
            findings.push(
                DEAD_VERSION_FIELD
                    .finding(filter.key.range, message)
                    .fix(fields.remove(filter)),
            );
        }
        return;
    };
    let beside = |loser: &VersionField, winner: &VersionField| {
        let (dead, wins) = (loser.key.value, winner.key.value);
        DEAD_VERSION_FIELD
            .finding(
                loser.key.range,
                format!("`{dead}` says nothing: `{wins}` wins"),
            )
            .relate(context.file, winner.key.range, "this one is read")
            .fix(fields.remove(loser))
    };
    match row.over.iter().find_map(literal) {
        Some(winner) => findings.push(beside(range, winner)),
        None => {
            let losers = row.under.iter().filter_map(literal);
            findings.extend(losers.map(|loser| beside(loser, range)));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    const RULE: &str = "dead-version-field";

    fn source(kind: &str, reference: &str) -> String {
        format!(
            "//- app.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: {kind}
metadata: {{name: app}}
spec:
  ref:
    {reference}
"
        )
    }

    #[test]
    fn one_of_two_is_dead() {
        check(
            RULE,
            &source("OCIRepository", "semver: 1.x\n    tag: 1.4.2"),
        )
        .finds_one(Severity::Warning, "`tag` says nothing: `semver` wins")
        .at(&["app.yaml: tag"])
        .relates(&["app.yaml [semver]: this one is read"])
        .fixed("");
        check(
            RULE,
            &source(
                "OCIRepository",
                "{semver: 1.x, digest: \"sha256:0\", tag: a}",
            ),
        )
        .finds_one(Severity::Warning, "`semver` says nothing: `digest` wins");
        check(
            RULE,
            &source("GitRepository", "{semver: 1.x, branch: main, tag: a}"),
        )
        .finds(2);
        check(
            RULE,
            &source("GitRepository", "{semver: 1.x, name: refs/heads/main}"),
        )
        .finds_one(Severity::Warning, "`semver` says nothing: `name` wins");
    }

    #[test]
    fn a_filter_needs_a_range() {
        check(
            RULE,
            &source("OCIRepository", "{semverFilter: -rc, tag: a}"),
        )
        .finds_one(
            Severity::Warning,
            "`semverFilter` says nothing without `semver`",
        )
        .fixed("    {tag: a}\n");
        // In a patch it stands over a range of the base.
        let patch = format!(
            "//- kustomization.yaml\nresources: [base.yaml]\npatches: [{{path: app.yaml}}]\n//- base.yaml\n{}",
            source("OCIRepository", "{semverFilter: -rc}")
        );
        check(RULE, &patch).finds(0);
    }

    #[test]
    fn what_is_read_is_alive() {
        for reference in [
            "{semver: 1.x, semverFilter: -rc}",
            "{semver: null, tag: a}",
            "{semver: \"\", tag: a}",
            "{semver: 1.x, tag: \"\"}",
            "{semver: \"${RANGE}\", tag: a}",
            "{semver: 1.x, digest: \"${DIGEST}\"}",
            "{semver: \"${RANGE}\", semverFilter: a}",
        ] {
            check(RULE, &source("OCIRepository", reference)).finds(0);
        }
    }

    #[test]
    fn a_patch_that_writes_both_is_no_better() {
        let patch = format!(
            "//- kustomization.yaml\nresources: [base.yaml]\npatches: [{{path: app.yaml}}]\n//- base.yaml\n{}",
            source("OCIRepository", "{semver: 1.x, tag: a}")
        );
        check(RULE, &patch).finds_one(Severity::Warning, "`tag` says nothing: `semver` wins");
    }

    /// A base and an overlay that patches it, in an environment.
    fn layers(base: &str, patch: &str) -> String {
        format!(
            "{CLUSTER}//- clusters/production/app.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: app, namespace: flux-system}}
spec: {{path: ./production, sourceRef: {{kind: GitRepository, name: flux-system}}}}
//- production/kustomization.yaml
resources: [../base]
patches: [{{path: patch.yaml}}]
//- production/patch.yaml
{}//- base/kustomization.yaml
resources: [app.yaml]
//- base/app.yaml
{}",
            object(patch),
            object(base)
        )
    }

    fn object(reference: &str) -> String {
        source("OCIRepository", reference).replace("//- app.yaml\n", "")
    }

    #[test]
    fn a_patch_that_adds_what_loses_changes_nothing() {
        check(RULE, &layers("semver: 1.x", "tag: 1.4.2"))
            .finds_one(Severity::Warning, "`tag` says nothing: `semver` wins")
            .at(&["production/patch.yaml: 1.4.2"])
            .relates(&["base/app.yaml [1.x]: this one is read"])
            .fixed("    semver: null\n");
        // kustomize alone builds the same where no environment is known.
        let bundle = layers("semver: 1.x", "tag: 1.4.2").replace(CLUSTER, "");
        let bundle = bundle.split("//- production/kus").nth(1).unwrap();
        check(RULE, &format!("//- production/kus{bundle}"))
            .finds_one(Severity::Warning, "`tag` says nothing: `semver` wins");
        check(RULE, &layers("semver: 1.x", "{tag: 1.4.2, semver: null}")).finds(0);
        check(RULE, &layers("semver: \"${RANGE}\"", "tag: 1.4.2")).finds(0);
    }

    #[test]
    fn a_filter_of_a_patch_says_nothing_over_a_tag() {
        check(RULE, &layers("tag: 1.4.2", "semverFilter: -rc"))
            .finds_one(
                Severity::Warning,
                "`semverFilter` says nothing without `semver`: `tag` decides",
            )
            .at(&["production/patch.yaml: -rc"])
            .relates(&["base/app.yaml [1.4.2]: this one is read"])
            .helps("write `semver` and `tag: null` beside it in the patch");
        let both = "{semverFilter: -rc, semver: 1.x, tag: null}";
        check(RULE, &layers("tag: 1.4.2", both)).finds(0);
        check(RULE, &layers("semver: 1.x", "semverFilter: -rc")).finds(0);
        // The filter of a base stays where a patch takes its range away.
        check(
            RULE,
            &layers(
                "{semver: 1.x, semverFilter: -rc}",
                "{semver: null, tag: 1.4.2}",
            ),
        )
        .finds_one(
            Severity::Hint,
            "`semverFilter` says nothing without `semver`: `tag` decides",
        )
        .at(&["base/app.yaml: -rc"])
        .fixed("    {semver: null, tag: 1.4.2, semverFilter: null}\n");
    }

    #[test]
    fn the_environments_in_which_a_patch_changes_nothing_are_named() {
        let staging = CLUSTER.replace("production", "staging")
            + "//- clusters/staging/app.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: app, namespace: flux-system}
spec: {path: ./staging, sourceRef: {kind: GitRepository, name: flux-system}}
//- staging/kustomization.yaml
resources: [app.yaml]
patches: [{path: ../production/patch.yaml}]
//- staging/app.yaml
";
        let both = layers("semver: 1.x", "tag: 1.4.2") + &staging + &object("branch: main");
        check(RULE, &both).finds_one(
            Severity::Warning,
            "`tag` says nothing in production: `semver` wins",
        );
    }

    #[test]
    fn a_flux_kustomization_may_add_what_loses() {
        let app = layers("semver: 1.x", "semver: 2.x").replace(
            "spec: {path: ./production, ",
            "spec:
  patches:
    - patch: |
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: OCIRepository
        metadata: {name: app}
        spec:
          ref:
            tag: latest
  path: ./production
  sourceRef: {kind: GitRepository, name: flux-system}
#",
        );
        check(RULE, &app)
            .finds_one(Severity::Warning, "`tag` says nothing: `semver` wins")
            .at(&["clusters/production/app.yaml: latest"])
            .relates(&["production/patch.yaml [2.x]: this one is read"])
            .fixed("            semver: null\n");
    }

    #[test]
    fn what_a_base_says_is_dead_where_nothing_reads_it() {
        check(RULE, &layers("tag: latest", "semver: 1.x"))
            .finds_one(Severity::Hint, "`tag` says nothing: `semver` wins")
            .at(&["base/app.yaml: latest"])
            .fix_makes(0, "    tag: null\n");
        let other = layers("tag: latest", "semver: 1.x")
            + "//- clusters/production/other.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: other, namespace: flux-system}
spec: {path: ./base, sourceRef: {kind: GitRepository, name: flux-system}}
";
        check(RULE, &other).finds(0);
    }

    #[test]
    fn a_patch_may_take_the_winner_away() {
        let base = source("OCIRepository", "{semver: 1.x, tag: a}");
        let patched = format!(
            "{base}//- kustomization.yaml
resources: [app.yaml]
patches:
  - target: {{kind: OCIRepository}}
    patch: |
      - {{op: remove, path: /spec/ref/semver}}
"
        );
        check(RULE, &patched).finds(0);
    }

    /// Operations over a base that a kustomization file has inline.
    fn operations(base: &str, operations: &str) -> String {
        let inline = format!(
            "patches:
- target: {{kind: OCIRepository}}
  patch: |
{operations}"
        );
        layers(base, "url: x").replace("patches: [{path: patch.yaml}]\n", &inline)
    }

    #[test]
    fn an_operation_that_adds_what_loses_changes_nothing() {
        let one = "    - {op: add, path: /spec/ref/tag, value: 1.4.2}\n";
        check(RULE, &operations("semver: 1.x", one))
            .finds_one(Severity::Warning, "`tag` says nothing: `semver` wins")
            .at(&["production/kustomization.yaml: 1.4.2"])
            .relates(&["base/app.yaml [1.x]: this one is read"])
            .helps("`{op: remove, path: /spec/ref/semver}` beside it takes `semver` away");
        let by_name = operations("semver: 1.x", one).replace("kind: OCIRepository}", "name: app}");
        check(RULE, &by_name).finds(1);
        let whole = "    - {op: replace, path: /spec/ref, value: {semver: 2.x, tag: 1.4.2}}\n";
        check(RULE, &operations("semver: 1.x", whole)).finds(1);
        let two = format!("    - {{op: remove, path: /spec/ref/semver}}\n{one}");
        check(RULE, &operations("semver: 1.x", &two)).finds(0);
        // In a file, and with the range added over the tag.
        let file = layers("tag: 1.4.2", "x").replace(
            "patches: [{path: patch.yaml}]",
            "patches: [{path: operations.yaml, target: {kind: OCIRepository}}]",
        );
        let file = format!(
            "{file}//- production/operations.yaml\n- {{op: add, path: /spec/ref/semver, value: 1.x}}\n"
        );
        check(RULE, &file).finds(1);
        let file = file
            .replace("ref:\n    tag: 1.4.2", "ref:\n    semver: 1.x")
            .replace("ref/semver, value: 1.x", "ref/tag, value: 1.4.2");
        check(RULE, &file).finds_one(Severity::Warning, "`tag` says nothing: `semver` wins");
    }

    #[test]
    fn a_flux_kustomization_may_add_it_by_an_operation() {
        let app = layers("semver: 1.x", "semver: 2.x").replace(
            "spec: {path: ./production, ",
            "spec:
  patches:
    - target: {kind: OCIRepository}
      patch: |
        - op: add
          path: /spec/ref/tag
          value: latest
  path: ./production
  sourceRef: {kind: GitRepository, name: flux-system}
#",
        );
        check(RULE, &app)
            .finds_one(Severity::Warning, "`tag` says nothing: `semver` wins")
            .at(&["clusters/production/app.yaml: latest"])
            .relates(&["production/patch.yaml [2.x]: this one is read"])
            .helps("`{op: remove, path: /spec/ref/semver}` beside it takes `semver` away");
    }
}
