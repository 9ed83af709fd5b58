//! What a constraint takes at all.

use semver::{BuildMetadata, Prerelease, Version};

use crate::constraint::{Comparator, Constraint, Group, Operator, Precision};

/// What kind of versions is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    Prerelease,
}

impl Constraint {
    /// Whether it takes no version at all, as `>2 <1`. Where that is hard to say it is false.
    pub fn is_empty(&self) -> bool {
        !self.groups.iter().any(|group| self.takes(group, Kind::Any))
    }

    /// Whether one of its groups, by number, takes no version at all. Where that is hard to say it is false.
    pub fn is_group_empty(&self, group: usize) -> bool {
        let group = self.groups.get(group);
        group.is_some_and(|group| !self.takes(group, Kind::Any))
    }

    /// Whether it takes some prerelease. Where that is hard to say it is true.
    pub fn takes_prereleases(&self) -> bool {
        let mut groups = self.groups.iter();
        groups.any(|group| self.takes(group, Kind::Prerelease))
    }

    /// The ends `<X` that let prereleases of X in, as `<2.0.0` in `>=1.0.0-0 <2.0.0` does, each with the whole
    /// range as it is with `<X-0` there. Since Flux 2.7 one prerelease asks for those of its whole group.
    ///
    /// ```
    /// use infragen_constraint::Constraint;
    ///
    /// let range: Constraint = ">=1.0.0-0 <2.0.0".parse()?;
    /// let (_, closed) = &range.open_ends()[0];
    /// assert_eq!(closed, ">=1.0.0-0 <2.0.0-0");
    /// # Ok::<(), infragen_constraint::SyntaxError>(())
    /// ```
    pub fn open_ends(&self) -> Vec<(&Comparator, String)> {
        let mut found = Vec::new();
        for (number, group) in self.groups.iter().enumerate() {
            for end in &group.comparators {
                if end.operator != Operator::Less || end.names_prerelease() {
                    continue;
                }
                let Version {
                    major,
                    minor,
                    patch,
                    ..
                } = end.version;
                let first = version(major, minor, patch, "0");
                let closed = end.place_of_prerelease(&self.text).and_then(|at| {
                    let (before, behind) = self.text.split_at_checked(at)?;
                    Some(format!("{before}-0{behind}"))
                });
                let Some(closed) = closed.filter(|_| group.matches(&first, self.flux)) else {
                    continue;
                };
                // Where nothing else is left, prereleases of X are what is wanted.
                let closes = Self::parse(&closed, self.flux)
                    .is_ok_and(|closed| !closed.is_group_empty(number));
                if closes {
                    found.push((end, closed));
                }
            }
        }
        found
    }

    fn takes(&self, group: &Group, kind: Kind) -> bool {
        let hard = |comparator: &Comparator| {
            comparator.operator == Operator::NotEqual
                && comparator.precision == Precision::Minor
                && comparator.names_prerelease()
        };
        if group.comparators.iter().any(hard) {
            return true;
        }
        // Each comparator takes what is between two ends, but for the hole of a `!=`. So the oldest version
        // that all of them take is the lower end of one, or what follows a hole.
        let mut candidates = vec![version(0, 0, 0, "0"), version(0, 0, 0, "")];
        for comparator in &group.comparators {
            let mut ends = Vec::new();
            lower_ends(&comparator.version, &mut ends);
            candidates.extend(ends.iter().filter_map(next));
            candidates.extend(ends);
        }
        candidates.iter().any(|version| {
            (kind == Kind::Any || !version.pre.is_empty()) && group.matches(version, self.flux)
        })
    }
}

/// The versions where something may begin that a comparator of this version takes: itself, and the first ones
/// with the next number in any place, as releases and as prereleases.
fn lower_ends(of: &Version, ends: &mut Vec<Version>) {
    let Version {
        major,
        minor,
        patch,
        ..
    } = *of;
    ends.push(of.clone());
    let next = |number: u64| number.checked_add(1);
    let bases = [
        Some((major, minor, patch)),
        next(patch).map(|patch| (major, minor, patch)),
        next(minor).map(|minor| (major, minor, 0)),
        next(major).map(|major| (major, 0, 0)),
    ];
    for (major, minor, patch) in bases.into_iter().flatten() {
        ends.push(version(major, minor, patch, "0"));
        ends.push(version(major, minor, patch, ""));
    }
}

/// The version that comes right after another.
fn next(of: &Version) -> Option<Version> {
    let mut next = of.clone();
    if of.pre.is_empty() {
        next.patch = next.patch.checked_add(1)?;
        next.pre = Prerelease::new("0").ok()?;
    } else {
        next.pre = Prerelease::new(&format!("{}.0", of.pre)).ok()?;
    }
    Some(next)
}

fn version(major: u64, minor: u64, patch: u64, prerelease: &str) -> Version {
    Version {
        major,
        minor,
        patch,
        pre: Prerelease::new(prerelease).unwrap_or_default(),
        build: BuildMetadata::EMPTY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Flux;

    fn range(text: &str) -> Constraint {
        text.parse().unwrap()
    }

    #[test]
    fn nothing_is_taken() {
        for text in [
            ">2 <1",
            ">=2.0.0 <2.0.0",
            ">1 <2",
            ">1.2 <1.3",
            "<0",
            "<0.0.0-0",
            "^1 ^2",
            "~1.2 !=1.2.x",
            "=1.2.3 !=1.2.3",
            ">1.2.3 <1.2.4",
            "1.0.0 2.0.0",
            ">2 <1 || ^1 ^2",
            ">18446744073709551615",
            ">18446744073709551615.0",
        ] {
            let empty = range(text).is_empty();
            // The next minor of the last major is still there.
            assert_eq!(empty, !text.ends_with("5.0"), "{text}");
        }
    }

    #[test]
    fn something_is_taken() {
        for text in [
            "*",
            "^*",
            "<=*",
            "!=*",
            ">=2.0.0 <=2.0.0",
            ">1.2.3-rc <1.2.3",
            ">1.2.3 <1.2.4-rc",
            ">=1.2.3-rc !=1.2.3-rc <1.2.3",
            ">2 <1 || 3",
            "!=1.x !=0.x",
            "<0-z",
            ">=1 !=1.2-rc",
        ] {
            assert!(!range(text).is_empty(), "{text}");
        }
        assert!(range(">2 <1 || 3").is_group_empty(0));
        assert!(!range(">2 <1 || 3").is_group_empty(1));
    }

    #[test]
    fn prereleases_are_taken_or_not() {
        for text in ["*-0", "^1 || 2.0.0-rc", ">1.2.3-rc", "<0.0.0", ">=1-0 <2"] {
            assert_eq!(range(text).takes_prereleases(), text != "<0.0.0", "{text}");
        }
        for text in ["*", "^1", "!=1.2.3", ">=1.2.3 <=1.2.3-0"] {
            assert!(!range(text).takes_prereleases(), "{text}");
        }
        let old = |text| Constraint::parse(text, Flux::V2_6).unwrap();
        assert!(!old(">=1-0 <2").takes_prereleases());
        assert!(old(">=1-0 <2-0").takes_prereleases());
        assert!(old("!=1.2.3").takes_prereleases());
    }

    #[test]
    fn ends_that_let_prereleases_in() {
        let open = |text: &str, flux| {
            let range = Constraint::parse(text, flux).unwrap();
            let ends = range.open_ends().into_iter();
            let ends = ends.map(|(end, closed)| format!("{}: {closed}", range.written(end)));
            ends.collect::<Vec<_>>()
        };
        assert_eq!(
            open(">=1-0 <2 || ^3-0 || >=4.0.0-0, < 5.0.0", Flux::V2_9),
            [
                "<2: >=1-0 <2-0 || ^3-0 || >=4.0.0-0, < 5.0.0",
                "< 5.0.0: >=1-0 <2 || ^3-0 || >=4.0.0-0, < 5.0.0-0"
            ]
        );
        for text in [
            ">=1.0.0 <2.0.0",
            ">=1.0.0-0 <2.0.0-0",
            ">=2.0.0-0 <2.0.0",
            "^1-0 <3",
        ] {
            assert!(open(text, Flux::V2_9).is_empty(), "{text}");
        }
        assert!(open(">=1-0 <2", Flux::V2_6).is_empty());
    }
}
