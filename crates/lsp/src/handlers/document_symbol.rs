use infragen_ide::{Symbol, SymbolKind};
use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::{
    self, DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, SymbolInformation,
};

/// `textDocument/documentSymbol`
pub(crate) fn document_symbol(
    context: &Context<'_>,
    file: SourceFile,
    _: &DocumentSymbolParams,
) -> Option<DocumentSymbolResponse> {
    let symbols = infragen_ide::document_symbols(context.db, file);
    if context.client.nested_symbols {
        let symbols = symbols.iter().map(|symbol| nested(context, file, symbol));
        return Some(DocumentSymbolResponse::Nested(symbols.collect()));
    }
    let mut flat = Vec::new();
    for symbol in &symbols {
        flatten(context, file, symbol, None, &mut flat);
    }
    Some(DocumentSymbolResponse::Flat(flat))
}

#[allow(deprecated)] // a field of the protocol that has no other way to be left out
fn nested(context: &Context<'_>, file: SourceFile, symbol: &Symbol) -> DocumentSymbol {
    let children: Vec<_> = symbol
        .children
        .iter()
        .map(|child| nested(context, file, child))
        .collect();
    DocumentSymbol {
        name: name(symbol),
        detail: symbol.detail.clone(),
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: context.range(file, symbol.range.cover(symbol.focus)),
        selection_range: context.range(file, symbol.focus),
        children: (!children.is_empty()).then_some(children),
    }
}

#[allow(deprecated)] // a field of the protocol that has no other way to be left out
fn flatten(
    context: &Context<'_>,
    file: SourceFile,
    symbol: &Symbol,
    container: Option<&str>,
    flat: &mut Vec<SymbolInformation>,
) {
    let Some(location) = context.location(file, symbol.range) else {
        return;
    };
    flat.push(SymbolInformation {
        name: name(symbol),
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        location,
        container_name: container.or(symbol.detail.as_deref()).map(str::to_owned),
    });
    for child in &symbol.children {
        flatten(context, file, child, Some(&symbol.name), flat);
    }
}

/// A symbol without a name is refused by clients.
fn name(symbol: &Symbol) -> String {
    if symbol.name.trim().is_empty() {
        "(no name)".to_owned()
    } else {
        symbol.name.clone()
    }
}

/// What the protocol calls a symbol.
pub(super) fn kind(kind: SymbolKind) -> protocol::SymbolKind {
    match kind {
        SymbolKind::Object => protocol::SymbolKind::OBJECT,
        SymbolKind::Field => protocol::SymbolKind::FIELD,
        SymbolKind::Item => protocol::SymbolKind::ARRAY,
        SymbolKind::File => protocol::SymbolKind::FILE,
    }
}
