//! Reads an expression as Go does, and writes it for Rust.

use std::collections::BTreeSet;

use crate::SyntaxError;
use crate::class;
use crate::escape::{self, Escape};
use crate::group::{self, Capture, Flags, Opening};
use crate::repeat::{self, Bounds};

/// How deep groups may be in each other, as in Go.
const MAX_DEPTH: usize = 1000;

/// The same expression in the syntax of Rust's `regex`.
pub fn to_rust(pattern: &str) -> Result<String, SyntaxError> {
    let mut translator = Translator {
        pattern,
        at: 0,
        frames: vec![Frame::default()],
        names: BTreeSet::new(),
    };
    translator.run()?;
    match translator.frames.pop() {
        Some(frame) if translator.frames.is_empty() => Ok(frame.finish().rust),
        _ => Err(SyntaxError::new(
            "a `)` is missing",
            pattern.len()..pattern.len(),
        )),
    }
}

struct Translator<'p> {
    pattern: &'p str,
    at: usize,
    /// The groups that are open, the whole expression first.
    frames: Vec<Frame>,
    /// The names of groups.
    names: BTreeSet<String>,
}

/// A group that is open.
#[derive(Default)]
struct Frame {
    /// The flags inside.
    flags: Flags,
    /// Its number or name.
    capture: Capture,
    /// The alternatives that are complete.
    alternatives: Vec<Piece>,
    /// The pieces of the alternative that is being read.
    pieces: Vec<Piece>,
}

/// A part of the expression that a repetition can follow.
#[derive(Default)]
struct Piece {
    /// In the syntax of Rust.
    rust: String,
    /// How many times the repetitions in it multiply; Go allows 1000.
    repeats: u32,
}

impl Frame {
    fn end_alternative(&mut self) {
        let pieces = std::mem::take(&mut self.pieces);
        self.alternatives.push(Piece {
            rust: pieces.iter().map(|piece| piece.rust.as_str()).collect(),
            repeats: pieces.iter().map(|piece| piece.repeats).max().unwrap_or(1),
        });
    }

    fn finish(mut self) -> Piece {
        self.end_alternative();
        let all: Vec<_> = self.alternatives.iter().map(|p| p.rust.as_str()).collect();
        Piece {
            rust: all.join("|"),
            repeats: self
                .alternatives
                .iter()
                .map(|p| p.repeats)
                .max()
                .unwrap_or(1),
        }
    }
}

impl<'p> Translator<'p> {
    fn rest(&self) -> &'p str {
        &self.pattern[self.at..]
    }

    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn flags(&self) -> Flags {
        self.frames
            .last()
            .map(|frame| frame.flags)
            .unwrap_or_default()
    }

    fn push(&mut self, rust: String) {
        self.frame().pieces.push(Piece { rust, repeats: 1 });
    }

    fn push_char(&mut self, c: char) {
        let literal = regex::escape(c.encode_utf8(&mut [0; 4]));
        let flags = self.flags();
        // Only letters have another case; an escape is no letter.
        self.push(flags.fold(literal));
    }

    fn run(&mut self) -> Result<(), SyntaxError> {
        let mut repeated_before = None;
        while let Some(c) = self.rest().chars().next() {
            let start = self.at;
            self.at += c.len_utf8();
            let mut repeated = None;
            match c {
                '(' => self.open(start)?,
                ')' => self.close(start)?,
                '|' => self.frame().end_alternative(),
                '^' => self.line_end("^", r"\A"),
                '$' => self.line_end("$", r"\z"),
                '.' => {
                    let any = if self.flags().dot_all { "(?s:.)" } else { "." };
                    self.push(any.to_owned());
                }
                '[' => {
                    let class = class::read(self.pattern, start)?;
                    self.at = class.end;
                    let rust = self.flags().fold(class.rust);
                    self.push(rust);
                }
                '*' | '+' | '?' => {
                    repeated = Some(start);
                    self.repeat(start, repeated_before, Bounds::of(c))?;
                }
                '{' => match repeat::read(self.rest()) {
                    Some((bounds, len)) => {
                        self.at += len;
                        repeated = Some(start);
                        self.repeat(start, repeated_before, bounds)?;
                    }
                    None => self.push_char('{'),
                },
                '\\' => self.escape(start)?,
                c => self.push_char(c),
            }
            repeated_before = repeated;
        }
        Ok(())
    }

    fn line_end(&mut self, per_line: &str, of_text: &str) {
        let rust = match self.flags().multi_line {
            true => format!("(?m:{per_line})"),
            false => of_text.to_owned(),
        };
        self.push(rust);
    }

    fn open(&mut self, start: usize) -> Result<(), SyntaxError> {
        let flags = self.flags();
        let (flags, capture) = match group::read(self.pattern, start, flags)? {
            Opening::Flags { flags, end } => {
                self.at = end;
                self.frame().flags = flags;
                return Ok(());
            }
            Opening::Group {
                flags,
                end,
                capture,
            } => {
                self.at = end;
                if let Capture::Name(name) = &capture
                    && !self.names.insert(name.clone())
                {
                    let message = format!("two groups are called `{name}`");
                    return Err(SyntaxError::new(message, start..end));
                }
                (flags, capture)
            }
        };
        if self.frames.len() > MAX_DEPTH {
            let message = "groups are nested too deeply";
            return Err(SyntaxError::new(message, start..self.at));
        }
        self.frames.push(Frame {
            flags,
            capture,
            ..Frame::default()
        });
        Ok(())
    }

    fn close(&mut self, start: usize) -> Result<(), SyntaxError> {
        match self.frames.pop() {
            Some(frame) if !self.frames.is_empty() => {
                let capture = frame.capture.clone();
                let Piece { rust, repeats } = frame.finish();
                let rust = capture.group(&rust);
                self.frame().pieces.push(Piece { rust, repeats });
                Ok(())
            }
            _ => Err(SyntaxError::new("a `)` without `(`", start..self.at)),
        }
    }

    fn repeat(
        &mut self,
        start: usize,
        repeated_before: Option<usize>,
        bounds: Bounds,
    ) -> Result<(), SyntaxError> {
        let operator = &self.pattern[start..self.at];
        let marked = self.rest().starts_with('?');
        if marked {
            self.at += 1;
        }
        let lazy = if marked != self.flags().ungreedy {
            "?"
        } else {
            ""
        };
        let range = repeated_before.unwrap_or(start)..self.at;
        if repeated_before.is_some() {
            let message = format!(
                "`{}` repeats what is repeated already",
                &self.pattern[range.clone()]
            );
            return Err(SyntaxError::new(message, range));
        }
        let too_many = "it repeats more than 1000 times";
        if !bounds.are_valid() {
            let message = format!("`{operator}` is no valid number of times");
            return Err(SyntaxError::new(message, range));
        }
        let Some(piece) = self.frame().pieces.pop() else {
            let message = format!("there is nothing before `{operator}` that it could repeat");
            return Err(SyntaxError::new(message, range));
        };
        let repeats = piece.repeats.saturating_mul(bounds.most());
        if repeats > repeat::MAX {
            return Err(SyntaxError::new(too_many, range));
        }
        let rust = format!("(?:{}){}{lazy}", piece.rust, bounds.rust());
        self.frame().pieces.push(Piece { rust, repeats });
        Ok(())
    }

    fn escape(&mut self, start: usize) -> Result<(), SyntaxError> {
        let (what, end) = escape::read(self.pattern, start)?;
        self.at = end;
        match what {
            Escape::Char(Some(c)) => self.push_char(c),
            Escape::Char(None) => self.push(class::NOTHING.to_owned()),
            Escape::Class(rust) => {
                let rust = self.flags().fold(format!("[{rust}]"));
                self.push(rust);
            }
            Escape::Assertion(rust) => self.push(rust.to_owned()),
            Escape::Quoted(text) => text.chars().for_each(|c| self.push_char(c)),
        }
        Ok(())
    }
}
