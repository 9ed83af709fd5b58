//! `A - B`, which the library replaces by `>= A, <= B ` in the text before it reads anything else.

use std::ops::Range;

use crate::version::{Found, is_blank, skip_blanks};

/// A text with every `A - B` replaced.
pub(crate) struct Rewritten {
    pub text: String,
    /// For each byte of the text and its end: the offset in the original, and whether that byte is new.
    origins: Vec<(usize, bool)>,
}

impl Rewritten {
    pub fn new(original: &str) -> Self {
        let mut rewritten = Self {
            text: String::new(),
            origins: Vec::new(),
        };
        let mut done = 0;
        while let Some(hyphen) = Hyphen::next(original, done) {
            rewritten.keep(original, done..hyphen.range.start);
            rewritten.add(">= ", hyphen.low.start);
            rewritten.keep(original, hyphen.low.clone());
            rewritten.add(", ", hyphen.low.end);
            rewritten.add("<= ", hyphen.high.start);
            rewritten.keep(original, hyphen.high.clone());
            rewritten.add(" ", hyphen.high.end);
            done = hyphen.range.end;
        }
        rewritten.keep(original, done..original.len());
        rewritten.origins.push((original.len(), false));
        rewritten
    }

    fn keep(&mut self, original: &str, range: Range<usize>) {
        self.text.push_str(&original[range.clone()]);
        self.origins.extend(range.map(|offset| (offset, false)));
    }

    fn add(&mut self, new: &str, origin: usize) {
        self.text.push_str(new);
        self.origins.extend(new.bytes().map(|_| (origin, true)));
    }

    /// Where a range of the new text comes from.
    pub fn original(&self, range: &Range<usize>) -> Range<usize> {
        let origin = |at: usize| self.origins.get(at).map_or(0, |(offset, _)| *offset);
        let start = origin(range.start);
        start..origin(range.end).max(start)
    }

    /// Whether the byte at an offset is not in the original.
    pub fn is_new(&self, at: usize) -> bool {
        self.origins.get(at).is_some_and(|(_, new)| *new)
    }
}

/// `A - B` with the blanks around it.
struct Hyphen {
    range: Range<usize>,
    low: Range<usize>,
    high: Range<usize>,
}

impl Hyphen {
    /// The first one behind an offset. It may begin anywhere, also within a word: the library searches
    /// unanchored, and refuses afterwards what that makes of `^1 - 2`.
    fn next(text: &str, from: usize) -> Option<Self> {
        (from..text.len()).find_map(|start| Self::at(text, start))
    }

    fn at(text: &str, start: usize) -> Option<Self> {
        let is_hyphen = |at: usize| text.as_bytes().get(at) == Some(&b'-');
        let blank = |at: usize| text.as_bytes().get(at).copied().is_some_and(is_blank);
        let low = Found::at(text, skip_blanks(text, start))?.range;
        let hyphen = skip_blanks(text, low.end);
        if hyphen == low.end || !is_hyphen(hyphen) || !blank(hyphen + 1) {
            return None;
        }
        let high = Found::at(text, skip_blanks(text, hyphen + 1))?.range;
        Some(Self {
            range: start..skip_blanks(text, high.end),
            low,
            high,
        })
    }
}
