//! Families of tags: what is built for one purpose has the same words in it.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// Tags with the same words behind their numbers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Family {
    /// The filter that lets them pass.
    pub filter: String,
    /// How many tags it lets pass.
    pub tags: usize,
}

/// Families that are told: the largest.
const MAX_FAMILIES: usize = 8;

/// The largest families among some tags, those with the most tags first.
pub(crate) fn families(tags: &[SmolStr]) -> Vec<Family> {
    let mut sizes: FxHashMap<&str, usize> = FxHashMap::default();
    for tag in tags {
        if let Some(words) = words(tag) {
            *sizes.entry(words).or_default() += 1;
        }
    }
    let mut sizes: Vec<_> = sizes.into_iter().collect();
    sizes.sort_by(|(a, x), (b, y)| y.cmp(x).then(a.cmp(b)));
    let largest = sizes.into_iter().take(MAX_FAMILIES);
    largest
        .map(|(words, _)| Family {
            filter: format!(".*{}.*", words.replace('.', "\\.")),
            tags: tags.iter().filter(|tag| tag.contains(words)).count(),
        })
        .collect()
}

/// The words behind the version, with what is around them: `-staging-test-` of `1.5.0-staging-test-7`.
fn words(tag: &str) -> Option<&str> {
    let start = tag.find('-')?;
    let mut end = start + 1;
    loop {
        let rest = &tag[end..];
        let word = rest
            .find(|letter: char| !letter.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        let next = rest[word..].chars().next();
        match next {
            _ if word == 0 => break,
            Some('-' | '.') => end += word + 1,
            // Of `rc1` the letters.
            _ => {
                end += word;
                break;
            }
        }
    }
    let words = &tag[start..end];
    let is_version = tag[..start].contains(|letter: char| letter.is_ascii_digit());
    (is_version && words.len() > 1).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_numbers_begin() {
        assert_eq!(words("1.5.0-staging-test-7"), Some("-staging-test-"));
        assert_eq!(words("v1.5.0-rc.1"), Some("-rc."));
        assert_eq!(words("1.5.0-rc1"), Some("-rc"));
        assert_eq!(words("1.5.0-alpha"), Some("-alpha"));
        for none in ["1.5.0", "1.5.0-7", "main-abc", "latest", "1-"] {
            assert_eq!(words(none), None, "{none}");
        }
    }

    #[test]
    fn the_largest_family_is_first() {
        let tags = ["1.0.0-rc.1", "1.0.0-dev-1", "1.0.0-dev-2", "1.0.0"].map(SmolStr::new);
        let family = |filter: &str, tags| Family {
            filter: filter.to_owned(),
            tags,
        };
        assert_eq!(
            families(&tags),
            [family(".*-dev-.*", 2), family(".*-rc\\..*", 1)]
        );
    }
}
