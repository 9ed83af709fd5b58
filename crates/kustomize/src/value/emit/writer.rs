//! The way in which go-yaml lays text out: where blanks and line ends come, and how each style is written.

use super::text::{SIMPLE_KEY, is_break, is_printable, styles};

/// Lines are folded at blanks behind this column.
const WIDTH: usize = 80;

/// How far a level is indented.
pub(super) const INDENT: usize = 2;

/// What the next token needs to know about what is written.
pub(super) struct Writer<'o> {
    out: &'o mut String,
    /// Characters in this line.
    column: usize,
    /// Whether a blank or a line end was written last.
    whitespace: bool,
    /// Whether nothing but indentation and `-`, `?` or `:` is in this line.
    indention: bool,
}

/// How a string should be written, before its characters are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// Without quotes.
    Plain,
    /// In double quotes: without, it would not be a string.
    Quoted,
    /// As a block of lines.
    Literal,
}

impl<'o> Writer<'o> {
    pub(super) fn new(out: &'o mut String) -> Self {
        Self {
            out,
            column: 0,
            whitespace: true,
            indention: true,
        }
    }

    /// Whether only indentation is in this line.
    pub(super) fn at_indention(&self) -> bool {
        self.indention
    }

    /// Begins a line, unless this is one, and indents it.
    pub(super) fn indent(&mut self, indent: usize) {
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.break_line();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    /// Writes `-`, `?`, `:` or a quote. `begins`: it may be followed by something on the same level of
    /// indentation.
    pub(super) fn indicator(&mut self, indicator: &str, spaced: bool, begins: bool) {
        if spaced && !self.whitespace {
            self.put(' ');
        }
        self.out.push_str(indicator);
        self.column += indicator.len();
        self.whitespace = false;
        self.indention &= begins;
    }

    /// Writes what needs no quotes whatever it is: a number, `null`, `{}`, a word.
    pub(super) fn word(&mut self, word: &str) {
        if !self.whitespace {
            self.put(' ');
        }
        self.out.push_str(word);
        self.column += word.len();
        self.whitespace = false;
        self.indention = false;
    }

    /// Whether a text can be a key without a `?`.
    pub(super) fn is_simple_key(text: &str) -> bool {
        text.len() <= SIMPLE_KEY && !text.chars().any(is_break)
    }

    /// Writes a string as wished or, where its characters forbid that, in quotes. Lines after its first
    /// are indented by `indent`; a key before its colon has none.
    pub(super) fn text(&mut self, text: &str, wish: Wish, indent: usize, key: bool) {
        let allowed = styles(text);
        let single = match wish {
            Wish::Plain if key && allowed.multiline => false,
            Wish::Plain if allowed.plain => return self.plain(text, indent, key),
            Wish::Plain => allowed.single_quoted,
            Wish::Literal if allowed.literal && !key => return self.literal(text, indent),
            Wish::Literal | Wish::Quoted => false,
        };
        if single {
            self.single_quoted(text, indent, key);
        } else {
            self.double_quoted(text, indent, key);
        }
    }

    fn plain(&mut self, text: &str, indent: usize, key: bool) {
        if !self.whitespace {
            self.put(' ');
        }
        if self.column + text.len() <= WIDTH {
            self.out.push_str(text);
            self.column += text.chars().count();
        } else {
            self.folded(text, indent, key, false);
        }
        self.whitespace = false;
        self.indention = false;
    }

    fn single_quoted(&mut self, text: &str, indent: usize, key: bool) {
        self.indicator("'", true, false);
        self.folded(text, indent, key, true);
        self.indicator("'", false, false);
    }

    /// Characters without quotes or in single ones; a blank behind the margin may become a line end.
    fn folded(&mut self, text: &str, indent: usize, key: bool, quoted: bool) {
        let (mut spaces, mut breaks) = (false, false);
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            if character == ' ' {
                let inside = !quoted || (at > 0 && next.is_some());
                if !key && !spaces && self.column > WIDTH && inside && next != Some(' ') {
                    self.indent(indent);
                } else {
                    self.put(' ');
                }
                spaces = true;
            } else if is_break(character) {
                self.write_break(character);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.indent(indent);
                }
                if quoted && character == '\'' {
                    self.put('\'');
                }
                self.put(character);
                self.indention = false;
                (spaces, breaks) = (false, false);
            }
        }
    }

    fn double_quoted(&mut self, text: &str, indent: usize, key: bool) {
        self.indicator("\"", true, false);
        // Behind a byte order mark go-yaml takes every character for one.
        let marked = text.starts_with('\u{feff}');
        let mut spaces = false;
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            let escaped = marked || matches!(character, '"' | '\\');
            if escaped || !is_printable(character) || is_break(character) {
                self.escape(character);
                spaces = false;
            } else if character == ' ' {
                if !key && !spaces && self.column > WIDTH && at > 0 && next.is_some() {
                    self.indent(indent);
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                spaces = true;
            } else {
                self.put(character);
                spaces = false;
            }
        }
        self.indicator("\"", false, false);
    }

    fn escape(&mut self, character: char) {
        let code = u32::from(character);
        let short = match character {
            '\0' => "\\0",
            '\u{7}' => "\\a",
            '\u{8}' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\u{b}' => "\\v",
            '\u{c}' => "\\f",
            '\r' => "\\r",
            '\u{1b}' => "\\e",
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{85}' => "\\N",
            '\u{a0}' => "\\_",
            '\u{2028}' => "\\L",
            '\u{2029}' => "\\P",
            _ => "",
        };
        let long = match (short, code) {
            ("", 0..=0xff) => format!("\\x{code:02X}"),
            ("", 0x100..=0xffff) => format!("\\u{code:04X}"),
            ("", _) => format!("\\U{code:08X}"),
            _ => short.to_owned(),
        };
        self.column += long.len();
        self.out.push_str(&long);
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.indicator("|", true, false);
        if text.starts_with(|first: char| first == ' ' || is_break(first)) {
            self.indicator("2", false, false);
        }
        let mut ends = text.chars().rev();
        match (ends.next().is_some_and(is_break), ends.next()) {
            (false, _) => self.indicator("-", false, false),
            (true, None) => self.indicator("+", false, false),
            (true, Some(before)) if is_break(before) => self.indicator("+", false, false),
            (true, Some(_)) => {}
        }
        self.break_line();
        self.indention = true;
        self.whitespace = true;
        for line in text.split_inclusive(is_break) {
            let content = line.trim_end_matches(is_break);
            if !content.is_empty() {
                self.indent(indent);
                self.out.push_str(content);
                self.column += content.len();
                self.indention = false;
            }
            if let Some(end) = line[content.len()..].chars().next() {
                self.write_break(end);
                self.indention = true;
            }
        }
    }

    fn put(&mut self, character: char) {
        self.out.push(character);
        self.column += 1;
    }

    fn break_line(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }

    fn write_break(&mut self, character: char) {
        self.out.push(character);
        self.column = 0;
    }
}
