//! From the events of a YAML parser to nodes of the tree: what the two strict readers share.
//!
//! A parser tells what there is, in order, and about where; the exact ranges are looked up in the text.

use text_size::{TextRange, TextSize};

use crate::builder::{Collection, DocumentBuilder, Overflow};
use crate::gap;
use crate::tree::{Properties, ScalarStyle};

/// A scalar as a parser tells it.
pub(crate) struct Scalar<'v> {
    /// Its decoded text.
    pub value: &'v str,
    /// How it is written.
    pub style: ScalarStyle,
    /// Whether an anchor or a tag stands in front of it.
    pub has_properties: bool,
    /// Its bytes: exact at the end of a plain scalar, and at the beginning of one without properties.
    pub range: TextRange,
}

/// Builds a document from events.
pub(crate) struct Lowering<'b, 't> {
    builder: &'b mut DocumentBuilder<'t>,
}

impl<'b, 't> Lowering<'b, 't> {
    pub(crate) fn new(builder: &'b mut DocumentBuilder<'t>) -> Self {
        Self { builder }
    }

    /// The place behind what was built last.
    pub(crate) fn at(&self) -> TextSize {
        self.builder.cursor()
    }

    pub(crate) fn alias(&mut self, range: TextRange) -> Result<(), Overflow> {
        self.builder.alias(range)
    }

    pub(crate) fn scalar(&mut self, scalar: &Scalar<'_>) {
        match scalar.style {
            ScalarStyle::Plain if scalar.value.is_empty() => {
                self.builder.empty(scalar.has_properties);
            }
            ScalarStyle::Plain => {
                let (start, properties) = self.start(scalar);
                let range = TextRange::new(start, scalar.range.end().max(start));
                self.builder
                    .scalar(range, scalar.style, scalar.value, properties);
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                let (start, properties) = self.start(scalar);
                let text = self.builder.text();
                let end = gap::closing_quote(&text[..self.builder.range().end().into()], start);
                let range = TextRange::new(start, end);
                self.builder
                    .scalar(range, scalar.style, scalar.value, properties);
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let properties = self.builder.lead_in(scalar.has_properties);
                let start = self.builder.next_byte();
                let text = self.builder.text();
                let end = gap::block_end(text, start, scalar.range.end());
                let range = TextRange::new(start, end);
                self.builder
                    .scalar(range, scalar.style, scalar.value, properties);
            }
        }
    }

    /// Where a scalar begins behind its anchor and tag, and these.
    fn start(&mut self, scalar: &Scalar<'_>) -> (TextSize, Properties) {
        if scalar.has_properties {
            let properties = self.builder.lead_in(true);
            (self.builder.next_byte(), properties)
        } else {
            (scalar.range.start(), Properties::default())
        }
    }

    /// Opens a sequence or mapping: `bracket` is the one that it has if it is written in brackets.
    pub(crate) fn open(
        &mut self,
        bracket: u8,
        has_properties: bool,
        range: TextRange,
    ) -> Result<(), Overflow> {
        let properties = self.builder.lead_in(has_properties);
        let start = self.builder.next_byte();
        let text = self.builder.text();
        let byte = text.as_bytes().get(usize::from(start));
        // A block mapping may begin with a bracket too, that of a key; but its own range is empty.
        let flow = byte == Some(&bracket) && range.end() > start;
        let collection = match (bracket, flow) {
            (b'[', true) => Collection::FlowSequence,
            (b'[', false) => Collection::BlockSequence,
            (_, true) => Collection::FlowMapping,
            (_, false) => match self.builder.innermost() {
                Some(Collection::FlowSequence) => Collection::FlowPair,
                _ => Collection::BlockMapping,
            },
        };
        self.builder.open(collection, start, properties)
    }

    /// Closes the innermost collection, whose bracket, if it has one, is at this place.
    pub(crate) fn close(&mut self, bracket: TextSize) {
        self.builder.close(bracket + TextSize::from(1));
    }
}
