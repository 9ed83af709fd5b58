//! Base64 in lines, as kustomize writes it.

/// How long a line is.
const LINE: usize = 70;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as base64; what does not fit into less than one line gets a line end behind every line.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 8);
    let length = bytes.len().div_ceil(3) * 4;
    let breaks = length >= LINE;
    let mut column = 0;
    let mut push = |sign: char| {
        text.push(sign);
        column += 1;
        if breaks && column == LINE {
            text.push('\n');
            column = 0;
        }
    };
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().enumerate().fold(0u32, |bits, (index, byte)| {
            bits | u32::from(*byte) << (16 - 8 * index)
        });
        for index in 0..4 {
            if index > chunk.len() {
                push('=');
            } else {
                let digit = (bits >> (18 - 6 * index)) & 63;
                push(char::from(DIGITS[digit as usize]));
            }
        }
    }
    if breaks && column > 0 {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn encodes() {
        assert_eq!(encode(b""), "");
        assert_eq!(encode(b"a"), "YQ==");
        assert_eq!(encode(b"ab"), "YWI=");
        assert_eq!(encode(b"admin\n"), "YWRtaW4K");
    }

    #[test]
    fn breaks_long_lines() {
        let text = encode(&[0; 60]);
        assert_eq!(text.lines().map(str::len).collect::<Vec<_>>(), [70, 10]);
        assert!(text.ends_with('\n'));
    }
}
