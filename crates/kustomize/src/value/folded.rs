//! Folded blocks (`>`), which kustomize does not always keep.
//!
//! Before it prints an object, kustomize writes it once in the styles that it was read in, and reads that.
//! Its writer of folded blocks leaves an empty line where that changes the text: before an indented line,
//! and before empty lines at the end.

use std::borrow::Cow;

use super::block::may_be_block;

/// The text of a folded block after kustomize wrote and read it again.
pub(crate) fn refold(text: &str) -> Cow<'_, str> {
    let first = text.trim_start_matches('\n').chars().next();
    let Some(first) = first else {
        return Cow::Borrowed(text);
    };
    if !may_be_block(text) {
        return Cow::Borrowed(text);
    }
    let separates = !is_blank(first);
    let read = read(&write(text, separates), text);
    if read == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(read)
    }
}

/// The lines that are written. `separates`: an empty line comes between lines that must not be joined.
fn write(text: &str, separates: bool) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut ended = true;
    let mut pieces = text.split('\n').peekable();
    while let Some(line) = pieces.next() {
        let last = pieces.peek().is_none();
        if line.is_empty() && last {
            break;
        }
        lines.push(line);
        if !line.is_empty() && !last && separates && !line.starts_with(is_blank) {
            lines.push("");
        }
        ended = !last;
    }
    if ended {
        lines.push("");
    }
    lines
}

/// What the lines are read as; the text that was written decides what becomes of those at its end.
fn read(lines: &[&str], written: &str) -> String {
    let mut out = String::new();
    let mut blank_before = false;
    let mut breaks: Option<usize> = None;
    let mut leading = 0;
    for line in lines {
        if line.is_empty() {
            match &mut breaks {
                Some(more) => *more += 1,
                None => leading += 1,
            }
            continue;
        }
        out.extend(std::iter::repeat_n('\n', std::mem::take(&mut leading)));
        let blank = line.starts_with(is_blank);
        if let Some(more) = breaks {
            match more {
                _ if blank_before || blank => out.push('\n'),
                0 => out.push(' '),
                _ => {}
            }
            out.extend(std::iter::repeat_n('\n', more));
        }
        out.push_str(line);
        blank_before = blank;
        breaks = Some(0);
    }
    if written.ends_with('\n') {
        out.push('\n');
    }
    if written.ends_with("\n\n") {
        // The line end that ends the last line of all is no empty line.
        let more = breaks.unwrap_or(0).saturating_sub(1);
        out.extend(std::iter::repeat_n('\n', more));
    }
    out
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

#[cfg(test)]
mod tests {
    use super::refold;

    #[test]
    fn paragraphs_stay() {
        for text in [
            "a b\n",
            "a\nb\n",
            "a\n\nb",
            "a\nb\n",
            "\n",
            "",
            "a \nb\n  c\n",
        ] {
            assert_eq!(refold(text), text, "{text:?}");
        }
    }

    #[test]
    fn an_indented_line_gets_an_empty_one_before_it() {
        assert_eq!(refold("a\n  b\n"), "a\n\n  b\n");
        assert_eq!(refold("a\n  b\nc\n"), "a\n\n  b\nc\n");
    }

    #[test]
    fn lines_behind_an_indented_first_one_are_joined() {
        assert_eq!(refold(" x\ny\nz\n"), " x\ny z\n");
    }

    #[test]
    fn empty_lines_at_the_end_get_one_more() {
        assert_eq!(refold("no\n\n"), "no\n\n\n");
    }
}
