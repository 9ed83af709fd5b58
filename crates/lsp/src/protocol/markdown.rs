//! Markdown for clients that show it, and plain text for those that do not.

use super::{Documentation, MarkupContent, MarkupKind};

/// A text in the format that the client shows.
pub(crate) fn content(markdown: String, shows_markdown: bool) -> MarkupContent {
    if shows_markdown {
        MarkupContent {
            kind: MarkupKind::Markdown,
            value: markdown,
        }
    } else {
        MarkupContent {
            kind: MarkupKind::PlainText,
            value: plain(&markdown),
        }
    }
}

/// The same, where a completion shows it.
pub(crate) fn documentation(markdown: String, shows_markdown: bool) -> Documentation {
    Documentation::MarkupContent(content(markdown, shows_markdown))
}

/// Markdown without its marks: fences, backticks, stars and the addresses of links go, the words stay.
fn plain(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut in_code = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            continue;
        }
        if in_code {
            text.push_str(line);
        } else {
            plain_line(line.trim_start_matches('#').trim_end(), &mut text);
        }
        text.push('\n');
    }
    text.trim().to_owned()
}

fn plain_line(line: &str, text: &mut String) {
    let mut rest = line;
    while let Some(at) = rest.find(['`', '*', '[', '\\']) {
        text.push_str(&rest[..at]);
        let mark = &rest[at..];
        rest = match link(mark) {
            Some((words, after)) => {
                plain_line(words, text);
                after
            }
            None if mark.starts_with('[') => {
                text.push('[');
                &mark[1..]
            }
            None if mark.starts_with('\\') => {
                let mut escaped = mark[1..].chars();
                text.extend(escaped.next());
                escaped.as_str()
            }
            None => &mark[1..],
        };
    }
    text.push_str(rest);
}

/// The words of a link and what comes behind it.
fn link(text: &str) -> Option<(&str, &str)> {
    let (words, after) = text.strip_prefix('[')?.split_once("](")?;
    let (_, after) = after.split_once(')')?;
    (!words.contains(['[', ']'])).then_some((words, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_keeps_the_words() {
        let markdown = "### **Kustomization** `flux-system/apps`\n\ndefined in [apps.yaml](file:///a/apps.yaml) at \\*\n\n```yaml\nkind: \"*\"\n```\nitems[0]";
        assert_eq!(
            plain(markdown).trim_start(),
            "Kustomization flux-system/apps\n\ndefined in apps.yaml at *\n\nkind: \"*\"\nitems[0]"
        );
    }

    #[test]
    fn the_format_is_the_one_the_client_shows() {
        assert_eq!(content("`a`".into(), true).value, "`a`");
        let plain = content("`a`".into(), false);
        assert_eq!(
            (plain.kind, plain.value.as_str()),
            (MarkupKind::PlainText, "a")
        );
    }
}
