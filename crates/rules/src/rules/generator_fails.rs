use crate::builds::find;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A generator that cannot make its ConfigMap or Secret.
pub static GENERATOR_FAILS: Rule = Rule {
    id: "generator-fails",
    severity: Severity::Error,
    summary: "a generator cannot make its ConfigMap or Secret",
    explanation: "\
A literal is `key=value`; a key is given once; `behavior: merge` and `replace` need an object of this name in what \
comes before, `create`, which is the default, must find none.",
    example: "\
//- kustomization.yaml
configMapGenerator:
  - name: settings
    literals: ['PORT: 80']
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    find(context, &GENERATOR_FAILS, findings);
}
