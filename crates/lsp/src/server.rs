//! The requests and notifications of the protocol: each becomes one message to the owner of the state.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use crossbeam_channel::Sender;
use infragen_workspace::{FileEvent, SourceFile};
use tokio::sync::oneshot;
use tower_lsp::{Client, LanguageServer};

use crate::context::Context;
use crate::handlers;
use crate::message::Message;
use crate::outbox::Outbox;
use crate::owner::{Owner, ToClient};
use crate::protocol::capabilities::{
    ClientConfig, EXPLAIN_VERSION, Network, REFRESH_VERSIONS, folders, server_capabilities,
};
use crate::protocol::*;
use crate::work::Question;

/// The server as tower-lsp sees it.
pub(crate) struct Server {
    client: Client,
    version: &'static str,
    /// Set by `initialize`, before which tower-lsp lets no other message through.
    owner: OnceLock<Sender<Message>>,
}

impl Server {
    pub fn new(client: Client, version: &'static str) -> Self {
        Self {
            client,
            version,
            owner: OnceLock::new(),
        }
    }

    fn tell(&self, message: Message) {
        if let Some(owner) = self.owner.get()
            && owner.send(message).is_err()
        {
            tracing::error!("the thread that owns the state is gone");
        }
    }

    /// Asks about a document: the question is sent when this is called, and not only when the answer is
    /// awaited.
    fn about<P, A>(
        &self,
        uri: &Uri,
        params: P,
        handler: fn(&Context<'_>, SourceFile, &P) -> A,
    ) -> impl Future<Output = Result<A>> + Send + use<P, A>
    where
        P: Send + 'static,
        A: Default + Send + 'static,
    {
        let (question, answer) = Question::about_document(uri::to_path(uri), params, handler);
        self.tell(Message::Question(question));
        received(answer)
    }

    /// `infragen/definitions`, which the plugins of this project ask.
    pub async fn definitions(
        &self,
        params: TextDocumentPositionParams,
    ) -> Result<Vec<handlers::LabelledDefinition>> {
        let uri = params.text_document.uri.clone();
        self.about(&uri, params, handlers::definitions).await
    }

    /// Asks about everything.
    fn about_workspace<P, A>(
        &self,
        params: P,
        handler: fn(&Context<'_>, &P) -> A,
    ) -> impl Future<Output = Result<A>> + Send + use<P, A>
    where
        P: Send + 'static,
        A: Default + Send + 'static,
    {
        let (question, answer) = Question::about_workspace(params, handler);
        self.tell(Message::Question(question));
        received(answer)
    }
}

async fn received<A>(answer: oneshot::Receiver<Result<A>>) -> Result<A> {
    // An answer that was dropped failed on its way.
    answer
        .await
        .unwrap_or_else(|_| Err(Error::internal_error()))
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let mut config = ClientConfig::new(&params.capabilities);
        let options = params.initialization_options.as_ref();
        config.network = options.and_then(Network::of).unwrap_or_default();
        let capabilities = server_capabilities(&config);
        let position_encoding = config.encoding.kind();
        tracing::info!("positions are counted in {position_encoding:?}");

        let outbox = Arc::new(Outbox::default());
        let to_client = ToClient {
            client: self.client.clone(),
            runtime: tokio::runtime::Handle::current(),
            outbox: outbox.clone(),
        };
        let owner = Owner::start(config, folders(&params), to_client).map_err(|error| {
            tracing::error!("no thread can be started: {error}");
            Error::internal_error()
        })?;
        let client = self.client.clone();
        tokio::spawn(async move { outbox.deliver(client).await });
        // A second `initialize` does not come this far.
        let _ = self.owner.set(owner);
        Ok(InitializeResult {
            capabilities,
            server_info: Some(ServerInfo {
                name: "infragen".to_owned(),
                version: Some(self.version.to_owned()),
            }),
            ..InitializeResult::default()
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        self.tell(Message::Start);
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.tell(Message::Opened(params.text_document));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let VersionedTextDocumentIdentifier { uri, version } = params.text_document;
        self.tell(Message::Changed {
            uri,
            version,
            changes: params.content_changes,
        });
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        // For clients that watch no files, before our own watcher notices.
        if let Some(path) = uri::to_path(&params.text_document.uri) {
            self.tell(Message::OnDisk(vec![FileEvent { path }]));
        }
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.tell(Message::Closed(params.text_document.uri));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let paths = |folders: &[WorkspaceFolder]| {
            folders
                .iter()
                .filter_map(|folder| uri::to_path(&folder.uri))
                .collect()
        };
        self.tell(Message::Folders {
            added: paths(&params.event.added),
            removed: paths(&params.event.removed),
        });
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let events = params
            .changes
            .iter()
            .filter_map(|change| uri::to_path(&change.uri))
            .map(|path| FileEvent { path })
            .collect();
        self.tell(Message::OnDisk(events));
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        // All else that there is to set stands in `.infragen.yaml`.
        if let Some(network) = Network::of(&params.settings) {
            self.tell(Message::Network(network));
        }
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        match params.command.as_str() {
            REFRESH_VERSIONS => {
                self.tell(Message::RefreshVersions);
                Ok(None)
            }
            EXPLAIN_VERSION => {
                let place = params.arguments.into_iter().next().unwrap_or_default();
                let place: TextDocumentPositionParams = serde_json::from_value(place)
                    .map_err(|error| Error::invalid_params(error.to_string()))?;
                let uri = place.text_document.uri.clone();
                let told = self.about(&uri, place, handlers::explain_version).await?;
                Ok(told.map(LSPAny::String))
            }
            other => Err(Error::invalid_params(format!(
                "there is no command `{other}`"
            ))),
        }
    }

    async fn goto_definition(
        &self,
        params: GotoDefinitionParams,
    ) -> Result<Option<GotoDefinitionResponse>> {
        let uri = params
            .text_document_position_params
            .text_document
            .uri
            .clone();
        self.about(&uri, params, handlers::definition).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let uri = params.text_document_position.text_document.uri.clone();
        self.about(&uri, params, handlers::references).await
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        let uri = params
            .text_document_position_params
            .text_document
            .uri
            .clone();
        self.about(&uri, params, handlers::prepare_call_hierarchy)
            .await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        let uri = params.item.uri.clone();
        self.about(&uri, params, handlers::incoming).await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        let uri = params.item.uri.clone();
        self.about(&uri, params, handlers::outgoing).await
    }

    async fn prepare_rename(
        &self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        let uri = params.text_document.uri.clone();
        let answer = self.about(&uri, params, handlers::prepare_rename).await?;
        answer.into_result()
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let uri = params.text_document_position.text_document.uri.clone();
        let answer = self.about(&uri, params, handlers::rename).await?;
        answer.into_result()
    }

    async fn will_rename_files(&self, params: RenameFilesParams) -> Result<Option<WorkspaceEdit>> {
        self.about_workspace(params, handlers::rename_files).await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        let uri = params
            .text_document_position_params
            .text_document
            .uri
            .clone();
        self.about(&uri, params, handlers::document_highlight).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let uri = params
            .text_document_position_params
            .text_document
            .uri
            .clone();
        self.about(&uri, params, handlers::hover).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let uri = params.text_document.uri.clone();
        self.about(&uri, params, handlers::inlay_hint).await
    }

    async fn inlay_hint_resolve(&self, mut hint: InlayHint) -> Result<InlayHint> {
        if let Some(about) = handlers::about(&hint) {
            let uri = about.text_document.uri.clone();
            let tooltip = self.about(&uri, about, handlers::inlay_hint_tooltip);
            hint.tooltip = tooltip.await?;
        }
        Ok(hint)
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let uri = params.text_document_position.text_document.uri.clone();
        self.about(&uri, params, handlers::completion).await
    }

    async fn document_symbol(
        &self,
        params: DocumentSymbolParams,
    ) -> Result<Option<DocumentSymbolResponse>> {
        let uri = params.text_document.uri.clone();
        self.about(&uri, params, handlers::document_symbol).await
    }

    async fn symbol(
        &self,
        params: WorkspaceSymbolParams,
    ) -> Result<Option<WorkspaceSymbolResponse>> {
        self.about_workspace(params, handlers::workspace_symbol)
            .await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        let uri = params.text_document.uri.clone();
        self.about(&uri, params, handlers::document_link).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        let uri = params.text_document.uri.clone();
        self.about(&uri, params, handlers::folding_range).await
    }

    async fn selection_range(
        &self,
        params: SelectionRangeParams,
    ) -> Result<Option<Vec<SelectionRange>>> {
        let uri = params.text_document.uri.clone();
        self.about(&uri, params, handlers::selection_range).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        let uri = params.text_document.uri.clone();
        self.about(&uri, params, handlers::code_lens).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let uri = params.text_document.uri.clone();
        self.about(&uri, params, handlers::code_action).await
    }
}
