//! Names that Kubernetes accepts.

use crate::kinds::GroupKind;

/// The longest name that is also a DNS label, and the longest value of a label.
pub const MAX_LABEL: usize = 63;

/// Why a text is no DNS-1123 label (RFC 1123): a-z, 0-9 and `-` between them, at most 63 characters. None where
/// it is one.
pub fn not_a_label(name: &str) -> Option<String> {
    Some(match name.chars().find(|letter| !is_label_char(*letter)) {
        _ if name.is_empty() => "it is empty".to_owned(),
        Some(letter) if letter.is_uppercase() => format!("`{letter}` is a capital letter"),
        Some(letter) => format!("`{}` is not allowed", letter.escape_debug()),
        None if name.starts_with('-') => "it begins with `-`".to_owned(),
        None if name.ends_with('-') => "it ends with `-`".to_owned(),
        None if name.len() > MAX_LABEL => format!(
            "it has {} characters, and {MAX_LABEL} are the most",
            name.len()
        ),
        None => return None,
    })
}

/// Why a text is no DNS-1123 subdomain: labels with dots between them, at most 253 characters. That is what the
/// name of nearly every object is.
pub fn not_a_subdomain(name: &str) -> Option<String> {
    if name.len() > 253 {
        return Some("it has more than 253 characters".to_owned());
    }
    name.split('.').find_map(not_a_label)
}

/// Why Kubernetes or Flux refuses a text as the name of an object of a kind. Namespaces and Services must be labels,
/// what Flux writes into the value of a label (its Kustomizations and HelmReleases) must fit there, RBAC takes any
/// part of a path (`k8s.io/apimachinery/pkg/api/validation/path`), all others must be subdomains.
pub fn not_a_name(kind: &GroupKind, name: &str) -> Option<String> {
    let label = match (kind.group.as_str(), kind.kind.as_str()) {
        ("rbac.authorization.k8s.io", _) => {
            return match name {
                "" => Some("it is empty".to_owned()),
                "." | ".." => Some("it is a part of a path with a meaning of its own".to_owned()),
                name => name
                    .chars()
                    .find(|letter| matches!(letter, '/' | '%') || letter.is_control())
                    .map(|letter| format!("`{}` is not allowed", letter.escape_debug())),
            };
        }
        ("", "Namespace" | "Service") => true,
        ("kustomize.toolkit.fluxcd.io" | "helm.toolkit.fluxcd.io", _) if name.len() > MAX_LABEL => {
            true
        }
        _ => false,
    };
    if label {
        let begins = name.starts_with(|letter: char| letter.is_ascii_digit());
        if kind.kind == "Service" && begins {
            return Some("the name of a Service begins with a letter".to_owned());
        }
        return not_a_label(name);
    }
    not_a_subdomain(name)
}

fn is_label_char(letter: char) -> bool {
    matches!(letter, 'a'..='z' | '0'..='9' | '-')
}

/// The nearest label: `My_Service` becomes `my-service`. None where too little would be left.
pub fn nearest_label(name: &str) -> Option<String> {
    let letters = name.chars().map(|letter| {
        let letter = letter.to_ascii_lowercase();
        if is_label_char(letter) { letter } else { '-' }
    });
    let text: String = letters.take(MAX_LABEL).collect();
    let parts: Vec<&str> = text.split('-').filter(|part| !part.is_empty()).collect();
    Some(parts.join("-")).filter(|better| !better.is_empty() && better.len() * 2 >= name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_suggested_is_a_label() {
        for name in ["A__B", "..a", &"x_".repeat(80), "Ünder"] {
            if let Some(better) = nearest_label(name) {
                assert_eq!(not_a_label(&better), None, "{name}");
            }
        }
    }

    #[test]
    fn kinds_want_different_names() {
        let refused = |version: &str, kind: &str, name: &str| {
            not_a_name(&GroupKind::new(version, kind), name).is_some()
        };
        assert!(!refused("v1", "ConfigMap", "a.b"));
        assert!(refused("v1", "ConfigMap", "a_b"));
        assert!(refused("v1", "Service", "a.b"));
        assert!(refused("v1", "Service", "1a"));
        assert!(!refused("v1", "Namespace", "1a"));
        let kustomization =
            |name: &str| refused("kustomize.toolkit.fluxcd.io/v1", "Kustomization", name);
        assert!(!kustomization("a.b") && !kustomization(&"a".repeat(63)));
        assert!(kustomization(&"a".repeat(64)));
        assert!(!refused(
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            "System:a"
        ));
        assert!(refused(
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            "a/b"
        ));
    }
}
