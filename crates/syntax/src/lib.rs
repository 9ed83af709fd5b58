//! YAML for infragen: text in, a spanned tree out, whatever the text.
//!
//! Parsing never fails: [`Tree::parse`] returns a tree *and* errors. Each `---` document is read by
//! itself, first by the strict reader (`saphyr-parser`), then, where that refuses, as kustomize and Flux read
//! it (a port of libyaml), then, where it is broken, by the tolerant one (`tree-sitter`); all lower into the
//! same tree. Nothing in this crate knows a Kubernetes kind, reads
//! a file, or looks at a clock.

mod before;
mod builder;
mod comments;
mod concrete;
mod cursor;
mod decode;
mod diagnosis;
mod edit;
mod embedded;
mod gap;
mod go_blanks;
mod go_colon;
mod layout;
mod lenient;
mod limits;
mod lowering;
mod nearest;
mod outline;
mod read;
mod scalar;
mod skeleton;
mod spanned;
mod strict;
#[cfg(test)]
mod testing;
mod tolerant;
mod tree;
mod value;
mod worth;

pub use comments::{Comment, comments};
pub use cursor::{BlockText, Cursor, Level, Sibling, Slot, Step, cursor_at, scan_value};
pub use decode::decode;
pub use edit::{
    EditError, NewValue, Segment, Target, TextEdit, append_item, apply, insert_entry,
    insert_sorted_item, remove_entry, remove_item, set_scalar,
};
pub use embedded::Embedded;
pub use limits::Limits;
pub use nearest::nearest;
pub use scalar::{Typed, quote, quote_in_flow, type_of};
pub use spanned::Spanned;
pub use text_size::{TextRange, TextSize};
pub use tree::{Document, Entry, Node, NodeId, NodeKind, Reader, ScalarStyle, SyntaxError, Tree};
