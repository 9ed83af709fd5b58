//! Lines that are indented by tabs, which YAML forbids: completion reads them as they look, deeper than the
//! key that they stand below.

use infragen_syntax::{TextEdit, TextRange, TextSize};

/// A text with blanks in the place of the tabs that indent its lines.
pub(super) struct Untabbed {
    pub text: String,
    /// The place of the cursor in it.
    pub offset: TextSize,
    /// The indentation of the cursor's line, as it is and as it is read.
    indent: (String, usize),
    /// Behind which places of the text others count, and the lengths of the indentations before them.
    lines: Vec<Line>,
}

struct Line {
    /// Where the line begins in the file.
    start: usize,
    /// Where it begins in the text.
    new_start: usize,
    /// The length of its indentation in the file.
    indent: usize,
    /// And in the text.
    new_indent: usize,
}

/// How much deeper a line is than what it belongs to.
const STEP: usize = 2;

impl Untabbed {
    /// Reads the tabs of a text whose cursor is in a line, behind a tab that indents it.
    pub fn read(text: &str, offset: TextSize) -> Option<Untabbed> {
        let offset = usize::from(offset);
        let start = text.get(..offset)?.rfind('\n').map_or(0, |end| end + 1);
        let indent = indentation(&text[start..]);
        if !indent.contains('\t') || start + indent.len() > offset {
            return None;
        }
        let mut untabbed = Untabbed {
            text: String::with_capacity(text.len() + 64),
            offset: TextSize::default(),
            indent: (indent.to_owned(), 0),
            lines: Vec::new(),
        };
        let mut known: Vec<(&str, usize)> = Vec::new();
        let mut above = Above::default();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let indent = indentation(line);
            let rest = &line[indent.len()..];
            let new_indent = if indent.contains('\t') {
                let same = known.iter().rev().find(|(known, _)| *known == indent);
                match same {
                    Some((_, columns)) => *columns,
                    None => above.below(indent),
                }
            } else {
                indent.len()
            };
            if !rest.trim().is_empty() {
                if indent.contains('\t') {
                    known.push((indent, new_indent));
                } else {
                    // What looks alike below another key may be read in another way.
                    known.clear();
                }
                above = Above::read(rest, new_indent);
            }
            untabbed.lines.push(Line {
                start: at,
                new_start: untabbed.text.len(),
                indent: indent.len(),
                new_indent,
            });
            if (at..at + line.len()).contains(&offset) || at + line.len() == offset {
                let behind = untabbed.text.len()
                    + new_indent
                    + (offset - at - indent.len().min(offset - at));
                untabbed.offset = TextSize::try_from(behind).ok()?;
                untabbed.indent.1 = new_indent;
            }
            untabbed.text.extend(std::iter::repeat_n(' ', new_indent));
            untabbed.text.push_str(rest);
            at += line.len();
        }
        Some(untabbed)
    }

    /// Moves an edit of the text to the file; further lines are indented as that of the cursor is.
    pub fn to_file(&self, edit: &mut TextEdit) {
        edit.range = TextRange::new(self.place(edit.range.start()), self.place(edit.range.end()));
        let (indent, columns) = &self.indent;
        let read = format!("\n{}", " ".repeat(*columns));
        edit.new_text = edit.new_text.replace(&read, &format!("\n{indent}"));
    }

    fn place(&self, offset: TextSize) -> TextSize {
        let offset = usize::from(offset);
        let after = self.lines.partition_point(|line| line.new_start <= offset);
        let Some(line) = after.checked_sub(1).map(|line| &self.lines[line]) else {
            return TextSize::default();
        };
        let column = offset - line.new_start;
        let behind = match column.checked_sub(line.new_indent) {
            Some(behind) => line.indent + behind,
            None => column.min(line.indent),
        };
        TextSize::try_from(line.start + behind).unwrap_or_default()
    }
}

/// The last line with text, as far as the next one may belong to it.
#[derive(Default)]
struct Above {
    /// The column of its key.
    column: usize,
    /// Whether a value is to follow.
    opens: bool,
}

impl Above {
    fn read(line: &str, indent: usize) -> Above {
        let mut rest = line.trim();
        let mut column = indent;
        while let Some(item) = rest.strip_prefix("- ") {
            rest = item.trim_start();
            column += STEP;
        }
        Above {
            column,
            opens: rest.ends_with(':'),
        }
    }

    /// The column of a line below, indented by tabs.
    fn below(&self, indent: &str) -> usize {
        if self.opens {
            return self.column + STEP;
        }
        let columns = |c: char| if c == '\t' { STEP } else { 1 };
        indent.chars().map(columns).sum()
    }
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}
