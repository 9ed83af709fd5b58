//! Snippets of completion for clients that know none.

/// The text of a snippet with every placeholder replaced by what it proposes: `${1:name}` by `name`, `$0`
/// by nothing, `\$` by `$`.
pub(crate) fn without_placeholders(snippet: &str) -> String {
    let mut text = String::with_capacity(snippet.len());
    expand(snippet, &mut text);
    text
}

fn expand(snippet: &str, text: &mut String) {
    let mut rest = snippet;
    while let Some(at) = rest.find(['$', '\\']) {
        text.push_str(&rest[..at]);
        let mark = &rest[at..];
        rest = if let Some(escaped) = mark.strip_prefix('\\') {
            let mut escaped = escaped.chars();
            text.extend(escaped.next());
            escaped.as_str()
        } else {
            let after = &mark[1..];
            let digits = after.trim_start_matches(|c: char| c.is_ascii_digit());
            match placeholder(after) {
                Some((proposal, after)) => {
                    expand(proposal, text);
                    after
                }
                None if digits.len() < after.len() => digits,
                None => {
                    text.push('$');
                    after
                }
            }
        };
    }
    text.push_str(rest);
}

/// What `{1:proposal}` proposes, and what comes behind it.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('{')?;
    let body = inner.trim_start_matches(|c: char| c.is_ascii_digit());
    if body.len() == inner.len() {
        return None;
    }
    let mut depth = 1;
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let proposal = body[..at].strip_prefix(':').unwrap_or_default();
            return Some((proposal, &body[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_what_they_propose() {
        let cases = [
            ("name: ${1:app}\n$0", "name: app\n"),
            ("${1}: $2", ": "),
            ("path: ${1:./${2:apps}}", "path: ./apps"),
            (r"value: \${VAR\} \\", r"value: ${VAR} \"),
            ("price: $ {x} ${HOME}", "price: $ {x} ${HOME}"),
            ("${1:open", "${1:open"),
        ];
        for (snippet, text) in cases {
            assert_eq!(without_placeholders(snippet), text, "{snippet}");
        }
    }
}
