//! What operators do, on bytes: a part of a value may end within a character. [envsubst:funcs.go]

use super::Operator;
use super::evaluate::{MAX_TEXT, NegativeLength};
use super::glob::{self, Refused};
use super::runes;

/// Why there is no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stopped {
    /// The library panics.
    NegativeLength,
    /// Too many bytes, or comparisons.
    TooLarge,
}

/// Does what an operator does.
pub(super) fn apply(
    operator: Operator,
    value: &str,
    arguments: &[Vec<u8>],
    negative: NegativeLength,
    steps: &mut usize,
) -> Result<Vec<u8>, Stopped> {
    let bytes = value.as_bytes();
    let first = arguments.first().map(Vec::as_slice).unwrap_or_default();
    let second = arguments.get(1).map(Vec::as_slice);
    match operator {
        Operator::Value => Ok(bytes.to_vec()),
        Operator::Length => Ok(bytes.len().to_string().into_bytes()),
        Operator::UpperFirst => Ok(first_mapped(value, runes::upper)),
        Operator::LowerFirst => Ok(first_mapped(value, runes::lower)),
        Operator::Upper => Ok(value.chars().map(runes::upper).collect::<String>().into()),
        Operator::Lower => Ok(value.chars().map(runes::lower).collect::<String>().into()),
        Operator::Substring => substring(bytes, first, second, negative).map(<[u8]>::to_vec),
        Operator::TrimShortestPrefix => trim(bytes, first, false, steps).map(<[u8]>::to_vec),
        Operator::TrimLongestPrefix => trim(bytes, first, true, steps).map(<[u8]>::to_vec),
        Operator::TrimShortestSuffix => trim_suffix(bytes, first, false, steps),
        Operator::TrimLongestSuffix => trim_suffix(bytes, first, true, steps),
        Operator::ReplaceFirst => replace(value, first, second.unwrap_or_default(), 1),
        Operator::ReplaceAll => replace(value, first, second.unwrap_or_default(), usize::MAX),
        Operator::ReplacePrefix => match (bytes.strip_prefix(first), second) {
            (Some(rest), Some(replacement)) => joined(replacement, rest),
            _ => Ok(bytes.to_vec()),
        },
        Operator::ReplaceSuffix => match (bytes.strip_suffix(first), second) {
            (Some(rest), Some(replacement)) => joined(rest, replacement),
            _ => Ok(bytes.to_vec()),
        },
        Operator::Default if value.is_empty() => {
            if arguments.iter().map(Vec::len).sum::<usize>() > MAX_TEXT {
                return Err(Stopped::TooLarge);
            }
            Ok(arguments.concat())
        }
        Operator::Default => Ok(bytes.to_vec()),
    }
}

fn first_mapped(value: &str, map: fn(char) -> char) -> Vec<u8> {
    let mut rest = value.chars();
    let first = rest.next().map(map);
    first.into_iter().chain(rest).collect::<String>().into()
}

fn joined(a: &[u8], b: &[u8]) -> Result<Vec<u8>, Stopped> {
    if a.len() + b.len() > MAX_TEXT {
        return Err(Stopped::TooLarge);
    }
    Ok([a, b].concat())
}

/// Part of a value. What is not a number leaves it whole.
fn substring<'v>(
    value: &'v [u8],
    start: &[u8],
    length: Option<&[u8]>,
    negative: NegativeLength,
) -> Result<&'v [u8], Stopped> {
    // Go's `strconv.Atoi` reads what this reads: a sign and digits, within 64 bits.
    let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<i64>().ok();
    let size = i64::try_from(value.len()).map_err(|_| Stopped::TooLarge)?;
    let Some(start) = number(start) else {
        return Ok(value);
    };
    let start = if start < 0 {
        size.saturating_add(start).max(0)
    } else {
        start
    };
    let from_start = usize::try_from(start).ok().and_then(|at| value.get(at..));
    let from_start = from_start.unwrap_or_default();
    let Some(length) = length else {
        return Ok(from_start);
    };
    let Some(length) = number(length) else {
        return Ok(value);
    };
    if length < 0 && negative == NegativeLength::FromEnd {
        let end = usize::try_from(size.saturating_add(length)).unwrap_or_default();
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        return Ok(value.get(start..end).unwrap_or_default());
    }
    // The library's sum wraps around.
    let end = start.wrapping_add(length);
    if end >= size {
        return Ok(from_start);
    }
    match usize::try_from(length) {
        Ok(length) if end >= 0 => from_start.get(..length).ok_or(Stopped::NegativeLength),
        _ => Err(Stopped::NegativeLength),
    }
}

/// A value without the shortest or longest start that a pattern matches. The library never tries the empty one.
fn trim<'v>(
    value: &'v [u8],
    pattern: &[u8],
    longest: bool,
    steps: &mut usize,
) -> Result<&'v [u8], Stopped> {
    let mut rest = value;
    // From the longest to the shortest, as a fault in the pattern that one length reveals ends it all.
    for length in (1..=value.len()).rev() {
        *steps = steps.checked_sub(1).ok_or(Stopped::TooLarge)?;
        match glob::matches(pattern, &value[..length], steps) {
            Ok(true) => {
                rest = &value[length..];
                if longest {
                    break;
                }
            }
            Ok(false) => {}
            Err(Refused::Malformed) => return Ok(value),
            Err(Refused::Steps) => return Err(Stopped::TooLarge),
        }
    }
    Ok(rest)
}

/// The same at the end: the library turns value and pattern around, sign by sign.
fn trim_suffix(
    value: &[u8],
    pattern: &[u8],
    longest: bool,
    steps: &mut usize,
) -> Result<Vec<u8>, Stopped> {
    let value = runes::reversed(value);
    let rest = trim(&value, &runes::reversed(pattern), longest, steps)?;
    Ok(runes::reversed(rest))
}

/// A value with the first so many occurrences of a text replaced. The empty text occurs before every
/// character and at the end [Go: strings.Replace].
fn replace(value: &str, from: &[u8], to: &[u8], times: usize) -> Result<Vec<u8>, Stopped> {
    let bytes = value.as_bytes();
    let mut out = Vec::new();
    let mut copied = 0;
    let mut put = |from: usize, until: usize| {
        out.extend_from_slice(&bytes[copied..from]);
        out.extend_from_slice(to);
        copied = until;
        if out.len() > MAX_TEXT {
            return Err(Stopped::TooLarge);
        }
        Ok(())
    };
    if from.is_empty() {
        let places = value.char_indices().map(|(at, _)| at);
        for at in places.chain([bytes.len()]).take(times) {
            put(at, at)?;
        }
    } else {
        let places = memchr::memmem::find_iter(bytes, from);
        for at in places.take(times) {
            put(at, at + from.len())?;
        }
    }
    out.extend_from_slice(&bytes[copied..]);
    Ok(out)
}
