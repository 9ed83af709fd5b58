//! What OCI registries say: which tags a repository has, what is behind a tag, and the files in it.
//!
//! [`Registry`] is asked, or remembers. A [`Fault`] says in one sentence why there is no answer.
//!
//! ```
//! use infragen_registry::{Endpoint, Mirror, Registry, Repository, Settings, push};
//!
//! // A folder stands in for the registry.
//! let folder = tempfile::tempdir().unwrap();
//! let layout = camino::Utf8Path::from_path(folder.path()).unwrap();
//! let web = Repository::parse("oci://ghcr.io/acme/web").unwrap();
//! let bundle = push::Bundle::flux([("app.yaml", b"kind: Pod".as_slice())]);
//! push::to_layout(layout, &web, "1.0.0", &bundle).unwrap();
//!
//! let mut settings = Settings::offline();
//! settings.mirrors = vec![("ghcr.io".to_owned(), Mirror::Layout(layout.to_owned()))];
//! let registry = Registry::new(settings);
//! assert_eq!(registry.tags(&Endpoint::new(web)).unwrap().tags, ["1.0.0"]);
//! ```
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "it asks the network, keeps a cache with the time, and runs the user's credential helpers"
)]

mod address;
mod age;
mod answer;
mod ask;
mod batch;
pub mod cache;
mod client;
mod credentials;
mod digest;
mod layout;
mod manifest;
mod no_proxy;
mod place;
pub mod push;
mod registry;
mod repository;
mod settings;
mod time;
mod unpack;
mod words;

pub use age::{age, since};
pub use answer::{Artifact, Fault, Layer, Listing, Timestamp};
pub use ask::{Answer, Ask, Endpoint};
pub use batch::Cancel;
pub use place::Contact;
pub use registry::Registry;
pub use repository::{AddressError, Repository, without_user};
pub use settings::{Limits, Mirror, Proxies, Settings};
