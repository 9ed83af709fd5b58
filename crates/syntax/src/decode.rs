use text_size::TextRange;

use crate::tree::SyntaxError;

/// The text of a file's bytes: UTF-8, with or without a byte order mark, or UTF-16 with one, as go-yaml reads
/// them.
///
/// # Errors
/// What the bytes are instead, and what to do about it. The range is empty: there is no text to point at.
pub fn decode(bytes: Vec<u8>) -> Result<String, SyntaxError> {
    let unit: Option<fn([u8; 2]) -> u16> = match bytes.get(..2) {
        Some([0xff, 0xfe]) => Some(u16::from_le_bytes),
        Some([0xfe, 0xff]) => Some(u16::from_be_bytes),
        _ => None,
    };
    if let Some(unit) = unit {
        let units = bytes[2..]
            .chunks_exact(2)
            .map(|pair| unit([pair[0], pair[1]]));
        let text: Result<String, _> = char::decode_utf16(units).collect();
        return match text {
            Ok(text) if bytes.len().is_multiple_of(2) && !text.contains('\0') => Ok(text),
            _ => Err(unreadable(
                "this file begins as UTF-16, and is not".to_owned(),
            )),
        };
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        unreadable(format!(
            "this file is not UTF-8: line {line} has a byte that no text has"
        ))
    })
}

fn unreadable(message: String) -> SyntaxError {
    SyntaxError {
        range: TextRange::empty(0.into()),
        message,
        help: Some("save the file as UTF-8".to_owned()),
        is_limit: false,
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn says_what_the_bytes_are() {
        assert_eq!(decode("a: ü".into()).unwrap(), "a: ü");
        let error = decode(b"a: 1\nb: \xff".to_vec()).unwrap_err();
        assert!(error.message.contains("line 2"));
    }

    #[test]
    fn reads_utf_16_that_says_so() {
        let little: Vec<u8> = "\u{feff}a: ü𝄞"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let big: Vec<u8> = "\u{feff}a: ü𝄞"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(decode(little.clone()).unwrap(), "a: ü𝄞");
        assert_eq!(decode(big).unwrap(), "a: ü𝄞");
        let odd = little[..little.len() - 1].to_vec();
        assert!(decode(odd).unwrap_err().message.contains("UTF-16"));
        // The mark of UTF-32 begins like that of UTF-16.
        let utf32 = b"\xff\xfe\0\0a\0\0\0".to_vec();
        assert!(decode(utf32).is_err());
    }
}
