//! Which key stands below which, by indentation alone: what a person sees at a glance, also in a text that
//! is not YAML.

use std::collections::HashSet;

use text_size::TextSize;

/// The keys of a document that stand at the start of a line.
pub(crate) struct Skeleton {
    /// Where each key begins, with that of the key above it.
    keys: HashSet<(TextSize, Option<TextSize>)>,
}

impl Skeleton {
    /// The skeleton of what stands behind `start`.
    pub(crate) fn of(source: &str, start: TextSize) -> Skeleton {
        let mut keys = HashSet::new();
        // The keys above, each with its column.
        let mut above: Vec<(usize, TextSize)> = Vec::new();
        // Lines that are indented more than this are the text of a block scalar.
        let mut block: Option<usize> = None;
        let mut next = usize::from(start);
        for line in source[next..].split_inclusive(['\n', '\r']) {
            let begin = next;
            next += line.len();
            let content = line.trim_end();
            let indent = content.len() - content.trim_start().len();
            if content.len() == indent || block.is_some_and(|column| indent > column) {
                continue;
            }
            let column = indent + dashes_len(&content[indent..]);
            let is_key = starts_with_key(&content[column..]);
            block = opens_block(content).then_some(if is_key { column } else { indent });
            if !is_key {
                continue;
            }
            above.retain(|(other, _)| *other < column);
            let Ok(place) = TextSize::try_from(begin + column) else {
                break;
            };
            keys.insert((place, above.last().map(|(_, place)| *place)));
            above.push((column, place));
        }
        Skeleton { keys }
    }

    /// The number of keys.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// How many of its keys are among these, each below the same key.
    pub(crate) fn score(&self, keys: &[(TextSize, Option<TextSize>)]) -> usize {
        keys.iter().filter(|key| self.keys.contains(key)).count()
    }
}

/// The length of the `- ` in front of a key.
fn dashes_len(content: &str) -> usize {
    let mut rest = content;
    while let Some(behind) = rest.strip_prefix("- ") {
        rest = behind.trim_start();
    }
    content.len() - rest.len()
}

fn starts_with_key(content: &str) -> bool {
    let colon = match content.as_bytes().first() {
        Some(b'#' | b'{' | b'[' | b'*' | b'&' | b'|' | b'>' | b'%' | b'@' | b'`' | b':') | None => {
            return false;
        }
        Some(quote @ (b'"' | b'\'')) => {
            memchr::memchr(*quote, &content.as_bytes()[1..]).map(|end| end + 2)
        }
        Some(_) => content
            .find(": ")
            .or(content.strip_suffix(':').map(str::len)),
    };
    colon.is_some_and(|colon| content[colon..].starts_with(':') && !content[..colon].contains(" #"))
}

/// Whether a line ends with the header of a block scalar.
fn opens_block(content: &str) -> bool {
    let content = content.split(" #").next().unwrap_or_default().trim_end();
    let word = content.rsplit(' ').next().unwrap_or_default();
    word.starts_with(['|', '>']) && word.len() <= 3
}
