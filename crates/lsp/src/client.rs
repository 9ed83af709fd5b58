//! A small client that speaks to a language server over the standard streams of a child process: for the
//! demo, the benchmark and the protocol tests, which all meet the real binary this way.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, unbounded};
use serde_json::{Value, json};

/// A language server in a child process, and the conversation with it.
///
/// Requests of the server are answered at once with `null`, as a client does that agrees to everything,
/// and kept in [`Client::server_requests`].
pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// Responses and notifications that nobody asked for yet, in order of arrival.
    unread: VecDeque<Value>,
    /// What the server asked for.
    pub server_requests: Vec<Value>,
    /// How long any one wait may take.
    pub patience: Duration,
    manners: Manners,
    next: i64,
}

/// How a client meets the requests of the server.
#[derive(Default)]
struct Manners {
    /// Answers none of them.
    silent: bool,
    /// Answers these methods with an error.
    refuses: Vec<&'static str>,
    /// What the requests of a method are answered with.
    answers: Vec<(&'static str, Value)>,
}

/// Why a conversation ended.
#[derive(Debug)]
pub enum ClientError {
    /// The server did not start, or its streams are closed.
    Io(std::io::Error),
    /// The server answered with an error: code and message.
    Response(i64, String),
    /// Nothing that was waited for came in time.
    TimedOut(String),
}

impl std::fmt::Display for ClientError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the language server is gone: {error}"),
            Self::Response(code, message) => write!(
                f,
                "the language server answered with error {code}: {message}"
            ),
            Self::TimedOut(what) => write!(f, "the language server did not send {what} in time"),
        }
    }
}

impl std::error::Error for ClientError {}

impl From<std::io::Error> for ClientError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// The address of an absolute path, as a client writes it; empty for a relative one.
pub fn file_uri(path: &camino::Utf8Path) -> String {
    crate::protocol::uri::from_path(path).map_or_else(String::new, |uri| uri.as_str().to_owned())
}

impl Client {
    /// Starts a server. Its standard error goes to `log`.
    ///
    /// # Errors
    /// Where the program cannot be started.
    pub fn spawn<S: AsRef<OsStr>>(
        program: &Path,
        args: &[S],
        log: Stdio,
    ) -> Result<Client, ClientError> {
        Self::spawn_with(program, args, &[], log)
    }

    /// The same with variables of the environment set for it.
    ///
    /// # Errors
    /// Where the program cannot be started.
    pub fn spawn_with<S: AsRef<OsStr>>(
        program: &Path,
        args: &[S],
        variables: &[(&str, &Path)],
        log: Stdio,
    ) -> Result<Client, ClientError> {
        let mut child = Command::new(program)
            .args(args)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let input = child.stdin.take();
        let (sender, messages) = unbounded();
        if let Some(output) = child.stdout.take() {
            // The one reader of the stream; it ends with it.
            std::thread::spawn(move || {
                let mut output = BufReader::new(output);
                while let Some(message) = read_message(&mut output) {
                    if sender.send(message).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Client {
            child,
            input,
            messages,
            unread: VecDeque::new(),
            server_requests: Vec::new(),
            patience: Duration::from_secs(60),
            manners: Manners::default(),
            next: 0,
        })
    }

    /// The process's id.
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// From now on answers the server's requests of a method with an error.
    pub fn refuse(&mut self, method: &'static str) {
        self.manners.refuses.push(method);
    }

    /// From now on answers the server's requests of a method with this.
    pub fn answer(&mut self, method: &'static str, answer: Value) {
        self.manners.answers.push((method, answer));
    }

    /// From now on answers no request of the server.
    pub fn ignore_requests(&mut self) {
        self.manners.silent = true;
    }

    /// Opens the session: `initialize` with the given capabilities and folder, and `initialized`.
    ///
    /// # Errors
    /// As for [`Client::request`].
    pub fn initialize(
        &mut self,
        folder_uri: &str,
        capabilities: Value,
    ) -> Result<Value, ClientError> {
        let params = json!({
            "processId": std::process::id(),
            "rootUri": folder_uri,
            "workspaceFolders": [{ "uri": folder_uri, "name": "repository" }],
            "capabilities": capabilities,
        });
        let result = self.request("initialize", params)?;
        self.notify("initialized", json!({}))?;
        Ok(result)
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// The server's error, or that it is gone or silent.
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, ClientError> {
        let id = self.start_request(method, params)?;
        self.response(id)
    }

    /// Sends a request and returns its id at once.
    ///
    /// # Errors
    /// That the server is gone.
    pub fn start_request(&mut self, method: &str, params: Value) -> Result<i64, ClientError> {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        Ok(id)
    }

    /// Waits for the answer to a request.
    ///
    /// # Errors
    /// As for [`Client::request`].
    pub fn response(&mut self, id: i64) -> Result<Value, ClientError> {
        let what = format!("the answer to request {id}");
        let mut message = self.wait(&what, |message| {
            message["id"] == id && message.get("method").is_none()
        })?;
        match message.get("error") {
            Some(error) => Err(ClientError::Response(
                error["code"].as_i64().unwrap_or_default(),
                error["message"].as_str().unwrap_or_default().to_owned(),
            )),
            None => Ok(message["result"].take()),
        }
    }

    /// Sends a notification.
    ///
    /// # Errors
    /// That the server is gone.
    pub fn notify(&mut self, method: &str, params: Value) -> Result<(), ClientError> {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    /// Waits for a notification whose parameters are as asked, and returns them. Others stay unread.
    ///
    /// # Errors
    /// That the server is gone or silent.
    pub fn notification(
        &mut self,
        method: &str,
        accept: impl Fn(&Value) -> bool,
    ) -> Result<Value, ClientError> {
        let mut message = self.wait(&format!("a fitting {method}"), |message| {
            message["method"] == method && accept(&message["params"])
        })?;
        Ok(message["params"].take())
    }

    /// Takes every message that has arrived and that nobody asked for.
    pub fn take_unread(&mut self) -> Vec<Value> {
        while let Ok(message) = self.messages.try_recv() {
            self.take_in(message);
        }
        self.unread.drain(..).collect()
    }

    /// Reads to the end of the server's output, and takes every message that nobody asked for.
    pub fn take_rest(&mut self) -> Vec<Value> {
        while let Ok(message) = self.messages.recv() {
            self.take_in(message);
        }
        self.unread.drain(..).collect()
    }

    /// Sends bytes as they are: for what is no valid message.
    ///
    /// # Errors
    /// That the server is gone.
    pub fn send_raw(&mut self, bytes: &[u8]) -> Result<(), ClientError> {
        let input = self.input.as_mut().ok_or_else(closed)?;
        input.write_all(bytes)?;
        input.flush()?;
        Ok(())
    }

    /// Closes the server's input, as a client does that crashed, and waits for the server's end.
    ///
    /// # Errors
    /// That it does not end.
    pub fn close_input(mut self) -> Result<ExitStatus, ClientError> {
        self.input = None;
        self.wait_for_exit()
    }

    /// Ends the session by the protocol and waits for the server's end.
    ///
    /// # Errors
    /// As for [`Client::request`].
    pub fn shut_down(mut self) -> Result<ExitStatus, ClientError> {
        self.request("shutdown", Value::Null)?;
        self.notify("exit", Value::Null)?;
        self.wait_for_exit()
    }

    /// Waits until the process ends by itself.
    ///
    /// # Errors
    /// That it does not in time.
    pub fn wait_for_exit(&mut self) -> Result<ExitStatus, ClientError> {
        let until = Instant::now() + self.patience;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if Instant::now() > until {
                return Err(ClientError::TimedOut("its end".to_owned()));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn send(&mut self, message: &Value) -> Result<(), ClientError> {
        let body = message.to_string();
        self.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes())
    }

    /// Takes in messages until one is as asked; the others stay unread, in order.
    fn wait(&mut self, what: &str, accept: impl Fn(&Value) -> bool) -> Result<Value, ClientError> {
        if let Some(at) = self.unread.iter().position(&accept) {
            return self.unread.remove(at).ok_or_else(closed);
        }
        let until = Instant::now() + self.patience;
        loop {
            let message = match self.messages.recv_deadline(until) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => {
                    return Err(ClientError::TimedOut(what.to_owned()));
                }
                Err(RecvTimeoutError::Disconnected) => return Err(closed()),
            };
            if accept(&message) {
                return Ok(message);
            }
            self.take_in(message);
        }
    }

    fn take_in(&mut self, message: Value) {
        let id = message
            .get("id")
            .filter(|_| message.get("method").is_some())
            .cloned();
        match id {
            Some(id) => {
                let refused = |method: &&str| message["method"] == **method;
                let answer = if self.manners.refuses.iter().any(refused) {
                    let error = json!({ "code": -32803, "message": "refused" });
                    json!({ "jsonrpc": "2.0", "id": id, "error": error })
                } else {
                    let mut answers = self.manners.answers.iter();
                    let known = answers.find(|(method, _)| message["method"] == **method);
                    let answer = known.map_or(&Value::Null, |(_, answer)| answer);
                    json!({ "jsonrpc": "2.0", "id": id, "result": answer })
                };
                if !self.manners.silent {
                    // A server that is gone meanwhile is noticed by the next call that waits for it.
                    let _ = self.send(&answer);
                }
                self.server_requests.push(message);
            }
            None => self.unread.push_back(message),
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // No server outlives its client, whatever happened before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn closed() -> ClientError {
    ClientError::Io(std::io::ErrorKind::BrokenPipe.into())
}

/// Reads one message; none at the end of the stream or where it is no LSP.
fn read_message(output: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<usize>().ok();
        }
    }
    let mut body = vec![0; length?];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
