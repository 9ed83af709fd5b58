//! A small HTTP server on 127.0.0.1 that answers as a test tells it, and remembers what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::authority::Certificate;

/// A request, as it came.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `GET` …
    pub method: String,
    /// The path with the query.
    pub target: String,
    /// The headers; names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

impl Request {
    /// The header `Authorization`; empty if there is none.
    pub fn authorization(&self) -> &str {
        self.headers.get("authorization").map_or("", String::as_str)
    }
}

/// Writes to a connection.
type Writing = dyn FnOnce(&mut dyn Write) -> std::io::Result<()> + Send;

/// What is answered.
pub enum Reply {
    /// A status with headers and a body; the connection stays.
    Whole(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Whatever a function writes; then the connection is closed.
    Raw(Box<Writing>),
}

impl Reply {
    /// A good answer.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::Whole(200, Vec::new(), body.into())
    }

    /// A status alone.
    pub fn status(status: u16) -> Self {
        Self::Whole(status, Vec::new(), Vec::new())
    }

    /// The same with a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Whole(_, headers, _) = &mut self {
            headers.push((name, value.into()));
        }
        self
    }

    /// What a function writes.
    pub fn raw(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send + 'static) -> Self {
        Self::Raw(Box::new(write))
    }
}

type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

struct Shared {
    handler: Box<Handler>,
    requests: Mutex<Vec<Request>>,
    running: AtomicUsize,
    most: AtomicUsize,
    is_over: AtomicBool,
    tls: Option<Arc<rustls::ServerConfig>>,
}

/// A server. It ends when it is dropped.
pub struct Server {
    /// Its host with the port.
    pub host: String,
    shared: Arc<Shared>,
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

#[allow(clippy::unwrap_used)] // without it there is no test
impl Server {
    /// One for plain HTTP.
    ///
    /// # Panics
    /// No port is free.
    pub fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(None, Box::new(handler))
    }

    /// One with TLS.
    ///
    /// # Panics
    /// No port is free.
    pub fn start_tls(
        certificate: &Certificate,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Some(certificate.server_config()), Box::new(handler))
    }

    fn listen(tls: Option<Arc<rustls::ServerConfig>>, handler: Box<Handler>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let shared = Arc::new(Shared {
            handler,
            requests: Mutex::default(),
            running: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
            tls,
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.is_over.load(Ordering::SeqCst) {
                    break;
                }
                let (stream, shared) = (stream.unwrap(), Arc::clone(&accepting));
                // A client that goes away ends its connection, and no test depends on how.
                thread::spawn(move || drop(shared.serve(stream)));
            }
        });
        Self { host, shared }
    }

    /// What it was asked until now.
    ///
    /// # Panics
    /// A handler has panicked.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// What it was asked until now: method and target.
    ///
    /// # Panics
    /// A handler has panicked.
    pub fn lines(&self) -> Vec<String> {
        let requests = self.requests();
        requests
            .iter()
            .map(|request| format!("{} {}", request.method, request.target))
            .collect()
    }

    /// The most requests that were answered at one time.
    pub fn most_at_once(&self) -> usize {
        self.shared.most.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for the next connection.
        drop(TcpStream::connect(&self.host));
    }
}

impl Shared {
    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.set_nodelay(true)?;
        match &self.tls {
            None => self.talk(stream),
            Some(config) => {
                let connection = rustls::ServerConnection::new(Arc::clone(config))
                    .map_err(std::io::Error::other)?;
                self.talk(rustls::StreamOwned::new(connection, stream))
            }
        }
    }

    fn talk(&self, stream: impl Stream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        while let Some(request) = read(&mut stream)? {
            if let Ok(mut requests) = self.requests.lock() {
                requests.push(request.clone());
            }
            let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(running, Ordering::SeqCst);
            let reply = (self.handler)(&request);
            self.running.fetch_sub(1, Ordering::SeqCst);
            let output = stream.get_mut();
            match reply {
                Reply::Whole(status, headers, body) => {
                    let mut head = format!(
                        "HTTP/1.1 {status} Status\r\ncontent-length: {}\r\n",
                        body.len()
                    );
                    for (name, value) in headers {
                        head.push_str(&format!("{name}: {value}\r\n"));
                    }
                    output.write_all(head.as_bytes())?;
                    output.write_all(b"\r\n")?;
                    output.write_all(&body)?;
                    output.flush()?;
                }
                Reply::Raw(write) => {
                    write(output)?;
                    output.flush()?;
                    break;
                }
            }
        }
        Ok(())
    }
}

/// The next request of a connection; none at its end.
fn read(stream: &mut BufReader<impl Read>) -> std::io::Result<Option<Request>> {
    let mut request = Request::default();
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    request.method = words.next().unwrap_or_default().to_owned();
    request.target = words.next().unwrap_or_default().to_owned();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        request
            .headers
            .insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = request
        .headers
        .get("content-length")
        .and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or_default()];
    stream.read_exact(&mut body)?;
    request.body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(request))
}
