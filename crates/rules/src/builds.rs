//! What builds find wrong: the rules share how an error of a build becomes a finding.

use infragen_kustomize::{BuildError, ErrorKind};
use infragen_workspace::{build_errors, environment_errors, place_of_build};

use crate::finding::Finding;
use crate::rule::{Context, Rule};

/// The errors that builds find in the file and that belong to a rule, as its findings.
pub(crate) fn find(context: &Context<'_>, rule: &'static Rule, findings: &mut Vec<Finding>) {
    if context.facts.broken {
        // That it is no YAML is said elsewhere, or it is a template that becomes YAML later.
        return;
    }
    for error in build_errors(context.db, context.file).iter() {
        if error.kind.id() == rule.id {
            findings.push(finding(context, rule, error, error.message.clone()));
        }
    }
    find_in_environments(context, rule, findings);
}

/// Those of them that are errors only because of what Flux Kustomizations add to builds.
pub(crate) fn find_in_environments(
    context: &Context<'_>,
    rule: &'static Rule,
    findings: &mut Vec<Finding>,
) {
    find_in_environments_if(context, rule, |kind| kind.id() == rule.id, findings);
}

/// Those of some kinds.
pub(crate) fn find_in_environments_if(
    context: &Context<'_>,
    rule: &'static Rule,
    counts: impl Fn(ErrorKind) -> bool,
    findings: &mut Vec<Finding>,
) {
    for found in environment_errors(context.db, context.file).iter() {
        if counts(found.error.kind) {
            let message = match found.environments.as_slice() {
                [] => found.error.message.clone(),
                some => format!("{} (in {})", found.error.message, some.join(", ")),
            };
            findings.push(finding(context, rule, &found.error, message));
        }
    }
}

/// An error of a build as the finding of a rule.
pub(crate) fn finding(
    context: &Context<'_>,
    rule: &'static Rule,
    error: &BuildError,
    message: String,
) -> Finding {
    let mut finding = rule.finding(error.place.range, message);
    finding.help = error.help.clone();
    for (place, what) in &error.related {
        if let Some((file, range)) = place_of_build(context.db, context.root, place) {
            finding = finding.relate(file, range, what.clone());
        }
    }
    finding
}
