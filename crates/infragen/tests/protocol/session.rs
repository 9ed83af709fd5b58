//! A session with the server: what a test sends, what it waits for, and that nothing else was sent.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::LazyLock;

use infragen_lsp::client::{Client, ClientError};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::repository::Repository;

/// A session with the real server. [`Session::end`] ends it and looks at what nobody expected.
pub struct Session<'a> {
    pub client: Client,
    pub repository: &'a Repository,
    /// What `initialize` was answered with.
    pub server: Value,
    /// The newest findings of each file that findings were told of, by address.
    told: BTreeMap<String, Value>,
    versions: BTreeMap<String, i64>,
}

/// What a client can do that can do what we make use of.
pub fn able() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-16"] },
        "window": { "workDoneProgress": true },
        "workspace": {
            "didChangeWatchedFiles": { "dynamicRegistration": true, "relativePatternSupport": true },
            "workspaceEdit": {
                "documentChanges": true, "changeAnnotationSupport": { "groupsOnLabel": true },
            },
            "fileOperations": { "willRename": true },
        },
        "textDocument": {
            "definition": { "linkSupport": true },
            "rename": { "prepareSupport": true, "honorsChangeAnnotations": true },
            "hover": { "contentFormat": ["markdown", "plaintext"] },
            "completion": { "completionItem": {
                "snippetSupport": true, "documentationFormat": ["markdown"],
                "insertTextModeSupport": { "valueSet": [1, 2] },
            } },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "foldingRange": { "lineFoldingOnly": true },
            "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } } },
            "publishDiagnostics": { "relatedInformation": true, "versionSupport": true },
        },
    })
}

/// The cache of all sessions: what the user of this machine has in theirs is nobody's business.
pub fn cache() -> &'static Path {
    static CACHE: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());
    CACHE.path()
}

/// Starts the server without saying anything to it.
pub fn spawn() -> Client {
    let program = Path::new(env!("CARGO_BIN_EXE_infragen"));
    let variables = [("INFRAGEN_CACHE", cache())];
    Client::spawn_with(program, &["lsp", "--stdio"], &variables, Stdio::null()).unwrap()
}

impl<'a> Session<'a> {
    /// A session of an able client with a repository as its folder.
    pub fn start(repository: &'a Repository) -> Self {
        Self::start_as(repository, able())
    }

    /// A session of a client that can do what it says.
    pub fn start_as(repository: &'a Repository, capabilities: Value) -> Self {
        let folders = [repository.uri("")];
        Self::start_with(repository, &folders, capabilities)
    }

    /// A session with folders of choice.
    pub fn start_with(repository: &'a Repository, folders: &[String], capabilities: Value) -> Self {
        let folders: Vec<_> = folders
            .iter()
            .map(|uri| json!({ "uri": uri, "name": "folder" }))
            .collect();
        let params = json!({ "workspaceFolders": folders, "capabilities": capabilities });
        Self::start_raw(repository, params)
    }

    /// A session with parameters of choice for `initialize`.
    pub fn start_raw(repository: &'a Repository, mut params: Value) -> Self {
        let mut client = spawn();
        params["processId"] = json!(std::process::id());
        if params.get("capabilities").is_none() {
            params["capabilities"] = able();
        }
        let server = client.request("initialize", params).unwrap();
        client.notify("initialized", json!({})).unwrap();
        Self {
            client,
            repository,
            server,
            told: BTreeMap::new(),
            versions: BTreeMap::new(),
        }
    }

    /// Opens a file of the repository.
    pub fn open(&mut self, path: &str) {
        let text = self.repository.text(path);
        self.open_as(&self.repository.uri(path), &text);
    }

    /// Opens a document.
    pub fn open_as(&mut self, uri: &str, text: &str) {
        self.versions.insert(uri.to_owned(), 1);
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces the text of an open document.
    pub fn change(&mut self, path: &str, text: &str) {
        self.edit(path, json!([{ "text": text }]));
    }

    /// Edits an open document.
    pub fn edit(&mut self, path: &str, changes: Value) {
        let uri = self.repository.uri(path);
        let version = self.versions.get_mut(&uri).expect("an open document");
        *version += 1;
        let document = json!({ "uri": uri, "version": *version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", params);
    }

    /// Closes a document.
    pub fn close(&mut self, path: &str) {
        let params = self.repository.document(path);
        self.notify("textDocument/didClose", params);
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.client.notify(method, params).unwrap();
    }

    /// Sends a request and returns its result.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.client.request(method, params).unwrap()
    }

    /// Sends a request about the place of the cursor, whose file is opened first.
    pub fn ask_at_cursor(&mut self, method: &str) -> Value {
        let path = self.repository.cursor_path().to_owned();
        if !self.versions.contains_key(&self.repository.uri(&path)) {
            self.open(&path);
        }
        self.ask(method, self.repository.at_cursor())
    }

    /// Sends a request that is answered with an error, and returns its code.
    pub fn error(&mut self, method: &str, params: Value) -> i64 {
        match self.client.request(method, params) {
            Err(ClientError::Response(code, _)) => code,
            other => panic!("{method} was answered with {other:?}"),
        }
    }

    /// Waits until the newest findings of a file are these: `2:9 dangling-reference`, from 1.
    pub fn await_findings(&mut self, path: &str, expected: &[&str]) {
        let uri = self.repository.uri(path);
        self.await_findings_of(&uri, expected);
    }

    /// The same, for any document.
    pub fn await_findings_of(&mut self, uri: &str, expected: &[&str]) {
        while self.findings(uri) != expected
            || (expected.is_empty() && !self.told.contains_key(uri))
        {
            if let Err(error) = self.take_in_findings() {
                panic!("{error}: {:?} instead of {expected:?}", self.findings(uri));
            }
        }
    }

    /// Waits until findings of the newest version of an open file were told, and returns them.
    pub fn own_findings(&mut self, path: &str) -> Vec<String> {
        let uri = self.repository.uri(path);
        self.own_findings_of(&uri)
    }

    /// The same, for any document.
    pub fn own_findings_of(&mut self, uri: &str) -> Vec<String> {
        let version = self.versions[uri];
        while self.told.get(uri).map(|told| &told["version"]) != Some(&json!(version)) {
            self.take_in_findings().unwrap();
        }
        self.findings(uri)
    }

    /// The whole of the newest diagnostics of a file.
    pub fn diagnostics(&self, path: &str) -> &Value {
        &self.told[&self.repository.uri(path)]["diagnostics"]
    }

    /// Whether anything was told of a file until now.
    pub fn heard_of(&mut self, path: &str) -> bool {
        for message in self.client.take_unread() {
            self.expect_message(message);
        }
        self.told.contains_key(&self.repository.uri(path))
    }

    /// Whether findings were told of a file until now, and not taken back.
    pub fn heard_of_findings(&mut self, path: &str) -> bool {
        self.heard_of(path) && self.diagnostics(path) != &json!([])
    }

    fn findings(&self, uri: &str) -> Vec<String> {
        let diagnostics = self
            .told
            .get(uri)
            .and_then(|told| told["diagnostics"].as_array());
        let line = |diagnostic: &Value| {
            let start = &diagnostic["range"]["start"];
            let from_1 = |part: &str| start[part].as_u64().unwrap() + 1;
            let rule = diagnostic["code"].as_str().unwrap();
            format!("{}:{} {rule}", from_1("line"), from_1("character"))
        };
        diagnostics.into_iter().flatten().map(line).collect()
    }

    fn take_in_findings(&mut self) -> Result<(), ClientError> {
        let method = "textDocument/publishDiagnostics";
        let told = self.client.notification(method, |_| true)?;
        self.tell(told);
        Ok(())
    }

    fn tell(&mut self, told: Value) {
        let uri = told["uri"].as_str().unwrap().to_owned();
        self.told.insert(uri, told);
    }

    /// A message that no test waited for must be one that clients expect at any time.
    fn expect_message(&mut self, mut message: Value) {
        match message["method"].as_str() {
            Some("textDocument/publishDiagnostics") => {
                let params = message["params"].take();
                self.tell(params);
            }
            Some("window/logMessage" | "$/progress") => {}
            _ => panic!("nobody asked for {message}"),
        }
    }

    /// Ends the session by the protocol: the server ends well, and has sent nothing that nobody asked for,
    /// such as a second answer.
    pub fn end(mut self) {
        assert_eq!(self.ask("shutdown", Value::Null), Value::Null);
        self.notify("exit", Value::Null);
        let status = self.client.wait_for_exit().unwrap();
        assert_eq!(status.code(), Some(0));
        for message in self.client.take_rest() {
            self.expect_message(message);
        }
        for request in &self.client.server_requests {
            let method = request["method"].as_str().unwrap();
            let known = [
                "client/registerCapability",
                "window/workDoneProgress/create",
                "workspace/inlayHint/refresh",
                "workspace/codeLens/refresh",
                "window/showMessageRequest",
            ];
            assert!(known.contains(&method), "nobody expects {request}");
        }
    }
}
