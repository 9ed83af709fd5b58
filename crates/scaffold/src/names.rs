//! Names that Kubernetes accepts.

use crate::refusal::Refusal;

/// The longest name that is also a DNS label, and the longest value of a label.
pub(crate) const MAX_LABEL: usize = 63;

/// Refuses what is no DNS-1123 label (RFC 1123): a-z, 0-9 and `-` between them, at most 63 characters.
/// Namespaces must be such labels, and Flux writes the names of its Kustomizations into label values.
/// `what` says what bears the name: "service name".
pub(crate) fn label(what: &str, name: &str) -> Result<(), Refusal> {
    let reason = match name.chars().find(|letter| !is_label_char(*letter)) {
        _ if name.is_empty() => "it is empty".to_owned(),
        Some(letter) if letter.is_uppercase() => {
            format!("`{letter}` is a capital letter")
        }
        Some(letter) => format!("`{}` is not allowed", letter.escape_debug()),
        None if name.starts_with('-') => "it begins with `-`".to_owned(),
        None if name.ends_with('-') => "it ends with `-`".to_owned(),
        None if name.len() > MAX_LABEL => {
            format!(
                "it has {} characters, and {MAX_LABEL} are the most",
                name.len()
            )
        }
        None => return Ok(()),
    };
    let refusal = Refusal::new(format!(
        "`{}` is no valid {what}: {reason}",
        name.escape_debug()
    ));
    Err(match suggestion(name) {
        Some(better) => refusal.help(format!("`{better}` would be one")),
        None => refusal.help("use a-z, 0-9 and `-`, as in `activity`"),
    })
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

fn is_label_char(letter: char) -> bool {
    matches!(letter, 'a'..='z' | '0'..='9' | '-')
}

/// The nearest label: `My_Service` becomes `my-service`.
fn suggestion(name: &str) -> Option<String> {
    let letters = name.chars().map(|letter| {
        let letter = letter.to_ascii_lowercase();
        if is_label_char(letter) { letter } else { '-' }
    });
    let text: String = letters.take(MAX_LABEL).collect();
    let parts: Vec<&str> = text.split('-').filter(|part| !part.is_empty()).collect();
    Some(parts.join("-")).filter(|better| !better.is_empty() && better.len() * 2 >= name.len())
}

/// Refuses what is no DNS-1123 subdomain: labels with dots between them, at most 253 characters. That is
/// what the name of nearly every other object is.
pub(crate) fn subdomain(what: &str, name: &str) -> Result<(), Refusal> {
    if name.len() > 253 {
        return Err(Refusal::new(format!(
            "`{name}` is no valid {what}: it has more than 253 characters"
        )));
    }
    name.split('.').try_for_each(|part| {
        label(what, part).map_err(|refusal| {
            let (_, reason) = refusal
                .message
                .rsplit_once(": ")
                .unwrap_or(("", &refusal.message));
            Refusal::new(format!(
                "`{}` is no valid {what}: {reason}",
                name.escape_debug()
            ))
        })
    })
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
    fn what_is_suggested_is_a_label() {
        for name in ["A__B", "..a", &"x_".repeat(80), "Ünder"] {
            if let Some(better) = suggestion(name) {
                assert_eq!(label("name", &better), Ok(()), "{name}");
            }
        }
    }

    #[test]
    fn subdomains_have_dots() {
        assert_eq!(subdomain("object name", "apps.example.com"), Ok(()));
        assert!(subdomain("object name", "a..b").is_err());
        assert!(subdomain("object name", "a/b").is_err());
    }
}
