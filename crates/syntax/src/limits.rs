/// What the readers accept at the most. A repository is untrusted input: beyond a limit the reader stops
/// with a diagnostic that says which one, instead of using time or memory without bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of a whole text in bytes.
    pub text_bytes: usize,
    /// Nesting of collections in one document.
    pub depth: usize,
    /// Documents in one text.
    pub documents: usize,
    /// Brackets and commas of one document: the strict reader keeps a whole flow collection in memory
    /// before it says the first thing about it, some 400 bytes for each of these.
    pub flow_tokens: usize,
    /// Aliases in one document.
    pub aliases: usize,
    /// How many bytes of broken documents of one text the tolerant reader is asked to read; it is an
    /// order slower. Each document costs [`Limits::COST_OF_TOLERANCE`] more than its size.
    pub tolerant_bytes: usize,
}

impl Limits {
    /// The limits everywhere outside tests. The largest manifest of the corpora has 0.7 MB, the deepest
    /// CRD schema in the field about 60 levels.
    pub const DEFAULT: Limits = Limits {
        text_bytes: 16 << 20,
        depth: 200,
        documents: 20_000,
        flow_tokens: 1 << 18,
        aliases: 10_000,
        tolerant_bytes: 1 << 20,
    };

    /// What reading a broken document costs beside its bytes, so that many tiny ones have a bound too.
    pub const COST_OF_TOLERANCE: usize = 1 << 10;
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
