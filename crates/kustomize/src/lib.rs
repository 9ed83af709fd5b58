//! What kustomize knows: its files, their fields, and what each of them names.
//!
//! A kustomization file is read into plain data with places ([`KustomizationFile`]); nothing here reads a
//! file or lists a directory. Facts about fields are those of kustomize 5.8.1.

mod fields;
mod file;
mod keys;
mod remote;

pub use fields::{Expects, FIELDS, Field, FieldRow};
pub use file::{
    FILE_NAMES, FileKind, Generator, KustomizationFile, PathEntry, UnknownKey,
    is_kustomization_file_name,
};
pub use keys::{KEYS, Keys};
pub use remote::is_remote;
