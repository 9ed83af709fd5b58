//! Digests: names of bytes by what they are.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256, Sha512};
use smol_str::SmolStr;

/// The SHA-256 of some bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The digest of some bytes as registries write it.
pub(crate) fn of(bytes: &[u8]) -> SmolStr {
    format!("sha256:{}", hex(&sha256(bytes))).into()
}

/// Whether a text is a digest that can be checked here, and so also the name of a file.
pub(crate) fn is_digest(text: &str) -> bool {
    let (digits, length) = match text.split_once(':') {
        Some(("sha256", digits)) => (digits, 64),
        Some(("sha512", digits)) => (digits, 128),
        _ => return false,
    };
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    digits.len() == length && digits.bytes().all(is_hex)
}

/// Computes the digest of bytes as they come, by the algorithm of an expected one.
pub(crate) enum Hasher {
    Sha256(Sha256),
    Sha512(Sha512),
}

impl Hasher {
    /// For the algorithm of `expected`.
    pub(crate) fn like(expected: &str) -> Self {
        if expected.starts_with("sha512:") {
            Self::Sha512(Sha512::new())
        } else {
            Self::Sha256(Sha256::new())
        }
    }

    /// Takes more bytes in.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
        }
    }

    /// The digest of all bytes.
    pub(crate) fn finish(self) -> SmolStr {
        match self {
            Self::Sha256(hasher) => format!("sha256:{}", hex(&hasher.finalize())).into(),
            Self::Sha512(hasher) => format!("sha512:{}", hex(&hasher.finalize())).into(),
        }
    }
}

/// The digest of bytes by the algorithm of an expected one.
pub(crate) fn like(expected: &str, bytes: &[u8]) -> SmolStr {
    let mut hasher = Hasher::like(expected);
    hasher.update(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_registries() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(of(b""), empty);
        assert_eq!(like(empty, b""), empty);
        let long = like("sha512:", b"");
        assert!(
            long.starts_with("sha512:cf83e1357eefb8bd") && is_digest(&long),
            "{long}"
        );
        assert!(is_digest(empty));
        for wrong in [
            "",
            "sha256:",
            "md5:00",
            "sha256:../../etc",
            &empty.to_uppercase(),
            &empty[..70],
        ] {
            assert!(!is_digest(wrong), "{wrong}");
        }
    }
}
