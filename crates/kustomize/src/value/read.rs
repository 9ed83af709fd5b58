//! From a spanned tree to a value, with the types that kustomize's YAML library gives.

// To be written by the owner of this file.
