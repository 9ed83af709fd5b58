//! Names that Kubernetes accepts.

use infragen_flux::names::{nearest_label, not_a_label, not_a_subdomain};

use crate::refusal::Refusal;

/// Refuses what is no DNS-1123 label (RFC 1123): a-z, 0-9 and `-` between them, at most 63 characters.
/// Namespaces must be such labels, and Flux writes the names of its Kustomizations into label values.
/// `what` says what bears the name: "service name".
pub(crate) fn label(what: &str, name: &str) -> Result<(), Refusal> {
    let Some(reason) = not_a_label(name) else {
        return Ok(());
    };
    let refusal = refuse(what, name, &reason);
    Err(match nearest_label(name) {
        Some(better) => refusal.help(format!("`{better}` would be one")),
        None => refusal.help("use a-z, 0-9 and `-`, as in `activity`"),
    })
}

fn refuse(what: &str, name: &str, reason: &str) -> Refusal {
    Refusal::new(format!(
        "`{}` is no valid {what}: {reason}",
        name.escape_debug()
    ))
}

/// Refuses what cannot be the name of a new environment. `base` is what the environments share: a copy
/// of `apps/staging` would be taken for `apps/base`.
pub(crate) fn environment(name: &str) -> Result<(), Refusal> {
    label("environment name", name)?;
    if name == "base" {
        return Err(Refusal::new("no environment can be called `base`")
            .help("that is what the environments share: choose another name"));
    }
    Ok(())
}

/// Refuses what is no DNS-1123 subdomain: labels with dots between them, at most 253 characters. That is
/// what the name of nearly every other object is.
pub(crate) fn subdomain(what: &str, name: &str) -> Result<(), Refusal> {
    match not_a_subdomain(name) {
        Some(reason) => Err(refuse(what, name, &reason)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str) -> String {
        label("service name", name).unwrap_err().to_string()
    }

    #[test]
    fn accepts_labels() {
        let longest = "a".repeat(63);
        for name in ["a", "activity", "2048", "a-b-1", longest.as_str()] {
            assert_eq!(label("service name", name), Ok(()));
        }
    }

    #[test]
    fn says_which_character_and_what_would_do() {
        assert_eq!(
            refused("My_Service"),
            "`My_Service` is no valid service name: `M` is a capital letter; `my-service` would be one"
        );
        assert_eq!(
            refused("a.b"),
            "`a.b` is no valid service name: `.` is not allowed; `a-b` would be one"
        );
        assert_eq!(
            refused("../x"),
            "`../x` is no valid service name: `.` is not allowed; use a-z, 0-9 and `-`, as in `activity`"
        );
        assert_eq!(
            refused("-a"),
            "`-a` is no valid service name: it begins with `-`; `a` would be one"
        );
        assert_eq!(
            refused("a-"),
            "`a-` is no valid service name: it ends with `-`; `a` would be one"
        );
        assert_eq!(
            refused("a\nb"),
            "`a\\nb` is no valid service name: `\\n` is not allowed; `a-b` would be one"
        );
        assert!(refused("").contains("it is empty"));
        assert!(refused("ä").contains("`ä` is not allowed"));
        assert!(refused(&"a".repeat(64)).contains("64 characters"));
    }

    #[test]
    fn subdomains_have_dots() {
        assert_eq!(subdomain("object name", "apps.example.com"), Ok(()));
        assert!(subdomain("object name", "a..b").is_err());
        assert!(subdomain("object name", "a/b").is_err());
    }
}
