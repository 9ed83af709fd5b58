//! Properties of reading, judging and choosing.

#[path = "support/anything.rs"]
mod anything;

use infragen_constraint::{
    Constraint, Flux, Operator, Precision, Selection, Verdict, compare, loose_version,
};
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

    #[test]
    fn any_range_and_tags_agree(
        range in range(),
        filter in prop::sample::select(vec!["", "-", "^v", "0$", "("]),
        tags in prop::collection::vec(tag(), 0..16),
        flux in prop::sample::select(Flux::ALL.to_vec()),
    ) {
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        anything::check(&range, filter, &tags, flux);
    }

    #[test]
    fn any_texts_are_judged(text in "\\PC{0,40}(\n\\PC{0,12}){0,4}") {
        anything::check_bytes(text.as_bytes());
    }

    /// What is said to take a prerelease does take it.
    #[test]
    fn advice_is_sound(range in range(), tag in tag(), flux in prop::sample::select(Flux::ALL.to_vec())) {
        let Ok(selection) = Selection::parse(&range, None, flux) else { return Ok(()) };
        let tags = [tag.as_str()];
        let choice = selection.choose(&tags);
        let reason = selection.reason(&choice, &tags, 0);
        if let Some(advice) = reason.strip_suffix("` takes it") {
            let wider = &advice[advice.rfind("; `").map_or(0, |at| at + 3)..];
            let wider = Selection::parse(wider, None, flux);
            let wider = wider.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(&wider.choose(&tags).verdicts[0], &Verdict::Chosen);
        }
    }

    #[test]
    fn the_order_is_total(a in order_text(), b in order_text(), c in order_text()) {
        let version = |text: &str| loose_version(text, Flux::V2_9);
        let (Ok(a), Ok(b), Ok(c)) = (version(&a), version(&b), version(&c)) else {
            return Ok(());
        };
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
        prop_assert!(compare(&a, &a).is_eq());
        if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
            prop_assert!(compare(&a, &c).is_le());
        }
    }
}

/// A version of few numbers, with prereleases that are hard to order.
fn order_text() -> impl Strategy<Value = String> {
    "[0-2]\\.[01]\\.[01](-(0|1|10|99999999999999999999|100000000000000000000|a|A|-|rc)(\\.(0|1|a|99999999999999999999))?)?"
}

/// What is mostly a version.
fn tag() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "v?[0-3](\\.[0-3]){2}(-(0|rc|rc\\.[12]))?(\\+b)?",
        1 => "[0-9v.a+-]{0,8}",
    ]
}

/// What is mostly a range.
fn range() -> impl Strategy<Value = String> {
    "(=|!=|<|>|<=|>=|~|\\^)?[0-3x](\\.[0-3x]){0,2}(-(0|rc\\.1))?(( | \\|\\| |, | - )(=|!=|<|>|<=|>=|~|\\^)?[0-3*](\\.[0-3x]){0,2}(-(0|rc\\.1))?){0,3}"
}
