use text_size::TextRange;

use crate::tree::SyntaxError;

/// The text of a file's bytes: UTF-8, with or without a byte order mark.
///
/// # Errors
/// What the bytes are instead, and what to do about it. The range is empty: there is no text to point at.
pub fn decode(bytes: Vec<u8>) -> Result<String, SyntaxError> {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        let message = if utf16 {
            "this file is UTF-16; kustomize and Flux read UTF-8 only".to_owned()
        } else {
            format!("this file is not UTF-8: line {line} has a byte that no text has")
        };
        SyntaxError {
            range: TextRange::empty(0.into()),
            message,
            help: Some("save the file as UTF-8".to_owned()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn says_what_the_bytes_are() {
        assert_eq!(decode("a: ü".into()).unwrap(), "a: ü");
        assert!(
            decode(vec![0xff, 0xfe, b'a', 0])
                .unwrap_err()
                .message
                .contains("UTF-16")
        );
        assert!(
            decode(b"a: 1\nb: \xff".to_vec())
                .unwrap_err()
                .message
                .contains("line 2")
        );
    }
}
