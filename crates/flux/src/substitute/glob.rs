//! The globs of `#` and `%`: those of Go's `path.Match`, but `*` and `?` match `/` too [envsubst:path/match.go].
//!
//! A star takes as little as lets the text up to the next star match, and never changes its mind.

use super::runes;

/// Why a pattern gives no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is no glob. This shows only when the faulty part is reached, so it depends on the text.
    Malformed,
    /// It takes too long.
    Steps,
}

/// Whether a pattern matches all of a text. `steps` is how many comparisons are left.
pub(super) fn matches(
    mut pattern: &[u8],
    mut text: &[u8],
    steps: &mut usize,
) -> Result<bool, Refused> {
    while !pattern.is_empty() {
        let stars = pattern.iter().take_while(|byte| **byte == b'*').count();
        let chunk;
        (chunk, pattern) = pattern[stars..].split_at(chunk_length(&pattern[stars..]));
        if stars > 0 && chunk.is_empty() {
            return Ok(true);
        }
        let farthest = if stars > 0 { text.len() } else { 0 };
        let mut found = None;
        for skipped in 0..=farthest {
            if let Some(rest) = start_matches(chunk, &text[skipped..], steps)?
                && (rest.is_empty() || !pattern.is_empty())
            {
                found = Some(rest);
                break;
            }
        }
        match found {
            Some(rest) => text = rest,
            None => return Ok(false),
        }
    }
    Ok(text.is_empty())
}

/// How long the part of a pattern up to its next star is.
fn chunk_length(pattern: &[u8]) -> usize {
    let mut in_class = false;
    let mut at = 0;
    while let Some(byte) = pattern.get(at) {
        match byte {
            b'\\' if at + 1 < pattern.len() => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'*' if !in_class => break,
            _ => {}
        }
        at += 1;
    }
    at
}

/// What follows in a text behind a chunk that it starts with.
fn start_matches<'t>(
    mut chunk: &[u8],
    mut text: &'t [u8],
    steps: &mut usize,
) -> Result<Option<&'t [u8]>, Refused> {
    while let Some((&sign, rest)) = chunk.split_first() {
        *steps = steps.checked_sub(1).ok_or(Refused::Steps)?;
        let Some((&byte, text_rest)) = text.split_first() else {
            return Ok(None);
        };
        match sign {
            b'[' => {
                let (c, length) = runes::first(text);
                text = &text[length..];
                let fits;
                (fits, chunk) = class(rest, c.unwrap_or(char::REPLACEMENT_CHARACTER), steps)?;
                if !fits {
                    return Ok(None);
                }
            }
            b'?' => {
                text = &text[runes::first(text).1..];
                chunk = rest;
            }
            _ => {
                let (plain, rest) = match sign {
                    b'\\' => rest.split_first().ok_or(Refused::Malformed)?,
                    _ => (&sign, rest),
                };
                if *plain != byte {
                    return Ok(None);
                }
                (text, chunk) = (text_rest, rest);
            }
        }
    }
    Ok(Some(text))
}

/// Whether a class has a character, and what follows behind its `]`.
fn class<'p>(mut rest: &'p [u8], c: char, steps: &mut usize) -> Result<(bool, &'p [u8]), Refused> {
    let negated = rest.first() == Some(&b'^');
    rest = &rest[usize::from(negated)..];
    let mut found = false;
    let mut is_first = true;
    loop {
        *steps = steps.checked_sub(1).ok_or(Refused::Steps)?;
        if rest.first() == Some(&b']') && !is_first {
            return Ok((found != negated, &rest[1..]));
        }
        let (low, mut high);
        (low, rest) = member(rest)?;
        high = low;
        if rest.first() == Some(&b'-') {
            (high, rest) = member(&rest[1..])?;
        }
        found |= (low..=high).contains(&c);
        is_first = false;
    }
}

/// One character of a class, and what follows, which is something.
fn member(rest: &[u8]) -> Result<(char, &[u8]), Refused> {
    let rest = match rest.first() {
        None | Some(b'-' | b']') => return Err(Refused::Malformed),
        Some(b'\\') => &rest[1..],
        Some(_) => rest,
    };
    let (c, length) = runes::first(rest);
    match (c, rest.get(length..)) {
        (Some(c), Some(rest)) if !rest.is_empty() => Ok((c, rest)),
        _ => Err(Refused::Malformed),
    }
}
