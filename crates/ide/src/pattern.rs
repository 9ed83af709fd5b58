//! Selectors of patches and replacements: which objects they take.

use infragen_flux::GroupKind;
use infragen_syntax::Node;

/// The `target` of a patch: patterns that must all fit. Kustomize anchors them at both ends; an absent one
/// takes everything (semantics of kustomize 5.8.1, `types.SelectorRegex`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selector {
    group: Pattern,
    kind: Pattern,
    name: Pattern,
}

impl Selector {
    /// Reads a selector; none where a part of it is beyond [`Pattern`], or it says nothing.
    pub fn read(node: Node<'_>) -> Option<Selector> {
        let part = |key: &str| match node.get(key).and_then(Node::as_str) {
            Some(text) => Pattern::read(text),
            None => Some(Pattern(Vec::new())),
        };
        let selector = Selector {
            group: part("group")?,
            kind: part("kind")?,
            name: part("name")?,
        };
        let says_something = !selector.kind.0.is_empty() || !selector.name.0.is_empty();
        says_something.then_some(selector)
    }

    /// The selector that takes the objects of a kind and name.
    pub fn exactly(kind: &GroupKind, name: &str) -> Selector {
        let literal = |text: &str| Pattern(vec![text.chars().map(Part::Literal).collect()]);
        Selector {
            group: literal(&kind.group),
            kind: literal(&kind.kind),
            name: literal(name),
        }
    }

    pub fn takes(&self, kind: &GroupKind, name: &str) -> bool {
        self.name.fits(name) && self.kind.fits(&kind.kind) && self.group.fits(&kind.group)
    }
}

/// The part of Go's regular expressions that selectors are written in: letters, `.`, `.*`, `.+` and
/// alternatives. What goes beyond is not answered rather than answered wrongly.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern(Vec<Vec<Part>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Literal(char),
    AnyOne,
    AnyRun,
}

impl Pattern {
    fn read(text: &str) -> Option<Pattern> {
        if text.is_empty() {
            return Some(Pattern(Vec::new()));
        }
        let text = text.strip_prefix('^').unwrap_or(text);
        let text = text.strip_suffix('$').unwrap_or(text);
        let grouped = text
            .strip_prefix('(')
            .and_then(|text| text.strip_suffix(')'));
        grouped
            .unwrap_or(text)
            .split('|')
            .map(alternative)
            .collect::<Option<_>>()
            .map(Pattern)
    }

    fn fits(&self, text: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|parts| fits(parts, text))
    }
}

fn alternative(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        match (next, rest.peek()) {
            ('.', Some('*')) => {
                rest.next();
                parts.push(Part::AnyRun);
            }
            ('.', Some('+')) => {
                rest.next();
                parts.extend([Part::AnyOne, Part::AnyRun]);
            }
            ('.', _) => parts.push(Part::AnyOne),
            ('\\', Some('.')) => {
                rest.next();
                parts.push(Part::Literal('.'));
            }
            (letter, _) if letter.is_alphanumeric() || matches!(letter, '-' | '_' | ':') => {
                parts.push(Part::Literal(letter));
            }
            _ => return None,
        }
    }
    Some(parts)
}

/// Whether the parts fit a whole text. On a mismatch only the last run grows: time is at most the product
/// of both lengths.
fn fits(parts: &[Part], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut part, mut at) = (0, 0);
    let mut run: Option<(usize, usize)> = None;
    while at < text.len() {
        match parts.get(part) {
            Some(Part::AnyRun) => {
                run = Some((part + 1, at));
                part += 1;
            }
            Some(Part::AnyOne) => (part, at) = (part + 1, at + 1),
            Some(Part::Literal(letter)) if *letter == text[at] => (part, at) = (part + 1, at + 1),
            _ => match run {
                Some((after, from)) => {
                    run = Some((after, from + 1));
                    (part, at) = (after, from + 1);
                }
                None => return false,
            },
        }
    }
    parts[part..].iter().all(|part| *part == Part::AnyRun)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, text: &str) -> Option<bool> {
        Pattern::read(pattern).map(|pattern| pattern.fits(text))
    }

    #[test]
    fn patterns_are_anchored_at_both_ends() {
        assert_eq!(fits("web", "web"), Some(true));
        assert_eq!(fits("we", "web"), Some(false));
        assert_eq!(fits("web.*", "web-api"), Some(true));
        assert_eq!(fits(".*api", "web-api"), Some(true));
        assert_eq!(fits("w.+b", "wb"), Some(false));
        assert_eq!(fits("(web|api)", "api"), Some(true));
        assert_eq!(fits("^web$", "web"), Some(true));
        assert_eq!(fits("", "anything"), Some(true));
    }

    #[test]
    fn what_is_not_understood_is_not_guessed() {
        assert_eq!(fits("web-[0-9]", "web-1"), None);
        assert_eq!(fits("(?i)web", "WEB"), None);
        assert_eq!(fits("(a)|(b)", "a"), None);
    }
}
