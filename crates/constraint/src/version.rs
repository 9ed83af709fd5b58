//! The version of a comparator: `v1.x-rc.1+build`.

use std::ops::Range;

use semver::{BuildMetadata, Prerelease, Version};

use crate::constraint::Precision;
use crate::error::SyntaxError;

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

/// Where the parts of a version stand in a text. What they say is not looked at yet.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub range: Range<usize>,
    /// One to three.
    parts: Vec<Range<usize>>,
    /// Without the `-`.
    prerelease: Option<Range<usize>>,
}

/// The longest versions and parts of the library (3.5.0).
const MAX_BYTES: usize = 256;

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
        let mut parts = vec![first];
        while parts.len() < 3 && is(end, b'.') {
            let Some(next) = part(end + 1) else { break };
            end = next.end;
            parts.push(next);
        }
        let prerelease = is(end, b'-').then(|| identifiers(text, end + 1)).flatten();
        end = prerelease.as_ref().map_or(end, |found| found.end);
        let metadata = is(end, b'+').then(|| identifiers(text, end + 1)).flatten();
        end = metadata.map_or(end, |found| found.end);
        Some(Self {
            range: start..end,
            parts,
            prerelease,
        })
    }

    /// The version, and how many of its parts are written.
    pub fn read(&self, text: &str) -> Result<(Version, Precision), SyntaxError> {
        let mut numbers = [0; 3];
        let mut written = 0;
        for (number, part) in numbers.iter_mut().zip(&self.parts) {
            let digits = &text[part.clone()];
            if matches!(digits, "x" | "X" | "*") {
                break;
            }
            *number = read_number(digits, part)?;
            written += 1;
        }
        let precision = match written {
            0 => Precision::Any,
            1 => Precision::Major,
            2 => Precision::Minor,
            _ => Precision::Patch,
        };
        self.is_short(precision)?;
        let version = Version {
            major: numbers[0],
            minor: numbers[1],
            patch: numbers[2],
            pre: self.read_prerelease(text)?,
            build: BuildMetadata::EMPTY,
        };
        Ok((version, precision))
    }

    /// Measures what the library measures: a version with wildcards is rewritten with zeros and without
    /// metadata before.
    fn is_short(&self, precision: Precision) -> Result<(), SyntaxError> {
        let written = |count: usize| self.parts.iter().take(count).map(Range::len).sum::<usize>();
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

    fn read_prerelease(&self, text: &str) -> Result<Prerelease, SyntaxError> {
        let Some(range) = &self.prerelease else {
            return Ok(Prerelease::EMPTY);
        };
        let found = &text[range.clone()];
        let mut start = range.start;
        for identifier in found.split('.') {
            if identifier.len() > 1
                && identifier.starts_with('0')
                && identifier.bytes().all(|byte| byte.is_ascii_digit())
            {
                return Err(SyntaxError::new(
                    format!("`{identifier}`: a number in a prerelease does not begin with 0"),
                    start..start + identifier.len(),
                ));
            }
            start += identifier.len() + 1;
        }
        Prerelease::new(found)
            .map_err(|_| SyntaxError::new(format!("`{found}` is no prerelease"), range.clone()))
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

/// Leading zeros are fine here: tags such as `2025.02.03` are versions for Flux.
fn read_number(digits: &str, range: &Range<usize>) -> Result<u64, SyntaxError> {
    let message = if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("`{digits}` is neither a number nor `x` or `*`")
    } else if let Ok(number) = digits.parse() {
        return Ok(number);
    } else {
        format!("`{digits}` is too large for a part of a version")
    };
    Err(SyntaxError::new(message, range.clone()))
}
