//! Which fields of a Secret hold its data. What is copied from them stays secret (`Origin::is_secret`).

/// The fields of a Secret that hold or repeat its data: its own, what SOPS notes of them, and what `kubectl apply`
/// keeps of the whole object.
const FIELDS: &[&[&str]] = &[
    &["data"],
    &["stringData"],
    &["sops"],
    &[
        "metadata",
        "annotations",
        "kubectl.kubernetes.io/last-applied-configuration",
    ],
];

/// Whether a field of an object leads to data of a Secret, or holds what does. `key` gives the keys on the way to the
/// field, and nothing for a step into a list; `depth` is their number.
pub fn is_secret_field<'k>(
    group: &str,
    kind: &str,
    depth: usize,
    key: impl Fn(usize) -> Option<&'k str>,
) -> bool {
    group.is_empty()
        && kind == "Secret"
        && FIELDS.iter().any(|field| {
            let mut keys = field.iter().enumerate().take(depth);
            keys.all(|(at, wanted)| key(at) == Some(*wanted))
        })
}
