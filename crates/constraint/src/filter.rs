//! What a `semverFilter` can let through.

use infragen_go_regex::{Language, can_match};

/// Which versions an expression matches among those that tags can spell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilterReach {
    /// Whether it matches some release.
    pub releases: bool,
    /// Whether it matches some prerelease.
    pub prereleases: bool,
}

impl FilterReach {
    /// Looks at all that an expression can match; none where it is no expression, or too large a one. `helm` says
    /// that the tags are those of Helm charts, which may have metadata.
    ///
    /// ```
    /// use infragen_constraint::FilterReach;
    ///
    /// let reach = FilterReach::of(".*-preview-.*", false).unwrap();
    /// assert!(reach.prereleases && !reach.releases);
    /// let reach = FilterReach::of("^latest$", false).unwrap();
    /// assert!(!reach.prereleases && !reach.releases);
    /// ```
    pub fn of(filter: &str, helm: bool) -> Option<Self> {
        let reach = |prereleases| can_match(filter, &Tags { prereleases, helm });
        Some(Self {
            releases: reach(false)?,
            prereleases: reach(true)?,
        })
    }
}

/// The tags that are versions: a little more than those, in that a number of a prerelease may begin with 0.
struct Tags {
    prereleases: bool,
    helm: bool,
}

const START: u8 = 0;
const V: u8 = 1;
/// In a number, and behind the dot before one, with the dots so far.
const NUMBER: u8 = 2;
const DOT: u8 = 5;
/// In an identifier of the prerelease, and behind what stands before one, with the dots so far, of which more than
/// two are as two.
const IDENTIFIER: u8 = 8;
const BEFORE_IDENTIFIER: u8 = 11;
/// In metadata, and behind what stands before it; charts have `_` for `+`.
const METADATA: u8 = 14;
const BEFORE_METADATA: u8 = 17;
const DOTS: u8 = 2;

impl Language for Tags {
    fn start(&self) -> u8 {
        START
    }

    fn next(&self, state: u8, byte: u8) -> Option<u8> {
        let word = byte.is_ascii_alphanumeric() || byte == b'-';
        match (state, byte) {
            (START, b'v') => Some(V),
            (START | V, b'0'..=b'9') => Some(NUMBER),
            (NUMBER..DOT, b'0'..=b'9') => Some(state),
            (NUMBER..DOT, b'.') if state < NUMBER + DOTS => Some(state - NUMBER + DOT + 1),
            (DOT..IDENTIFIER, b'0'..=b'9') => Some(state - DOT + NUMBER),
            (NUMBER..DOT, b'-') if self.prereleases => Some(state - NUMBER + BEFORE_IDENTIFIER),
            (NUMBER..DOT, b'_') if self.helm && !self.prereleases => {
                Some(state - NUMBER + BEFORE_METADATA)
            }
            (IDENTIFIER..BEFORE_IDENTIFIER, b'.') => {
                Some((state + 1).min(IDENTIFIER + DOTS) - IDENTIFIER + BEFORE_IDENTIFIER)
            }
            (IDENTIFIER..BEFORE_IDENTIFIER, b'_') if self.helm => {
                Some(state - IDENTIFIER + BEFORE_METADATA)
            }
            (IDENTIFIER..BEFORE_IDENTIFIER, _) if word => Some(state),
            (BEFORE_IDENTIFIER..METADATA, _) if word => {
                Some(state - BEFORE_IDENTIFIER + IDENTIFIER)
            }
            (METADATA..BEFORE_METADATA, b'.') => {
                Some((state + 1).min(METADATA + DOTS) - METADATA + BEFORE_METADATA)
            }
            (METADATA..BEFORE_METADATA, _) if word => Some(state),
            (BEFORE_METADATA.., _) if word => Some(state - BEFORE_METADATA + METADATA),
            _ => None,
        }
    }

    fn is_end(&self, state: u8) -> bool {
        // Two dots are there.
        state == METADATA + DOTS
            || state
                == if self.prereleases {
                    IDENTIFIER + DOTS
                } else {
                    NUMBER + DOTS
                }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Flux, tag_version};

    /// Whether the machine reads a tag as a release, or as a prerelease.
    fn reads(tag: &str, prereleases: bool, helm: bool) -> bool {
        let tags = Tags { prereleases, helm };
        let mut state = Some(tags.start());
        for byte in tag.bytes() {
            state = state.and_then(|state| tags.next(state, byte));
        }
        state.is_some_and(|state| tags.is_end(state))
    }

    #[test]
    fn the_machine_knows_versions() {
        for tag in [
            "1.2.3",
            "v01.2.3",
            "1.2.3-rc.1",
            "1-a.b.c",
            "1.2-a.3",
            "1-a.b",
            "1.2",
            "1.2.3.4",
            "1.2.3-",
            "1.2.3-a..b",
            "latest",
            "",
            "v",
            "vv1.2.3",
            "1.2.3_b",
            "1.2.3-rc_b.1.c",
            "1_a.b.c",
            "1_a.b",
            "1.2.3__b",
            "1.2.3-a.b.c.d.e",
            "1.2.3-a_b_c",
            "1.2.3_b-a",
            "1..2",
        ] {
            for helm in [false, true] {
                let tag = if helm {
                    tag.replace('_', "+")
                } else {
                    tag.to_owned()
                };
                let version = tag_version(&tag, Flux::V2_9);
                let is = |prerelease: bool| {
                    version
                        .as_ref()
                        .is_ok_and(|version| version.pre.is_empty() != prerelease)
                };
                let tag = tag.replace('+', "_");
                assert_eq!(reads(&tag, false, helm), is(false), "{tag}");
                assert_eq!(reads(&tag, true, helm), is(true), "{tag}");
            }
        }
    }

    #[test]
    fn what_filters_let_through() {
        for (filter, releases, prereleases) in [
            ("", true, true),
            (".*", true, true),
            ("^v", true, true),
            ("-rc", false, true),
            (r"-rc\.\d+$", false, true),
            (r"^v?\d+\.\d+\.\d+$", true, false),
            ("^[^-]*$", true, false),
            ("^main-", false, false),
            ("latest", false, true),
            ("^latest", false, false),
            (" ", false, false),
            ("rc1:", false, false),
            ("^V1", false, false),
            ("_", false, false),
            (r"\+", false, false),
        ] {
            let reach = FilterReach::of(filter, false).unwrap();
            assert_eq!(
                (reach.releases, reach.prereleases),
                (releases, prereleases),
                "{filter}"
            );
        }
        assert_eq!(FilterReach::of("(", false), None);
        // Metadata may be anything.
        assert!(FilterReach::of("-rc", true).unwrap().releases);
    }
}
