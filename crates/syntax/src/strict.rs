//! The strict reader: `saphyr-parser`, which reads whatever is valid at 80–100 MB/s.

use saphyr_parser::{Event, Parser, ScalarStyle as Style, ScanError, Span};
use text_size::{TextRange, TextSize};

use crate::builder::{DocumentBuilder, Overflow, Properties};
use crate::read::Refusal;
use crate::tree::{ScalarStyle, SyntaxError};

pub(crate) fn read(builder: &mut DocumentBuilder<'_>) -> Result<(), Refusal> {
    let text = builder.text();
    let source = &text[builder.range()];
    let offsets = Offsets::new(source, builder.range().start());
    if let Some(nul) = memchr::memchr(0, source.as_bytes()) {
        return Err(refuse(offsets.at_byte(nul), "a NUL byte, which YAML forbids".into(), None, true));
    }
    let mut parser = Parser::new_from_str(source);
    // Depth of the brackets that are open, to tell flow collections, which own their brackets' range.
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| offsets.refusal(source, &error))?;
        let range = offsets.range(span);
        let result = match event {
            Event::Alias(_) => builder.alias(trim_end(&text, range)),
            Event::Scalar(value, style, anchor, tag) => {
                let style = match style {
                    Style::Plain => ScalarStyle::Plain,
                    Style::SingleQuoted => ScalarStyle::SingleQuoted,
                    Style::DoubleQuoted => ScalarStyle::DoubleQuoted,
                    Style::Literal => ScalarStyle::Literal,
                    Style::Folded => ScalarStyle::Folded,
                };
                let properties = properties(&text, builder.range(), range.start(), anchor > 0, tag.is_some());
                let range = trim_end(&text, range);
                builder.scalar(range, style, &value, properties);
                Ok(())
            }
            Event::SequenceStart(anchor, tag) => {
                let flow = text[range].starts_with('[');
                let properties = properties(&text, builder.range(), range.start(), anchor > 0, tag.is_some());
                builder.open(false, flow, range.start(), properties)
            }
            Event::MappingStart(anchor, tag) => {
                let flow = text[range].starts_with('{');
                let properties = properties(&text, builder.range(), range.start(), anchor > 0, tag.is_some());
                builder.open(true, flow, range.start(), properties)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                builder.close(range.end());
                Ok(())
            }
            _ => Ok(()),
        };
        result.map_err(|overflow| refuse_overflow(range, overflow))?;
    }
    Ok(())
}

fn refuse(range: TextRange, message: String, help: Option<String>, readable: bool) -> Refusal {
    Refusal { error: SyntaxError { range, message, help }, readable }
}

fn refuse_overflow(range: TextRange, overflow: Overflow) -> Refusal {
    let message = match overflow {
        Overflow::Depth => "this document is nested too deeply to be read",
        Overflow::Aliases => "this document has too many aliases to be read",
    };
    refuse(TextRange::empty(range.start()), message.into(), None, false)
}

/// A span without the line ends and blanks behind it, which saphyr counts to block scalars.
fn trim_end(text: &str, range: TextRange) -> TextRange {
    let trimmed = text[range].trim_end_matches([' ', '\t', '\n', '\r']);
    let len = TextSize::of(trimmed);
    TextRange::at(range.start(), len)
}

/// Anchor and tag in front of a node: saphyr tells that they exist, not where.
fn properties(
    text: &str,
    document: TextRange,
    start: TextSize,
    anchor: bool,
    tag: bool,
) -> Properties {
    let mut found = Properties::default();
    if !anchor && !tag {
        return found;
    }
    let from = usize::from(document.start());
    let mut before = &text[from..usize::from(start)];
    for _ in 0..2 {
        before = before.trim_end();
        let word = before.rfind([' ', '\t', '\n', '\r', '[', '{', ',']).map_or(0, |at| at + 1);
        let range = |skip: usize| {
            let begin = TextSize::try_from(from + word + skip).unwrap_or(start);
            let end = TextSize::try_from(from + before.len()).unwrap_or(start);
            TextRange::new(begin, end)
        };
        if before[word..].starts_with('&') {
            found.anchor = Some(range(1));
        } else if before[word..].starts_with('!') {
            found.tag = Some(range(0));
        }
        before = &before[..word];
    }
    found
}

/// From saphyr's marks, which count characters of the document, to bytes of the text.
struct Offsets {
    base: TextSize,
    len: usize,
    /// Byte offset of each character; empty where every character is one byte.
    bytes: Vec<u32>,
}

impl Offsets {
    fn new(source: &str, base: TextSize) -> Self {
        let bytes = if source.is_ascii() {
            Vec::new()
        } else {
            source.char_indices().map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX)).collect()
        };
        Self { base, len: source.len(), bytes }
    }

    fn offset(&self, character: usize) -> TextSize {
        let byte = if self.bytes.is_empty() {
            character.min(self.len)
        } else {
            self.bytes.get(character).map_or(self.len, |at| *at as usize)
        };
        self.base + TextSize::try_from(byte).unwrap_or_default()
    }

    fn range(&self, span: Span) -> TextRange {
        let start = self.offset(span.start.index());
        TextRange::new(start, self.offset(span.end.index()).max(start))
    }

    fn at_byte(&self, byte: usize) -> TextRange {
        let start = self.base + TextSize::try_from(byte).unwrap_or_default();
        TextRange::at(start, 1.into())
    }

    fn refusal(&self, source: &str, error: &ScanError) -> Refusal {
        let start = self.offset(error.marker().index());
        let local = usize::from(start - self.base);
        let next = source[local..].chars().next().filter(|c| *c != '\n' && *c != '\r');
        let range = TextRange::at(start, next.map_or(0.into(), TextSize::of));
        let readable = !error.info().contains("recursion limit");
        refuse(range, error.info().to_owned(), None, readable)
    }
}
