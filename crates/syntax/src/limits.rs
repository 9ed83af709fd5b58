/// What the readers accept at the most. A repository is untrusted input: beyond a limit the reader stops
/// with a diagnostic that says which one, instead of using time or memory without bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of a whole text in bytes.
    pub text_bytes: usize,
    /// Nesting of collections in one document.
    pub depth: usize,
    /// Aliases in one document.
    pub aliases: usize,
    /// Size in bytes of a document that the tolerant reader is asked to read; it is an order slower.
    pub tolerant_bytes: usize,
}

impl Limits {
    /// The limits everywhere outside tests. The largest manifest of the corpora has 0.7 MB, the deepest
    /// CRD schema in the field about 60 levels.
    pub const DEFAULT: Limits =
        Limits { text_bytes: 16 << 20, depth: 200, aliases: 10_000, tolerant_bytes: 1 << 20 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
