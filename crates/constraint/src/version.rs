//! Versions, and those of comparators, which may have wildcards: `v1.x-rc.1+build`.

use std::ops::Range;

use semver::{BuildMetadata, Prerelease, Version};

use crate::constraint::Precision;
use crate::error::{SyntaxError, VersionError};
use crate::flux::Flux;

/// What the library calls a blank.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

/// The offset behind the blanks at an offset.
pub(crate) fn skip_blanks(text: &str, at: usize) -> usize {
    skip(text, at, is_blank)
}

fn skip(text: &str, at: usize, matches: impl Fn(u8) -> bool) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| matches(**byte)).count()
}

/// The longest version of the library (3.5.0).
const MAX_BYTES: usize = 256;

/// Reads a version as the library's `NewVersion`: `v` may stand before it, minor and patch may be missing and
/// count as 0, and numbers may begin with 0.
///
/// ```
/// use infragen_constraint::{Flux, loose_version};
///
/// assert_eq!(loose_version("v1.02-rc.1", Flux::V2_9)?.to_string(), "1.2.0-rc.1");
/// assert!(loose_version("1.2.3.4", Flux::V2_9).is_err());
/// # Ok::<(), infragen_constraint::VersionError>(())
/// ```
///
/// # Errors
///
/// Says what makes the text no version, and where.
pub fn loose_version(text: &str, flux: Flux) -> Result<Version, VersionError> {
    read(text, flux).map(|(version, _)| version)
}

/// Reads a version as the library's `StrictNewVersion`: as SemVer 2.0 says. That 3.3.0, the library of Flux 2.6,
/// takes empty identifiers too (`1.2.3-`) is not followed: Flux asks `NewVersion` besides, which refuses them.
///
/// # Errors
///
/// Says what makes the text no version, and where.
pub fn strict_version(text: &str, flux: Flux) -> Result<Version, VersionError> {
    if text.starts_with('v') {
        return Err(VersionError::NoNumber);
    }
    strict(text, flux)
}

/// Reads a tag as Flux's `ParseVersion`. Since 2.7 it is a loose version with two dots somewhere (so
/// `1-a.b.c` is one); before, a strict one that may have a `v`.
///
/// # Errors
///
/// Says what makes the text no version, and where.
pub fn tag_version(text: &str, flux: Flux) -> Result<Version, VersionError> {
    if flux < Flux::V2_7 {
        return strict(text, flux);
    }
    let version = loose_version(text, flux)?;
    if text.bytes().filter(|byte| *byte == b'.').count() < 2 {
        return Err(VersionError::TooFewNumbers);
    }
    Ok(version)
}

/// A strict version that may have a `v`.
fn strict(text: &str, flux: Flux) -> Result<Version, VersionError> {
    // Of the tags it reads, 3.3.1 refuses none that 3.3.0 takes.
    let (version, found) = read(text, flux.max(Flux::V2_6))?;
    let parts = found.parts();
    if let Some(part) = parts.iter().find(|part| is_padded(&text[(*part).clone()])) {
        return Err(VersionError::LeadingZero(part.clone()));
    }
    if parts.len() < 3 {
        return Err(VersionError::TooFewNumbers);
    }
    Ok(version)
}

fn read(text: &str, flux: Flux) -> Result<(Version, Found), VersionError> {
    if flux.has_limits() && text.len() > MAX_BYTES {
        return Err(VersionError::TooLong);
    }
    let Some(found) = Found::at(text, 0) else {
        return Err(VersionError::NoNumber);
    };
    let is_digit = |byte: u8| byte.is_ascii_digit();
    for part in found.parts() {
        let digits = skip(text, part.start, is_digit);
        if digits == found.first() {
            return Err(VersionError::NoNumber);
        }
        if digits < part.end {
            return Err(VersionError::Unexpected(digits));
        }
    }
    if found.range.end < text.len() {
        return Err(VersionError::Unexpected(found.range.end));
    }
    let mut numbers = [0; 3];
    for (number, part) in numbers.iter_mut().zip(found.parts()) {
        let digits = &text[part.clone()];
        if !flux.leading_zeros() && is_padded(digits) {
            return Err(VersionError::LeadingZero(part.clone()));
        }
        *number = digits
            .parse()
            .map_err(|_| VersionError::TooLarge(part.clone()))?;
    }
    let build = found.metadata.clone().map(|range| &text[range]);
    let version = Version {
        major: numbers[0],
        minor: numbers[1],
        patch: numbers[2],
        pre: found.read_prerelease(text)?,
        build: build
            .and_then(|build| BuildMetadata::new(build).ok())
            .unwrap_or_default(),
    };
    Ok((version, found))
}

/// Whether a number begins with a 0 that means nothing.
fn is_padded(digits: &str) -> bool {
    digits.len() > 1 && digits.starts_with('0')
}

/// Where the parts of a version stand in a text. What they say is not looked at yet.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub range: Range<usize>,
    parts: [Range<usize>; 3],
    /// How many parts there are: one to three.
    count: usize,
    /// Without the `-`.
    pub prerelease: Option<Range<usize>>,
    /// Without the `+`.
    pub metadata: Option<Range<usize>>,
}

impl Found {
    /// The version at an offset, as long as it can be.
    pub fn at(text: &str, start: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let is = |at: usize, wanted: u8| bytes.get(at) == Some(&wanted);
        // The library lets `|` be in a part, and refuses such a part afterwards.
        let part = |at: usize| {
            let end = skip(text, at, |b| {
                b.is_ascii_digit() || matches!(b, b'x' | b'X' | b'*' | b'|')
            });
            (end > at).then_some(at..end)
        };
        let first = part(start + usize::from(is(start, b'v')))?;
        let mut end = first.end;
        let mut parts = [first, 0..0, 0..0];
        let mut count = 1;
        while count < 3 && is(end, b'.') {
            let Some(next) = part(end + 1) else { break };
            end = next.end;
            parts[count] = next;
            count += 1;
        }
        let prerelease = is(end, b'-').then(|| identifiers(text, end + 1)).flatten();
        end = prerelease.as_ref().map_or(end, |found| found.end);
        let metadata = is(end, b'+').then(|| identifiers(text, end + 1)).flatten();
        end = metadata.as_ref().map_or(end, |found| found.end);
        Some(Self {
            range: start..end,
            parts,
            count,
            prerelease,
            metadata,
        })
    }

    /// Where its first part begins.
    fn first(&self) -> usize {
        self.parts[0].start
    }

    fn parts(&self) -> &[Range<usize>] {
        &self.parts[..self.count]
    }

    /// The version of a comparator, and how many of its parts are written.
    pub fn read(&self, text: &str, flux: Flux) -> Result<(Version, Precision), SyntaxError> {
        let mut numbers = [0; 3];
        let mut written = 0;
        for (number, part) in numbers.iter_mut().zip(self.parts()) {
            let digits = &text[part.clone()];
            if matches!(digits, "x" | "X" | "*") {
                break;
            }
            *number = read_number(digits, part, flux)?;
            written += 1;
        }
        let precision = match written {
            0 => Precision::Any,
            1 => Precision::Major,
            2 => Precision::Minor,
            _ => Precision::Patch,
        };
        if flux.has_limits() {
            self.is_short(precision)?;
        }
        let version = Version {
            major: numbers[0],
            minor: numbers[1],
            patch: numbers[2],
            pre: self
                .read_prerelease(text)
                .map_err(|error| error.in_constraint(text))?,
            build: BuildMetadata::EMPTY,
        };
        Ok((version, precision))
    }

    /// Measures what the library measures: a version with wildcards is rewritten with zeros and without
    /// metadata before.
    fn is_short(&self, precision: Precision) -> Result<(), SyntaxError> {
        let written = |count: usize| self.parts[..count].iter().map(Range::len).sum::<usize>();
        let prerelease = self.prerelease.as_ref().map_or(0, |found| found.len() + 1);
        let len = match precision {
            Precision::Patch => self.range.len(),
            Precision::Any => "0.0.0".len() + prerelease,
            Precision::Major => written(1) + ".0.0".len() + prerelease,
            Precision::Minor => written(2) + "..0".len() + prerelease,
        };
        if len <= MAX_BYTES {
            return Ok(());
        }
        Err(SyntaxError::new(
            format!("this version is longer than {MAX_BYTES} bytes"),
            self.range.clone(),
        ))
    }

    fn read_prerelease(&self, text: &str) -> Result<Prerelease, VersionError> {
        let Some(range) = &self.prerelease else {
            return Ok(Prerelease::EMPTY);
        };
        let found = &text[range.clone()];
        let mut start = range.start;
        for identifier in found.split('.') {
            let end = start + identifier.len();
            if is_padded(identifier) && identifier.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(VersionError::PrereleaseZero(start..end));
            }
            start = end + 1;
        }
        Prerelease::new(found).map_err(|_| VersionError::Unexpected(range.start))
    }
}

/// `rc.1` at an offset.
fn identifiers(text: &str, at: usize) -> Option<Range<usize>> {
    let identifier = |at: usize| {
        skip(text, at, |byte| {
            byte.is_ascii_alphanumeric() || byte == b'-'
        })
    };
    let mut end = identifier(at);
    if end == at {
        return None;
    }
    while text.as_bytes().get(end) == Some(&b'.') {
        let next = identifier(end + 1);
        if next == end + 1 {
            break;
        }
        end = next;
    }
    Some(at..end)
}

/// Leading zeros are fine for most releases: tags such as `2025.02.03` are versions for Flux.
fn read_number(digits: &str, range: &Range<usize>, flux: Flux) -> Result<u64, SyntaxError> {
    let message = if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("`{digits}` is neither a number nor `x` or `*`")
    } else if !flux.leading_zeros() && is_padded(digits) {
        format!("`{digits}`: Flux 2.5 takes no leading zeros")
    } else if let Ok(number) = digits.parse() {
        return Ok(number);
    } else {
        format!("`{digits}` is too large for a part of a version")
    };
    Err(SyntaxError::new(message, range.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loose_versions() {
        for (text, version) in [
            ("1.2.3", "1.2.3"),
            ("v1", "1.0.0"),
            ("2025.02.03", "2025.2.3"),
            ("1.2-rc.1+01.b", "1.2.0-rc.1+01.b"),
            ("1.0.0-2.0.0", "1.0.0-2.0.0"),
            ("1-a.b.c", "1.0.0-a.b.c"),
        ] {
            let read = loose_version(text, Flux::V2_9).map(|version| version.to_string());
            assert_eq!(read.as_deref(), Ok(version), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_tag() {
        let says = |text: &str, flux| tag_version(text, flux).unwrap_err().to_string();
        for (text, error) in [
            (
                "latest",
                "a version begins with a number, perhaps behind a `v`",
            ),
            ("", "a version begins with a number, perhaps behind a `v`"),
            (
                "V1.2.3",
                "a version begins with a number, perhaps behind a `v`",
            ),
            ("1.2.3.4", "it stops being a version at character 6"),
            ("1.2.x", "it stops being a version at character 5"),
            ("1x", "it stops being a version at character 2"),
            (
                "x.2.3",
                "a version begins with a number, perhaps behind a `v`",
            ),
            ("1.x.3", "it stops being a version at character 3"),
            ("1.2.3-", "it stops being a version at character 6"),
            ("1.2", "a version has three numbers, as in 1.2.3"),
            (
                "1.2.3-01",
                "a number in a prerelease does not begin with 0 (at character 7)",
            ),
            (
                "1.2.18446744073709551616",
                "a number is larger than 18446744073709551615 (at character 5)",
            ),
        ] {
            assert_eq!(says(text, Flux::V2_9), error, "{text}");
        }
        assert_eq!(
            says(&format!("1.2.3-{}", "a".repeat(251)), Flux::V2_9),
            "it is longer than 256 bytes"
        );
        assert!(tag_version(&format!("1.2.3-{}", "a".repeat(251)), Flux::V2_7).is_ok());
        assert_eq!(
            says("1.02.3", Flux::V2_6),
            "a number begins with 0, which Flux takes since 2.7 only (at character 3)"
        );
    }

    #[test]
    fn tags_of_old_releases_are_strict_behind_one_v() {
        for flux in [Flux::V2_5, Flux::V2_6] {
            assert!(tag_version("v1.2.3-rc.1+b", flux).is_ok());
            for text in ["vv1.2.3", "1.02.3", "1-a.b.c", "1.2"] {
                assert!(tag_version(text, flux).is_err(), "{text}");
            }
        }
        for text in ["1.02.3", "1-a.b.c"] {
            assert!(tag_version(text, Flux::V2_7).is_ok(), "{text}");
        }
    }

    #[test]
    fn strict_versions() {
        assert!(strict_version("1.2.3-rc.1+01", Flux::V2_9).is_ok());
        for text in ["v1.2.3", "1.2", "01.2.3", "1.2.3-01", "1-a.b.c", ""] {
            assert!(strict_version(text, Flux::V2_9).is_err(), "{text}");
        }
    }
}
