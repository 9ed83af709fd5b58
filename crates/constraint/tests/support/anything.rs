//! What holds for any text as a range and any texts as tags. The tests and the fuzz target share it.

use infragen_constraint::{
    Choice, Constraint, Exclusion, Flux, Selection, Verdict, compare, loose_version,
    strict_version, tag_version,
};

/// The first line is a range, the second a filter, the rest are tags.
pub fn check_bytes(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let mut lines = text.split('\n');
    let range = lines.next().unwrap_or_default();
    let filter = lines.next().unwrap_or_default();
    let tags: Vec<&str> = lines.collect();
    for flux in Flux::ALL {
        check(range, filter, &tags, flux);
    }
}

pub fn check(range: &str, filter: &str, tags: &[&str], flux: Flux) {
    for text in tags.iter().chain([&range, &filter]) {
        // What one way of reading takes, every more lenient one takes too, as the same version.
        let loose = loose_version(text, flux);
        if let Ok(version) = tag_version(text, flux) {
            assert_eq!(loose.as_ref(), Ok(&version), "{text:?}");
        }
        if let Ok(version) = strict_version(text, flux) {
            assert_eq!(tag_version(text, flux).as_ref(), Ok(&version), "{text:?}");
        }
    }
    let constraint = match Constraint::parse(range, flux) {
        Ok(constraint) => constraint,
        Err(error) => {
            assert!(range.get(error.range.clone()).is_some(), "{error:?}");
            assert!(!error.message.is_empty());
            return;
        }
    };
    let wider = constraint.with_prereleases();
    let wider = wider.and_then(|wider| Constraint::parse(&wider, flux).ok());
    for version in tags.iter().filter_map(|tag| loose_version(tag, flux).ok()) {
        let exclusion = constraint.exclusion(&version);
        assert_eq!(
            constraint.matches(&version),
            exclusion.is_none(),
            "{range:?} {version}"
        );
        match exclusion {
            None => {
                assert!(!constraint.is_empty(), "{range:?} {version}");
                assert!(version.pre.is_empty() || constraint.takes_prereleases());
            }
            Some(Exclusion::Prerelease(_)) => assert!(!version.pre.is_empty()),
            Some(_) => {}
        }
        if let Some(wider) = &wider {
            assert!(
                !version.pre.is_empty() || wider.matches(&version) == exclusion.is_none(),
                "{range:?} takes {version} as {:?} does not",
                wider.text
            );
            assert!(
                exclusion.is_some() || wider.matches(&version),
                "{:?} does not take {version}, as {range:?} does",
                wider.text
            );
        }
    }
    if let Ok(selection) = Selection::parse(range, Some(filter), flux) {
        agree(&selection, &selection.choose(tags), tags);
    }
}

/// Every verdict is what the parts of the selection say of that tag alone.
fn agree(selection: &Selection, choice: &Choice, tags: &[&str]) {
    assert_eq!(choice.verdicts.len(), tags.len());
    let chosen = choice.chosen.map(|number| tags[number]);
    let newest = chosen.and_then(|tag| selection.version(tag).ok());
    for (number, (verdict, tag)) in choice.verdicts.iter().zip(tags).enumerate() {
        let passes = selection
            .filter
            .as_ref()
            .is_none_or(|filter| filter.is_match(tag));
        let version = selection.version(tag).ok();
        let taken = version
            .as_ref()
            .filter(|version| passes && selection.range.matches(version));
        assert_eq!(*verdict == Verdict::Filtered, !passes, "{tag:?}");
        match (taken, &newest) {
            (Some(version), Some(newest)) => {
                let order = compare(version, newest);
                let expected = match verdict {
                    Verdict::Chosen => order.is_eq() && choice.chosen == Some(number),
                    Verdict::Equal => order.is_eq() && choice.chosen < Some(number),
                    Verdict::Older => order.is_lt(),
                    _ => false,
                };
                assert!(expected, "{tag:?} is {verdict:?}");
            }
            (Some(_), None) => assert!(choice.chosen.is_some(), "{tag:?} could be chosen"),
            (None, _) => assert!(
                matches!(
                    verdict,
                    Verdict::Excluded(_) | Verdict::Filtered | Verdict::NotAVersion(_)
                ),
                "{tag:?} is {verdict:?}"
            ),
        }
        assert!(!selection.reason(choice, tags, number).is_empty());
    }
}
