//! What builds find wrong: the rules share how an error of a build becomes a finding.

use infragen_workspace::{build_errors, place_of_build};

use crate::finding::Finding;
use crate::rule::{Context, Rule};

/// The errors that builds find in the file and that belong to a rule, as its findings.
pub(crate) fn find(context: &Context<'_>, rule: &'static Rule, findings: &mut Vec<Finding>) {
    if context.facts.broken {
        // That it is no YAML is said elsewhere, or it is a template that becomes YAML later.
        return;
    }
    for error in build_errors(context.db, context.file).iter() {
        if error.kind.id() != rule.id {
            continue;
        }
        let mut finding = rule.finding(error.place.range, error.message.clone());
        finding.help = error.help.clone();
        for (place, what) in &error.related {
            if let Some((file, range)) = place_of_build(context.db, context.root, place) {
                finding = finding.relate(file, range, what.clone());
            }
        }
        findings.push(finding);
    }
}
