//! Messages in a stream of bytes: a header with the length, an empty line, the message.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

/// No message is larger: its text would be many times as large as those that are read from disk.
const MAX_BODY_BYTES: u64 = 256 << 20;

/// No line of a header is longer.
const MAX_LINE_BYTES: u64 = 4 << 10;

/// The one field of a header that counts.
const LENGTH: &str = "content-length:";

/// Reads messages.
pub(crate) struct Frames<R> {
    input: BufReader<R>,
}

/// What was found in the stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// The bytes of a message.
    Message(Vec<u8>),
    /// Something that is no message. Reading goes on behind it.
    Garbage(&'static str),
}

impl<R: AsyncRead + Unpin> Frames<R> {
    pub fn new(input: R) -> Self {
        Self {
            input: BufReader::with_capacity(64 << 10, input),
        }
    }

    /// The next message; none at the end of the stream.
    ///
    /// # Errors
    /// Those of the stream.
    pub async fn next(&mut self) -> io::Result<Option<Frame>> {
        let mut length = None;
        let mut garbage = false;
        loop {
            let mut line = Vec::new();
            let limited = &mut (&mut self.input).take(MAX_LINE_BYTES);
            if limited.read_until(b'\n', &mut line).await? == 0 {
                return Ok(None);
            }
            let line = String::from_utf8_lossy(&line);
            let line = line.trim();
            match (length_in(line), length) {
                (Some(found), _) => length = Some(found),
                (None, Some(length)) if line.is_empty() => return self.body(length).await,
                (None, None) if line.is_empty() && garbage => {
                    return Ok(Some(Frame::Garbage("no length before an empty line")));
                }
                (None, _) => garbage |= !line.is_empty(),
            }
        }
    }

    async fn body(&mut self, length: u64) -> io::Result<Option<Frame>> {
        let limited = &mut (&mut self.input).take(length);
        if length > MAX_BODY_BYTES {
            tokio::io::copy(limited, &mut tokio::io::sink()).await?;
            return Ok(Some(Frame::Garbage("a message of more than 256 MB")));
        }
        // Grows with what is really there, not with what the header promises.
        let mut body = Vec::new();
        limited.read_to_end(&mut body).await?;
        let complete = u64::try_from(body.len()) == Ok(length);
        Ok(complete.then_some(Frame::Message(body)))
    }
}

/// The length in a line of a header. What stands before the name is the rest of something unreadable.
fn length_in(line: &str) -> Option<u64> {
    let at = line.to_ascii_lowercase().rfind(LENGTH)?;
    line[at + LENGTH.len()..].trim().parse().ok()
}

/// Writes a message.
///
/// # Errors
/// Those of the stream.
pub(crate) async fn write(output: &mut (impl AsyncWrite + Unpin), body: &[u8]) -> io::Result<()> {
    let mut message = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    message.extend_from_slice(body);
    output.write_all(&message).await?;
    output.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(bytes: &[u8]) -> Vec<Frame> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let mut frames = Frames::new(bytes);
            let mut found = Vec::new();
            while let Some(frame) = frames.next().await.unwrap() {
                found.push(frame);
            }
            found
        })
    }

    fn message(text: &str) -> Frame {
        Frame::Message(text.into())
    }

    #[test]
    fn messages_follow_each_other() {
        let stream = b"Content-Length: 2\r\n\r\n{}content-length:1\r\nContent-Type: x\r\n\r\n1";
        assert_eq!(frames(stream), [message("{}"), message("1")]);
    }

    #[test]
    fn reading_goes_on_behind_garbage() {
        let stream = b"hello\r\n\r\nContent-Length: x\r\n\r\n{}Content-Length: 2\r\n\r\n[]";
        let garbage = || Frame::Garbage("no length before an empty line");
        assert_eq!(frames(stream), [garbage(), garbage(), message("[]")]);
    }

    #[test]
    fn lines_between_messages_are_skipped() {
        let stream = b"\r\n\nContent-Length: 2\n\n{}\r\n\r\n";
        assert_eq!(frames(stream), [message("{}")]);
    }

    #[test]
    fn a_stream_that_ends_within_a_message_ends() {
        assert_eq!(frames(b"Content-Length: 10\r\n\r\n{}"), []);
        assert_eq!(
            frames(b"Content-Length: 99999999999999\r\n\r\n{}"),
            [Frame::Garbage("a message of more than 256 MB")]
        );
        assert_eq!(frames(b"Content-Le"), []);
    }

    #[test]
    fn a_line_without_end_is_no_header() {
        let mut stream = vec![b'x'; 100_000];
        stream.extend_from_slice(b"\nContent-Length: 2\r\n\r\n{}");
        assert_eq!(frames(&stream), [message("{}")]);
    }

    #[test]
    fn what_is_written_can_be_read() {
        let mut stream = Vec::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime
            .unwrap()
            .block_on(write(&mut stream, "\"ä\"".as_bytes()))
            .unwrap();
        assert_eq!(frames(&stream), [message("\"ä\"")]);
    }
}
