//! What a person sees above a place in a text that need not be YAML: lines and their indentation, quotes
//! and brackets that are open.

use text_size::{TextRange, TextSize};

use crate::gap::{self, line_end};

/// A line of a text, without its line break and the blanks in front of that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'t> {
    pub start: TextSize,
    pub text: &'t str,
}

impl<'t> Line<'t> {
    /// The lines of a part of a text.
    pub(crate) fn all(text: &'t str, part: TextRange) -> impl Iterator<Item = Line<'t>> {
        let mut start = part.start();
        text[part].split_inclusive(['\n', '\r']).map(move |line| {
            let begin = start;
            start += TextSize::of(line);
            Line {
                start: begin,
                text: line.trim_end(),
            }
        })
    }

    /// The line around an offset, as far as it is inside of the part.
    pub(crate) fn around(text: &'t str, part: TextRange, offset: TextSize) -> Line<'t> {
        let offset = offset.clamp(part.start(), part.end());
        let before = &text.as_bytes()[part.start().into()..offset.into()];
        let start = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |at| at + 1);
        let start = part.start() + size(start);
        let end = line_end(&text.as_bytes()[..part.end().into()], offset.into());
        Line {
            start,
            text: text[start.into()..end].trim_end(),
        }
    }

    /// The next line above with more than a comment, as far as it is inside of the part.
    pub(crate) fn above(self, text: &'t str, part: TextRange) -> Option<Line<'t>> {
        let mut line = self;
        while line.start > part.start() {
            line = Line::around(text, part, line.start - TextSize::from(1));
            if !line.content().is_empty() && !line.content().starts_with('#') {
                return Some(line);
            }
        }
        None
    }

    pub(crate) fn range(self) -> TextRange {
        TextRange::at(self.start, TextSize::of(self.text))
    }

    /// The text behind the indentation.
    pub(crate) fn content(self) -> &'t str {
        self.text.trim_start_matches([' ', '\t'])
    }

    pub(crate) fn range_of_content(self) -> TextRange {
        TextRange::new(self.start + size(self.indent()), self.range().end())
    }

    pub(crate) fn indent(self) -> usize {
        self.text.len() - self.content().len()
    }
}

/// What is open at a place, as far as it can be told without reading YAML exactly.
#[derive(Debug, Default)]
pub(crate) struct Before {
    /// Where the brackets begin that are open, outermost first.
    pub brackets: Vec<TextSize>,
    /// The last quoted scalar, to the end of the document if it is open.
    pub quoted: Option<TextRange>,
    /// The columns at which keys and items of the enclosing mappings and lists begin, in order.
    pub columns: Vec<usize>,
}

impl Before {
    /// Looks through a document up to a place.
    pub(crate) fn read(text: &str, document: TextRange, at: TextSize) -> Before {
        let mut scan = Scan {
            source: &text[..document.end().into()],
            at: document.start().into(),
            end: at.clamp(document.start(), document.end()).into(),
            found: Before::default(),
        };
        scan.lines();
        scan.found
    }
}

struct Scan<'t> {
    source: &'t str,
    at: usize,
    end: usize,
    found: Before,
}

impl Scan<'_> {
    fn lines(&mut self) {
        while self.at < self.end {
            let indent = self.blanks();
            if self.found.brackets.is_empty() && !self.at_comment_or_end() && !self.is_last_line() {
                self.found.columns.retain(|column| *column < indent);
                self.line(indent);
            } else {
                self.values(indent);
            }
            self.at = line_end(self.source.as_bytes(), self.at.min(self.source.len())) + 1;
        }
    }

    /// A line outside of brackets: dashes, then a key or a value.
    fn line(&mut self, indent: usize) {
        let mut column = indent;
        self.found.columns.push(column);
        while self.rest().starts_with("- ") {
            let from = self.at;
            self.at += 1;
            self.blanks();
            column += self.at - from;
            self.found.columns.push(column);
        }
        self.values(column);
    }

    /// What stands on the rest of a line; goes on to further lines inside of quotes and brackets.
    fn values(&mut self, column: usize) {
        while self.at < self.end && !self.at_comment_or_end() {
            let in_flow = !self.found.brackets.is_empty();
            let first = self.rest().as_bytes()[0];
            match first {
                b'"' | b'\'' => self.quoted(),
                b'[' | b'{' => {
                    self.found.brackets.push(size(self.at));
                    self.at += 1;
                }
                b']' | b'}' if in_flow => self.close(first),
                b',' | b':' => self.at += 1,
                b'|' | b'>' if !in_flow => return self.block(column),
                _ => self.plain(in_flow),
            }
            self.blanks();
        }
    }

    /// A closing bracket, of which only a fitting one closes anything.
    fn close(&mut self, bracket: u8) {
        let open = if bracket == b']' { b'[' } else { b'{' };
        let last = self
            .found
            .brackets
            .last()
            .map(|at| self.source.as_bytes()[usize::from(*at)]);
        if last == Some(open) {
            self.found.brackets.pop();
        }
        self.at += 1;
    }

    fn quoted(&mut self) {
        let end = gap::closing_quote(self.source, size(self.at));
        self.found.quoted = Some(TextRange::new(size(self.at), end));
        self.at = end.into();
    }

    /// A word up to what can end it: `: `, ` #`, in brackets also those and commas.
    fn plain(&mut self, in_flow: bool) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let ends = |at: usize| match bytes[at] {
            b'\n' | b'\r' => true,
            b':' => bytes
                .get(at + 1)
                .is_none_or(|next| matches!(next, b' ' | b'\t' | b'\n' | b'\r')),
            b'#' => matches!(bytes[at - 1], b' ' | b'\t'),
            b',' | b'[' | b']' | b'{' | b'}' => in_flow,
            _ => false,
        };
        self.at += (1..bytes.len()).find(|at| ends(*at)).unwrap_or(bytes.len());
    }

    /// The lines of a block scalar are no structure.
    fn block(&mut self, column: usize) {
        loop {
            let next = line_end(self.source.as_bytes(), self.at) + 1;
            let rest = self.source.get(next..).unwrap_or_default();
            let line = rest.split(['\n', '\r']).next().unwrap_or_default();
            let text = line.trim_start_matches(' ');
            let goes_on = text.is_empty() || line.len() - text.len() > column;
            if next >= self.end || !goes_on {
                return;
            }
            self.at = next;
        }
    }

    /// Whether the place looked for is on this line: its own indentation is in question.
    fn is_last_line(&self) -> bool {
        line_end(self.source.as_bytes(), self.at) >= self.end
    }

    fn blanks(&mut self) -> usize {
        let rest = self.rest();
        let len = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        self.at += len;
        len
    }

    fn at_comment_or_end(&self) -> bool {
        matches!(
            self.rest().as_bytes().first(),
            None | Some(b'\n' | b'\r' | b'#')
        )
    }

    fn rest(&self) -> &str {
        self.source.get(self.at..).unwrap_or_default()
    }
}

fn size(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or(TextSize::from(u32::MAX))
}
