//! Versions of Flux, as far as its rules depend on them.

use crate::substitute::{Missing, NegativeLength, Rules};

/// A version of Flux: major and minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FluxVersion {
    /// Major
    pub major: u32,
    /// Minor
    pub minor: u32,
}

impl FluxVersion {
    /// The first that substitutes strictly: a variable without a value and a default is an error.
    /// [kustomize-controller 1.9, gate StrictPostBuildSubstitutions]
    pub const STRICT_SUBSTITUTION: FluxVersion = FluxVersion { major: 2, minor: 9 };

    /// The first in which a negative length of a part counts from the end of the value.
    /// [kustomize-controller 1.10, which links envsubst 1.9; that of 1.9.6 links 1.7.1]
    pub const LENGTHS_FROM_END: FluxVersion = FluxVersion {
        major: 2,
        minor: 10,
    };

    /// Reads `v2.8.3`, `2.8`; of a range with one lower bound (`2.8.x`, `>=2.8`, `~2.8`) what it begins with. None
    /// where the minor version is open (`2.x`).
    pub fn parse(text: &str) -> Option<FluxVersion> {
        let text = text
            .trim()
            .trim_start_matches(['v', '=', '~', '^', '>', ' ']);
        let mut parts = text.split(['.', '-', '+']);
        Some(FluxVersion {
            major: parts.next()?.parse().ok()?,
            minor: parts.next()?.parse().ok()?,
        })
    }

    /// How it puts in the values of variables.
    pub fn substitution(self) -> Rules {
        Rules {
            missing: match self >= Self::STRICT_SUBSTITUTION {
                true => Missing::Fails,
                false => Missing::IsEmpty,
            },
            negative_length: match self >= Self::LENGTHS_FROM_END {
                true => NegativeLength::FromEnd,
                false => NegativeLength::Crashes,
            },
        }
    }
}

impl std::fmt::Display for FluxVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions() {
        let version = |text| FluxVersion::parse(text).map(|version| version.to_string());
        assert_eq!(version("v2.8.3").as_deref(), Some("2.8"));
        assert_eq!(version("2.9.x").as_deref(), Some("2.9"));
        assert_eq!(version(">=2.7.0").as_deref(), Some("2.7"));
        assert_eq!(version("2.x"), None);
        assert_eq!(version("latest"), None);
    }

    #[test]
    fn strictness_is_the_default_since_2_9() {
        let rules = |text| FluxVersion::parse(text).map(FluxVersion::substitution);
        let missing = |text| rules(text).map(|rules| rules.missing);
        assert_eq!(missing("2.8.5"), Some(Missing::IsEmpty));
        assert_eq!(missing("2.9.0"), Some(Missing::Fails));
        let length = |text| rules(text).map(|rules| rules.negative_length);
        assert_eq!(length("2.9.5"), Some(NegativeLength::Crashes));
        assert_eq!(length("2.10.0"), Some(NegativeLength::FromEnd));
    }
}
