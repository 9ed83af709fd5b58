//! A Flux Kustomization at work: what it says by its effective object, what it adds to the build of its path,
//! and what happens to each object after that.
//!
//! Sources: [pkg:kustomize/kustomize_generator.go, pkg:kustomize/kustomize_varsub.go,
//! kustomize-controller:internal/controller/kustomization_controller.go].

mod post_build;
mod reduced;
mod spec;
mod sync;
mod variables;

pub use post_build::{Problem, finish, is_kept};
pub use spec::{KustomizationSpec, PostBuild, SourceName, VariableSource};
pub use sync::of_instance;
pub use variables::{Variable, Variables};
