//! The releases of Flux, as far as they read versions differently.

use std::str::FromStr;

use crate::version::loose_version;

/// The release of Flux whose rules count: each brings its own version of Masterminds/semver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Flux {
    /// 2.5, with semver 3.3.1: as 2.6, and a constraint may not have leading zeros.
    V2_5,
    /// 2.6, and what is before 2.5, with semver 3.3.0: a tag is strict SemVer behind one `v`, and each
    /// comparator decides about prereleases for itself.
    V2_6,
    /// 2.7 and 2.8, with semver 3.4.0: leading zeros are fine, and one prerelease admits prereleases to its whole
    /// group.
    V2_7,
    /// 2.9 and later, with semver 3.5.0: as 2.7, with limits of length.
    #[default]
    V2_9,
}

impl Flux {
    /// Every one, the oldest first.
    pub const ALL: [Self; 4] = [Self::V2_5, Self::V2_6, Self::V2_7, Self::V2_9];

    /// Whether a prerelease in one comparator admits prereleases to its whole group.
    pub(crate) fn group_decides(self) -> bool {
        self >= Self::V2_7
    }

    /// Whether numbers in a constraint may begin with 0.
    pub(crate) fn leading_zeros(self) -> bool {
        self != Self::V2_5
    }

    /// Whether constraints and versions have a greatest length.
    pub(crate) fn has_limits(self) -> bool {
        self >= Self::V2_9
    }
}

/// What is no release of Flux 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFlux;

impl std::fmt::Display for UnknownFlux {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("this is no release of Flux 2, such as 2.6 or v2.8.1")
    }
}

impl std::error::Error for UnknownFlux {}

impl FromStr for Flux {
    type Err = UnknownFlux;

    /// Reads `2.6` or `v2.6.4`.
    fn from_str(text: &str) -> Result<Self, UnknownFlux> {
        let version = loose_version(text, Self::default()).map_err(|_| UnknownFlux)?;
        if version.major != 2 || !text.contains('.') {
            return Err(UnknownFlux);
        }
        Ok(match version.minor {
            5 => Self::V2_5,
            ..7 => Self::V2_6,
            7 | 8 => Self::V2_7,
            _ => Self::V2_9,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_have_the_rules_of_their_library() {
        for (text, flux) in [
            ("2.0.1", Flux::V2_6),
            ("2.5", Flux::V2_5),
            ("2.6", Flux::V2_6),
            ("v2.6.4", Flux::V2_6),
            ("2.7", Flux::V2_7),
            ("v2.8.0-rc.1", Flux::V2_7),
            ("2.9", Flux::V2_9),
            ("2.12.0", Flux::V2_9),
        ] {
            assert_eq!(text.parse(), Ok(flux), "{text}");
        }
        for text in ["", "2", "1.2", "0.41.2", "3.0", "new", "2.6.x"] {
            assert_eq!(text.parse::<Flux>(), Err(UnknownFlux), "{text}");
        }
    }
}
