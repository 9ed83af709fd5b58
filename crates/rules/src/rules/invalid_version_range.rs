use infragen_constraint::{Constraint, Flux, SyntaxError};
use infragen_flux::known::IMAGE_POLICY;
use infragen_flux::{ObjectFacts, VersionField, is_templated};
use infragen_go_regex::GoRegex;
use infragen_syntax::TextEdit;
use infragen_workspace::{Db, is_patch_file, text};

use crate::above::Reach;
use crate::context::object_node;
use crate::finding::{Finding, Fix, Severity};
use crate::rule::{Context, Rule};
use crate::version_fields::{VersionFields, version_fields};
use crate::version_filter::version_filter;

/// A range of versions, or its filter, that cannot be read.
pub static INVALID_VERSION_RANGE: Rule = Rule {
    id: "invalid-version-range",
    severity: Severity::Error,
    summary: "a version range or its filter cannot be read",
    explanation: "\
Flux reads a range as Masterminds/semver v3 does: comparators such as `>=1.2.0`, `~1.4` or `^2`, apart by blanks or \
commas, and `||` between alternatives. A name of a tag such as `latest` is no range. `semverFilter`, and \
`filterTags.pattern` of an ImagePolicy, is a regular expression of Go (RE2), which knows no look-ahead. With either of them broken Flux says `improper constraint` or \
`error parsing regexp`, and takes no version at all.

It is a *warning* where a patch above may write the field, where no cluster of this repository applies the file, and \
for the version of a chart, which Helm compares with the versions there are before it reads it.",
    example: "\
//- clusters/production/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  url: oci://ghcr.io/acme/fleet
  ref:
    semver: \">=1.0.0 < =2.0.0\"
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  path: ./clusters/production
  sourceRef:
    kind: OCIRepository
    name: flux-system
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for fields in version_fields(context) {
        findings.extend(unreadable_range(context, &fields));
        findings.extend(unreadable_filter(context.db, &fields));
    }
    findings.extend(unreadable_patterns(context));
}

fn unreadable_range(context: &Context<'_>, fields: &VersionFields<'_>) -> Option<Finding> {
    let range = fields.range()?;
    let text = &*range.value.value;
    let refused = |flux| Constraint::parse(text, flux).err();
    let error = refused(Flux::default())?;
    let every_release = Flux::ALL.iter().all(|flux| refused(*flux).is_some());
    let is_chart = range.key.value == "version";
    let severity = if every_release && !is_chart {
        fields.severity()
    } else {
        Severity::Warning
    };
    let SyntaxError { message, range: at } = error;
    let finding = INVALID_VERSION_RANGE
        .finding(fields.place(range, &at), message)
        .severity(severity);
    Some(if is_word(text) {
        let tag = as_tag(context, fields, range);
        let help = if tag.is_some() {
            format!("`{text}` is a name, no range; a tag stands under `tag`")
        } else {
            format!("`{text}` is a name, no range; `*` takes the newest release")
        };
        let newest = fields.rewrite("take the newest release: `*`".to_owned(), range, "*");
        finding.help(help).fix(tag).fix(newest)
    } else {
        finding.help("write it as in `>=1.2.0 <2.0.0`, `~1.4` or `^1 || ^2`")
    })
}

/// Whether a text is one name, such as `latest` or `main`.
fn is_word(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
    text.starts_with(|letter: char| letter.is_ascii_alphabetic()) && text.chars().all(plain)
}

/// A fix that makes a tag of it, where the kind has tags and none is there yet.
fn as_tag(context: &Context<'_>, fields: &VersionFields<'_>, range: &VersionField) -> Option<Fix> {
    let free = fields.facts.row.under.contains(&"tag") && fields.facts.field("tag").is_none();
    free.then(|| {
        let edit = TextEdit {
            range: range.key.range,
            new_text: "tag".to_owned(),
        };
        context.fix(format!("take the tag `{}`", range.value.value), vec![edit])
    })
}

fn unreadable_filter(db: &dyn Db, fields: &VersionFields<'_>) -> Option<Finding> {
    let filter = fields.filter()?;
    let error = version_filter(db, filter.value.value.clone(), fields.facts.helm).error?;
    let finding = INVALID_VERSION_RANGE.finding(fields.place(filter, &error.range), error.message);
    // Nobody reads it without a range.
    let severity = match fields.range() {
        Some(_) => fields.severity(),
        None => Severity::Warning,
    };
    Some(finding.severity(severity).help(AS_GO_READS))
}

const AS_GO_READS: &str = "Flux reads it as Go does (RE2): write it as in `.*-preview-.*`";

/// The expressions of image policies, which filter whatever the policy chooses by.
/// [image-reflector-controller:internal/policy/filter.go NewRegexFilter]
fn unreadable_patterns(context: &Context<'_>) -> Vec<Finding> {
    let is_policy = |object: &&ObjectFacts| object.kind == *IMAGE_POLICY;
    let mut policies = context.facts.objects.iter().filter(is_policy).peekable();
    // To parse every file would cost too much.
    let may_filter =
        || text(context.db, context.file).is_ok_and(|text| text.contains("filterTags"));
    if policies.peek().is_none() || !may_filter() || context.facts.broken {
        return Vec::new();
    }
    let tree = context.tree();
    let found = policies.filter_map(|object| {
        let pattern = object_node(&tree, object)?.at(FILTER)?.spanned_str()?;
        let error = GoRegex::new(pattern.value).err();
        let error = error.filter(|_| !is_templated(pattern.value))?;
        let finding =
            INVALID_VERSION_RANGE.finding(context.part(pattern, &error.range), error.message);
        let is_whole = !object.in_patch && !is_patch_file(context.db, context.file);
        let above = context.above();
        let patches = |patch: &ObjectFacts| patch.kind == *IMAGE_POLICY;
        let is_certain = is_whole
            && above.reach == Reach::Applied
            && !above.may_set(context.db, FILTER, &patches);
        let severity = match is_certain {
            true => Severity::Error,
            false => Severity::Warning,
        };
        Some(finding.severity(severity).help(AS_GO_READS))
    });
    found.collect()
}

const FILTER: &[&str] = &["spec", "filterTags", "pattern"];

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    const RULE: &str = "invalid-version-range";

    fn oci(reference: &str) -> String {
        format!(
            "{CLUSTER}//- clusters/production/app.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: app, namespace: apps}}
spec:
  interval: 1m
  url: oci://ghcr.io/acme/app
  ref:
    {reference}
"
        )
    }

    fn chart(kind: &str, version: &str) -> String {
        format!(
            "{CLUSTER}//- clusters/production/app.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: app, namespace: apps}}
spec:
  interval: 1m
  chart:
    spec: {{chart: app, version: {version}, sourceRef: {{kind: {kind}, name: charts}}}}
"
        )
    }

    #[test]
    fn the_place_is_that_of_the_mistake() {
        check(RULE, &oci("semver: \">=1.0.0 || nope\""))
            .finds_one(Severity::Error, "`nope` is no version")
            .at(&["clusters/production/app.yaml: nope"])
            .helps("write it as in `>=1.2.0 <2.0.0`, `~1.4` or `^1 || ^2`");
        // Where it is written otherwise than it is read, all of it.
        check(RULE, &oci("semver: \"\\x5e1 || nope\""))
            .at(&["clusters/production/app.yaml: \\\\x5e1 || nope"]);
        check(RULE, &oci("semver: \"^1 ||\""))
            .finds_one(Severity::Error, "nothing stands behind `||`")
            .at(&["clusters/production/app.yaml: ^1 ||"]);
    }

    #[test]
    fn a_name_becomes_a_tag() {
        check(RULE, &oci("semver: latest"))
            .finds_one(Severity::Error, "`latest` is no version")
            .offers(2)
            .fixed("    tag: latest\n");
        check(RULE, &oci("{semver: latest, tag: 1.0.0}"))
            .offers(1)
            .fixed("    {semver: \"*\", tag: 1.0.0}\n");
        check(RULE, &chart("HelmRepository", "latest"))
            .finds_one(Severity::Warning, "`latest` is no version")
            .helps("`latest` is a name, no range; `*` takes the newest release");
    }

    #[test]
    fn a_filter_is_one_for_go() {
        check(RULE, &oci("{semver: \"*\", semverFilter: \"a(?=b)\"}"))
            .finds(1)
            .at(&["clusters/production/app.yaml: (?="]);
    }

    #[test]
    fn a_pattern_of_an_image_policy_is_one_for_go_too() {
        let policy = |pattern: &str, place: &str| {
            format!(
                "{CLUSTER}//- {place}/app.yaml
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {{name: app, namespace: apps}}
spec:
  imageRepositoryRef: {{name: app}}
  filterTags: {{pattern: '{pattern}'}}
  policy: {{alphabetical: {{}}}}
"
            )
        };
        check(RULE, &policy("^main-(", "clusters/production"))
            .finds_one(Severity::Error, "a `)` is missing")
            .at(&["clusters/production/app.yaml: ^main-("])
            .helps("Flux reads it as Go does (RE2): write it as in `.*-preview-.*`");
        check(RULE, &policy("a(?=b)", "clusters/production"))
            .finds(1)
            .at(&["clusters/production/app.yaml: (?="]);
        check(RULE, &policy("(", "archive")).finds_one(Severity::Warning, "a `)` is missing");
        for fine in ["^main-(.*)$", "${PATTERN}(", ""] {
            check(RULE, &policy(fine, "clusters/production")).finds(0);
        }
    }

    #[test]
    fn what_is_readable_or_unknown_is_left_alone() {
        for reference in [
            "semver: \">= 1, <2 || 3.x\"",
            "semver: \"\"",
            "semver: ${RANGE}",
            "semver: \"<< inputs.range >>\"",
            "tag: latest",
            "{semver: \"*\", semverFilter: \"^v\\\\d+\"}",
        ] {
            check(RULE, &oci(reference)).finds(0);
        }
        check(RULE, &chart("GitRepository", "latest")).finds(0);
        check(RULE, &chart("HelmRepository", "\"\"")).finds(0);
    }

    #[test]
    fn what_is_not_read_is_a_warning() {
        check(RULE, &oci("{semver: nope, digest: \"sha256:0\"}"))
            .finds_one(Severity::Warning, "`nope` is no version");
        check(RULE, &oci("{semver: nope, tag: a}"))
            .finds_one(Severity::Error, "`nope` is no version");
    }

    #[test]
    fn what_a_patch_may_mend_is_a_warning() {
        let patched = format!(
            "{}//- clusters/production/kustomization.yaml
resources: [app.yaml]
patches:
  - patch: |
      apiVersion: source.toolkit.fluxcd.io/v1
      kind: OCIRepository
      metadata: {{name: app, namespace: apps}}
      spec:
        ref:
          semver: ~~1
",
            oci("semver: set in overlays")
        );
        let checked = check(RULE, &patched);
        checked.finds(2).at(&[
            "clusters/production/app.yaml: set",
            "clusters/production/kustomization.yaml: ~~",
        ]);
        let orphan = oci("semver: nope").replace("//- clusters/production/app", "//- archive/app");
        check(RULE, &orphan).finds_one(Severity::Warning, "`nope` is no version");
    }
}
