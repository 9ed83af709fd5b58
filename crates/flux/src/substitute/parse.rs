//! From text to pieces. The grammar is that of [envsubst:parse/parse.go, scan.go].

use std::borrow::Cow;

use infragen_syntax::{TextRange, TextSize};

use super::error::{Error, ErrorKind};
use super::runes::is_letter_or_digit;
use super::{Literal, Operator, Piece, Reference, Template};

/// How deep references may stand in arguments of references. The library has no bound but its stack.
pub const MAX_NESTING: usize = 64;

pub(super) fn parse(text: &str) -> Template<'_> {
    let mut parser = Parser {
        text,
        // The library takes a NUL for the end.
        end: text.find('\0').unwrap_or(text.len()),
        at: 0,
        nesting: 0,
    };
    let mut template = Template {
        pieces: Vec::new(),
        errors: Vec::new(),
    };
    while parser.at < parser.end {
        let start = parser.at;
        let piece = if parser.is_at_reference() {
            parser.reference().unwrap_or_else(|error| {
                record(&mut template.errors, error);
                parser.at = start + OPENING.len();
                parser.literal_from(start)
            })
        } else {
            Piece::Literal(parser.run(Escapes::Dollar, |_| true))
        };
        template.pieces.push(piece);
    }
    if parser.end < text.len() {
        template.pieces.push(Piece::Literal(Literal {
            range: range(parser.end, text.len()),
            text: Cow::Borrowed(""),
        }));
    }
    template
}

/// Adds an error. What is wrong inside of a reference is found again when reading goes on inside of it.
fn record(errors: &mut Vec<Error>, error: Error) {
    let again = errors.last().is_some_and(|last| {
        *last == error || (last.kind == ErrorKind::TooDeep && error.kind == ErrorKind::TooDeep)
    });
    if !again {
        errors.push(error);
    }
}

const OPENING: &str = "${";

/// Which escapes a run of text knows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    None,
    /// `$$`: outside of braces.
    Dollar,
    /// `$$`, `\/` and `\\`: in the arguments of `/`.
    DollarAndBackslash,
}

impl Escapes {
    fn has(self, first: u8, second: Option<&u8>) -> bool {
        match first {
            b'$' => self != Self::None && second == Some(&b'$'),
            b'\\' => self == Self::DollarAndBackslash && matches!(second, Some(b'/' | b'\\')),
            _ => false,
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    end: usize,
    at: usize,
    nesting: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..self.end]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn is_at_reference(&self) -> bool {
        self.rest().starts_with(OPENING)
    }

    /// Takes a sign of one byte, if it comes next.
    fn take(&mut self, sign: char) -> bool {
        let is_next = self.rest().starts_with(sign);
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes what follows up to a sign that is not accepted, a reference or the end; possibly nothing.
    fn run(&mut self, escapes: Escapes, accepts: fn(char) -> bool) -> Literal<'t> {
        let start = self.at;
        let mut decoded: Option<String> = None;
        let bytes = &self.text.as_bytes()[..self.end];
        while let Some(c) = self.peek() {
            if self.is_at_reference() {
                break;
            }
            if escapes.has(bytes[self.at], bytes.get(self.at + 1)) {
                // What is escaped is taken whatever it is.
                let decoded = decoded.get_or_insert_with(|| self.text[start..self.at].to_owned());
                decoded.push(char::from(bytes[self.at + 1]));
                self.at += 2;
                continue;
            }
            if !accepts(c) {
                break;
            }
            if let Some(decoded) = &mut decoded {
                decoded.push(c);
            }
            self.at += c.len_utf8();
        }
        Literal {
            range: range(start, self.at),
            text: match decoded {
                Some(text) => Cow::Owned(text),
                None => Cow::Borrowed(&self.text[start..self.at]),
            },
        }
    }

    fn literal_from(&self, start: usize) -> Piece<'t> {
        Piece::Literal(Literal {
            range: range(start, self.at),
            text: Cow::Borrowed(&self.text[start..self.at]),
        })
    }

    /// Reads a reference; `${` comes next.
    fn reference(&mut self) -> Result<Piece<'t>, Error> {
        let start = self.at;
        if self.nesting == MAX_NESTING {
            return Err(self.error(ErrorKind::TooDeep, start));
        }
        self.nesting += 1;
        let reference = self.inside(start);
        self.nesting -= 1;
        reference
    }

    fn inside(&mut self, start: usize) -> Result<Piece<'t>, Error> {
        self.at += OPENING.len();
        let length = self.take('#');
        let name_at = self.at;
        let name = self.name();
        let operator = match (name.is_empty(), length) {
            (true, true) => return Err(self.error(ErrorKind::Malformed, start)),
            (true, false) => return Err(self.error(ErrorKind::NoName, start)),
            (false, true) => Operator::Length,
            (false, false) => self.operator(start)?,
        };
        let name_range = range(name_at, name_at + name.len());
        let arguments = self.arguments(operator, start)?;
        if !self.take('}') {
            let plain = operator == Operator::Value && self.at == name_at + name.len();
            let kind = if plain {
                ErrorKind::NotClosed
            } else {
                ErrorKind::Malformed
            };
            return Err(self.error(kind, start));
        }
        Ok(Piece::Reference(Reference {
            range: range(start, self.at),
            name,
            name_range,
            operator,
            arguments,
        }))
    }

    fn name(&mut self) -> &'t str {
        let start = self.at;
        while let Some(c) = self.peek().filter(|c| is_letter_or_digit(*c)) {
            self.at += c.len_utf8();
        }
        &self.text[start..self.at]
    }

    /// Takes the operator behind a name.
    fn operator(&mut self, start: usize) -> Result<Operator, Error> {
        let rest = self.rest();
        let (length, operator) = match rest.as_bytes() {
            [b':', b'=' | b'-' | b'?' | b'+', ..] => (2, Operator::Default),
            [b':', ..] => {
                // The library looks one character ahead and goes back by the width of that character: at the
                // end, or before one of several bytes, it loses its place.
                if self.text[self.at + 1..]
                    .chars()
                    .next()
                    .is_none_or(|c| !c.is_ascii())
                {
                    return Err(self.error(ErrorKind::Malformed, start));
                }
                (1, Operator::Substring)
            }
            [b'=', ..] => (1, Operator::Default),
            [b'^', b'^', ..] => (2, Operator::Upper),
            [b',', b',', ..] => (2, Operator::Lower),
            [b'^', b',', ..] | [b',', b'^', ..] => (2, Operator::Value),
            [b'^', ..] => (1, Operator::UpperFirst),
            [b',', ..] => (1, Operator::LowerFirst),
            [b'/', b'/', ..] => (2, Operator::ReplaceAll),
            [b'/', b'#', ..] => (2, Operator::ReplacePrefix),
            [b'/', b'%', ..] => (2, Operator::ReplaceSuffix),
            [b'/', ..] => (1, Operator::ReplaceFirst),
            [b'#', b'#', ..] => (2, Operator::TrimLongestPrefix),
            [b'#', ..] => (1, Operator::TrimShortestPrefix),
            [b'%', b'%', ..] => (2, Operator::TrimLongestSuffix),
            [b'%', ..] => (1, Operator::TrimShortestSuffix),
            _ => (0, Operator::Value),
        };
        self.at += length;
        Ok(operator)
    }

    /// Reads what stands behind an operator, up to the `}`.
    fn arguments(&mut self, operator: Operator, start: usize) -> Result<Vec<Piece<'t>>, Error> {
        let mut arguments = Vec::new();
        match operator {
            Operator::Value
            | Operator::Length
            | Operator::UpperFirst
            | Operator::Upper
            | Operator::LowerFirst
            | Operator::Lower => {}
            Operator::Default => {
                while self.peek() != Some('}') {
                    arguments.push(self.argument(Escapes::None, |c| c != '}', start)?);
                }
            }
            Operator::TrimShortestPrefix
            | Operator::TrimLongestPrefix
            | Operator::TrimShortestSuffix
            | Operator::TrimLongestSuffix => {
                arguments.push(self.argument(Escapes::None, |c| c != '}', start)?);
            }
            Operator::Substring => {
                arguments.push(self.argument(Escapes::None, |c| c != ':' && c != '}', start)?);
                if self.separator(':') {
                    arguments.push(self.argument(Escapes::None, |c| c != '}', start)?);
                }
            }
            Operator::ReplaceFirst
            | Operator::ReplaceAll
            | Operator::ReplacePrefix
            | Operator::ReplaceSuffix => {
                let escapes = Escapes::DollarAndBackslash;
                arguments.push(self.argument(escapes, |c| c != '/', start)?);
                if !self.separator('/') {
                    return Err(self.error(ErrorKind::Malformed, start));
                }
                if self.peek() != Some('}') {
                    arguments.push(self.argument(escapes, |c| c != '}', start)?);
                }
            }
        }
        Ok(arguments)
    }

    /// Takes what separates two arguments, which may be there several times.
    fn separator(&mut self, sign: char) -> bool {
        let found = self.take(sign);
        while self.take(sign) {}
        found
    }

    /// Reads one argument, which is not empty: either a reference or text.
    fn argument(
        &mut self,
        escapes: Escapes,
        accepts: fn(char) -> bool,
        start: usize,
    ) -> Result<Piece<'t>, Error> {
        if self.is_at_reference() {
            return self.reference();
        }
        let literal = self.run(escapes, accepts);
        if literal.range.is_empty() {
            return Err(self.error(ErrorKind::NoArgument, start));
        }
        Ok(Piece::Literal(literal))
    }

    /// An error of the reference from `start`, found here. Its range ends with the line: an operator may
    /// look for its end through the whole text.
    fn error(&self, kind: ErrorKind, start: usize) -> Error {
        let found = &self.text[start..self.end];
        let next = if self.is_at_reference() {
            OPENING.len()
        } else {
            self.peek().map_or(0, char::len_utf8)
        };
        let stop = (self.at + next).max(start + OPENING.len()) - start;
        let stop = found[..stop].find(['\n', '\r']).unwrap_or(stop);
        Error::while_parsing(
            kind,
            &found[..stop],
            self.peek(),
            range(start, start + stop),
        )
    }
}

fn range(start: usize, end: usize) -> TextRange {
    let size = |at| TextSize::try_from(at).unwrap_or(TextSize::from(u32::MAX));
    TextRange::new(size(start), size(end))
}
