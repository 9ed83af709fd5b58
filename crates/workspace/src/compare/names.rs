//! Names that differ because environments do: `web-staging` and `web-production`.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

/// Says a name as both environments would.
pub(crate) struct Alike {
    /// The name of the environment, where the other has another.
    environment: Option<SmolStr>,
}

/// What stands for the name of the environment: no name holds it.
const ENVIRONMENT: &str = "\0";

impl Alike {
    /// For the names of an environment that is compared with another one.
    pub fn new(environment: &str, other: &str) -> Alike {
        Alike {
            environment: (environment != other && !environment.is_empty())
                .then(|| environment.into()),
        }
    }

    /// A name without that of the environment, where it stands in it as a word.
    pub fn of(&self, name: &str) -> SmolStr {
        let Some(environment) = &self.environment else {
            return name.into();
        };
        let mut said = String::new();
        let mut rest = name;
        let mut before = None;
        while let Some(at) = rest.find(environment.as_str()) {
            let end = at + environment.len();
            let left = rest[..at].chars().next_back().or(before);
            let right = rest[end..].chars().next();
            let is_word = |edge: Option<char>| !edge.is_some_and(char::is_alphanumeric);
            said.push_str(&rest[..at]);
            let word = &rest[at..end];
            said.push_str(if is_word(left) && is_word(right) {
                ENVIRONMENT
            } else {
                word
            });
            before = word.chars().next_back();
            rest = &rest[end..];
        }
        said.push_str(rest);
        said.into()
    }
}

/// Which namespaces of one environment are which of another: those that only one side has, by how many objects of
/// the same kind and name they share. `left` and `right` are what nothing else paired: what an object is beside its
/// namespace, and its namespace.
pub(crate) fn namespaces<'n, What: Eq + std::hash::Hash>(
    left: &[(What, &'n str)],
    right: &[(What, &'n str)],
    only_left: &FxHashSet<&str>,
    only_right: &FxHashSet<&str>,
) -> FxHashMap<&'n str, &'n str> {
    let mut holders: FxHashMap<&What, Vec<&'n str>> = FxHashMap::default();
    for (what, namespace) in right {
        if only_right.contains(namespace) {
            holders.entry(what).or_default().push(namespace);
        }
    }
    let mut shared: FxHashMap<(&'n str, &'n str), usize> = FxHashMap::default();
    for (what, namespace) in left.iter().filter(|(_, own)| only_left.contains(own)) {
        for other in holders.get(what).into_iter().flatten() {
            *shared.entry((namespace, other)).or_default() += 1;
        }
    }
    let mut pairs: Vec<_> = shared.into_iter().collect();
    pairs.sort_by(|(a, most), (b, more)| more.cmp(most).then(a.cmp(b)));
    let mut found = FxHashMap::default();
    let mut taken = FxHashSet::default();
    for ((from, to), _) in pairs {
        if !found.contains_key(from) && taken.insert(to) {
            found.insert(from, to);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Alike, namespaces};

    #[test]
    fn the_environment_counts_as_a_word() {
        let alike =
            |environment, other, name| Alike::new(environment, other).of(name).replace('\0', "*");
        for (name, expected) in [
            ("web-staging", "web-*"),
            ("staging", "*"),
            ("staging-web-staging", "*-web-*"),
            ("web-stagings", "web-stagings"),
            ("prestaging-staging", "prestaging-*"),
            ("stagingstaging", "stagingstaging"),
            ("web", "web"),
        ] {
            assert_eq!(alike("staging", "production", name), expected);
        }
        assert_eq!(alike("staging", "staging", "web-staging"), "web-staging");
    }

    #[test]
    fn namespaces_are_paired_by_what_they_hold() {
        let left = [("a", "one"), ("b", "one"), ("a", "two"), ("c", "both")];
        let right = [("a", "eins"), ("b", "eins"), ("a", "zwei"), ("c", "both")];
        let only_left = ["one", "two"].into_iter().collect();
        let only_right = ["eins", "zwei"].into_iter().collect();
        let found = namespaces(&left, &right, &only_left, &only_right);
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort_unstable();
        assert_eq!(found, [("one", "eins"), ("two", "zwei")]);
    }
}
