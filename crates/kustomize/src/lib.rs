//! What kustomize knows: its files, their fields, and what each of them names.
//!
//! A kustomization file is read into plain data with places ([`KustomizationFile`]); nothing here reads a
//! file or lists a directory. Facts about fields are those of kustomize 5.8.1.

mod accumulate;
mod additions;
mod build;
#[cfg(test)]
mod cases;
mod config;
mod context;
mod deprecated;
mod error;
mod field_spec;
mod fields;
mod file;
mod finish;
mod generate;
mod id;
mod keys;
mod loader;
mod matched;
mod name_fields;
mod origin;
mod patches;
mod path;
mod print;
mod read_resources;
mod remote;
mod repeated_annotations;
mod replacements;
mod resource;
mod schema;
mod scope;
mod secret;
pub mod spec;
mod trail;
mod transform;
mod unmatched;
mod value;

pub use accumulate::{Accumulated, Way, accumulate};
pub use additions::{Additions, build_as_flux, builds_as_kustomize};
pub use build::{Built, Options, build};
pub use deprecated::{Deprecated, DeprecatedKey};
pub use error::{BuildError, ErrorKind};
pub use field_spec::FieldSpec;
pub use fields::{Expects, FIELDS, Field, FieldRow};
pub use file::{
    FILE_NAMES, FileKind, Generator, KustomizationFile, PathEntry, UnknownKey,
    is_kustomization_file_name,
};
pub use id::{Gvk, Id};
pub use keys::{KEYS, Keys};
pub use loader::{Entry, LeftOut, Loader};
pub use matched::Matched;
pub use name_fields::{NameField, name_fields};
pub use origin::{Before, How, Origin, Path, Place, Step};
pub use path::join;
pub use print::{Printed, print};
pub use read_resources::read_file;
pub use remote::is_remote;
pub use resource::{Behavior, FileResources, Generated, Previous, Resource};
pub use secret::is_secret_field;
pub use spec::read_through_json;
pub use unmatched::{Unmatched, Wanted};
pub use value::binary::decode as base64_decode;
pub use value::{Map, Scalar, ScalarKind, Unprintable, Value, emit, kind_of, plain_kind};
