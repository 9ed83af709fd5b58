//! Every rule.

mod dangling_reference;
mod invalid_yaml;
mod missing_flux_path;
mod missing_path;
mod wrong_kind;
mod wrong_namespace;

use crate::rule::Rule;

/// Every rule, in the order of the documentation.
pub const RULES: &[&Rule] = &[
    &invalid_yaml::INVALID_YAML,
    &dangling_reference::DANGLING_REFERENCE,
    &wrong_kind::WRONG_KIND,
    &wrong_namespace::WRONG_NAMESPACE,
    &missing_path::MISSING_PATH,
    &missing_flux_path::MISSING_FLUX_PATH,
];

/// The rule with an id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_found_by_its_rule() {
        for rule in RULES {
            let found = crate::page::findings_of_example(rule);
            assert!(
                found.iter().any(|(_, finding)| finding.rule == *rule),
                "{} finds nothing in its example",
                rule.id
            );
        }
    }

    #[test]
    fn ids_are_distinct_and_have_a_file_of_their_name() {
        let mut ids: Vec<_> = RULES.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), RULES.len());
    }
}
