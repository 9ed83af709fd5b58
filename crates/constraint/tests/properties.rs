//! Properties of the reader.

use infragen_constraint::{Constraint, Operator, Precision};
use proptest::prelude::*;

/// An operator as it is spelt, and what it is.
fn operator() -> impl Strategy<Value = (&'static str, Operator)> {
    prop::sample::select(vec![
        ("", Operator::Equal),
        ("=", Operator::Equal),
        ("!=", Operator::NotEqual),
        (">", Operator::Greater),
        (">=", Operator::GreaterEqual),
        ("=>", Operator::GreaterEqual),
        ("<", Operator::Less),
        ("<=", Operator::LessEqual),
        ("=<", Operator::LessEqual),
        ("~", Operator::Tilde),
        ("~>", Operator::Tilde),
        ("^", Operator::Caret),
    ])
}

/// A version as it is written, the one that is meant, and how many parts it has.
fn version() -> impl Strategy<Value = (String, semver::Version, Precision)> {
    let number = prop_oneof![0..20u64, any::<u64>()];
    let prerelease = prop::option::of("(0|[1-9][0-9]?|[a-z-][a-z0-9-]{0,3})(\\.[a-z]{1,3})?");
    (
        prop::array::uniform3(number),
        0..=3usize,
        any::<bool>(),
        any::<bool>(),
        prerelease,
        prop::option::of("[0-9a-z]{1,3}"),
    )
        .prop_map(
            |([major, minor, patch], written, v, wildcard, prerelease, metadata)| {
                let numbers = [major, minor, patch];
                let mut parts: Vec<String> =
                    numbers[..written].iter().map(u64::to_string).collect();
                if written == 0 || (wildcard && written < 3) {
                    parts.push("x".to_owned());
                }
                let mut text = format!("{}{}", if v { "v" } else { "" }, parts.join("."));
                let kept = |at: usize| if at < written { numbers[at] } else { 0 };
                let mut version = semver::Version::new(kept(0), kept(1), kept(2));
                if let Some(prerelease) = prerelease {
                    text = format!("{text}-{prerelease}");
                    version.pre = semver::Prerelease::new(&prerelease).unwrap_or_default();
                }
                if let Some(metadata) = metadata {
                    text = format!("{text}+{metadata}");
                }
                let precision = [
                    Precision::Any,
                    Precision::Major,
                    Precision::Minor,
                    Precision::Patch,
                ][written];
                (text, version, precision)
            },
        )
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        groups in prop::collection::vec(
            prop::collection::vec((operator(), "[ \t]{0,2}", version()), 1..4),
            1..4,
        ),
        separator in prop::sample::select(vec![" ", ",", ", ", " ,", " , ", "  "]),
    ) {
        let texts: Vec<String> = groups
            .iter()
            .map(|group| {
                let comparators: Vec<String> = group
                    .iter()
                    .map(|((operator, _), blanks, (version, ..))| {
                        // Without an operator blanks belong to what stands before.
                        let blanks = if operator.is_empty() { "" } else { blanks.as_str() };
                        format!("{operator}{blanks}{version}")
                    })
                    .collect();
                comparators.join(separator)
            })
            .collect();
        let text = texts.join(" || ");
        prop_assume!(text.len() <= 512);
        let constraint: Constraint = match text.parse() {
            Ok(constraint) => constraint,
            Err(error) => return Err(TestCaseError::fail(format!("{text:?}: {error}"))),
        };
        prop_assert_eq!(constraint.groups.len(), groups.len());
        for (read, written) in constraint.groups.iter().zip(&groups) {
            prop_assert_eq!(read.comparators.len(), written.len());
            for (read, ((spelling, operator), _, (version_text, version, precision))) in
                read.comparators.iter().zip(written)
            {
                prop_assert_eq!(read.operator, *operator);
                prop_assert_eq!(&read.version, version);
                prop_assert_eq!(read.precision, *precision);
                let own = &text[read.range.clone()];
                prop_assert!(own.starts_with(spelling) && own.ends_with(version_text.as_str()));
            }
        }
    }

    #[test]
    fn an_error_lies_in_the_text(text in "([0-9xX*|.v^~<>=!, -]|\\|\\||rc|é){0,24}") {
        if let Err(error) = text.parse::<Constraint>() {
            prop_assert!(text.get(error.range.clone()).is_some(), "{:?}", error);
            prop_assert!(!error.message.is_empty());
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,64}") {
        if let Err(error) = text.parse::<Constraint>() {
            prop_assert!(text.get(error.range).is_some());
        }
    }
}
