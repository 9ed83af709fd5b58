//! Reading files.

use std::io::Read;
use std::sync::Arc;

use camino::Utf8Path;
use infragen_syntax::{Limits, SyntaxError, TextRange};

/// The text of a file. A file that vanished meanwhile is empty: the event that says so is on its way.
pub(crate) fn read(path: &Utf8Path) -> Result<Arc<str>, SyntaxError> {
    infragen_syntax::decode(read_bytes(path)?).map(Arc::from)
}

/// The bytes of a file, likewise.
pub(crate) fn read_bytes(path: &Utf8Path) -> Result<Vec<u8>, SyntaxError> {
    let limit = Limits::DEFAULT.text_bytes as u64;
    let mut bytes = Vec::new();
    let read =
        std::fs::File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
    match read {
        Ok(len) if len as u64 > limit => Err(unreadable(format!(
            "this file is larger than {} MB and is not read",
            limit >> 20
        ))),
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(unreadable(format!("this file cannot be read: {error}"))),
    }
}

fn unreadable(message: String) -> SyntaxError {
    SyntaxError {
        range: TextRange::empty(0.into()),
        message,
        help: None,
        is_limit: true,
    }
}
