//! What others have written, made fit to be shown.

/// The longest text of an annotation that is taken over; real ones are addresses and revisions.
const LONGEST: usize = 1024;

/// Where a text stops being the JSON that was expected. The words of the reader are left out, because they repeat the
/// text, which may be long or secret.
pub(crate) fn place(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}

/// Whether a text is a tag: by the specification of OCI letters, digits, `_`, and then also `.` and `-`, at most 128.
pub(crate) fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let good = |byte: u8| is_word(byte) || b".-".contains(&byte);
    text.len() <= 128 && text.bytes().next().is_some_and(is_word) && text.bytes().all(good)
}

/// Whether an annotation says something that can be shown in a line.
pub(crate) fn is_line(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_the_specification() {
        for tag in ["latest", "v1.0.0-rc.1_build", "_", &"a".repeat(128)] {
            assert!(is_tag(tag), "{tag}");
        }
        for wrong in [
            "",
            ".a",
            "-a",
            "a+b",
            "a/b",
            "a b",
            "a\n",
            "\u{e9}",
            &"a".repeat(129),
        ] {
            assert!(!is_tag(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_a_reader_of_json_says_is_not_repeated() {
        let error = serde_json::from_str::<u8>("\n \"secret\"").unwrap_err();
        assert!(error.to_string().contains("secret"));
        assert_eq!(place(&error), "line 2, column 9");
    }

    #[test]
    fn what_fits_into_a_line() {
        assert!(is_line("v1.0.0@sha1:0123") && is_line("ünïcode"));
        assert!(!is_line("") && !is_line("a\nb") && !is_line(&"a".repeat(1025)));
    }
}
