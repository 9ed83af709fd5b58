//! From a text to a constraint.

use std::ops::Range;

use crate::constraint::{Comparator, Constraint, Group, Operator};
use crate::error::SyntaxError;
use crate::flux::Flux;
use crate::hyphen::Rewritten;
use crate::version::{Found, is_blank, skip_blanks};

/// The longest text of the library (3.5.0).
const MAX_BYTES: usize = 512;

/// The most groups of the library (3.5.0).
const MAX_GROUPS: usize = 32;

pub(crate) fn parse(original: &str, flux: Flux) -> Result<Constraint, SyntaxError> {
    if flux.has_limits() && original.len() > MAX_BYTES {
        return Err(SyntaxError::new(
            format!("a constraint has at the most {MAX_BYTES} bytes"),
            original.len()..original.len(),
        ));
    }
    let rewritten = Rewritten::new(original);
    let parser = Parser {
        original,
        text: &rewritten.text,
        rewritten: &rewritten,
        flux,
    };
    let ranges = parser.group_ranges();
    if let Some(more) = ranges.get(MAX_GROUPS).filter(|_| flux.has_limits()) {
        return Err(parser.error(
            format!("`||` parts at the most {MAX_GROUPS} groups"),
            more.start..parser.text.len(),
        ));
    }
    let groups = ranges.into_iter().map(|range| parser.group(range));
    Ok(Constraint {
        groups: groups.collect::<Result<_, _>>()?,
        text: original.into(),
        flux,
    })
}

/// A reader of the text without `A - B`.
struct Parser<'t> {
    original: &'t str,
    text: &'t str,
    rewritten: &'t Rewritten,
    flux: Flux,
}

impl Parser<'_> {
    fn error(&self, message: impl Into<String>, range: Range<usize>) -> SyntaxError {
        SyntaxError::new(message, self.rewritten.original(&range))
    }

    fn group_ranges(&self) -> Vec<Range<usize>> {
        let mut start = 0;
        let groups = self.text.split("||").map(|group| {
            let range = start..start + group.len();
            start = range.end + 2;
            range
        });
        groups.collect()
    }

    fn group(&self, range: Range<usize>) -> Result<Group, SyntaxError> {
        // The end of a group is the end of the text for all that reads it.
        let text = &self.text[..range.end];
        let mut at = skip_blanks(text, range.start);
        if at == text.len() {
            return Err(self.nothing(range));
        }
        let mut comparators = Vec::new();
        loop {
            let comparator = self.comparator(text, at)?;
            let end = comparator.end;
            comparators.push(comparator.read);
            at = skip_blanks(text, end);
            if at == text.len() {
                return Ok(Group { comparators });
            }
            if text[at..].starts_with(',') {
                let comma = at;
                at = skip_blanks(text, at + 1);
                if at == text.len() {
                    return Err(self.error("nothing stands behind the comma", comma..comma + 1));
                }
            } else if at == end {
                return Err(self.unseparated(text, comparator.version, end));
            }
        }
    }

    fn nothing(&self, range: Range<usize>) -> SyntaxError {
        let message = match (range.start, range.end == self.text.len()) {
            (0, true) => "there is no version",
            (0, false) => "nothing stands before `||`",
            (_, true) => "nothing stands behind `||`",
            (_, false) => "nothing stands between `||` and `||`",
        };
        self.error(message, range)
    }

    fn comparator(&self, text: &str, start: usize) -> Result<Read, SyntaxError> {
        let (operator, len) = Operator::at_start(&text[start..]);
        let at = skip_blanks(text, start + len);
        let Some(found) = Found::at(text, at) else {
            return Err(self.no_version(text, start, at));
        };
        let (version, precision) = found.read(text, self.flux).map_err(|error| {
            let range = self.rewritten.original(&error.range);
            SyntaxError { range, ..error }
        })?;
        Ok(Read {
            end: found.range.end,
            read: Comparator {
                operator,
                version,
                precision,
                range: self.rewritten.original(&(start..found.range.end)),
            },
            version: at,
        })
    }

    /// Where a version must stand and none does.
    fn no_version(&self, text: &str, operator: usize, at: usize) -> SyntaxError {
        if self.rewritten.is_new(at) {
            return self.error("`A - B` takes no operator", operator..at + 1);
        }
        let Some(next) = text[at..].chars().next() else {
            return self.error("a version is missing behind the operator", operator..at);
        };
        let word = at..at + word_len(&text[at..]);
        if next == ',' {
            return self.error("a version is missing before the comma", at..at + 1);
        }
        if next == '-' {
            return self.error(
                "between two versions `-` has a blank on both sides",
                at..at + 1,
            );
        }
        if "=<>~^!".contains(next) {
            let whole = operator..word.start + 1;
            let spelling = &text[whole.clone()];
            return self.error(format!("`{spelling}` is no operator"), whole);
        }
        let range = self.rewritten.original(&word);
        let found = self.original.get(range.clone()).unwrap_or_default();
        SyntaxError::new(format!("`{}` is no version", found.escape_debug()), range)
    }

    /// Where a version goes on that could have ended, or another follows at once.
    fn unseparated(&self, text: &str, version: usize, end: usize) -> SyntaxError {
        if self.rewritten.is_new(end) {
            return self.error("`A - B` is parted from others by a comma", end..end + 1);
        }
        if text[end..].starts_with(['=', '<', '>', '~', '^', '!']) {
            return self.error("a blank or a comma is missing here", end..end);
        }
        let word = version..end + word_len(&text[end..]);
        let range = self.rewritten.original(&word);
        let found = self.original.get(range.clone()).unwrap_or_default();
        SyntaxError::new(format!("`{}` is no version", found.escape_debug()), range)
    }
}

/// A comparator with where it was read.
struct Read {
    read: Comparator,
    /// Where its version begins.
    version: usize,
    end: usize,
}

/// The length of what stands before the next blank or comma.
fn word_len(text: &str) -> usize {
    let end = text.find(|letter: char| letter == ',' || u8::try_from(letter).is_ok_and(is_blank));
    end.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::*;
    use crate::Precision;

    /// The groups of a text, one a line.
    fn read(text: &str) -> String {
        let constraint: Constraint = text.parse().unwrap();
        let groups = constraint.groups.iter().map(|group| {
            let comparators = group.comparators.iter().map(|comparator| {
                let Comparator {
                    operator,
                    version,
                    precision,
                    range,
                } = comparator;
                let written = &text[range.clone()];
                format!("{operator:?} {version} {precision:?} `{written}`")
            });
            comparators.collect::<Vec<_>>().join(", ")
        });
        groups.collect::<Vec<_>>().join("\n")
    }

    /// What is wrong, and where.
    fn refused(text: &str) -> String {
        let error = text.parse::<Constraint>().unwrap_err();
        format!(
            "{}: {:?} `{}`",
            error.message,
            error.range,
            &text[error.range.clone()]
        )
    }

    #[test]
    fn operators_and_their_other_spellings() {
        assert_eq!(read("1.2.3"), "Equal 1.2.3 Patch `1.2.3`");
        assert_eq!(read("= 1.2.3"), "Equal 1.2.3 Patch `= 1.2.3`");
        assert_eq!(read("!=1.2.3"), "NotEqual 1.2.3 Patch `!=1.2.3`");
        assert_eq!(
            read(">1 <2"),
            "Greater 1.0.0 Major `>1`, Less 2.0.0 Major `<2`"
        );
        assert_eq!(read(">=1"), "GreaterEqual 1.0.0 Major `>=1`");
        assert_eq!(read("=>1"), "GreaterEqual 1.0.0 Major `=>1`");
        assert_eq!(read("<=1"), "LessEqual 1.0.0 Major `<=1`");
        assert_eq!(read("=<1"), "LessEqual 1.0.0 Major `=<1`");
        assert_eq!(read("~1"), "Tilde 1.0.0 Major `~1`");
        assert_eq!(read("~> 1"), "Tilde 1.0.0 Major `~> 1`");
        assert_eq!(read("^v1"), "Caret 1.0.0 Major `^v1`");
    }

    #[test]
    fn wildcards_and_missing_parts() {
        assert_eq!(read("*"), "Equal 0.0.0 Any `*`");
        assert_eq!(read("vX"), "Equal 0.0.0 Any `vX`");
        assert_eq!(read("1.x.7"), "Equal 1.0.0 Major `1.x.7`");
        assert_eq!(read("x.2.3"), "Equal 0.0.0 Any `x.2.3`");
        assert_eq!(read("1.2.*"), "Equal 1.2.0 Minor `1.2.*`");
        assert_eq!(read("1.2"), "Equal 1.2.0 Minor `1.2`");
        // Behind a wildcard anything goes.
        assert_eq!(read("1.x.2x"), "Equal 1.0.0 Major `1.x.2x`");
    }

    #[test]
    fn prereleases_stay_and_metadata_goes() {
        assert_eq!(read("*-0"), "Equal 0.0.0-0 Any `*-0`");
        assert_eq!(read("1.x-rc.1+b"), "Equal 1.0.0-rc.1 Major `1.x-rc.1+b`");
        assert_eq!(read("1.0.0-2.0.0"), "Equal 1.0.0-2.0.0 Patch `1.0.0-2.0.0`");
        assert_eq!(
            read("01.002.3-0a+01"),
            "Equal 1.2.3-0a Patch `01.002.3-0a+01`"
        );
    }

    #[test]
    fn groups_and_hyphens() {
        assert_eq!(
            read(" >=1.2, <2 || 3 "),
            "GreaterEqual 1.2.0 Minor `>=1.2`, Less 2.0.0 Major `<2`\nEqual 3.0.0 Major `3`"
        );
        assert_eq!(
            read("1.2 - v2.x, !=1.5 || 4"),
            "GreaterEqual 1.2.0 Minor `1.2`, LessEqual 2.0.0 Major `v2.x`, NotEqual 1.5.0 Minor `!=1.5`\n\
             Equal 4.0.0 Major `4`"
        );
    }

    /// What comes of replacing `A - B` in the text, and of letting `|` be in a part of a version.
    #[test]
    fn oddities_of_the_library() {
        assert_eq!(
            read("1 - 2>3"),
            "GreaterEqual 1.0.0 Major `1`, LessEqual 2.0.0 Major `2`, Greater 3.0.0 Major `>3`"
        );
        assert_eq!(
            read("1||2 - 3"),
            "GreaterEqual 1.0.0 Major `1`\nEqual 2.0.0 Major `2`, LessEqual 3.0.0 Major `3`"
        );
        assert_eq!(
            refused("1 1 - 2"),
            "`A - B` is parted from others by a comma: 2..2 ``"
        );
    }

    #[test]
    fn an_error_has_its_place() {
        for (text, error) in [
            ("", "there is no version: 0..0 ``"),
            (" ", "there is no version: 0..1 ` `"),
            ("^1 ||", "nothing stands behind `||`: 5..5 ``"),
            ("|| ^1", "nothing stands before `||`: 0..0 ``"),
            (
                "1 || || 2",
                "nothing stands between `||` and `||`: 4..5 ` `",
            ),
            ("nope", "`nope` is no version: 0..4 `nope`"),
            ("1 nöpe, 2", "`nöpe` is no version: 2..7 `nöpe`"),
            ("abc def", "`abc` is no version: 0..3 `abc`"),
            ("1.2.3.4", "`1.2.3.4` is no version: 0..7 `1.2.3.4`"),
            (">=1.2.3.4", "`1.2.3.4` is no version: 2..9 `1.2.3.4`"),
            ("==1", "`==` is no operator: 0..2 `==`"),
            ("> =1", "`> =` is no operator: 0..3 `> =`"),
            (">", "a version is missing behind the operator: 0..1 `>`"),
            ("> , 1", "a version is missing before the comma: 2..3 `,`"),
            ("1,,2", "a version is missing before the comma: 2..3 `,`"),
            ("1,", "nothing stands behind the comma: 1..2 `,`"),
            (">=1<2", "a blank or a comma is missing here: 3..3 ``"),
            (
                "1.2.3 -2.0.0",
                "between two versions `-` has a blank on both sides: 6..7 `-`",
            ),
            ("^1 - 2", "`A - B` takes no operator: 0..1 `^`"),
            ("1x", "`1x` is neither a number nor `x` or `*`: 0..2 `1x`"),
            (
                "^1 | ^2",
                "`|` is neither a number nor `x` or `*`: 3..4 `|`",
            ),
            (
                "1.0.0-rc.01",
                "`01`: a number in a prerelease does not begin with 0: 9..11 `01`",
            ),
            (
                "1 - 18446744073709551616",
                "`18446744073709551616` is too large for a part of a version: 4..24 `18446744073709551616`",
            ),
        ] {
            assert_eq!(refused(text), error, "{text:?}");
        }
    }

    #[test]
    fn lengths_have_limits() {
        let fits = format!("1.0.0-{}", "a".repeat(250));
        assert!(fits.parse::<Constraint>().is_ok());
        assert!(format!("{fits}a").parse::<Constraint>().is_err());
        // Metadata behind a wildcard is not measured.
        assert!(
            format!("1.x+{}", "a".repeat(500))
                .parse::<Constraint>()
                .is_ok()
        );
        assert!(
            format!("1{}", " ".repeat(511))
                .parse::<Constraint>()
                .is_ok()
        );
        assert!(
            format!("1{}", " ".repeat(512))
                .parse::<Constraint>()
                .is_err()
        );
        assert!(vec!["1"; 32].join("||").parse::<Constraint>().is_ok());
        assert!(vec!["1"; 33].join("||").parse::<Constraint>().is_err());
    }

    #[test]
    fn releases_differ_in_limits_and_leading_zeros() {
        let long = format!("1{}", " ".repeat(512));
        let many = vec!["1"; 33].join("||");
        for text in [long.as_str(), many.as_str()] {
            assert!(Constraint::parse(text, Flux::V2_7).is_ok());
            assert!(Constraint::parse(text, Flux::V2_9).is_err());
        }
        assert!(Constraint::parse(">=01.2", Flux::V2_6).is_ok());
        let error = Constraint::parse(">=01.2", Flux::V2_5).unwrap_err();
        assert_eq!(error.to_string(), "`01`: Flux 2.5 takes no leading zeros");
        assert_eq!(error.range, 2..4);
        // Behind a wildcard nothing is looked at.
        assert!(Constraint::parse("1.x.01", Flux::V2_5).is_ok());
    }

    #[test]
    fn precision_is_ordered() {
        assert!(Precision::Any < Precision::Major && Precision::Minor < Precision::Patch);
        let constraint: Constraint = "18446744073709551615.0.0".parse().unwrap();
        let comparator = &constraint.groups[0].comparators[0];
        assert_eq!(comparator.version, Version::new(u64::MAX, 0, 0));
    }
}
