//! Every rule.

mod ambiguous_version;
mod applied_twice;
mod dangling_reference;
mod dead_version_field;
mod dependency_cycle;
mod deprecated_field;
mod duplicate_key;
mod duplicate_resource;
mod empty_kustomization;
mod empty_version_range;
mod failing_build;
mod failing_patch;
mod failing_replacement;
mod failing_substitution;
mod flux_kustomization_in_kustomization_file;
mod generator_fails;
mod import_cycle;
mod invalid_selector;
mod invalid_settings;
mod invalid_version_range;
mod invalid_yaml;
mod kustomization_as_resource;
mod misplaced_component;
mod missing_field;
mod missing_flux_path;
mod missing_path;
mod missing_tag;
mod no_kustomization_file;
mod not_an_object;
mod orphaned_file;
mod prerelease_of_upper_bound;
mod replaced_list;
mod several_kustomization_files;
mod undefined_variable;
mod unknown_kustomization_field;
mod unmatched_health_check;
mod unmatched_patch;
mod unmatched_replicas;
mod unmatched_target;
mod unmatched_version_filter;
mod unmatched_version_range;
mod unreachable_registry;
mod unreadable_patch;
mod unused_variable;
mod version_not_text;
mod wrong_helm_repository_type;
mod wrong_kind;
mod wrong_kustomization_type;
mod wrong_namespace;
mod wrong_type;

use crate::rule::Rule;

/// Every rule, in the order of the documentation.
pub const RULES: &[&Rule] = &[
    &invalid_yaml::INVALID_YAML,
    &duplicate_key::DUPLICATE_KEY,
    &dangling_reference::DANGLING_REFERENCE,
    &wrong_kind::WRONG_KIND,
    &wrong_namespace::WRONG_NAMESPACE,
    &dependency_cycle::DEPENDENCY_CYCLE,
    &deprecated_field::DEPRECATED_FIELD,
    &missing_field::MISSING_FIELD,
    &wrong_helm_repository_type::WRONG_HELM_REPOSITORY_TYPE,
    &invalid_version_range::INVALID_VERSION_RANGE,
    &version_not_text::VERSION_NOT_TEXT,
    &empty_version_range::EMPTY_VERSION_RANGE,
    &unmatched_version_filter::UNMATCHED_VERSION_FILTER,
    &prerelease_of_upper_bound::PRERELEASE_OF_UPPER_BOUND,
    &dead_version_field::DEAD_VERSION_FIELD,
    &unmatched_version_range::UNMATCHED_VERSION_RANGE,
    &missing_tag::MISSING_TAG,
    &ambiguous_version::AMBIGUOUS_VERSION,
    &unreachable_registry::UNREACHABLE_REGISTRY,
    &unmatched_health_check::UNMATCHED_HEALTH_CHECK,
    &missing_flux_path::MISSING_FLUX_PATH,
    &missing_path::MISSING_PATH,
    &no_kustomization_file::NO_KUSTOMIZATION_FILE,
    &kustomization_as_resource::KUSTOMIZATION_AS_RESOURCE,
    &misplaced_component::MISPLACED_COMPONENT,
    &import_cycle::IMPORT_CYCLE,
    &duplicate_resource::DUPLICATE_RESOURCE,
    &applied_twice::APPLIED_TWICE,
    &orphaned_file::ORPHANED_FILE,
    &unknown_kustomization_field::UNKNOWN_KUSTOMIZATION_FIELD,
    &wrong_kustomization_type::WRONG_KUSTOMIZATION_TYPE,
    &empty_kustomization::EMPTY_KUSTOMIZATION,
    &replaced_list::REPLACED_LIST,
    &several_kustomization_files::SEVERAL_KUSTOMIZATION_FILES,
    &flux_kustomization_in_kustomization_file::FLUX_KUSTOMIZATION_IN_KUSTOMIZATION_FILE,
    &wrong_type::WRONG_TYPE,
    &not_an_object::NOT_AN_OBJECT,
    &generator_fails::GENERATOR_FAILS,
    &unreadable_patch::UNREADABLE_PATCH,
    &unmatched_patch::UNMATCHED_PATCH,
    &unmatched_target::UNMATCHED_TARGET,
    &failing_patch::FAILING_PATCH,
    &invalid_selector::INVALID_SELECTOR,
    &failing_replacement::FAILING_REPLACEMENT,
    &unmatched_replicas::UNMATCHED_REPLICAS,
    &failing_build::FAILING_BUILD,
    &undefined_variable::UNDEFINED_VARIABLE,
    &failing_substitution::FAILING_SUBSTITUTION,
    &unused_variable::UNUSED_VARIABLE,
    &invalid_settings::INVALID_SETTINGS,
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
    fn every_error_of_a_build_belongs_to_a_rule() {
        use infragen_kustomize::ErrorKind::*;
        for kind in [
            MissingPath,
            LeftOut,
            NoKustomizationFile,
            SeveralKustomizationFiles,
            EmptyKustomization,
            WrongKind,
            WrongList,
            UnknownField,
            WrongType,
            WrongValue,
            Syntax,
            DuplicateKey,
            NotAnObject,
            DuplicateId,
            Cycle,
            Generator,
            UnreadablePatch,
            PatchTarget,
            PatchFails,
            Selector,
            Replacement,
            Replicas,
            Transformer,
            AmbiguousReference,
            Vars,
            Configuration,
            Unprintable,
        ] {
            assert!(rule(kind.id()).is_some(), "{kind:?} is {}", kind.id());
        }
    }

    #[test]
    fn ids_are_distinct() {
        let mut ids: Vec<_> = RULES.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), RULES.len());
    }
}
