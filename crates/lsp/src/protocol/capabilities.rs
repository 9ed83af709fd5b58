//! What the client can do, in the words of what we ask of it; and what we tell it that we can do.

use camino::Utf8PathBuf;

use super::position::Encoding;
use super::*;

/// The command that asks registries again.
pub(crate) const REFRESH_VERSIONS: &str = "infragen.refreshVersions";

/// The command that tells why a version is taken: with a position as its argument, it answers Markdown.
pub(crate) const EXPLAIN_VERSION: &str = "infragen.explainVersion";

/// What the client can do. Whatever it does not mention it cannot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ClientConfig {
    /// What columns count.
    pub encoding: Encoding,
    /// Definitions may say which text led there, and which part of the target to select.
    pub definition_links: bool,
    /// Hovers may be Markdown.
    pub hover_markdown: bool,
    /// The documentation of proposals may be Markdown.
    pub completion_markdown: bool,
    /// Proposals may have placeholders.
    pub snippets: bool,
    /// Proposals may forbid the client to indent them.
    pub verbatim_proposals: bool,
    /// Symbols of a document may be in each other.
    pub nested_symbols: bool,
    /// Folds begin and end with lines.
    pub line_folds: bool,
    /// So many folds are shown at most.
    pub fold_limit: Option<usize>,
    /// Code actions are more than commands.
    pub code_actions: bool,
    /// Edits may say which version of a document they are for.
    pub versioned_edits: bool,
    /// Edits may say why they are made, and that somebody should look at them first.
    pub annotated_edits: bool,
    /// It asks before a rename whether there is something to rename.
    pub prepares_rename: bool,
    /// It asks what to edit before it moves files.
    pub moves_files: bool,
    /// Edits may make and rename files.
    pub file_changes: bool,
    /// Findings may name other places.
    pub related_places: bool,
    /// Findings may say which version of a document they are about.
    pub versioned_findings: bool,
    /// It asks for hints again when it is told that they may have changed.
    pub hint_refresh: bool,
    /// It asks for lenses again when it is told that they may have changed.
    pub lens_refresh: bool,
    /// Whether registries may be asked for versions.
    pub network: Network,
    /// It shows the progress of long work.
    pub progress: bool,
    /// It watches files for a server that asks for it.
    pub watches_files: bool,
    /// It watches files of any folder, not only of its own.
    pub watches_any_folder: bool,
}

/// Whether registries may be asked for versions: only where the user's own settings say so, for what is asked tells
/// others what a repository holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Network {
    /// Never.
    #[default]
    Off,
    /// Whenever there is something to ask.
    On,
    /// After the user was asked, once in a session.
    Ask,
}

impl Network {
    /// What settings say: `{"network": "on"}`, by themselves or under `infragen`.
    pub fn of(settings: &serde_json::Value) -> Option<Self> {
        let own = settings.get("infragen").unwrap_or(settings);
        match own.get("network")?.as_str()? {
            "off" => Some(Self::Off),
            "on" => Some(Self::On),
            "ask" => Some(Self::Ask),
            other => {
                tracing::warn!("`network` is `off`, `on` or `ask`, not `{other}`");
                None
            }
        }
    }
}

impl ClientConfig {
    /// Reads what a client says of itself.
    pub fn new(client: &ClientCapabilities) -> Self {
        let general = client.general.as_ref();
        let encodings = general.and_then(|general| general.position_encodings.as_deref());
        let mut config = Self {
            encoding: Encoding::negotiate(encodings.unwrap_or_default()),
            ..Self::default()
        };
        if let Some(document) = &client.text_document {
            config.read_document(document);
        }
        if let Some(workspace) = &client.workspace {
            if let Some(edit) = &workspace.workspace_edit {
                let can = edit.resource_operations.as_deref().unwrap_or_default();
                let wanted = [ResourceOperationKind::Create, ResourceOperationKind::Rename];
                config.versioned_edits = edit.document_changes == Some(true);
                config.annotated_edits =
                    config.versioned_edits && edit.change_annotation_support.is_some();
                config.file_changes =
                    config.versioned_edits && wanted.iter().all(|kind| can.contains(kind));
            }
            config.moves_files = workspace
                .file_operations
                .as_ref()
                .is_some_and(|operations| operations.will_rename == Some(true));
            let hints = workspace.inlay_hint.as_ref();
            config.hint_refresh = hints.is_some_and(|hints| hints.refresh_support == Some(true));
            let lenses = workspace.code_lens.as_ref();
            config.lens_refresh = lenses.is_some_and(|lens| lens.refresh_support == Some(true));
            if let Some(watching) = workspace.did_change_watched_files {
                config.watches_files = watching.dynamic_registration == Some(true);
                config.watches_any_folder = watching.relative_pattern_support == Some(true);
            }
        }
        config.progress = client
            .window
            .as_ref()
            .is_some_and(|window| window.work_done_progress == Some(true));
        config
    }

    fn read_document(&mut self, document: &TextDocumentClientCapabilities) {
        if let Some(definition) = document.definition {
            self.definition_links = definition.link_support == Some(true);
        }
        if let Some(hover) = &document.hover {
            self.hover_markdown = prefers_markdown(hover.content_format.as_deref());
        }
        if let Some(item) = document
            .completion
            .as_ref()
            .and_then(|completion| completion.completion_item.as_ref())
        {
            self.completion_markdown = prefers_markdown(item.documentation_format.as_deref());
            self.snippets = item.snippet_support == Some(true);
            self.verbatim_proposals = item
                .insert_text_mode_support
                .as_ref()
                .is_some_and(|modes| modes.value_set.contains(&InsertTextMode::AS_IS));
        }
        if let Some(symbols) = &document.document_symbol {
            self.nested_symbols = symbols.hierarchical_document_symbol_support == Some(true);
        }
        if let Some(folds) = &document.folding_range {
            self.line_folds = folds.line_folding_only == Some(true);
            self.fold_limit = folds
                .range_limit
                .and_then(|limit| usize::try_from(limit).ok());
        }
        self.code_actions = document
            .code_action
            .as_ref()
            .is_some_and(|action| action.code_action_literal_support.is_some());
        self.prepares_rename = document
            .rename
            .as_ref()
            .is_some_and(|rename| rename.prepare_support == Some(true));
        if let Some(findings) = &document.publish_diagnostics {
            self.related_places = findings.related_information == Some(true);
            self.versioned_findings = findings.version_support == Some(true);
        }
    }
}

/// Markdown counts as preferred where it is named before plain text.
fn prefers_markdown(formats: Option<&[MarkupKind]>) -> bool {
    formats.and_then(<[_]>::first) == Some(&MarkupKind::Markdown)
}

/// The folders that a client opens a session with.
#[allow(deprecated)] // clients of before 3.6 name one root only
pub(crate) fn folders(params: &InitializeParams) -> Vec<Utf8PathBuf> {
    if let Some(folders) = &params.workspace_folders {
        return folders
            .iter()
            .filter_map(|folder| uri::to_path(&folder.uri))
            .collect();
    }
    let root = params.root_uri.as_ref().and_then(uri::to_path);
    root.or_else(|| params.root_path.as_ref().map(Utf8PathBuf::from))
        .into_iter()
        .collect()
}

/// Any file or folder: generators name files of every kind.
fn moved_files() -> WorkspaceFileOperationsServerCapabilities {
    let any = FileOperationFilter {
        scheme: Some("file".to_owned()),
        pattern: FileOperationPattern {
            glob: "**/*".to_owned(),
            ..FileOperationPattern::default()
        },
    };
    WorkspaceFileOperationsServerCapabilities {
        will_rename: Some(FileOperationRegistrationOptions { filters: vec![any] }),
        ..WorkspaceFileOperationsServerCapabilities::default()
    }
}

/// What the server can do.
///
/// Findings are pushed, never pulled: those of files that nobody has open can only be pushed, a push after
/// a change needs no question first, and a client that knows both ways would show each finding twice.
pub(crate) fn server_capabilities(client: &ClientConfig) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                save: Some(TextDocumentSyncSaveOptions::Supported(true)),
                ..TextDocumentSyncOptions::default()
            },
        )),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
        rename_provider: Some(match client.prepares_rename {
            true => OneOf::Right(RenameOptions {
                prepare_provider: Some(true),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }),
            false => OneOf::Left(true),
        }),
        document_highlight_provider: Some(OneOf::Left(true)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            // After `name: ` and `- `, at each directory of a path, and behind `${`.
            trigger_characters: Some(vec![" ".to_owned(), "/".to_owned(), "{".to_owned()]),
            ..CompletionOptions::default()
        }),
        code_lens_provider: Some(CodeLensOptions {
            resolve_provider: Some(false),
        }),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        inlay_hint_provider: Some(OneOf::Right(InlayHintServerCapabilities::Options(
            InlayHintOptions {
                resolve_provider: Some(true),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            },
        ))),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: [EXPLAIN_VERSION, REFRESH_VERSIONS]
                .map(str::to_owned)
                .to_vec(),
            ..ExecuteCommandOptions::default()
        }),
        code_action_provider: client.code_actions.then(|| {
            CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
                ..CodeActionOptions::default()
            })
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: client.moves_files.then(moved_files),
        }),
        ..ServerCapabilities::default()
    }
}
