//! How a document is laid out in lines, and the splices that keep to it.
//!
//! Everything here is about bytes and columns. Whether a splice does what it should is checked by its
//! caller, so a case that is not understood here may be refused, but need not be proven.

use text_size::{TextRange, TextSize};

use crate::edit::{EditError, Segment, TextEdit, refuse};
use crate::scalar::is_printable;
use crate::tree::{Node, NodeKind, Tree};

/// A document as lines.
pub(crate) struct Layout<'t> {
    tree: &'t Tree,
    text: &'t str,
    root: Option<Node<'t>>,
    end_of_line: &'static str,
}

impl<'t> Layout<'t> {
    pub(crate) fn of(tree: &'t Tree, document: usize) -> Layout<'t> {
        let text = tree.text();
        let first = text
            .find('\n')
            .is_some_and(|end| text[..end].ends_with('\r'));
        Layout {
            tree,
            text,
            root: tree.document(document).and_then(|document| document.root()),
            end_of_line: if first { "\r\n" } else { "\n" },
        }
    }

    /// An edit; its text has `\n` for the line end of this file.
    fn edit(&self, start: usize, end: usize, new_text: &str) -> TextEdit {
        TextEdit {
            range: TextRange::new(size(start), size(end)),
            new_text: new_text.replace('\n', self.end_of_line),
        }
    }

    // --- places --------------------------------------------------------------------------------------

    /// The nodes along a path, the root first.
    fn chain(&self, path: &[Segment<'_>]) -> Vec<Node<'t>> {
        let mut chain: Vec<Node<'t>> = self.root.into_iter().collect();
        for segment in path {
            let next = chain.last().and_then(|node| match segment {
                Segment::Key(key) => {
                    let mut entries = node.own_entries().rev();
                    entries
                        .find(|entry| entry.key.scalar().is_some_and(|(text, _)| text == *key))
                        .map(|entry| entry.value)
                }
                Segment::Item(index) => node.items().nth(*index),
            });
            chain.extend(next);
        }
        chain
    }

    /// Whether the node at a path is inside brackets (its own do not count).
    pub(crate) fn is_in_flow(&self, path: &[Segment<'_>]) -> bool {
        self.chain(path)
            .iter()
            .take(path.len())
            .any(|node| node.is_flow())
    }

    /// A node with its anchor and tag.
    pub(crate) fn whole(&self, node: Node<'_>) -> TextRange {
        let mut range = node.range();
        if let Some(anchor) = node.anchor_range() {
            range = range.cover(TextRange::new(
                anchor.start() - TextSize::from(1),
                anchor.end(),
            ));
        }
        let mut start = usize::from(range.start());
        if let Some(tag) = node.tag() {
            // The tag stands in front, or between the anchor and the node.
            let before = self.text[..start].trim_end();
            if before.ends_with(tag) {
                start = before.len() - tag.len();
            }
        }
        TextRange::new(size(start), range.end())
    }

    /// Where an item begins: a list inside a list with its own dash.
    fn start_of(&self, item: Node<'_>) -> Result<TextSize, EditError> {
        let whole = self.whole(item).start();
        let list = item.kind() == NodeKind::Sequence && !item.is_flow();
        match item.items().next() {
            Some(first) if list && whole == item.range().start() => self.dash_of(first),
            _ => Ok(whole),
        }
    }

    /// The dash of an item of a block list.
    pub(crate) fn dash_of(&self, item: Node<'_>) -> Result<TextSize, EditError> {
        let mut at = usize::from(self.start_of(item)?);
        loop {
            let before = self.text[..at].trim_end();
            let line = self.line_start(before.len());
            let comment = if self.text[before.len()..at].contains('\n') {
                comment_in(&self.text[line..before.len()])
            } else {
                None
            };
            match comment {
                Some(comment) => at = line + comment,
                None if before.ends_with('-') => return Ok(size(before.len() - 1)),
                None => {
                    return Err(refuse(
                        item.range(),
                        "the dash of this item is not where one is expected",
                    ));
                }
            }
        }
    }

    /// How far the content of an item stands behind its dash.
    pub(crate) fn dash_width(&self, item: Node<'_>, dash: TextSize) -> usize {
        let start = self.start_of(item).unwrap_or(dash).max(dash);
        let between = &self.text[TextRange::new(dash, start)];
        if between.contains('\n') || item.range().is_empty() {
            2
        } else {
            between.len().clamp(2, 8)
        }
    }

    /// The column of a place, in bytes.
    pub(crate) fn column(&self, at: TextSize) -> usize {
        usize::from(at) - self.line_start(at.into())
    }

    /// How far the lists of this document stand behind their keys; 2 where it has none.
    pub(crate) fn list_indent(&self) -> usize {
        let mut rest: Vec<Node<'_>> = self.root.into_iter().collect();
        while let Some(node) = rest.pop() {
            match node.kind() {
                NodeKind::Mapping => {
                    let entries: Vec<_> = node.own_entries().collect();
                    for entry in &entries {
                        if let Some(indent) = self.indent_of_list(entry.key, entry.value) {
                            return indent;
                        }
                    }
                    rest.extend(entries.iter().rev().map(|entry| entry.value));
                }
                NodeKind::Sequence => rest.extend(node.items().rev()),
                NodeKind::Scalar(_) | NodeKind::Alias => {}
            }
        }
        2
    }

    fn indent_of_list(&self, key: Node<'_>, value: Node<'_>) -> Option<usize> {
        if value.kind() != NodeKind::Sequence || value.is_flow() {
            return None;
        }
        let dash = self.dash_of(value.items().next()?).ok()?;
        self.column(dash)
            .checked_sub(self.column(key.range().start()))
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |end| end + 1)
    }

    /// The end of a line, without its line end.
    fn line_end(&self, at: usize) -> usize {
        let end = self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |end| at + end);
        if end > at && self.text[..end].ends_with('\r') {
            end - 1
        } else {
            end
        }
    }

    /// The end of the line of a node's end, if only a comment follows the node.
    fn end_of_node_line(&self, end: TextSize) -> Result<usize, EditError> {
        let end = usize::from(end);
        let line_end = self.line_end(end);
        let rest = self.text[end..line_end].trim_start();
        if rest.is_empty() || rest.starts_with('#') {
            return Ok(line_end);
        }
        let range = TextRange::new(size(end), size(line_end));
        Err(refuse(range, "something else follows on the same line"))
    }

    // --- splices -------------------------------------------------------------------------------------

    /// Lines with all but the first indented.
    pub(crate) fn indented(&self, lines: &str, column: usize) -> String {
        let mut out = String::with_capacity(lines.len());
        for (number, line) in lines.split('\n').enumerate() {
            if number > 0 {
                out.push('\n');
                if !line.is_empty() {
                    out.extend(std::iter::repeat_n(' ', column));
                }
            }
            out.push_str(line);
        }
        out
    }

    /// Adds lines below the line on which something ends.
    pub(crate) fn lines_below(&self, end: TextSize, column: usize, lines: &str) -> TextEdit {
        let at = self.line_end(end.into());
        self.edit(
            at,
            at,
            &format!("\n{:column$}{}", "", self.indented(lines, column)),
        )
    }

    /// Adds lines before something that begins at a column.
    pub(crate) fn lines_above(&self, start: TextSize, column: usize, lines: &str) -> TextEdit {
        let at = start.into();
        self.edit(
            at,
            at,
            &format!("{}\n{:column$}", self.indented(lines, column), ""),
        )
    }

    /// Puts lines below a key in the place of its empty value, `indent` columns behind the key.
    pub(crate) fn below_key(
        &self,
        path: &[Segment<'_>],
        indent: usize,
        lines: &str,
    ) -> Result<TextEdit, EditError> {
        let chain = self.chain(path);
        let (Some(node), Some(parent)) =
            (chain.last(), chain.len().checked_sub(2).map(|at| chain[at]))
        else {
            return Err(refuse(
                TextRange::empty(0.into()),
                "there is nothing at this place",
            ));
        };
        if self.is_in_flow(path) {
            return Err(refuse(
                node.range(),
                "lines of YAML cannot be put between brackets",
            ));
        }
        if node.text().contains('\n') {
            return Err(refuse(
                node.range(),
                "there are comments between these brackets",
            ));
        }
        let column = self.column(parent.range().start()) + indent;
        let line_end = self.end_of_node_line(node.range().end())?;
        let rest = &self.text[node.range().end().into()..line_end];
        let start = self.text[..usize::from(node.range().start())]
            .trim_end_matches([' ', '\t'])
            .len();
        let start = if node.range().is_empty() {
            line_end
        } else {
            start
        };
        let rest = if node.range().is_empty() { "" } else { rest };
        Ok(self.edit(
            start,
            line_end,
            &format!("{rest}\n{:column$}{}", "", self.indented(lines, column)),
        ))
    }

    /// Puts lines in the place of an empty root or item.
    pub(crate) fn in_place_of(&self, node: Node<'_>, lines: &str) -> Result<TextEdit, EditError> {
        let (start, end) = (
            usize::from(node.range().start()),
            usize::from(node.range().end()),
        );
        self.end_of_node_line(node.range().end())?;
        let column = self.column(node.range().start());
        if node.range().is_empty() && column > 0 {
            return Ok(self.edit(
                start,
                end,
                &format!(" {}", self.indented(lines, column + 1)),
            ));
        }
        Ok(self.edit(start, end, &self.indented(lines, column)))
    }

    /// Adds lines at the end of a document without any content.
    pub(crate) fn at_end(&self, document: usize, lines: &str) -> Result<TextEdit, EditError> {
        let Some(document) = self.tree.document(document) else {
            return Err(refuse(
                TextRange::empty(0.into()),
                "there is no such document",
            ));
        };
        let end = usize::from(document.range().end());
        let first = if end == 0 || self.text[..end].ends_with('\n') {
            ""
        } else {
            "\n"
        };
        Ok(self.edit(end, end, &format!("{first}{lines}\n")))
    }

    /// Takes out what stands from `start` to `end` and the rest of its last line. Where it does not begin
    /// its line (`- name: x`), what begins at `next` moves to its place.
    pub(crate) fn without_lines(
        &self,
        start: TextSize,
        end: TextSize,
        next: Option<TextSize>,
    ) -> Result<TextEdit, EditError> {
        let line_end = self.end_of_node_line(end)?;
        let (start, line) = (usize::from(start), self.line_start(start.into()));
        if self.text[line..start].trim().is_empty() {
            return Ok(match self.text[line_end..].find('\n') {
                Some(newline) => self.edit(line, line_end + newline + 1, ""),
                // Without a final line end, the line before has none afterwards either.
                None => {
                    let above = self.text[..line]
                        .trim_end_matches('\n')
                        .trim_end_matches('\r')
                        .len();
                    self.edit(
                        above.max(line.saturating_sub(self.end_of_line.len())),
                        line_end,
                        "",
                    )
                }
            });
        }
        let range = TextRange::new(size(start), size(line_end));
        let Some(next) = next.map(usize::from) else {
            return Err(refuse(range, "something else begins on the same line"));
        };
        if self.text[line_end..next].contains('#') {
            return Err(refuse(
                range,
                "a comment stands between this and what follows",
            ));
        }
        Ok(self.edit(start, next, ""))
    }

    /// Leaves empty brackets where the only item or entry is taken out; comments above it stay.
    pub(crate) fn emptied(
        &self,
        path: &[Segment<'_>],
        start: TextSize,
        end: TextSize,
        brackets: &str,
    ) -> Result<TextEdit, EditError> {
        let line_end = self.end_of_node_line(end)?;
        let chain = self.chain(path);
        let parent = chain.len().checked_sub(2).map(|at| chain[at]);
        let (Some(node), Some(Segment::Key(key)), Some(parent)) =
            (chain.last(), path.last(), parent)
        else {
            return Ok(self.edit(start.into(), line_end, brackets));
        };
        if node.anchor().is_some() || node.tag().is_some() {
            return Err(refuse(
                node.range(),
                "this has an anchor or a tag, and would be left empty",
            ));
        }
        let key = parent
            .own_entries()
            .rev()
            .find(|entry| entry.key.scalar().is_some_and(|(text, _)| text == *key));
        let key_end = key.map_or(parent.range().start(), |entry| entry.key.range().end());
        let Some(colon) = self.text[key_end.into()..].find(':') else {
            return Err(refuse(
                node.range(),
                "the colon of this key is not where one is expected",
            ));
        };
        let behind = usize::from(key_end) + colon + 1;
        let between = self.text[behind..self.line_start(start.into()).max(behind)].trim_end();
        Ok(TextEdit {
            range: TextRange::new(size(behind), size(line_end)),
            new_text: format!(" {brackets}{between}"),
        })
    }

    /// Takes one part out of brackets, with one comma.
    pub(crate) fn without_flow_part(
        &self,
        brackets: TextRange,
        parts: &[TextRange],
        index: usize,
    ) -> Result<TextEdit, EditError> {
        let own = parts[index];
        let above = index.checked_sub(1).and_then(|above| parts.get(above));
        let range = match (parts.get(index + 1), above) {
            (Some(next), _) => TextRange::new(own.start(), next.start()),
            (None, Some(above)) => TextRange::new(above.end(), own.end()),
            (None, None) => TextRange::new(own.start(), brackets.end() - TextSize::from(1)),
        };
        let before = TextRange::new(range.start(), own.start());
        let behind = TextRange::new(own.end(), range.end());
        if self.text[before].contains('#') || self.text[behind].contains('#') {
            return Err(refuse(
                own,
                "a comment stands between this and what is next to it",
            ));
        }
        Ok(TextEdit {
            range,
            new_text: String::new(),
        })
    }

    /// Adds an item behind another one between brackets, on a line of its own if that one has one.
    pub(crate) fn behind_flow_item(&self, item: TextRange, text: &str) -> TextEdit {
        let (start, end) = (usize::from(item.start()), usize::from(item.end()));
        let (line, line_end) = (self.line_start(start), self.line_end(end));
        let pad = &self.text[line..start];
        let rest = &self.text[end..line_end];
        if pad.trim().is_empty() {
            match rest.trim_start().bytes().next() {
                None | Some(b'#') => {
                    return self.edit(end, line_end, &format!(",{rest}\n{pad}{text}"));
                }
                Some(b',') if is_comment_or_blank(&rest.trim_start()[1..]) => {
                    return self.edit(line_end, line_end, &format!("\n{pad}{text},"));
                }
                _ => {}
            }
        }
        self.edit(end, end, &format!(", {text}"))
    }

    /// A text as a block scalar in the place of another one; none where its lines do not allow that.
    pub(crate) fn block_scalar(&self, node: Node<'_>, text: &str) -> Option<String> {
        let mut old = node.text().lines();
        let header = old.next()?;
        let first = old.find(|line| !line.trim().is_empty())?;
        let pad = &first[..first.len() - first.trim_start_matches(' ').len()];
        let lines = text.strip_suffix('\n').unwrap_or(text);
        let allowed = lines
            .chars()
            .all(|character| character == '\n' || is_printable(character));
        if lines.is_empty() || lines.starts_with([' ', '\n']) || lines.ends_with('\n') || !allowed {
            return None;
        }
        let chomp = if lines.len() < text.len() { "" } else { "-" };
        let comment = header
            .find(" #")
            .map_or("", |comment| header[comment..].trim_end());
        let lines = self
            .indented(lines, pad.len())
            .replace('\n', self.end_of_line);
        Some(format!("|{chomp}{comment}{}{pad}{lines}", self.end_of_line))
    }
}

/// Where a comment begins in a line without scalars.
fn comment_in(line: &str) -> Option<usize> {
    if line.trim_start().starts_with('#') {
        return Some(line.len() - line.trim_start().len());
    }
    line.find(" #").or_else(|| line.find("\t#"))
}

fn is_comment_or_blank(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.starts_with('#')
}

fn size(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or(TextSize::from(u32::MAX))
}
