use crate::builds::find;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A `replicas` entry without its object.
pub static UNMATCHED_REPLICAS: Rule = Rule {
    id: "unmatched-replicas",
    severity: Severity::Error,
    summary: "a `replicas` entry finds no object of its name",
    explanation: "\
The name is that of a Deployment, StatefulSet, ReplicaSet or ReplicationController before this layer changes names. \
Other than for `images`, an entry that finds nothing is an error.",
    example: "\
//- kustomization.yaml
resources: [web.yaml]
replicas:
  - name: wbe
    count: 2
//- web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    find(context, &UNMATCHED_REPLICAS, findings);
}
