//! The name that somebody may have meant.

/// Longer names are like none: comparing takes time by the square of their length, and a text may hold
/// names as long as itself.
const LONGEST: usize = 256;

/// The most alike of some names, if it is alike enough: at most a third of the letters differ. Of names
/// that are equally alike the first in order of bytes. Names of one or two letters are like none.
pub fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if wanted.len() > LONGEST {
        return None;
    }
    let limit = wanted.chars().count() / 3;
    let lower = wanted.to_lowercase();
    names
        .into_iter()
        .filter(|name| *name != wanted && name.len().abs_diff(wanted.len()) <= limit)
        .map(|name| (distance(&lower, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

/// How many letters must be changed, added, removed or swapped with their neighbour (optimal string
/// alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_name_is_not() {
        let names = ["flux-system", "podinfo", "web"];
        assert_eq!(nearest("flux-sytsem", names), Some("flux-system"));
        assert_eq!(nearest("podinf", names), Some("podinfo"));
        assert_eq!(nearest("Podinfo", names), Some("podinfo"));
        assert_eq!(nearest("database", names), None);
        assert_eq!(nearest("ab", ["aa"]), None);
        assert_eq!(nearest("", names), None);
    }

    #[test]
    fn the_name_itself_is_no_suggestion() {
        assert_eq!(nearest("web", ["web"]), None);
    }
}
