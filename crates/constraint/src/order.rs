//! Which of two versions is newer.

use std::cmp::Ordering;

use semver::{Prerelease, Version};

/// Compares versions as the library does: by number, a prerelease before its release, and without metadata, so
/// that `1.0.0+a` and `1.0.0+b` are equal.
///
/// That is the order of SemVer but for one thing: in a prerelease, digits that do not fit 64 bits are text. The
/// order of [`Version`] itself counts metadata too.
///
/// ```
/// use std::cmp::Ordering;
/// use infragen_constraint::{Flux, compare, loose_version};
///
/// let version = |text| loose_version(text, Flux::V2_9);
/// assert_eq!(compare(&version("1.0.0-rc.2")?, &version("1.0.0-rc.10")?), Ordering::Less);
/// assert_eq!(compare(&version("v1.0.0")?, &version("1.0.0+build")?), Ordering::Equal);
/// # Ok::<(), infragen_constraint::VersionError>(())
/// ```
pub fn compare(a: &Version, b: &Version) -> Ordering {
    let numbers = |version: &Version| (version.major, version.minor, version.patch);
    numbers(a)
        .cmp(&numbers(b))
        .then_with(|| prereleases(&a.pre, &b.pre))
}

fn prereleases(a: &Prerelease, b: &Prerelease) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            let (mut a, mut b) = (a.split('.'), b.split('.'));
            loop {
                let order = match (a.next(), b.next()) {
                    (None, None) => return Ordering::Equal,
                    (None, Some(_)) => return Ordering::Less,
                    (Some(_), None) => return Ordering::Greater,
                    (Some(a), Some(b)) => identifiers(a, b),
                };
                if order != Ordering::Equal {
                    return order;
                }
            }
        }
    }
}

fn identifiers(a: &str, b: &str) -> Ordering {
    let number = |text: &str| text.parse::<u64>().ok();
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Flux, loose_version};

    #[test]
    fn from_old_to_new() {
        let versions = [
            "0.0.0-0",
            "0.0.0",
            "1.0.0-0",
            "1.0.0-1",
            "1.0.0-10",
            "1.0.0--1",
            // Too large for a number, so text, and compared as such.
            "1.0.0-100000000000000000000",
            "1.0.0-99999999999999999999",
            "1.0.0-A",
            "1.0.0-a",
            "1.0.0-a10",
            "1.0.0-a2",
            "1.0.0-rc",
            "1.0.0-rc.1",
            "1.0.0-rc.1.0",
            "1.0.0-rc.2",
            "1.0.0-rc.10",
            "1.0.0-rc1",
            "1.0.0",
            "1.0.1-0",
            "1.1.0",
            "10.0.0",
        ];
        let versions = versions.map(|text| loose_version(text, Flux::V2_9).unwrap());
        for (i, a) in versions.iter().enumerate() {
            for (j, b) in versions.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} {b}");
            }
        }
    }
}
