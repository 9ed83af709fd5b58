//! Blocks of text (`|`, `>`) that kustomize's YAML library refuses, or writes so that it cannot read them.

/// Whether the library writes a text of several lines as a block; it needs quotes else.
pub(super) fn may_be_block(text: &str) -> bool {
    let printable = |character: char| {
        matches!(
            character,
            '\t' | '\n' | ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}'
                | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}'
        )
    };
    text.chars().all(printable) && !text.contains(" \n") && !text.ends_with(' ')
}

/// Whether a text that a step sets cannot be printed: its first line begins with a tab, which is taken for
/// indentation when the block is read again.
pub(crate) fn is_unreadable(text: &str) -> bool {
    text.starts_with('\t') && text.contains('\n') && may_be_block(text)
}

/// Whether a block has a tab where its indentation is looked for; `source` begins with its `|` or `>`.
pub(super) fn has_stray_tab(source: &str) -> bool {
    let mut lines = source.lines();
    let header = lines.next().unwrap_or_default();
    let indicators = header.split([' ', '\t', '#']).next().unwrap_or_default();
    if indicators.contains(|indicator: char| indicator.is_ascii_digit()) {
        return false;
    }
    let mut indent = None;
    for line in lines {
        let content = line.trim_start_matches(' ');
        let column = line.len() - content.len();
        if content.starts_with('\t') && indent.is_none_or(|indent| column < indent) {
            return true;
        }
        if !content.is_empty() && indent.is_none() {
            indent = Some(column);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{has_stray_tab, is_unreadable};

    #[test]
    fn tabs_may_not_stand_in_the_indentation() {
        assert!(has_stray_tab("|\n  \tb\n  a"));
        assert!(has_stray_tab("|-\n  a\n\t\n  b"));
        assert!(!has_stray_tab("|\n  a\n  \tb"));
        assert!(!has_stray_tab("|2-\n  \tb"));
        assert!(!has_stray_tab("| # 1\n  b"));
    }

    #[test]
    fn a_text_may_not_begin_with_one_either() {
        assert!(is_unreadable("\ttab\n"));
        for text in ["\ttab", "a\n\tb", "\n\ta\n", "\ta \n", "\ta\n\u{7}"] {
            assert!(!is_unreadable(text), "{text:?}");
        }
    }
}
