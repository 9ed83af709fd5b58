//! The templates of the generator, embedded.
